"""Two decisions on the same rows: the difference of their shares, and whether chance explains it.

The figure is the share of the rows that B hits less the share that A hits.  Its test is the exact
permutation test of the same figure: if the two were alike, each cluster's net change might as well
have been the other way round (R. A. Fisher, The Design of Experiments, 1935, section 21).  Where every row
is its own cluster, that is McNemar's exact test (Q. McNemar, Psychometrika 12, 1947).

Where a change can only go one way, such as when a rule is added, there is nothing to test: one change
shows it, and the interval says how much.
"""

from __future__ import annotations

import msgspec
import numpy as np
from scipy.signal import fftconvolve
from scipy.stats import binom

from modengine.lab.stats.intervals import NOTHING, Estimate, Floats, Ints, by_cluster, difference
from modengine.lab.stats.metrics import Flags


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
    change = difference(by_cluster(codes, after), by_cluster(codes, before), rows)
    return Paired(
        len(codes), int(before.sum()), int(after.sum()), int(gained.sum()), int(lost.sum()),
        int((net > 0).sum()), int((net < 0).sum()), change, None if one_way else p_value(net),
    )  # fmt: skip


def p_value(net: Ints) -> float | None:
    """How often a sum is as far from 0 as that of `net`, if each of them has either sign alike.  None for all 0.

    All sign changes are counted, not drawn: the sum is distributed as a convolution of binomials.
    """
    sizes, many = np.unique(np.abs(net[net != 0]), return_counts=True)
    if not len(sizes):
        return None
    least = int(np.gcd.reduce(sizes))
    chances: Floats = np.ones(1)
    for size, count in zip(sizes // least, many, strict=True):
        # The sum of `count` signs is 2 X - count; on a grid of `size`, shifted to begin at 0.
        grid = np.zeros(int(size) * int(count) + 1)
        grid[:: int(size)] = binom.pmf(np.arange(count + 1), count, 0.5)
        chances = fftconvolve(chances, grid) if min(len(chances), len(grid)) > 500 else np.convolve(chances, grid)
    whole = len(chances) - 1
    far = np.abs(2 * np.arange(whole + 1) - whole) >= abs(int(net.sum())) // least
    found = float(np.maximum(chances, 0.0)[far].sum())
    return min(1.0, found)
