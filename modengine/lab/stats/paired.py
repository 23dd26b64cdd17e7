"""Two decisions on the same rows: the difference of their shares, and whether chance explains it.

The figure is the share of the rows that B hits less the share that A hits.  Its test is the exact
permutation test of the same figure, over clusters (`signs`), and its interval leaves 0 out where p is below 0.05.

Where a change can only go one way, such as when a rule is added, there is nothing to test: one change
shows it, and the interval says how much.
"""

from __future__ import annotations

import msgspec
import numpy as np

from modengine.lab.stats.intervals import NOTHING, Estimate, Ints, by_cluster, difference
from modengine.lab.stats.metrics import Flags, rate
from modengine.lab.stats.signs import p_value


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
    """Clusters by their net change."""
    change: Estimate
    """Share hit by B minus share hit by A, with its interval."""
    p: float | None
    """Exact permutation test of `change`, two-sided; null where no cluster changes, or a change can only go one way."""


def paired(clusters: Ints, a: Flags, b: Flags, among: Flags, *, one_way: bool = False) -> Paired:
    """Compares two sets of hits on the rows `among`; `one_way` where B can only gain, or only lose."""
    if not among.any():
        return Paired(0, 0, 0, 0, 0, 0, 0, NOTHING, None)
    codes = np.unique(clusters[among], return_inverse=True)[1].astype(np.int64)
    before, after = a[among], b[among]
    gained, lost = after & ~before, before & ~after
    net = by_cluster(codes, gained) - by_cluster(codes, lost)
    rows = by_cluster(codes, np.ones(len(codes), np.bool_))
    change = difference(by_cluster(codes, after), by_cluster(codes, before), rows, one_way=one_way)
    return Paired(
        len(codes), int(before.sum()), int(after.sum()), int(gained.sum()), int(lost.sum()),
        int((net > 0).sum()), int((net < 0).sum()), change, None if one_way else p_value(net),
    )  # fmt: skip


class ActsAlike(msgspec.Struct, frozen=True):
    """A and B on the same rows."""

    both: int
    only_a: int
    only_b: int
    neither: int
    alike: Estimate
    """Rows that both act on or neither, of all."""
    shared: Estimate
    """Rows that both act on, of those that either does (P. Jaccard, 1901)."""


def overlap(clusters: Ints, a: Flags, b: Flags) -> ActsAlike:
    """How far A and B agree, with the intervals of `intervals.proportion`."""
    both, either = a & b, a | b
    everything = either | ~either
    return ActsAlike(
        int(both.sum()), int((a & ~b).sum()), int((b & ~a).sum()), int((~either).sum()),
        rate(clusters, a == b, everything), rate(clusters, both, either),
    )  # fmt: skip
