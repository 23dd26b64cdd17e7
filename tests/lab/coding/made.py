"""A small sample drawn by a policy of two words, and what coders make of its sheets."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence
from pathlib import Path

from modengine.lab.coding.codes import CodedSheet, CoderCounts
from modengine.lab.coding.key import SampleKey
from modengine.lab.coding.sample import DrawnSheets, sample
from modengine.lab.data.corpus import Columns, load
from tests.lab.corpora import rows, sound, write

ROWS = (
    ("骗局", "fraud", 30),
    ("骗骗局", "fraud", 10),
    ("打人", "violence", 12),
    ("小心", "fraud", 8),
    ("好", "none", 140),
)
"""Of the 60 rows with a category, the policy misses the eight with 小心."""


def drawn(folder: Path, number: int = 80, **options: object) -> tuple[DrawnSheets, dict[str, str]]:
    """The sample, and the label of each row of its sheets."""
    made = [{**row, "part": "ab"[i % 2]} for i, row in enumerate(rows(*ROWS))]
    path = write(folder / "rows.jsonl", made)
    corpus = load([path], Columns(stratum="part"), ("fraud", "violence"))
    found = sample(sound(), corpus, number, **options)  # type: ignore[arg-type]
    return found, {row.id: str(made[row.row - 1]["label"]) for row in found.key.rows}


def coded(name: str, labels: dict[str, str], change: Callable[[str, str], str] = lambda _, label: label) -> CodedSheet:
    """What a coder says who finds the labels, but for what `change` makes of (id, label)."""
    codes = {row: frozenset({said} - {"none"}) for row, label in labels.items() if (said := change(row, label))}
    return CodedSheet(name, codes, {}, CoderCounts(name, len(codes), 0, 0, 0, 0))


def sheet(path: Path, lines: Sequence[Sequence[str]], separator: str = ",") -> Path:
    """A sheet as a spreadsheet saves it."""
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=separator).writerows([["id", "text", "code", "note"], *lines])
    path.write_text(out.getvalue(), "utf-8")
    return path


def ids(key: SampleKey) -> list[str]:
    return [row.id for row in key.rows]
