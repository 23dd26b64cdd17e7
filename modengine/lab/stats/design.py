"""Shares of rows that lie in clusters: how many independent rows they tell as much as, and their bounds.

The interval is that of E. L. Korn and B. I. Graubard (Confidence intervals for proportions with small
expected number of positive counts estimated from survey data, Survey Methodology 24, 1998): Clopper and
Pearson's, of the effective counts.  Four rules make it hold where sizes are skewed and hits are few:

- The design effect is the larger of two: that of the spread of the clusters (W. G. Cochran, Sampling
  Techniques, 3rd ed. 1977, section 9.7), and that of their sizes and the intraclass correlation,
  1 + (m - 1) r, where m is the size of the cluster of a row (J. N. K. Rao and A. J. Scott, Biometrics 48,
  1992).  It is never below 1.
- r is the estimator of J. L. Fleiss and J. Cuzick (Applied Psychological Measurement 3, 1979), drawn towards 1
  as if `ALIKE` more clusters had been seen whose rows are all alike.
- With no hit, c clusters allow as much as c rows: a cluster is hit as seldom as any of its rows at most.
  With hits in fewer than `FEW` of c clusters, these allow no more than so many hits of c rows.
- A bound with hits is never tighter than that with none, so that seeing harm does not rule harm out.  With each
  further cluster that is hit like the others it rises, but for a twentieth at most where that shows rows to be less
  alike (of ten clusters or more; of fewer a fifth).

`bench/coverage` measures how often it holds.  All arrays may have leading axes: many draws at once.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import betainc, betaincinv, stdtrit

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

LEVEL = 0.95
ALIKE = 2
"""Clusters all alike that are added to what the data say of the intraclass correlation."""
FEW = 5
"""With hits in fewer clusters, clusters are counted as well as rows."""


def effective(k: Ints, n: Ints) -> Floats:
    """Rows over the design effect, `k` hits in the `n` rows of each cluster (last axis, n > 0); Korn and Graubard's
    correction for the degrees of freedom included.  Between 0 and the rows; for no hit, or all, the clusters.
    """
    rows, hits = n.sum(axis=-1).astype(float), k.sum(axis=-1).astype(float)
    clusters = np.asarray((n > 0).sum(axis=-1), float)
    size = (n.astype(float) ** 2).sum(axis=-1) / rows
    several = n > 1
    told = np.minimum(((k > 0) & several).sum(axis=-1), ((k < n) & several).sum(axis=-1))
    alike = (np.clip(np.nan_to_num(correlation(k, n), nan=1.0), 0.0, 1.0) * told + ALIKE) / (told + ALIKE)
    design = np.fmax(1.0, np.fmax(spread(k, n), 1 + (size - 1) * alike))
    with np.errstate(invalid="ignore"):
        freedom = (stdtrit(rows - 1, (1 + LEVEL) / 2) / stdtrit(clusters - 1, (1 + LEVEL) / 2)) ** 2
    found = np.where(clusters > 1, rows / design * np.nan_to_num(freedom, nan=1.0), 1.0)
    return np.asarray(np.where((hits == 0) | (hits == rows) | (clusters == rows), clusters, found))


def variance(k: Ints, n: Ints) -> Floats:
    """That of a share, by the spread of the clusters (Cochran, section 9.7); nan for one cluster."""
    rows, clusters = n.sum(axis=-1).astype(float), np.asarray((n > 0).sum(axis=-1), float)
    residual = k - (k.sum(axis=-1) / rows)[..., None] * n
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(clusters / (clusters - 1) * (residual**2).sum(axis=-1) / rows**2)


def spread(k: Ints, n: Ints) -> Floats:
    """The design effect of the spread: the variance of a share over clusters to that over rows; nan for 0 and 1."""
    rows = n.sum(axis=-1).astype(float)
    share = k.sum(axis=-1) / rows
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(variance(k, n) * rows / (share * (1 - share)))


def correlation(k: Ints, n: Ints) -> Floats:
    """How alike two rows of a cluster are, after Fleiss and Cuzick: 1 where all are; nan where nothing tells."""
    rows, clusters = n.sum(axis=-1), (n > 0).sum(axis=-1)
    share = k.sum(axis=-1) / rows
    mixed = (k * (n - k) / np.maximum(n, 1)).sum(axis=-1)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(1 - mixed / ((rows - clusters) * share * (1 - share)))


def upper(
    share: ArrayLike, effective_n: ArrayLike, hit: ArrayLike, clusters: ArrayLike, alpha: float = (1 - LEVEL) / 2
) -> Floats:
    """The upper bound of a share, `hit` of the clusters holding a hit; the lower one is 1 less that of the misses."""
    share, size, hit, clusters = (np.asarray(a, float) for a in (share, effective_n, hit, clusters))
    found = _exact(share * size, size, alpha)
    found = np.where(hit < FEW, np.minimum(found, _exact(hit, clusters, alpha)), found)
    return np.maximum(found, _exact(np.zeros_like(clusters), clusters, alpha))


def _exact(x: Floats, size: Floats, alpha: float) -> Floats:
    """Clopper and Pearson's upper bound, of counts that need not be whole."""
    misses = size - x
    return np.asarray(np.where(misses > 1e-9, betaincinv(x + 1, np.maximum(misses, 1e-9), 1 - alpha), 1.0))


def at_most(share: float, effective_n: float, hit: int, clusters: int, bound: float) -> float:
    """The p of the hypothesis that a share is `bound` or more: the level whose upper bound is `bound`.

    For independent rows it is the exact binomial test.
    """
    if bound >= 1:
        return 0.0
    found = _tail(share * effective_n, effective_n, bound)
    if hit < FEW:
        found = min(found, _tail(hit, clusters, bound))
    return max(found, _tail(0, clusters, bound))


def _tail(x: float, size: float, bound: float) -> float:
    """How likely at most x hits in `size` rows are, if each is hit with the probability `bound`."""
    return 1.0 if x >= size - 1e-9 else float(betainc(size - x, x + 1, 1 - bound))
