"""Figures with their uncertainty.

Rows from one template, source or set of near-duplicates are not independent: where clusters have
more than one row, intervals are percentile intervals of a bootstrap over clusters (Davison and
Hinkley, Bootstrap Methods and their Application, 1997, section 3.8) and the effective n is given;
else Wilson's (statsmodels).  A zero, or an all, has the exact bound of Clopper and Pearson; with hits, or
misses, in fewer than ten clusters, it is Wilson's of the effective n (N. Dean and M. Pagano, Evaluating
confidence interval methods for binomial proportions in clustered surveys, 2015).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import msgspec
import numpy as np
from numpy.typing import NDArray
from statsmodels.stats.proportion import proportion_confint

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

LEVEL = 0.95
LEAST = 10
"""With fewer effective rows a figure is marked as unsupported."""
RARE = 10
"""With fewer clusters that hold a hit, or a miss, a bootstrap has too little to draw from."""
DRAWS = 2000
_CHUNK = 4_000_000
"""Cells of drawn counts held at a time."""

Method = Literal[
    "wilson", "wilson, effective n", "clopper-pearson", "cluster bootstrap", "bootstrap", "none", "forbidden",
    "beta, by design",
]  # fmt: skip


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


NOTHING = Estimate(None, None, None, 0, 0, 0.0, "none", False)
FORBIDDEN = Estimate(None, None, None, 0, 0, 0.0, "forbidden", False)
"""A figure that the card of a corpus says it cannot give."""


def proportion(k: Ints, n: Ints, seed: int) -> Estimate:
    """Sum k / sum n over clusters.  `k` and `n` hold one count a cluster, k <= n.

    A measure per row is the case of clusters of one row.
    """
    total, hits = int(n.sum()), int(k.sum())
    if total == 0:
        return NOTHING
    value = hits / total
    single = bool((n <= 1).all())
    effective = float(total) if single else _effective(k, n, value)
    if hits in (0, total):
        whole = max(1, round(effective))
        low, high = proportion_confint(whole if hits else 0, whole, 1 - LEVEL, method="beta")
        low, high = (0.0, float(high)) if hits == 0 else (float(low), 1.0)
        method: Method = "clopper-pearson"
    elif single:
        low, high = map(float, proportion_confint(hits, total, 1 - LEVEL, method="wilson"))
        method = "wilson"
    elif min(int((k > 0).sum()), int((n > k).sum())) < RARE:
        low, high = map(float, proportion_confint(value * effective, effective, 1 - LEVEL, method="wilson"))
        method = "wilson, effective n"
    else:
        low, high = bounds(resample((k, n), seed, lambda k, n: k / np.maximum(n, 1)))
        method = "cluster bootstrap"
    return Estimate(value, low, high, hits, total, effective, method, effective >= LEAST)


def _effective(k: Ints, n: Ints, value: float) -> float:
    """n over the design effect: the variance of a ratio over clusters to that over rows.

    Source: W. G. Cochran, Sampling Techniques, 3rd ed. 1977, section 9.7.  For 0 and 1 that
    variance is nothing; there it is Kish's (sum n)^2 / sum n^2.
    """
    total = float(n.sum())
    kish = total**2 / float((n.astype(float) ** 2).sum())
    clusters = int((n > 0).sum())
    if clusters < 2 or value in (0.0, 1.0):
        return kish
    residual = k - value * n
    between = clusters / (clusters - 1) * float((residual**2).sum()) / total**2
    rows = value * (1 - value) / total
    return float(min(total, max(1.0, total * rows / between))) if between > 0 else kish


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
    """The percentile interval."""
    low, high = np.nanpercentile(samples, [50 * (1 - LEVEL), 100 - 50 * (1 - LEVEL)])
    return float(low), float(high)


def f1(tp: Ints, fp: Ints, fn: Ints, seed: int) -> Estimate:
    """2 tp / (2 tp + fp + fn), resampled over clusters.

    Where it is 0 or 1 the bootstrap knows no spread: there it is 2 j / (1 + j) of the exact bound of
    j = tp / (tp + fp + fn).
    """
    rows = tp + fp + fn
    total, hits = int(rows.sum()), int(tp.sum())
    if total == 0:
        return NOTHING
    if hits in (0, total):
        share = proportion(tp, rows, seed)
        value, low, high = (None if v is None else 2 * v / (1 + v) for v in (share.value, share.low, share.high))
        return Estimate(value, low, high, hits, total, share.effective_n, share.method, share.supported)
    value = float(2 * hits / (2 * hits + fp.sum() + fn.sum()))
    low, high = bounds(resample((tp, fp, fn), seed, _f1))
    effective, method = _clustered(rows)
    return Estimate(value, low, high, hits, total, effective, method, effective >= LEAST)


def _f1(tp: Floats, fp: Floats, fn: Floats) -> Floats:
    return np.asarray(2 * tp / np.maximum(2 * tp + fp + fn, 1), dtype=np.float64)


def _clustered(rows: Ints) -> tuple[float, Method]:
    """The effective n after Kish, (sum n)^2 / sum n^2, and how a bootstrap over these clusters is called."""
    total = float(rows.sum())
    if bool((rows <= 1).all()):
        return total, "bootstrap"
    return float(total**2 / (rows.astype(float) ** 2).sum()), "cluster bootstrap"


def difference(k_a: Ints, k_b: Ints, n: Ints, seed: int) -> Estimate:
    """(sum k_a - sum k_b) / sum n of two measures on the same rows: a paired bootstrap.

    Where no cluster differs, the exact bound of a zero, on both sides.
    """
    total = int(n.sum())
    if total == 0:
        return NOTHING
    change = k_a - k_b
    value = float(change.sum() / total)
    effective, method = _clustered(n)
    if not change.any():
        whole = max(1, round(effective))
        high = float(proportion_confint(0, whole, 1 - LEVEL, method="beta")[1])
        return Estimate(0.0, -high, high, 0, total, effective, "clopper-pearson", effective >= LEAST)
    low, high = bounds(resample((change, n), seed, lambda d, m: d / np.maximum(m, 1)))
    return Estimate(value, low, high, int(change.sum()), total, effective, method, effective >= LEAST)


def projected_precision(recall: float, over_blocking: float, prevalence: float) -> float | None:
    """The precision at another base rate, by Bayes' rule."""
    caught, wrong = recall * prevalence, over_blocking * (1 - prevalence)
    return caught / (caught + wrong) if caught + wrong > 0 else None


def by_cluster(codes: Ints, flags: NDArray[np.bool_]) -> Ints:
    """How many rows of each cluster have a flag; `codes` numbers the clusters from 0."""
    size = int(codes.max()) + 1 if len(codes) else 0
    return np.bincount(codes, weights=flags, minlength=size).astype(np.int64)
