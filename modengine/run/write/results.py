"""Results to JSON Lines: a decision or an error record a line, each with its line and source."""

from __future__ import annotations

import json
from dataclasses import dataclass

import msgspec

from modengine.errors import MessageError
from modengine.model import Decision, plain_matches
from modengine.run.read.row import error_record

_ENCODER = msgspec.json.Encoder(enc_hook=plain_matches)


@dataclass(frozen=True, slots=True)
class Result:
    """What became of a row: a decision, or the error that stands in its place."""

    line: int
    source: str
    decision: Decision | None = None
    error: MessageError | None = None


def encode(result: Result) -> bytes:
    """A result as JSON: `line`, `source`, then all of the decision, or `error`."""
    if result.decision is None:
        assert result.error is not None
        return to_json(error_record(result.line, result.source, result.error))
    return b'{"line":%d,"source":%s,%s' % (result.line, to_json(result.source), to_json(result.decision)[1:])


def to_json(value: object) -> bytes:
    """Plain data as JSON.  Lone surrogates, which UTF-8 cannot write, are written as escapes."""
    try:
        return _ENCODER.encode(value)
    except UnicodeEncodeError:
        return json.dumps(msgspec.to_builtins(value, enc_hook=plain_matches), separators=(",", ":")).encode("ascii")
