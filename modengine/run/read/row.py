"""What reading gives, and what scanning writes where a message could not be read."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from modengine.errors import MessageError
from modengine.model import Message


@dataclass(frozen=True, slots=True)
class Row:
    """One message of a source, or the error that stands in its place: exactly one of the two."""

    line: int
    """The line that the message begins on, from 1."""
    source: str
    """The path as it was given; `-` for standard input."""
    message: Message | None = None
    error: MessageError | None = None


class ErrorBody(msgspec.Struct, frozen=True):
    """The code and the words of an error, and how to mend it."""

    code: str
    message: str
    hint: str = ""


class ErrorRecord(msgspec.Struct, frozen=True):
    """A line that could not be read, as it stands in the output among the decisions."""

    line: int
    source: str
    error: ErrorBody


def error_record(line: int, source: str, error: MessageError) -> ErrorRecord:
    return ErrorRecord(line, source, ErrorBody(error.code, error.message, error.hint))
