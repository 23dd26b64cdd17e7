"""A trace as JSON: all of it, as its types in `model` say."""

from __future__ import annotations

import json

import msgspec

from modengine.model import Trace


def as_json(trace: Trace, indent: int = 2) -> str:
    """Indented JSON; lone surrogates as escapes."""
    try:
        return msgspec.json.format(msgspec.json.encode(trace), indent=indent).decode("utf-8")
    except UnicodeEncodeError:
        return json.dumps(msgspec.to_builtins(trace), indent=indent, ensure_ascii=True)
