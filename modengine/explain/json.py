"""Traces and results as JSON: all of them, as their types say."""

from __future__ import annotations

import json

import msgspec

from modengine.model import plain_matches


def as_json(value: object, indent: int = 2) -> str:
    """Indented JSON; lone surrogates as escapes."""
    try:
        return msgspec.json.format(msgspec.json.encode(value, enc_hook=plain_matches), indent=indent).decode("utf-8")
    except UnicodeEncodeError:
        return json.dumps(msgspec.to_builtins(value, enc_hook=plain_matches), indent=indent)
