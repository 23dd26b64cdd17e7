"""The decisions of now against the committed ones, text by text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from bench.quality.decisions import Decided, pooled, then
from bench.quality.measures import MEASURES, Measure
from modengine.lab.stats.paired import Paired, paired

ALPHA = 0.05


@dataclass(frozen=True, slots=True)
class Loss:
    """A measure that became worse, surely."""

    measure: Measure
    paired: Paired

    def __str__(self) -> str:
        change = self.paired
        return f"{self.measure.name}: {change.hit_a} then, {change.hit_b} now of {change.rows} rows, p = {change.p:.3g}"


def among(measure: Measure, decided: Decided) -> NDArray[np.bool_]:
    """The rows that a measure is about, of both halves."""
    return np.array([measure.takes(row) for row in decided.rows], np.bool_)


def hit(measure: Measure, decided: Decided) -> NDArray[np.bool_]:
    """The rows that reach its action."""
    return np.asarray(decided.highest(measure.categories) >= measure.rank, np.bool_)


def rows_of(measure: Measure, files: Mapping[str, Decided]) -> Decided | None:
    """The files of a measure as one; None where one of them is absent."""
    found = [files[name] for name in measure.files if name in files]
    return pooled(found) if len(found) == len(measure.files) else None


def losses(files: Sequence[Decided], before: Mapping[str, Mapping[str, tuple[int, ...]]]) -> Iterator[Loss]:
    """The measures whose paired change is for the worse and significant (McNemar over clusters).

    A measure whose aim is zero has no loss that is small enough: any new hit is one.
    """
    now = {decided.name: decided for decided in files}
    old = {decided.name: replace(decided, ranks=then(decided, before)) for decided in files}
    for measure in MEASURES:
        new_rows, old_rows = rows_of(measure, now), rows_of(measure, old)
        if new_rows is None or old_rows is None:
            continue
        taken = among(measure, new_rows)
        result = paired(new_rows.clusters, hit(measure, old_rows), hit(measure, new_rows), taken)
        worse = (
            result.clusters_lost > result.clusters_gained
            if measure.harm
            else result.clusters_gained > result.clusters_lost
        )
        sure = result.p is not None and result.p < ALPHA
        if worse and (sure or measure.aim == 0.0):
            yield Loss(measure, result)
