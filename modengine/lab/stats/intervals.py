"""Figures with their uncertainty, at 95 %.

A share of rows has the interval of Clopper and Pearson: of the rows where they are independent, of the
effective counts where they lie in clusters (`design`).  F1 has that of the share from which it is made.
A difference of two shares of the same rows has bounds that are recovered from those of its gains and losses
(MOVER: G. Y. Zou and A. Donner, Construction of confidence limits about effect measures, Statistics in
Medicine 27, 2008) and agree with the permutation test.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import msgspec
import numpy as np
from numpy.typing import NDArray

from modengine.lab.stats import design
from modengine.lab.stats.design import at_most, effective, upper
from modengine.lab.stats.signs import upward

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

LEVEL = design.LEVEL
LEAST = 10
"""With fewer effective rows a figure is marked as unsupported."""
DRAWS = 2000
_CHUNK = 4_000_000
"""Cells of drawn counts held at a time."""

Method = Literal[
    "clopper-pearson",
    "korn-graubard",
    "mover",
    "permutation",
    "beta, by design",
    "cluster bootstrap",
    "none",
    "forbidden",
]


class Estimate(msgspec.Struct, frozen=True):
    """A figure between 0 and 1 (or a difference of two), with its 95 % interval."""

    value: float | None
    """None where there is nothing to divide by."""
    low: float | None
    high: float | None
    k: int
    """The numerator."""
    n: int
    """The denominator, in rows."""
    effective_n: float
    """What n independent rows would tell as much; n itself where rows are independent."""
    method: Method
    supported: bool
    """False where n is too small to conclude anything."""
    clusters: int = 0
    """Clusters of the n rows; a row of its own is one."""
    hit_in: int = 0
    """Of these, clusters with a row that counts in k."""
    missed_in: int = 0
    """Clusters with a row that does not."""
    difference: bool = False
    """A difference of two shares: shown in percentage points."""

    def p_below(self, bound: float) -> float:
        """One-sided p against a share of `bound` or more.  For independent rows the exact binomial test."""
        return at_most(self.value or 0.0, self.effective_n, self.hit_in, self.clusters, bound)

    def p_above(self, bound: float) -> float:
        """One-sided p against a share of `bound` or less."""
        return at_most(1 - (self.value or 0.0), self.effective_n, self.missed_in, self.clusters, 1 - bound)


NOTHING = Estimate(None, None, None, 0, 0, 0.0, "none", False)
FORBIDDEN = Estimate(None, None, None, 0, 0, 0.0, "forbidden", False)
"""A figure that the card of a corpus says it cannot give."""


def proportion(k: Ints, n: Ints) -> Estimate:
    """Sum k / sum n over clusters.  `k` and `n` hold one count a cluster, k <= n.

    A measure per row is the case of clusters of one row.
    """
    k, n = k[n > 0], n[n > 0]
    total, hits, clusters = int(n.sum()), int(k.sum()), len(n)
    if total == 0:
        return NOTHING
    value, size = hits / total, float(effective(k, n))
    hit, missed = int((k > 0).sum()), int((k < n).sum())
    exact = hits in (0, total) or total == clusters
    low = 1 - float(upper(1 - value, size, missed, clusters)) if hits else 0.0
    high = float(upper(value, size, hit, clusters)) if hits < total else 1.0
    method: Method = "clopper-pearson" if exact else "korn-graubard"
    return Estimate(value, low, high, hits, total, size, method, size >= LEAST, clusters, hit, missed)


def resample(
    counts: tuple[NDArray[np.int64], ...], seed: int, figure: Callable[..., Floats], draws: int = DRAWS
) -> Floats:
    """The figure on `draws` samples of the clusters, taken with replacement.

    `counts` are columns of one number a cluster; `figure` gets their sums, an array a column.  Clusters
    with equal counts are drawn together, by a multinomial: the same distribution, far less work.
    """
    kinds, many = np.unique(np.stack(counts, axis=1), axis=0, return_counts=True)
    clusters = int(many.sum())
    random = np.random.default_rng(seed)
    found: list[Floats] = []
    step = max(1, _CHUNK // max(1, len(kinds)))
    for start in range(0, draws, step):
        drawn = random.multinomial(clusters, many / clusters, size=min(step, draws - start))
        sums = drawn.astype(np.float64) @ kinds.astype(np.float64)
        found.append(np.asarray(figure(*sums.T), dtype=np.float64))
    return np.concatenate(found)


def bounds(samples: Floats) -> tuple[float, float]:
    """The percentile interval of draws."""
    low, high = np.nanpercentile(samples, [50 * (1 - LEVEL), 100 - 50 * (1 - LEVEL)])
    return float(low), float(high)


def f1(tp: Ints, fp: Ints, fn: Ints) -> Estimate:
    """2 tp / (2 tp + fp + fn) is 2 j / (1 + j) of the share j = tp / (tp + fp + fn), and so are its bounds.

    Its k is tp, and its n the tp + fp + fn rows of that share: those that are hit, or of the category, or both.
    """
    share = proportion(tp, tp + fp + fn)
    value, low, high = (None if v is None else 2 * v / (1 + v) for v in (share.value, share.low, share.high))
    return msgspec.structs.replace(share, value=value, low=low, high=high)


def difference(k_a: Ints, k_b: Ints, n: Ints, *, one_way: bool = False) -> Estimate:
    """(sum k_a - sum k_b) / sum n of two measures on the same rows, by the net change of each cluster.

    Bounds are recovered from those of the gains and the losses (MOVER), and agree with the exact permutation test
    (`signs`): 0 lies outside where its p is below 0.05, and there alone.  Its k is the net change in rows.  Where no
    cluster changes, the exact bound of a zero, on both sides.  Where a change can only go `one_way`, it is the share of
    rows that change.
    """
    there = n > 0
    change, n = (k_a - k_b)[there], n[there]
    if not len(n):
        return NOTHING
    changed, value = proportion(np.abs(change), n), float(change.sum() / n.sum())
    low, high = _mover(change, n)
    if one_way and changed.k:
        ends = changed.low or 0.0, changed.high or 1.0
        low, high = ends if value > 0 else (-ends[1], -ends[0])
    elif changed.k:
        least, most = (2 * chance - 1 for chance in upward(change))
        middle = float(change.sum() / changed.k)
        low = min(low, 0.0) if least <= 0 else low if low > 0 else _nearest(value, changed, middle, least)
        high = max(high, 0.0) if most >= 0 else high if high < 0 else -_nearest(-value, changed, -middle, -most)
    return Estimate(
        value, max(low, -1.0), min(high, 1.0), int(change.sum()), int(n.sum()), changed.effective_n, "permutation",
        changed.supported, len(n), int((change > 0).sum()), int((change < 0).sum()), difference=True,
    )  # fmt: skip


def _mover(change: Ints, n: Ints) -> tuple[float, float]:
    """Bounds of the share gained less the share lost, from those of both and their correlation over clusters."""
    counts = np.maximum(change, 0), np.maximum(-change, 0)
    (up, up_low, up_high), (down, down_low, down_high) = (_bounds(k, n) for k in counts)
    apart_up, apart_down = counts[0] - up * n, counts[1] - down * n
    norm = float(np.sqrt((apart_up**2).sum() * (apart_down**2).sum()))
    together = float((apart_up * apart_down).sum()) / norm if norm > 0 else 0.0

    def apart(one: float, other: float) -> float:
        return float(np.sqrt(max(0.0, one**2 + other**2 - 2 * together * one * other)))

    return up - down - apart(up - up_low, down_high - down), up - down + apart(up_high - up, down - down_low)


def _bounds(k: Ints, n: Ints) -> tuple[float, float, float]:
    share = proportion(k, n)
    return share.value or 0.0, share.low or 0.0, share.high or 0.0


def _nearest(value: float, changed: Estimate, middle: float, least: float) -> float:
    """The bound next to 0 of a positive difference that the test tells from 0: that of the share of rows that change,
    times how much more of them go upwards than downwards, on the scale of logarithms.
    """
    rows = np.log((changed.value or 1.0) / max(changed.low or 0.0, 1e-12))
    return value * float(np.exp(-np.hypot(rows, np.log(middle / least))))


def projected_precision(recall: float, over_blocking: float, prevalence: float) -> float | None:
    """The precision at another base rate, by Bayes' rule."""
    caught, wrong = recall * prevalence, over_blocking * (1 - prevalence)
    return caught / (caught + wrong) if caught + wrong > 0 else None


def by_cluster(codes: Ints, flags: NDArray[np.bool_]) -> Ints:
    """How many rows of each cluster have a flag; `codes` numbers the clusters from 0."""
    size = int(codes.max()) + 1 if len(codes) else 0
    return np.bincount(codes, weights=flags, minlength=size).astype(np.int64)
