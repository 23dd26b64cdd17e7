"""Coded sheets, as they come back: CSV or XLSX, in any order, with what coders left out counted."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path

import msgspec

from modengine.errors import InputError
from modengine.lab.coding.key import SampleKey
from modengine.lab.data.corpus import HARMLESS

UNCLEAR = "?"
SETTLED = "codes"
"""The column that only a sheet of disagreements has: what the coders said."""
Code = frozenset[str]
"""The categories that a coder found; empty for none."""
MOST_BYTES = 200_000_000
_ID = re.compile(r"(s[0-9a-f]{8})-\d+")
_PARTS = re.compile(r"[;,+/|、，；\n]")


def choices(categories: Sequence[str]) -> tuple[str, ...]:
    """What a coder can write."""
    return (*categories, HARMLESS, UNCLEAR)


class CoderCounts(msgspec.Struct, frozen=True):
    """What became of the rows of a sheet."""

    coder: str
    coded: int
    blank: int
    """Rows without a code: in no figure."""
    unclear: int
    """Rows of which the coder could not tell: in no figure."""
    missing: int
    """Rows that the key gives to coders, and this sheet lacks; 0 without a key or where rows were dealt out."""
    added: int
    """Rows that the sample has not: left out."""


@dataclass(frozen=True, slots=True)
class CodedSheet:
    """What one coder said."""

    coder: str
    codes: Mapping[str, Code]
    """By the id of the row."""
    texts: Mapping[str, str]
    """The texts of the rows, where the sheet has them."""
    counts: CoderCounts
    settles: bool = False
    """Whether it is a sheet of disagreements, and not one coder's."""


@dataclass(slots=True)
class _SheetSoFar:
    """What was met in a sheet."""

    codes: dict[str, Code] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    seen: set[str] = field(default_factory=set)
    foreign: set[str] = field(default_factory=set)
    wrong: list[str] = field(default_factory=list)
    blank: int = 0
    unclear: int = 0
    added: int = 0


def read_sheets(
    paths: Sequence[str | Path], key: SampleKey | None = None, *, id_column: str = "id", code_column: str = "code"
) -> tuple[CodedSheet, ...]:
    """A coder a file, named after it.  Raises InputError (ME905, ME906, ME908, ME911)."""
    files = [Path(path) for path in paths]
    names = [path.stem for path in files]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise InputError("ME911", f"two sheets are named `{twice[0]}`", "name each file after its coder")
    found = tuple(read_sheet(path, key, id_column, code_column) for path in files)
    for path, sheet in zip(files, found, strict=True):
        if sheet.settles:
            raise InputError("ME911", f"`{path}` settles disagreements and is no coder's", "give it with --settled")
    samples = {match[1] for sheet in found for row in sheet.codes if (match := _ID.fullmatch(row))}
    if key is None and len(samples) > 1:
        raise InputError(
            "ME911", f"the sheets are of several samples: {', '.join(sorted(samples))}", "give those of one"
        )
    return found


def read_sheet(path: Path, key: SampleKey | None, id_column: str = "id", code_column: str = "code") -> CodedSheet:
    """What one coder said.  Order means nothing; rows that the sample has not are left out and counted."""
    rows = table(path, id_column)
    columns = {name: rows[0].index(name) for name in (id_column, code_column, "text") if name in rows[0]}
    for name in (id_column, code_column):
        if name not in columns:
            there = ", ".join(f"`{other}`" for other in rows[0] if other) or "none"
            raise InputError(
                "ME908", f"`{path}` has no column `{name}`; its columns are {there}",
                "keep the header of the sheet, or name the column with --id or --code",
            )  # fmt: skip
    known = None if key is None else {row.id for row in key.rows}
    met = _SheetSoFar()
    for number, row in enumerate(rows[1:], 2):
        cells = {name: row[at].strip() if at < len(row) else "" for name, at in columns.items()}
        if any(cell.strip() for cell in row):
            _take(met, number, cells[id_column], cells[code_column], cells.get("text", ""), key, known)
    _refuse(path, met, key)
    missing = 0 if known is None else len(known - met.seen)
    if key is not None and any(len(row.sheets) < key.coders for row in key.rows):
        missing = 0  # whose the rows are is not known
    counts = CoderCounts(path.stem, len(met.codes), met.blank, met.unclear, missing, met.added)
    return CodedSheet(path.stem, met.codes, met.texts, counts, SETTLED in rows[0])


def filled_in(path: Path) -> int:
    """Rows of a sheet with a code or a note.  Raises as `table`."""
    header, *rows = table(path, "id")
    columns = [header.index(name) for name in ("code", "note") if name in header]
    return sum(any(row[at].strip() for at in columns if at < len(row)) for row in rows)


def read_settled(path: Path, key: SampleKey | None, id_column: str = "id", code_column: str = "code") -> CodedSheet:
    """What was settled of the disagreements.  Raises as `read_sheet`, and InputError (ME911) for a coder's sheet."""
    sheet = read_sheet(path, key, id_column, code_column)
    if not sheet.settles:
        raise settles_nothing(path)
    return sheet


