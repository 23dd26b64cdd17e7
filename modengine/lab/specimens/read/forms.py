"""The forms in which lists are published: one entry a line, or a table with a header.

Both give rows: what the file writes as an entry, what else it says of it, and on which line.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from modengine.errors import InputError

_LINE_END = re.compile("\r\n|\r|\n")
_PATH = re.compile(r"(?:[A-Za-z]:)?[\\/](?:[^\\/\s]+[\\/])*[^\\/\s]+|(?:[\w.-]+[\\/])+[\w.-]+\.\w{1,8}")
"""A line that is the path of a file, as some programs put above their lists."""
NAMES: Mapping[str, tuple[str, ...]] = {
    "term": ("term", "keyword", "keywords", "keyword_combination", "keyword combination", "word", "censored keyword",
             "blocked keyword", "关键词", "敏感词", "词"),
    "extenuating": ("extenuating combination", "extenuating combinations"),
    "extenuated": ("censored keyword combinations it extenuates", "extenuates"),
    "components": ("# of components", "components", "#"),
    "category": ("category", "分类"),
    "theme": ("theme",),
    "language": ("language", "lang"),
    "translation": ("translation", "human_translation", "english", "machine_translation"),
    "first": ("date tested", "detected_on", "date", "first_seen", "first seen", "added", "date added"),
    "last": ("last_seen", "last seen", "removed", "date removed"),
}  # fmt: skip
"""What the columns of published tables are called, folded; the first that a table has is taken."""
_CELL = 1_000_000
"""Characters of a cell."""


@dataclass(frozen=True, slots=True)
class ListRow:
    """An entry as a file writes it."""

    line: int
    written: str
    about: Mapping[str, str] = field(default_factory=dict)
    """By the keys of NAMES."""


@dataclass(frozen=True, slots=True)
class ListFile:
    """The rows of a file, and how it was read, in words."""

    rows: tuple[ListRow, ...]
    said: tuple[str, ...]
    extenuating: bool = False
    """Whether its rows are extenuating combinations."""


@dataclass(frozen=True, slots=True)
class Layout:
    """How a file is to be read where it does not say itself."""

    skip: int | None = None
    """Lines at the top that are no entries."""
    comment: str | None = None
    """What a comment begins with."""
    columns: Mapping[str, str] = field(default_factory=dict)
    """For keys of NAMES, the column of the table."""
    where: Mapping[str, str] = field(default_factory=dict)
    """Only the rows of a table with these values."""


def read_list(text: str, name: str, shape: Layout) -> ListFile:
    """The rows of a text.  Raises InputError (ME908) for a table without a column that is asked for."""
    lines = _LINE_END.split(text)
    if lines[-1] == "":
        lines.pop()
    top, why = _top(lines, shape.skip)
    said = [why] if why else []
    body = "\n".join(lines[top:])
    header = _header(lines[top:], name)
    if header is not None or shape.columns or shape.where:
        return _table(body, top, header or ",", name, shape, said)
    prefix = shape.comment if shape.comment is not None else "# "
    rows, comments = [], 0
    for number, line in enumerate(lines[top:], top + 1):
        if prefix and line.startswith(prefix):
            comments += 1
        else:
            rows.append(ListRow(number, line))
    if comments:
        said.append(f"{comments:,} comments, which begin with `{prefix.strip()}`")
    return ListFile(tuple(rows), ("one entry a line", *said))


def _top(lines: Sequence[str], skip: int | None) -> tuple[int, str]:
    if skip is not None:
        return min(skip, len(lines)), f"{skip} lines skipped, as given" if skip else ""
    if len(lines) >= 2 and _PATH.fullmatch(lines[0].strip()) and not lines[1].strip():
        return 2, "2 lines skipped at the top: a path and a blank line"
    return 0, ""


def _header(lines: Sequence[str], name: str) -> str | None:
    """The sign that parts the cells, where the first line is the header of a table."""
    first = lines[0][:100_000] if lines else ""  # a longer line is no header, and no cell that `csv` takes
    sign = max(",\t;", key=first.count)
    cells = _cells(first, sign)
    known = sum(_key(cell) is not None for cell in cells)
    table = name.lower().endswith((".csv", ".tsv"))
    if known >= 2 or (known and (table or (len(cells) == 1 and cells[0].isascii() and "_" in cells[0]))):
        return sign
    return sign if table and len(cells) > 1 else None


def _cells(line: str, sign: str) -> list[str]:
    return next(csv.reader([line], delimiter=sign), [])


def _key(cell: str) -> str | None:
    folded = _folded(cell)
    return next((key for key, names in NAMES.items() if folded in names), None)


def _folded(cell: str) -> str:
    return " ".join(cell.strip().strip("\ufeff").lower().split())


def _table(body: str, top: int, sign: str, name: str, shape: Layout, said: list[str]) -> ListFile:
    csv.field_size_limit(max(csv.field_size_limit(), _CELL))
    reader = csv.reader(io.StringIO(body), delimiter=sign)
    try:
        header = next(reader, [])
        columns = _columns(header, name, shape)
        where = {_column(header, column, name): value for column, value in shape.where.items()}
        rows = tuple(_rows(reader, columns, where, top))
    except csv.Error as error:
        raise InputError("ME908", f"`{name}`, line {top + reader.line_num}: {error}", "is it a table at all?") from None
    used = ", ".join(f"{header[at]} ({key})" for key, at in columns.items())
    unused = [cell for at, cell in enumerate(header) if at not in columns.values()]
    said = [f"a table with the columns {used}", *([f"not used: {', '.join(unused)}"] if unused else []), *said]
    if where:
        said.append("only rows with " + " and ".join(f"{column} = {value}" for column, value in shape.where.items()))
    return ListFile(rows, tuple(said), "extenuating" in columns)


def _columns(header: Sequence[str], name: str, shape: Layout) -> dict[str, int]:
    found = {key: _column(header, column, name) for key, column in shape.columns.items()}
    folded = [_folded(cell) for cell in header]
    for key, names in NAMES.items():
        at = next((folded.index(known) for known in names if known in folded), None)
        if key not in found and at is not None and at not in found.values():
            found[key] = at
    if "term" not in found and "extenuating" not in found:
        raise InputError(
            "ME908", f"`{name}` has no column that is known to hold the entries",
            f"name it with --column term=COLUMN; the columns are {', '.join(header[:40]) or 'none'}",
        )  # fmt: skip
    return found


def _column(header: Sequence[str], column: str, name: str) -> int:
    for at, cell in enumerate(header):
        if _folded(cell) == _folded(column):
            return at
    raise InputError(
        "ME908", f"`{name}` has no column `{column}`", f"the columns are {', '.join(header[:40]) or 'none'}"
    )


def _rows(
    reader: Iterator[list[str]], columns: Mapping[str, int], where: Mapping[int, str], top: int
) -> Iterator[ListRow]:
    line = getattr(reader, "line_num", 1)
    for cells in reader:
        start, line = line + 1, reader.line_num  # type: ignore[attr-defined]
        if any(at >= len(cells) or cells[at] != value for at, value in where.items()):
            continue
        about = {key: cells[at].strip() for key, at in columns.items() if at < len(cells) and cells[at].strip()}
        yield ListRow(top + start, about.get("term" if "term" in columns else "extenuating", ""), about)


def combinations_in(cell: str) -> list[str]:
    """The combinations that a cell names: one a line, or parted by `;`, `；`, `|` or commas."""
    pieces = re.split(r"[\n;；|]|,(?![^(]*\))|，", cell)
    return [piece.strip() for piece in pieces if piece.strip()]
