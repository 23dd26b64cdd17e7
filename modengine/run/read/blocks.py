"""The input cut into blocks: what is decided, written and recorded together.

A block of JSON Lines or plain text is raw lines, which whoever decides it reads; one of CSV or
Parquet is rows.  Each block knows the position after it, with a digest of all input up to there, so
that a scan can go on from any of them and be sure that it is the same input.
"""

from __future__ import annotations

import hashlib
import io
import time
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import islice
from typing import BinaryIO, Protocol

import msgspec

from modengine.errors import InputError
from modengine.run.read import parquet
from modengine.run.read.files import FORMS, Form, Source, open_file, read
from modengine.run.read.lines import LINE_LIMIT, LineReader, read_ready
from modengine.run.read.row import Row
from modengine.text.encoding import UTF8_BOM

BYTES = 64 * 1024
"""Of raw lines in a block, about."""
ROWS = 512
"""Of CSV or Parquet in a block."""
PATIENCE = 0.5
"""Seconds after which rows from a pipe are no longer held back for a full block."""
RAW: frozenset[Form] = frozenset({"jsonl", "text"})
"""Forms that a block holds as lines."""


class Position(msgspec.Struct, frozen=True):
    """A place between two rows of the input."""

    source: int = 0
    """Which of the sources, from 0."""
    at: int = 0
    """Bytes of raw lines, or rows, of that source before this place."""
    line: int = 1
    """The number of the next line."""
    sha256: str = ""
    """Of all input before this place; empty where nothing was read yet."""


@dataclass(frozen=True, slots=True)
class Block:
    """Some rows of one source, in order."""

    name: str
    form: Form
    line: int
    """The number of the first line."""
    end: Position
    size: int
    """Bytes of the source read for it, about."""
    data: bytes = b""
    rows: tuple[Row, ...] = ()

    def read(self) -> Iterator[Row]:
        """The rows, numbered as in the whole source."""
        if self.form not in RAW:
            return iter(self.rows)
        lines = LineReader(b"", io.BytesIO(self.data))
        lines.number = self.line - 1
        return FORMS[self.form](lines, self.name, "text")


class _Digest(Protocol):
    def update(self, data: bytes, /) -> None: ...
    def hexdigest(self) -> str: ...


def blocks(sources: Sequence[Source], start: Position | None = None) -> Iterator[Block]:
    """The blocks of all sources in their order; with `start`, those after that place.

    What lies before `start` is read and compared.  Raises InputError (ME912) where it is not what it
    was, or no longer there.
    """
    start = start or Position()
    digest = hashlib.sha256()
    for number, source in enumerate(sources):
        digest.update(b"\0%d\0%s\0" % (number, source.name.encode("utf-8", "surrogatepass")))
        here = number == start.source
        skip = start.at if here else None if number < start.source else 0
        cut = _raw if source.form in RAW else _rows
        with closing(cut(number, source, digest, skip, start.line if here else 1)) as found:
            for block in found:
                if block is not None:
                    yield block
                elif here and start.sha256 not in ("", digest.hexdigest()):
                    raise _changed(sources, start)


def _changed(sources: Sequence[Source], start: Position) -> InputError:
    names = [f"`{source.name}`" for source in sources[: start.source + 1]]
    shown = ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
    what = f"what had been decided of {shown} is not what stands there now"
    return InputError("ME912", what, "put it back as it was, or scan from the beginning: leave --resume out")


# --------------------------------------------------------------------------- lines


