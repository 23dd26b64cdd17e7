"""XLSX, to write and to read: cells are texts, never formulas, and the same rows give the same bytes."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from openpyxl import Workbook, load_workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from modengine.errors import InputError
from modengine.run.write.tidy import safe

MOST_CHARACTERS = 32_000
"""Of a cell; a spreadsheet takes 32,767."""
CUT = " […]"
MOST_UNPACKED = 300_000_000
MOST_ROWS, MOST_COLUMNS = 1_048_576, 200
"""Of a sheet: a cell at the far end of it would make as many empty ones before it."""
_THEN = datetime(2000, 1, 1)
"""XLSX has no zone."""


def written(rows: Sequence[Sequence[str]], guide: str, choices: Sequence[str], chosen: int) -> bytes:
    """A workbook of two sheets, `code` with the rows and `guide`.

    The first row is the header; column number `chosen`, from 0, offers `choices`, and takes others too.
    """
    book = Workbook()
    sheet = book.active
    sheet.title = "code"
    _fill(sheet, rows)
    sheet.freeze_panes = "A2"
    for number, width in enumerate((16, 80, 16, 30), 1):
        sheet.column_dimensions[get_column_letter(number)].width = width
    offered = ",".join(choices)
    if len(offered) <= 255 and not any("," in choice or '"' in choice for choice in choices):  # the most that XLSX has
        validation = DataValidation(type="list", formula1=f'"{offered}"', allow_blank=True, showErrorMessage=False)
        column = get_column_letter(chosen + 1)
        validation.add(f"{column}2:{column}{max(2, len(rows))}")
        sheet.add_data_validation(validation)
    page = book.create_sheet("guide")
    _fill(page, [[line] for line in guide.splitlines()], header=False)
    page.column_dimensions["A"].width = 110
    book.properties.creator, book.properties.created = "modengine", _THEN
    return _packed(book)


def _fill(sheet: Worksheet, rows: Sequence[Sequence[str]], header: bool = True) -> None:
    for y, row in enumerate(rows, 1):
        for x, text in enumerate(row, 1):
            cell = sheet.cell(y, x)
            cell.value = as_cell(text)
            cell.data_type = "s"
            cell.alignment = Alignment(wrap_text=True, vertical="top")
            if header and y == 1:
                cell.font = Font(bold=True)


def as_cell(text: str) -> str:
    """What a spreadsheet takes: nothing that runs, no controls, no endless text."""
    plain = ILLEGAL_CHARACTERS_RE.sub("\N{REPLACEMENT CHARACTER}", text.encode("utf-8", "replace").decode("utf-8"))
    return safe(plain if len(plain) <= MOST_CHARACTERS else plain[:MOST_CHARACTERS] + CUT)


def _packed(book: Workbook) -> bytes:
    """The bytes, without the time of day that openpyxl and ZIP put in."""
    made, packed = io.BytesIO(), io.BytesIO()
    book.save(made)
    stamp = f"{book.properties.modified:%Y-%m-%dT%H:%M:%SZ}".encode()
    with zipfile.ZipFile(made) as source, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            data = source.read(name)
            if name == "docProps/core.xml":
                data = data.replace(stamp, f"{_THEN:%Y-%m-%dT%H:%M:%SZ}".encode())
            info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            info.compress_type = zipfile.ZIP_DEFLATED
            target.writestr(info, data)
    return packed.getvalue()


def read(path: Path) -> list[list[str]]:
    """The cells of the first sheet as texts.  Raises InputError (ME906)."""
    try:
        with zipfile.ZipFile(path) as packed:
            unpacked = sum(info.file_size for info in packed.infolist())
        if unpacked > MOST_UNPACKED:
            raise InputError("ME906", f"`{path}` unpacks to {unpacked:,} bytes", "save the sheet alone, or as CSV")
        book = load_workbook(path, read_only=True, data_only=True)
        sheet = book["code"] if "code" in book.sheetnames else book.worksheets[0]
        sheet.reset_dimensions()  # what it says of its own size need not be so
        rows: list[list[str]] = []
        for row in sheet.iter_rows(max_col=MOST_COLUMNS + 1, values_only=True):
            if len(rows) == MOST_ROWS or any(value is not None for value in row[MOST_COLUMNS:]):
                what = f"`{path}` has more than {MOST_ROWS:,} rows or {MOST_COLUMNS} columns"
                raise InputError("ME906", what, "delete what stands far from the sheet, or save it as CSV")
            rows.append([_text(value) for value in row] if any(value is not None for value in row) else [])
        book.close()
    except InputError:
        raise
    except Exception as error:  # openpyxl raises whatever its parsers meet
        why = str(error).splitlines()[0].lower() if str(error) else type(error).__name__
        raise InputError("ME906", f"`{path}` is not a workbook that can be read: {why}", "save it as CSV") from None
    return rows


def _text(value: object) -> str:
    return "" if value is None else str(value)
