"""A sheet of the rows on which coders differ, for whoever settles them."""

from __future__ import annotations

from collections.abc import Sequence

from modengine.lab.coding.agreement import disagreements, shown
from modengine.lab.coding.codes import CodedSheet, choices
from modengine.lab.coding.key import SampleKey
from modengine.lab.coding.sheets import SETTLED_COLUMNS, sheet_csv
from modengine.run.write.tidy import unsafe

HOW = """\
# How to settle

Coders gave these texts different codes, which stand in `codes`, without names and in the order of the alphabet.
Read the text and the clauses, and write in `code` what holds. Leave `id` as it is.
"""


def settle_sheet(sheets: Sequence[CodedSheet], key: SampleKey | None, workbook: bool) -> bytes:
    """Each row with the codes that it was given; who gave which is not said."""
    texts: dict[str, str] = {}
    for sheet in sheets:
        texts.update((row, text) for row, text in sheet.texts.items() if text and row not in texts)
    rows = [
        (row, unsafe(texts.get(row, "")), " | ".join(sorted(shown(code) for code in codes)), "", "")
        for row, codes in disagreements(sheets).items()
    ]
    if not workbook:
        return sheet_csv(SETTLED_COLUMNS, rows)
    from modengine.lab.coding.workbook import written  # noqa: PLC0415  (openpyxl)

    names = sorted({name for sheet in sheets for code in sheet.codes.values() for name in code})
    offered = choices(names if key is None else key.categories)
    return written([SETTLED_COLUMNS, *rows], HOW, offered, SETTLED_COLUMNS.index("code"))
