"""Traces and results as JSON: all of them, as their types say."""

from __future__ import annotations

import json
from typing import Any, TypeVar

import msgspec

from modengine.model import plain_matches

_Kind = TypeVar("_Kind")


def as_json(value: object, indent: int = 2) -> str:
    """Indented JSON; lone surrogates as escapes."""
    try:
        return msgspec.json.format(msgspec.json.encode(value, enc_hook=plain_matches), indent=indent).decode("utf-8")
    except UnicodeEncodeError:
        return json.dumps(msgspec.to_builtins(value, enc_hook=plain_matches), indent=indent)


def from_json(data: bytes, kind: type[_Kind]) -> _Kind:
    """What `as_json` wrote of a value of a type.  Raises ValueError, RecursionError.

    Not by `msgspec.json.decode`, which refuses the escapes of lone surrogates.
    """
    return msgspec.convert(json.loads(data, object_pairs_hook=_each_once), kind)


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Of a key that is there twice, one reader would take the first value, another the last."""
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key is there twice")
    return found
