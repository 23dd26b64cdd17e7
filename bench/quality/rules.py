"""What each rule hits, by kind of text: measured here, shown on the rule's page in docs/rules/."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bench.quality.compare import among, rows_of
from bench.quality.decisions import Decided, hits_by_rule
from bench.quality.measures import CALLS, KINDS, SECTIONS, Measure

HITS = Path(__file__).parent / "rules.tsv"
SHOWN: tuple[Measure, ...] = (
    *SECTIONS["What is caught"],
    *(m for m in SECTIONS["Own messages"] if m.harm),
    *(m for m in SECTIONS["Harm first"] if m.files[0].endswith("grievance") and m.rank == 2),
    *KINDS,
    CALLS,
)
"""The measures whose rows are counted; whatever their categories, a rule is counted in all."""


@dataclass(frozen=True, slots=True)
class Hits:
    """Of `rows` texts of a kind a rule hits `hits`."""

    kind: str
    harm: bool
    hits: int
    rows: int


def hits(files: Sequence[Decided]) -> str:
    """A line a rule and kind with hits, under a line a kind with its rows; the half that aims are held against."""
    by_name = {decided.name: decided for decided in files}
    lines = ["# kind, or rule\trows, or kind\thits"]
    counted: list[str] = []
    for measure in SHOWN:
        if (decided := rows_of(measure, by_name)) is None:
            continue
        taken = among(measure, decided)
        if measure.half == "checking":
            taken &= decided.halves == 1
        kind = kind_of(measure)
        lines.append(f"{kind}\t{int(np.count_nonzero(taken))}\t")
        counted += [f"{rule}\t{kind}\t{n}" for rule, n in hits_by_rule(decided, taken).items()]
    return "\n".join([*lines, *sorted(counted)]) + "\n"


def kind_of(measure: Measure) -> str:
    return measure.name.split(" → ")[0].removesuffix(", label")


def read_hits(path: Path = HITS) -> Mapping[str, tuple[Hits, ...]]:
    """Rule to what it hits, in the order of the kinds; kinds without a hit are among them."""
    harm = {kind_of(measure): measure.harm for measure in SHOWN}
    sizes: dict[str, int] = {}
    found: dict[str, dict[str, int]] = {}
    for line in path.read_text("utf-8").splitlines()[1:]:
        first, second, count = line.split("\t")
        if count:
            found.setdefault(first, {})[second] = int(count)
        else:
            sizes[first] = int(second)
    return {
        rule: tuple(Hits(kind, harm[kind], counts.get(kind, 0), rows) for kind, rows in sizes.items())
        for rule, counts in found.items()
    }
