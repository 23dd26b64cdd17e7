"""CSV: a header, then a message a row.  RFC 4180, commas, `"` around cells; strict.

Bad bytes are carried through the csv module as surrogates (`surrogateescape`), so that they spoil
their own row alone.  A quotation mark that is never closed would swallow the rest of the file: the
row is refused, and what it swallowed is read again as rows of its own.
"""

from __future__ import annotations

import csv
import json
import re
from collections import deque
from collections.abc import Iterator

from modengine.errors import InputError, MessageError
from modengine.run.read.lines import LINE_LIMIT, LineReader, not_utf8, too_large
from modengine.run.read.row import Row
from modengine.run.read.shape import message_of, nearly_text, refuse_twice

AGAIN = 64_000_000
"""Bytes that may be read again after rows with an open quotation mark; what is beyond is reported as a range."""
_ESCAPED = re.compile("[\udc80-\udcff]")
_HINT = "quote a cell that holds a comma, a quotation mark or a line end; write a quotation mark in it twice"


def rows(lines: LineReader, source: str, text_key: str = "text") -> Iterator[Row]:
    """A row for every record.  Raises InputError (ME908) where the header cannot serve."""
    feed = _Feed(lines)
    # The limit of a cell is the csv module's own and global; it is only ever raised here.
    csv.field_size_limit(max(csv.field_size_limit(), LINE_LIMIT))
    reader = csv.reader(feed, strict=True)
    header: list[str] | None = None
    while True:
        start = feed.mark()
        try:
            cells = next(reader)
        except StopIteration:
            return
        except (csv.Error, MessageError) as error:
            bad = error if isinstance(error, MessageError) else _unreadable(error)
            if header is None:
                raise InputError("ME908", f"`{source}`: the header cannot be read: {bad.message}", bad.hint) from None
            lost = feed.give_back()
            if lost > start:
                bad = MessageError(bad.code, f"{bad.message} (lines {start} to {lost} are lost)", bad.hint)
            yield Row(start, source, error=bad)
            continue
        if not cells:
            continue
        if header is None:
            header = _header(cells, source, text_key)
            continue
        try:
            yield Row(start, source, message=message_of(_values(header, cells, text_key), text_key))
        except MessageError as error:
            yield Row(start, source, error=error)


class _Feed:
    """Lines of text for the csv module, which can be given back where they turned out not to be one record."""

    def __init__(self, lines: LineReader) -> None:
        self._lines = lines
        self._taken: list[tuple[int, str | None]] = []
        self._again: deque[tuple[int, str | None]] = deque()
        self._size = 0
        self._left = AGAIN

    def __iter__(self) -> _Feed:
        return self

    def __next__(self) -> str:
        if self._again:
            number, text = self._again.popleft()
        else:
            data = self._lines.next_raw()
            number = self._lines.number
            if data == b"":
                raise StopIteration
            text = None if data is None else data.decode("utf-8", "surrogateescape")
        self._taken.append((number, text))
        self._size += LINE_LIMIT + 1 if text is None else len(text)
        if self._size > LINE_LIMIT and len(self._taken) > 1:
            raise MessageError("ME908", "a quotation mark is opened and not closed", _HINT)
        if text is None:
            raise too_large()
        return text

    def mark(self) -> int:
        """Begins a record; the number of its first line."""
        self._taken.clear()
        self._size = 0
        return self._again[0][0] if self._again else self._lines.number + 1

    def give_back(self) -> int:
        """Puts all lines of the record but its first back; the number of the last line that is not."""
        rest = self._taken[1:]
        size = sum(len(text or "") for _, text in rest)
        if size > self._left:
            return self._taken[-1][0]
        self._left -= size
        self._again.extendleft(reversed(rest))
        return self._taken[0][0] if self._taken else 0


def _unreadable(error: csv.Error) -> MessageError:
    text = str(error)
    if "unexpected end of data" in text or "field larger" in text:
        return MessageError("ME908", "a quotation mark is opened and not closed", _HINT)
    if "expected after" in text:
        return MessageError("ME908", "something follows the closing quotation mark of a cell", _HINT)
    if "new-line character" in text:
        return MessageError("ME908", "a line ends with CR alone", "save the file with LF or CRLF at the end of lines")
    return MessageError("ME908", f"not a row of a CSV file: {text.split(' - ', maxsplit=1)[0]}", _HINT)


def _header(cells: list[str], source: str, text_key: str) -> list[str]:
    names = [cell.strip() for cell in cells]
    refuse_twice(names, f"`{source}`")
    if text_key in names:
        return names
    shown = ", ".join(f"`{name[:40]}`" for name in names[:10])
    message = f"`{source}`: the header has no column `{text_key}`, only {shown}"
    if len(names) == 1 and (";" in names[0] or "\t" in names[0]):
        by = "semicolons" if ";" in names[0] else "tabs"
        raise InputError("ME908", f"`{source}`: the columns are separated by {by}", "save the file with commas")
    if text_key != "text":
        raise InputError("ME908", message, "name one of them with --text")
    near = nearly_text(names)
    hint = "name the columns in the first row; see docs/messages.md"
    if near:
        hint = f"rename `{near}` to `text`; a command that has --text takes `--text {near}` as well"
    raise InputError("ME908", message, hint)


def _values(header: list[str], cells: list[str], text_key: str) -> dict[str, object]:
    """The cells by name.  An empty cell is a value that is missing; the text may be empty."""
    for cell in cells:
        bad = None if cell.isascii() else _ESCAPED.search(cell)
        if bad is not None:
            data = cell.encode("utf-8", "surrogateescape")
            raise not_utf8(data, len(cell[: bad.start()].encode("utf-8")))
    if len(cells) != len(header):
        raise MessageError(
            "ME908", f"{len(cells)} cell{'s' * (len(cells) != 1)} under a header of {len(header)}", _HINT
        )
    values: dict[str, object] = {
        name: cell for name, cell in zip(header, cells, strict=True) if name and (cell or name == text_key)
    }
    if "parts" in values:
        try:
            values["parts"] = json.loads(str(values["parts"]))
        except (ValueError, RecursionError):
            raise MessageError("ME902", "`parts` is not a list in JSON", "see docs/messages.md") from None
    return values
