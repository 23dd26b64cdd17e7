"""Bytes to lines, in bounded memory, whatever the length of a line."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import BinaryIO

from modengine.errors import MessageError
from modengine.text.encoding import UTF8_BOM, likely

HEAD = 64 * 1024
"""So many bytes of a file are looked at to tell its form and encoding."""
LINE_LIMIT = 4_000_000
"""Bytes; a longer line is refused without being held."""
_SKIP = 64 * 1024


class LineReader:
    """The lines of a stream, numbered from 1, without their ends.

    `head` are bytes already taken from the stream.  A line above the limit comes as None.  Lines end
    at LF; a CR before it is dropped.  `read` counts the bytes that have gone by.
    """

    def __init__(self, head: bytes, stream: BinaryIO, limit: int = LINE_LIMIT) -> None:
        self._stream = io.BufferedReader(_Joined(head.removeprefix(UTF8_BOM), stream), HEAD)
        self._limit = limit
        self.number = 0
        self.read = 0

    def __iter__(self) -> Iterator[tuple[int, bytes | None]]:
        while (line := self.next_raw()) != b"":
            yield self.number, None if line is None else line.removesuffix(b"\n").removesuffix(b"\r")

    def next_raw(self) -> bytes | None:
        """The next line with its end; empty at the end of the stream; None for one above the limit."""
        line = self._stream.readline(self._limit + 2)
        self.number += bool(line)
        self.read += len(line)
        if len(line) <= self._limit or line.endswith(b"\n"):
            return line
        while line and not line.endswith(b"\n"):
            line = self._stream.readline(_SKIP)
            self.read += len(line)
        return None


class _Joined(io.RawIOBase):
    """Bytes, and then a stream."""

    def __init__(self, head: bytes, stream: BinaryIO) -> None:
        self._head = head
        self._stream = stream

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview, /) -> int:  # type: ignore[override]
        if self._head:
            data, self._head = self._head[: len(buffer)], self._head[len(buffer) :]
        else:
            data = read_ready(self._stream, len(buffer))
        buffer[: len(data)] = data
        return len(data)


def read_ready(stream: BinaryIO, size: int) -> bytes:
    """What a stream has ready, at least a byte before its end: a pipe must not wait for a full block."""
    read = getattr(stream, "read1", stream.read)
    data = read(size)
    return data if isinstance(data, bytes) else b""


def too_large() -> MessageError:
    return MessageError("ME907", f"the line is longer than {LINE_LIMIT // 1_000_000} MB", "put one message on a line")


def decoded(data: bytes) -> str:
    """A line as text.  Raises MessageError where it is not UTF-8."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise not_utf8(data, error.start) from None


def not_utf8(data: bytes, at: int) -> MessageError:
    guess = likely(data)
    looks = f"; it looks like {guess}" if guess else ""
    return MessageError("ME904", f"not UTF-8 at byte {at + 1} (0x{data[at]:02x}){looks}", "save the file as UTF-8")
