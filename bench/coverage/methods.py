"""Intervals of a share of rows in clusters: that of the lab, and those that it was chosen from.

Each takes the hits of many draws, (draws, clusters), and the sizes, (clusters,), and gives both bounds at 95 %.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from scipy.stats import beta, gamma, norm, t

from modengine.lab.stats.design import Floats, Ints, effective, upper

Bounds = tuple[Floats, Floats]
RESAMPLES = 400


def lab(k: Ints, n: Ints) -> Bounds:
    """`modengine.lab.stats.design`."""
    size = effective(k, np.broadcast_to(n, k.shape))
    share = k.sum(axis=1) / n.sum()
    clusters = np.full(len(k), len(n))
    low = 1 - upper(1 - share, size, (k < n).sum(axis=1), clusters)
    high = upper(share, size, (k > 0).sum(axis=1), clusters)
    return np.where(share == 0, 0.0, low), np.where(share == 1, 1.0, high)


def _spread(k: Ints, n: Ints) -> tuple[Floats, Floats]:
    """The share, and its variance over clusters."""
    share = k.sum(axis=1) / n.sum()
    residual = k - share[:, None] * n
    return share, len(n) / (len(n) - 1) * (residual**2).sum(axis=1) / n.sum() ** 2


def _clopper(x: Floats, size: Floats) -> Bounds:
    low = np.where(x > 0, beta.ppf(0.025, np.maximum(x, 1e-9), size - x + 1), 0.0)
    high = np.where(x < size, beta.ppf(0.975, x + 1, np.maximum(size - x, 1e-9)), 1.0)
    return low, high


def _kish(n: Ints) -> float:
    return float(n.sum() ** 2 / (n.astype(float) ** 2).sum())


def korn_graubard(k: Ints, n: Ints) -> Bounds:
    """As R's `svyciprop(method="beta")`: the spread alone, and Kish's n where there is none."""
    share, variance = _spread(k, n)
    with np.errstate(divide="ignore", invalid="ignore"):
        size = share * (1 - share) / variance * (t.ppf(0.975, n.sum() - 1) / t.ppf(0.975, len(n) - 1)) ** 2
    size = np.minimum(n.sum(), np.where((share > 0) & (share < 1), size, _kish(n)))
    return _clopper(share * size, size)


def logit(k: Ints, n: Ints) -> Bounds:
    """As R's `svyciprop(method="logit")`; Clopper and Pearson's of Kish's n for no hit, or all."""
    share, variance = _spread(k, n)
    inside = (share > 0) & (share < 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        odds = np.log(share / (1 - share))
        width = t.ppf(0.975, len(n) - 1) * np.sqrt(variance) / (share * (1 - share))
        bounds = [1 / (1 + np.exp(-(odds + sign * width))) for sign in (-1, 1)]
    exact = _clopper(share * _kish(n), np.full(len(k), _kish(n)))
    return tuple(np.where(inside, found, end) for found, end in zip(bounds, exact, strict=True))  # type: ignore[return-value]


def fay_feuer(k: Ints, n: Ints) -> Bounds:
    """M. P. Fay and E. J. Feuer, Stat. Med. 16, 1997: a gamma interval of a weighted sum, here hits of clusters."""
    total, squares = k.sum(axis=1).astype(float), (k.astype(float) ** 2).sum(axis=1)
    weight = np.maximum(k.max(axis=1), n.sum() / len(n))
    with np.errstate(divide="ignore", invalid="ignore"):
        low = np.where(total > 0, gamma.ppf(0.025, total**2 / squares) * squares / total, 0.0)
    more, above = total + weight, squares + weight**2
    return low / n.sum(), np.minimum(gamma.ppf(0.975, more**2 / above) * above / more / n.sum(), 1.0)


def _resampled(k: Ints, n: Ints) -> tuple[Floats, Floats, Floats]:
    """(draws, resamples): the share of each resample of the clusters and its variance; and the sizes drawn."""
    weights = np.random.default_rng(1).multinomial(len(n), np.full(len(n), 1 / len(n)), RESAMPLES).astype(float)
    rows = weights @ n
    share = (k @ weights.T) / rows
    squares = (k**2) @ weights.T - 2 * share * ((k * n) @ weights.T) + share**2 * (weights @ n.astype(float) ** 2)
    return share, np.maximum(squares, 0.0) * len(n) / (len(n) - 1) / rows**2, rows


def percentile(k: Ints, n: Ints) -> Bounds:
    """What the lab had: percentiles of a bootstrap over clusters; with few hits Wilson's of the effective n; with none
    Clopper and Pearson's of Kish's n.
    """
    share, variance = _spread(k, n)
    low, high = np.percentile(_resampled(k, n)[0], [2.5, 97.5], axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        size = np.clip(np.nan_to_num(share * (1 - share) / variance, nan=_kish(n)), 1, n.sum())
    few = np.minimum((k > 0).sum(axis=1), (k < n).sum(axis=1)) < 10
    z = norm.ppf(0.975)
    centre = (share + z**2 / (2 * size)) / (1 + z**2 / size)
    half = z / (1 + z**2 / size) * np.sqrt(share * (1 - share) / size + z**2 / (4 * size**2))
    low, high = np.where(few, centre - half, low), np.where(few, centre + half, high)
    exact = _clopper(share * _kish(n), np.full(len(k), _kish(n)))
    end = (share == 0) | (share == 1)
    return np.where(end, exact[0], low), np.where(end, exact[1], high)


def bootstrap_t(k: Ints, n: Ints) -> Bounds:
    """Studentised: quantiles of how far resamples lie off, in their own standard errors; exact for no hit, or all."""
    share, variance = _spread(k, n)
    drawn, spread, _ = _resampled(k, n)
    with np.errstate(divide="ignore", invalid="ignore"):
        off = np.where(spread > 0, (drawn - share[:, None]) / np.sqrt(spread), np.sign(drawn - share[:, None]) * 1e3)
    low, high = np.percentile(np.nan_to_num(off), [2.5, 97.5], axis=1)
    bounds = share - high * np.sqrt(variance), share - low * np.sqrt(variance)
    exact = _clopper(share * _kish(n), np.full(len(k), _kish(n)))
    inside = (share > 0) & (share < 1)
    return tuple(np.where(inside, np.clip(b, 0, 1), end) for b, end in zip(bounds, exact, strict=True))  # type: ignore[return-value]


METHODS: Mapping[str, Callable[[Ints, Ints], Bounds]] = {
    "the lab's": lab,
    "percentile bootstrap, Wilson, Kish (before)": percentile,
    "bootstrap-t": bootstrap_t,
    "logit": logit,
    "Korn and Graubard": korn_graubard,
    "Fay and Feuer's gamma": fay_feuer,
}
CHOSEN = "the lab's"