def settles_nothing(path: Path) -> InputError:
    """That a coder's sheet was given for what was settled."""
    hint = "give the file that `modengine agree --settle` wrote, filled in"
    return InputError("ME911", f"`{path}` is a coder's sheet and settles nothing", hint)


def _take(
    met: _SheetSoFar, number: int, row: str, said: str, text: str, key: SampleKey | None, known: Collection[str] | None
) -> None:
    if not row or (known is not None and row not in known):
        match = _ID.fullmatch(row)
        if key is not None and match and match[1] != key.sample:
            met.foreign.add(match[1])
        met.added += 1
        return
    code = parsed(said, None if key is None else key.categories)
    if isinstance(code, str):
        met.wrong.append(f"row {number}, {row}: {code}")
        return
    if row in met.seen:
        if met.codes.get(row) != code:
            met.wrong.append(f"row {number}: {row} stands twice, with different codes")
        return
    met.seen.add(row)
    met.texts[row] = text
    if code is not None:
        met.codes[row] = code
    elif said:
        met.unclear += 1
    else:
        met.blank += 1


def _refuse(path: Path, met: _SheetSoFar, key: SampleKey | None) -> None:
    if met.wrong:
        more = f"; and {len(met.wrong) - 5:,} more" if len(met.wrong) > 5 else ""
        names = "" if key is None else ", ".join(choices(key.categories))
        hint = f"the codes are {names}; several with `;` between them" if names else ""
        raise InputError("ME911", f"`{path}`: {'; '.join(met.wrong[:5])}{more}", hint)
    if met.foreign and key is not None and not met.seen:
        raise InputError(
            "ME911", f"`{path}` is of the sample {', '.join(sorted(met.foreign))}, and the key of {key.sample}",
            "give the key that was written with the sheets",
        )  # fmt: skip
    if not met.seen:
        raise InputError("ME911", f"`{path}` has no row of the sample", "keep the column of ids as it was")
    if not met.codes:
        raise InputError("ME911", f"`{path}`: no row was coded", "leave the sheet out, or have it filled in")


def parsed(said: str, categories: Sequence[str] | None) -> Code | str | None:
    """What a cell means: a code, None for blank or unclear, or, as a text, what is wrong with it."""
    text = unicodedata.normalize("NFKC", said).strip()
    if not text or text == UNCLEAR:
        return None
    parts = {part.strip().casefold() for part in _PARTS.split(text)} - {""}
    if HARMLESS in parts:
        return frozenset() if parts == {HARMLESS} else f"`{said}` says {HARMLESS} and a category"
    if categories is None:
        return frozenset(parts)
    names = {name.casefold(): name for name in categories}
    for part in sorted(parts):
        if part not in names:
            near = get_close_matches(part, (*names, HARMLESS), 1)
            return f"`{part}` is no category" + (f": `{near[0]}`?" if near else "")
    return frozenset(names[part] for part in parts)


def table(path: Path, column: str) -> list[list[str]]:
    """The rows of a CSV or XLSX file, header first.  Raises InputError (ME904, ME905, ME906, ME908).

    CSV may have commas, semicolons or tabs between its cells: spreadsheets that write decimals with a comma
    save semicolons.
    """
    if not path.is_file():
        raise InputError("ME905", f"there is no file `{path}`", "give the sheets of the coders")
    if path.stat().st_size > MOST_BYTES:
        raise InputError("ME906", f"`{path}` has more than {MOST_BYTES:,} bytes", "give the sheet of a coder")
    if path.suffix.lower() == ".xlsx":
        from modengine.lab.coding.workbook import read  # noqa: PLC0415  (openpyxl)

        rows = read(path)
    elif path.suffix.lower() in (".csv", ".tsv", ".txt"):
        rows = _csv(path, column)
    else:
        raise InputError("ME906", f"`{path}` is neither CSV nor XLSX", "save the sheet as one of them")
    if not rows:
        raise InputError("ME908", f"`{path}` is empty", "give the sheet of a coder")
    return [[_plain(name) for name in rows[0]], *rows[1:]]


def _plain(name: str) -> str:
    return name.strip().removeprefix("'")


def _csv(path: Path, column: str) -> list[list[str]]:
    data = path.read_bytes()
    text = _decoded(path, data)
    head = text.partition("\n")[0]
    separator = next((mark for mark in ",;\t" if column in map(str.strip, _cells(head, mark))), ",")
    try:
        return [row for row in csv.reader(io.StringIO(text, newline=""), delimiter=separator) if row]
    except csv.Error as error:
        raise InputError("ME908", f"`{path}` is not CSV: {error}", "save it again from the spreadsheet") from None


def _cells(line: str, separator: str) -> Iterable[str]:
    return next(csv.reader([line.rstrip("\r")], delimiter=separator), [])


def _decoded(path: Path, data: bytes) -> str:
    """Raises InputError (ME904) for what is neither UTF-8 nor marked UTF-16."""
    for encoding, mark in (("utf-16", b"\xff\xfe"), ("utf-16", b"\xfe\xff"), ("utf-8-sig", b"")):
        if data.startswith(mark):
            try:
                return data.decode(encoding)
            except UnicodeDecodeError:
                break
    raise InputError("ME904", f"`{path}` is not UTF-8", "save it as XLSX, or as CSV UTF-8")
