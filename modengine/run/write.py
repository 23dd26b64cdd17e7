"""Results to JSON Lines: a decision or an error record a line, each with its line and source."""

from __future__ import annotations

import json
from functools import lru_cache

import msgspec

from modengine.run.row import error_record
from modengine.run.scan import Result

_ENCODER = msgspec.json.Encoder()


def encode(result: Result) -> bytes:
    """A result as JSON: `line`, `source`, then all of the decision, or `error`."""
    if result.decision is None:
        assert result.error is not None
        return to_json(error_record(result.line, result.source, result.error))
    return b'{"line":%d,"source":%s,%s' % (result.line, _text(result.source), to_json(result.decision)[1:])


def to_json(value: object) -> bytes:
    """Plain data as JSON.  Lone surrogates, which UTF-8 cannot write, are written as escapes."""
    try:
        return _ENCODER.encode(value)
    except UnicodeEncodeError:
        return json.dumps(msgspec.to_builtins(value), separators=(",", ":")).encode("ascii")


@lru_cache(maxsize=64)
def _text(value: str) -> bytes:
    return to_json(value)
