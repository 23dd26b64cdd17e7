"""The decisions of now against the committed ones, text by text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from bench.quality.decisions import Decided, then
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


def flags(measure: Measure, decided: Decided) -> NDArray[np.bool_]:
    return np.array([measure.takes(row) for row in decided.rows], np.bool_)


def losses(files: Sequence[Decided], before: dict[str, dict[str, tuple[int, ...]]]) -> Iterator[Loss]:
    """The measures whose paired change is for the worse and significant (McNemar over clusters).

    A measure whose aim is zero has no loss that is small enough: any new hit is one.
    """
    by_name = {decided.name: decided for decided in files}
    for measure in MEASURES:
        decided = by_name.get(measure.file)
        if decided is None:
            continue
        old = replace(decided, ranks=then(decided, before))
        was, now = old.highest(measure.category) >= measure.rank, decided.highest(measure.category) >= measure.rank
        result = paired(decided.clusters, was, now, flags(measure, decided), seed=1)
        worse = (
            result.clusters_lost > result.clusters_gained
            if measure.harm
            else result.clusters_gained > result.clusters_lost
        )
        sure = result.p is not None and result.p < ALPHA
        if worse and (sure or measure.aim == 0.0):
            yield Loss(measure, result)
