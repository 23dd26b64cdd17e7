"""Files of messages to rows: JSON Lines, CSV, Parquet, plain text, or standard input.

All sources are opened and looked at before the first row is given, so that a missing file or a
wrong encoding is said before any work is done.  Rows then stream: memory does not grow with a file.
"""

from __future__ import annotations

import stat
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import BinaryIO, Literal

from modengine.errors import InputError
from modengine.model import Message
from modengine.run.read import jsonl, parquet, table
from modengine.run.read.lines import HEAD, LineReader
from modengine.run.read.row import Row
from modengine.text.encoding import UTF8_BOM, file_encoding, iconv

Form = Literal["jsonl", "csv", "text", "parquet"]
FORMS: Mapping[Form, Callable[[LineReader, str, str], Iterator[Row]]] = {
    "jsonl": jsonl.rows,
    "csv": table.rows,
    "text": jsonl.plain_rows,
}
SUFFIXES: Mapping[str, Form] = {
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".json": "jsonl",
    ".csv": "csv",
    ".txt": "text",
    ".text": "text",
    ".parquet": "parquet",
}
REFUSED: Mapping[str, str] = {
    ".tsv": "save it as CSV, with commas",
    ".xls": "save it as CSV (UTF-8)",
    ".xlsx": "save it as CSV (UTF-8)",
    ".ods": "save it as CSV (UTF-8)",
    ".gz": "unpack it on the way: gzip -dc FILE | modengine scan -",
    ".zst": "unpack it on the way: zstd -dc FILE | modengine scan -",
    ".xz": "unpack it on the way: xz -dc FILE | modengine scan -",
    ".bz2": "unpack it on the way: bzip2 -dc FILE | modengine scan -",
    ".zip": "unpack it first",
    ".yaml": "that is a rule file: give it with --policy, and messages as FILE",
    ".yml": "that is a rule file: give it with --policy, and messages as FILE",
}
"""Forms that are known and not read, with what to do."""


@dataclass(frozen=True, slots=True)
class Source:
    """A source that has been looked at and can be read."""

    name: str
    form: Form
    head: bytes
    """What has already been taken from `stream`."""
    stream: BinaryIO | None
    """None for a regular file: it is opened again when its turn comes."""
    size: int | None
    """Bytes, where known beforehand."""


def look(name: str, form: Form | None = None, stdin: BinaryIO | None = None) -> Source:
    """Opens a source and tells its form.  Raises InputError (ME904, ME905, ME906).

    `name` is a path, or `-` for `stdin`; `form` overrules the suffix.
    """
    form = form or _form_of(name)
    if name == "-":
        if stdin is None:
            raise InputError("ME905", "there is no standard input", "give a file")
        head, form = _looked(name, form, stdin, patient=False)
        return Source(name, form, head, stdin, None)
    stream, size = open_file(name)
    with ExitStack() as stack:
        stack.callback(stream.close)
        head, form = _looked(name, form, stream, patient=size is not None)
        if size is not None:
            return Source(name, form, b"", None, size)
        # A pipe cannot be opened twice.
        stack.pop_all()
        return Source(name, form, head, stream, None)


def _looked(name: str, form: Form | None, stream: BinaryIO, patient: bool) -> tuple[bytes, Form]:
    """The first bytes of a stream, and its form."""
    if form == "parquet":
        if not patient:
            raise InputError(
                "ME906", f"`{name}`: Parquet is read from its end, which a pipe does not have", "give a file"
            )
        parquet.require(name)
        return b"", form
    head, ended = _head(stream, patient)
    if head and not head.strip(b"\0"):
        raise InputError("ME906", f"`{name}` is not a text: it begins with {len(head):,} zeros", "give another file")
    encoding = file_encoding(head, whole=ended)
    if encoding is not None:
        raise InputError("ME904", f"`{name}` is not UTF-8; it looks like {encoding}", iconv(encoding, name))
    return head, _sniffed(name, head, form) if form in (None, "jsonl") else form


