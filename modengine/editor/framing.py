"""What a client sends before it is understood: frames of a bounded length, and one line about those that are none."""

from __future__ import annotations

import logging
from typing import BinaryIO

from modengine.errors import InputError

MOST_BYTES = 64 << 20
"""Of one message.  A rule file has 5 MB at most."""
LONGEST_HEADER = 1000
"""Bytes of a header that are read at once."""


class Frames:
    """Standard input, as the server reads it."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream

    def readline(self) -> bytes:
        return self._stream.readline(LONGEST_HEADER)

    def read(self, length: int) -> bytes:
        """Raises InputError (ME907): behind a false length no message can be found again."""
        if length > MOST_BYTES:
            told = f"a message of the editor is said to have more than {MOST_BYTES >> 20} MB"
            raise InputError("ME907", told, "look what `Content-Length` the editor sends")
        return self._stream.read(length)


def in_one_line(record: logging.LogRecord) -> bool:
    """A filter of records: what is no message is the editor's fault, and no traceback says more about it."""
    if record.msg == "Unable to handle message" and record.exc_info:
        record.msg = f"modengine lsp: what the editor sent is no message: {record.exc_info[1]}"
        record.exc_info = None
    return not str(record.msg).startswith("Unable to deserialize message")  # which is said again, as the above
