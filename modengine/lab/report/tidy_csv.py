"""Tables as CSV that programs read, and the codebook beside them.

A cell that a reader takes as one thing and a program as several takes several columns: an estimate its value,
bounds and n.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from modengine.lab.data.stamp import Stamp
from modengine.lab.report.columns import column, unlike
from modengine.lab.report.table import Cell, PlainCell, Quote, Several, Table
from modengine.lab.stats.intervals import Estimate
from modengine.run.write.codebook import FieldType, TableCodebook, TableField, datapackage
from modengine.run.write.tidy import safe

_ESTIMATE: Mapping[str, str] = {
    "": "",
    "low": "the lower bound of the interval at 95 %",
    "high": "the upper bound of the interval at 95 %",
    "k": "rows that were hit",
    "n": "rows that it is of",
    "effective_n": "how many independent rows would tell as much",
    "method": "how the interval was made; `forbidden` where the card of the corpus forbids the figure",
    "supported": "whether there are enough rows for the interval to mean anything",
}


def to_csv(table: Table) -> str:
    """One tidy table: a name a column, a value a cell, numbers in full."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    parts = _parts(table)
    writer.writerow(_names(table, parts))
    for row in table.rows:
        writer.writerow([_written(value) for value in _values(row, parts)])
    return out.getvalue()


def codebook(table: Table, name: str, path: str) -> TableCodebook:
    """The descriptor of the file that `to_csv` makes."""
    parts = _parts(table)
    columns = list(zip(*(_values(row, parts) for row in table.rows), strict=True))
    names = _names(table, parts)
    said = [
        (heading, says)
        for heading, of in zip(table.columns, parts, strict=True)
        for says in _says(table.name, heading, of)
    ]
    fields = tuple(
        TableField(name, _type(columns[i] if columns else ()), says, heading)
        for i, (name, (heading, says)) in enumerate(zip(names, said, strict=True))
    )
    return TableCodebook(name, table.title, path, fields, table.note)


def package(tables: Mapping[str, Table], name: str, title: str, stamps: Iterable[Stamp]) -> str:
    """The codebook of some tables, by the names of their files, and of what they were made from."""
    about = {"measurements": [msgspec.to_builtins(stamp) for stamp in stamps]}
    return datapackage(
        f"modengine-{name}", title, [codebook(table, Path(path).stem, path) for path, table in tables.items()], about
    )


def _parts(table: Table) -> list[tuple[str, ...]]:
    """For each column what is added to its name, once for each column of the file."""
    found: list[tuple[str, ...]] = []
    for i in range(len(table.columns)):
        added: dict[str, None] = {}
        for row in table.rows:
            added |= dict.fromkeys(_split(row[i]))
        found.append(tuple(added) or ("",))
    return found


def _split(cell: Cell) -> dict[str, PlainCell]:
    """The values of a cell by what they add to the name of its column."""
    match cell:
        case Estimate():
            given = (cell.value, cell.low, cell.high, cell.k, cell.n, cell.effective_n, cell.method, cell.supported)
            return dict(zip(_ESTIMATE, given, strict=True))
        case Several():
            return dict(cell.values)
        case Quote():
            return {"": cell.text}
        case None:
            return {}
        case _:
            return {"": cell}


def _values(row: Sequence[Cell], parts: Sequence[tuple[str, ...]]) -> list[PlainCell]:
    return [split.get(part) for cell, of in zip(row, parts, strict=True) for split in (_split(cell),) for part in of]


def _names(table: Table, parts: Sequence[tuple[str, ...]]) -> list[str]:
    bases = [column(table.name, heading).name for heading in table.columns]
    return unlike([f"{base}_{part}" if part else base for base, of in zip(bases, parts, strict=True) for part in of])


def _says(table: str, heading: str, parts: tuple[str, ...]) -> list[str]:
    """What each column of the file means."""
    known = column(table, heading)
    found = []
    for part in parts:
        own = known.parts.get(part) or _ESTIMATE.get(part, "")
        found.append(f"{known.says} Here: {own}".removesuffix(".") + "." if part and own else known.says)
    return found


def _type(values: Sequence[PlainCell]) -> FieldType:
    kinds = {type(value) for value in values if value is not None}
    if not kinds:
        return "any"
    if kinds == {bool}:
        return "boolean"
    if kinds == {int}:
        return "integer"
    return "number" if kinds <= {int, float} else "string"


def _written(value: Any) -> str:
    return repr(value) if isinstance(value, float) else safe(value)