def _raw(number: int, source: Source, digest: _Digest, skip: int | None, line: int) -> Generator[Block | None]:
    """Blocks of whole lines.  `skip` bytes (None: all) are passed over first; then comes None."""
    stream = source.stream or open_file(source.name)[0]
    try:
        at = _pass(stream, digest, skip)
        yield None
        if skip is None:
            return
        head = b""
        if at == 0:
            head = source.head or stream.read(len(UTF8_BOM))
            if head.startswith(UTF8_BOM):
                digest.update(UTF8_BOM)
                head, at = head.removeprefix(UTF8_BOM), len(UTF8_BOM)
        for data, size in whole_lines(stream, head, digest):
            at += size
            after = line + data.count(b"\n") + (not data.endswith(b"\n"))
            end = Position(number, at, after, digest.hexdigest())
            yield Block(source.name, source.form, line, end, size, data)
            line = after
    finally:
        if source.name != "-":
            stream.close()


def _pass(stream: BinaryIO, digest: _Digest, size: int | None) -> int:
    """Reads so many bytes, or all; how many there were."""
    done = 0
    while size is None or done < size:
        data = stream.read(1 << 20 if size is None else min(1 << 20, size - done))
        if not data:
            break
        digest.update(data)
        done += len(data)
    return done


def whole_lines(stream: BinaryIO, held: bytes, digest: _Digest) -> Iterator[tuple[bytes, int]]:
    """Pieces that end where a line does, each with how many bytes of the stream it stands for.

    Of a line above the limit only the beginning is given, itself above the limit: it is refused
    where the lines are read, and never held whole.
    """
    seen = 0
    while True:
        cut = held.rfind(b"\n", seen) + 1
        if cut:
            data, held = held[:cut], held[cut:]
            digest.update(data)
            yield data, cut
        seen = len(held)
        if seen > LINE_LIMIT + 2:
            digest.update(held)
            size = seen
            rest = b""
            while not rest and (data := read_ready(stream, BYTES)):
                line, end, rest = data.partition(b"\n")
                digest.update(line + end)
                size += len(line + end)
                if end:
                    held += end
                    break
            yield held, size
            held, seen = rest, 0
            if rest:
                continue
        data = read_ready(stream, BYTES)
        if not data:
            if held:
                digest.update(held)
                yield held, len(held)
            return
        held += data


# --------------------------------------------------------------------------- rows


def _rows(number: int, source: Source, digest: _Digest, skip: int | None, line: int) -> Generator[Block | None]:
    """Blocks of rows.  `skip` rows (None: all) are passed over first; then comes None."""
    read_so_far = 0

    def on_bytes(done: int) -> None:
        nonlocal read_so_far
        read_so_far = done

    share = 0.0
    if source.form == "parquet":
        share = (source.size or 0) / max(1, parquet.count(source.name))
    rows = read([source], on_bytes)
    at = 0
    for row in islice(rows, skip):
        digest.update(_bytes(row))
        at += 1
    yield None
    if skip is None:
        return
    told = 0
    for some_rows in _batches(rows, patient=source.size is not None):
        for row in some_rows:
            digest.update(_bytes(row))
        at += len(some_rows)
        first, line = some_rows[0].line, some_rows[-1].line + 1
        size = round(share * len(some_rows)) if share else read_so_far - told
        told = read_so_far
        end = Position(number, at, line, digest.hexdigest())
        yield Block(source.name, source.form, first, end, size, rows=tuple(some_rows))


def _batches(rows: Iterator[Row], patient: bool) -> Iterator[list[Row]]:
    """Rows by the hundred; from a slow pipe, sooner."""
    batch: list[Row] = []
    since = time.monotonic()
    for row in rows:
        batch.append(row)
        if len(batch) >= ROWS or (not patient and time.monotonic() - since > PATIENCE):
            yield batch
            batch, since = [], time.monotonic()
    if batch:
        yield batch


_ENCODER = msgspec.msgpack.Encoder(enc_hook=repr)


def _bytes(row: Row) -> bytes:
    """All of a row, to be compared with what it was when it was decided."""
    error = None if row.error is None else (row.error.code, row.error.message, getattr(row.error, "given", None))
    try:
        return _ENCODER.encode((row.line, row.message, error))
    except UnicodeEncodeError:
        return repr((row.line, row.message, error)).encode("utf-8", "surrogatepass")
