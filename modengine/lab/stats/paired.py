"""Two decisions on the same rows: the difference of their shares, and whether chance explains it.

The figure is the share of the rows that B hits less the share that A hits.  Its test is the exact
permutation test of the same figure, over clusters (`signs`), and its interval leaves 0 out where p is below 0.05.

A claim that the difference stays within a margin is held against the margin by the score test of T. Tango (Equivalence
test and confidence interval for the difference in proportions for the paired-sample design, Statistics in Medicine 17,
1998), on effective counts where rows lie in clusters.

Where a change can only go one way, such as when a rule is added, there is nothing to test: one change
shows it, and the interval says how much.
"""

from __future__ import annotations

from dataclasses import dataclass

import msgspec
import numpy as np
from scipy.special import ndtr, ndtri

from modengine.lab.stats.intervals import NOTHING, Estimate, Ints, by_cluster, difference
from modengine.lab.stats.metrics import Flags, rate
from modengine.lab.stats.signs import p_value, root


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
    codes, before, after = _among(clusters, a, b, among)
    gained, lost = after & ~before, before & ~after
    one_way = one_way and not (gained.any() and lost.any())  # as where a rule that could not be decided is taken away
    net = by_cluster(codes, gained) - by_cluster(codes, lost)
    rows = by_cluster(codes, np.ones(len(codes), np.bool_))
    change = difference(by_cluster(codes, after), by_cluster(codes, before), rows, one_way=one_way)
    return Paired(
        len(codes), int(before.sum()), int(after.sum()), int(gained.sum()), int(lost.sum()),
        int((net > 0).sum()), int((net < 0).sum()), change, None if one_way else p_value(net),
    )  # fmt: skip


def _among(clusters: Ints, a: Flags, b: Flags, among: Flags) -> tuple[Ints, Flags, Flags]:
    """Clusters numbered from 0, and both sets of hits, on the rows `among`."""
    return np.unique(clusters[among], return_inverse=True)[1].astype(np.int64), a[among], b[among]


@dataclass(frozen=True, slots=True)
class PairedScore:
    """The score test of a paired difference against any value: effective rows gained, lost, and in all."""

    gained: float
    lost: float
    n: float

    def z(self, value: float) -> float:
        """How many standard errors the difference lies above `value`, between -1 and 1, were that the true one."""
        b, c, n = self.gained, self.lost, self.n
        half = -b - c + (2 * n - b + c) * value
        lost = (np.sqrt(half**2 + 8 * n * c * value * (1 - value)) - half) / (4 * n)
        variance = n * (2 * lost + value * (1 - value))
        return float((b - c - n * value) / np.sqrt(max(variance, 1e-12)))

    def p_above(self, value: float) -> float:
        """One-sided p of the claim that the difference is above `value`."""
        return float(ndtr(-self.z(value)))

    def p_below(self, value: float) -> float:
        return float(ndtr(self.z(value)))

    def limits(self, alpha: float) -> tuple[float, float]:
        """The values that the test does not tell from the difference, with `alpha` on each side."""
        far, found = float(ndtri(1 - alpha)), (self.gained - self.lost) / self.n
        edge = 1 - 1e-9
        low = root(lambda v: self.z(v) - far, -edge, found) if found > -edge and self.z(-edge) > far else -1.0
        high = root(lambda v: self.z(v) + far, found, edge) if found < edge and self.z(edge) < -far else 1.0
        return low, high


def paired_score(clusters: Ints, a: Flags, b: Flags, among: Flags) -> PairedScore | None:
    """What a margin is held against: net changes of clusters, over the design effect of the share that changes.

    None where there is no row.
    """
    if not among.any():
        return None
    codes, before, after = _among(clusters, a, b, among)
    net = by_cluster(codes, after) - by_cluster(codes, before)
    found = difference(by_cluster(codes, after), by_cluster(codes, before), by_cluster(codes, np.ones_like(before)))
    part = found.effective_n / found.n
    return PairedScore(float(net[net > 0].sum()) * part, float(-net[net < 0].sum()) * part, found.effective_n)


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
