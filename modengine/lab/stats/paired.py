"""Two decisions on the same rows: the difference of their shares, and whether chance explains it.

Where rows are clustered, McNemar's test is done over clusters: each counts once, by its net change
(the sign test over clusters; the same as McNemar's where every row is its own cluster).  A row of a
cluster adds no evidence of its own; a cluster that changes both ways alike adds none at all.

Source: Q. McNemar, Note on the sampling error of the difference between correlated proportions,
Psychometrika 12, 1947; statsmodels, exact (binomial) below 25 changed clusters.
"""

from __future__ import annotations

import msgspec
import numpy as np
from statsmodels.stats.contingency_tables import mcnemar

from modengine.lab.stats.intervals import NOTHING, Estimate, Ints, by_cluster, difference
from modengine.lab.stats.metrics import Flags

FEW = 25
"""With fewer changed clusters the test is exact, else chi-squared with continuity correction."""


class Paired(msgspec.Struct, frozen=True):
    """How many of some rows A hits, how many B hits, and what differs."""

    rows: int
    hit_a: int
    hit_b: int
    gained: int
    """Rows that B alone hits."""
    lost: int
    """Rows that A alone hits."""
    clusters_gained: int
    clusters_lost: int
    """Clusters by their net change: what the test counts."""
    change: Estimate
    """Share hit by B minus share hit by A, a paired bootstrap over clusters."""
    p: float | None
    """McNemar, two-sided; null where no cluster changes."""
    exact: bool


def paired(clusters: Ints, a: Flags, b: Flags, among: Flags, seed: int) -> Paired:
    """Compares two sets of hits on the rows `among`."""
    if not among.any():
        return Paired(0, 0, 0, 0, 0, 0, 0, NOTHING, None, True)
    codes = np.unique(clusters[among], return_inverse=True)[1].astype(np.int64)
    before, after = a[among], b[among]
    gained, lost = after & ~before, before & ~after
    net = by_cluster(codes, gained) - by_cluster(codes, lost)
    up, down = int((net > 0).sum()), int((net < 0).sum())
    p, exact = p_value(up, down)
    rows = by_cluster(codes, np.ones(len(codes), np.bool_))
    change = difference(by_cluster(codes, after), by_cluster(codes, before), rows, seed)
    return Paired(
        len(codes), int(before.sum()), int(after.sum()), int(gained.sum()), int(lost.sum()), up, down, change, p, exact
    )


def p_value(up: int, down: int) -> tuple[float | None, bool]:
    """The p value of McNemar's test for so many changes each way, and whether it is exact."""
    exact = up + down < FEW
    if up + down == 0:
        return None, exact
    return float(mcnemar([[0, up], [down, 0]], exact=exact, correction=True).pvalue), exact
