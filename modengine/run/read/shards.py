"""The input cut into shards: what one machine takes at a time.  The same input gives the same shards.

JSON Lines and plain text are cut between lines, after about so many bytes; a CSV or Parquet file is
one shard.  Each knows the digest of its bytes, so that whoever decides it can see that it is the same.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO, cast

import msgspec

from modengine.errors import InputError
from modengine.run.read.blocks import RAW, Block, Position, blocks, whole_lines
from modengine.run.read.files import Form, Source, look, open_file
from modengine.text.encoding import UTF8_BOM

SIZE = 64 << 20
"""Bytes of a shard, about."""


class Shard(msgspec.Struct, frozen=True):
    """A slice of a file."""

    number: int
    name: str
    """Of the file, as it was given: what results call their source."""
    form: Form
    start: int
    end: int
    """Bytes `[start, end)` of the file."""
    line: int
    """The number of its first line."""
    sha256: str
    """Of its bytes."""

    @property
    def folder(self) -> str:
        return f"{self.number:06d}"


def shards(sources: Sequence[Source], size: int = SIZE) -> Iterator[Shard]:
    """The shards of some files, in order.  Reads all of them once.

    A file without bytes has none.  Raises InputError (ME906) for what is no file.
    """
    number = 0
    for source in sources:
        if source.size is None:
            what = f"`{source.name}` is a pipe, which many machines cannot read"
            raise InputError("ME906", what, "save it to a file that all of them see")
        for start, end, line, digest in _slices(source, size):
            yield Shard(number, source.name, source.form, start, end, line, digest)
            number += 1


def _slices(source: Source, size: int) -> Iterator[tuple[int, int, int, str]]:
    """Start, end, first line and digest of each slice of a file."""
    with open_file(source.name)[0] as stream:
        at, line = 0, 1
        piece = min(size, 1 << 20)
        while data := stream.read(piece):
            digest, start, first = hashlib.sha256(data), at, line
            at += len(data)
            line += data.count(b"\n")
            while (source.form not in RAW or at - start < size) and (data := stream.read(piece)):
                digest.update(data)
                at += len(data)
                line += data.count(b"\n")
            ended = data.endswith(b"\n")
            while not ended and source.form in RAW and (data := stream.readline(1 << 20)):
                digest.update(data)
                at += len(data)
                ended = data.endswith(b"\n")
                line += ended
            yield start, at, first, digest.hexdigest()


def blocks_of(shard: Shard, folder: Path) -> Iterator[Block]:
    """The blocks of a shard.  `folder` is where its file is looked for.

    Raises InputError (ME912), at the latest after the last block, where its bytes are not those
    that the shard was cut from.
    """
    path = str(folder / shard.name)
    digest = hashlib.sha256()
    if shard.form not in RAW:
        with open_file(path)[0] as stream:
            while data := stream.read(1 << 20):
                digest.update(data)
        _check(shard, digest.hexdigest())
        for block in blocks([look(path, shard.form)]):
            rows = tuple(replace(row, source=shard.name) for row in block.rows)
            yield replace(block, name=shard.name, rows=rows)
        return
    with open_file(path)[0] as stream:
        stream.seek(shard.start)
        window = cast("BinaryIO", _Window(stream, shard.end - shard.start))
        head = window.read(len(UTF8_BOM)) if shard.start == 0 else b""
        if head == UTF8_BOM:
            digest.update(head)
            head = b""
        line = shard.line
        for data, size in whole_lines(window, head, digest):
            after = line + data.count(b"\n") + (not data.endswith(b"\n"))
            yield Block(shard.name, shard.form, line, Position(line=after), size, data)
            line = after
    _check(shard, digest.hexdigest())


class _Window:
    """The next so many bytes of a file."""

    def __init__(self, stream: BinaryIO, left: int) -> None:
        self._stream, self._left = stream, left

    def read1(self, size: int) -> bytes:
        data = self._stream.read(min(size, self._left))
        self._left -= len(data)
        return data

    read = read1


def _check(shard: Shard, digest: str) -> None:
    if digest != shard.sha256:
        what = f"`{shard.name}` was changed while it was being decided (shard {shard.number})"
        raise InputError("ME912", what, "put it back as it was, or begin anew in another folder")