def read(
    sources: Sequence[Source], on_bytes: Callable[[int], object] | None = None, text: str = "text"
) -> Iterator[Row]:
    """The rows of all sources, in their order.

    `text` is the key or column that holds the text of a message.  `on_bytes` is told, row by row,
    how many bytes have been read in all.
    """
    done = 0
    for source in sources:
        with ExitStack() as stack:
            if source.form == "parquet":
                yield from parquet.rows(source.name, text)
                done += source.size or 0
                continue
            stream = source.stream or open_file(source.name)[0]
            if source.name != "-":
                stack.callback(stream.close)
            # A regular file is opened anew: its mark of byte order is still before the first line.
            lines = LineReader(source.head or stream.read(len(UTF8_BOM)), stream)
            for row in FORMS[source.form](lines, source.name, text):
                yield row
                if on_bytes is not None:
                    on_bytes(done + lines.read)
            done += lines.read


def read_paths(paths: Sequence[str | Path], form: Form | None = None, text: str = "text") -> Iterator[Row]:
    """The rows of some files, looked at and then read."""
    return read([look(str(path), form) for path in paths], text=text)


@dataclass(frozen=True, slots=True)
class MessageFiles:
    """The messages of some files that can be read, read anew each time that they are gone through."""

    paths: Sequence[str | Path]

    def __iter__(self) -> Iterator[Message]:
        return (row.message for row in read_paths(self.paths) if row.message is not None)


def _form_of(name: str) -> Form | None:
    suffix = Path(name).suffix.lower()
    if suffix in REFUSED:
        raise InputError("ME906", f"`{name}`: files of the form `{suffix}` are not read", REFUSED[suffix])
    return SUFFIXES.get(suffix)


def open_file(name: str) -> tuple[BinaryIO, int | None]:
    """A file opened to be read, and its size if it is a regular one.  Raises InputError (ME905)."""
    path = Path(name)
    try:
        status = path.stat()
        if stat.S_ISDIR(status.st_mode):
            raise InputError("ME905", f"`{name}` is a folder", f"name its files: {path / '*.jsonl'}")
        return path.open("rb"), status.st_size if stat.S_ISREG(status.st_mode) else None
    except FileNotFoundError:
        raise InputError("ME905", f"there is no file `{name}`", _nearby(path)) from None
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        why = (getattr(error, "strerror", None) or str(error)).lower()
        raise InputError("ME905", f"`{name}` cannot be read: {why}", "check the path and its permissions") from None


def _nearby(path: Path) -> str:
    try:
        names = [entry.name for entry in path.parent.iterdir() if entry.is_file()]
    except OSError:
        return f"there is no folder `{path.parent}` either"
    near = get_close_matches(path.name, names, 1)
    return f"did you mean `{path.with_name(near[0])}`?" if near else "check the path"


def _head(stream: BinaryIO, patient: bool) -> tuple[bytes, bool]:
    """The first bytes and whether they are all; from a pipe, as soon as something is there."""
    head = b""
    read = stream.read if patient else getattr(stream, "read1", stream.read)
    try:
        while len(head) < HEAD and (patient or not head.strip()):
            data = read(HEAD - len(head))
            if not data:
                return head, True
            head += data
    except OSError as error:
        raise InputError("ME905", f"the input cannot be read: {(error.strerror or str(error)).lower()}") from None
    return head, False


def _sniffed(name: str, head: bytes, form: Form | None) -> Form:
    body = head.removeprefix(UTF8_BOM).lstrip()
    if form == "jsonl":
        if body[:1] == b"[" and body[1:].lstrip()[:1] == b"{":
            raise InputError(
                "ME906", f"`{name}` is a JSON list", "write one object a line: jq -c '.[]' FILE > NEW.jsonl"
            )
        return form
    if b"\0" in body:
        raise InputError("ME906", f"`{name}` is not a text", "say what it is with --input-format, if it is one")
    return "jsonl" if body[:1] == b"{" else "text"
