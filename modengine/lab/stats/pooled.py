"""A share over several corpora: each a stratum of its own, the clusters of each as they are, the weights given.

The figure is sum W_h p_h.  Its bounds are recovered from those of the corpora (MOVER: G. Y. Zou, W. Huang and X. Zhang,
A note on confidence interval estimation for a linear function of binomial proportions, Computational Statistics and
Data Analysis 53, 2009): each side is as far away as the root of the sum of (W_h d_h)^2, d_h how far the bound of
corpus h is.  Where hits are few in each of many corpora that is too near: no bound is nearer than that of Korn and
Graubard with the stratified variance (Survey Methodology 24, 1998), the exact one of as many independent rows as have
that variance.  What corpora differ by is no uncertainty: the figure is of these corpora, and of no others.

With no hit at all that would count the chance of every corpus as if it came on top.  There the bound is the largest
share under which no hit in c_h clusters of each is as likely as the level says; of one corpus, or of corpora that count
by their clusters, it is that of Clopper and Pearson.

The test of a claim is the interval turned round: its p is the level whose bound is what was claimed.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

import msgspec
import numpy as np

from modengine.lab.stats.design import upper
from modengine.lab.stats.intervals import LEAST, LEVEL, NOTHING, Estimate, Floats
from modengine.lab.stats.signs import root

ALPHA = (1 - LEVEL) / 2


def pooled(parts: Sequence[Estimate], weights: Sequence[float]) -> Estimate:
    """The weighted mean of shares of rows that have some; weights are above 0, and are made to add up to 1.

    Its k, n and clusters are those of all parts together.  Its effective n is what n independent rows would tell as
    much, if the shares were alike: 1 / sum(W_h^2 / effective n of h).
    """
    if not parts:
        return NOTHING
    w = _alike(weights)
    found = _value(parts, w)
    k, n, clusters, hit, missed = (
        sum(getattr(part, name) for part in parts) for name in ("k", "n", "clusters", "hit_in", "missed_in")
    )
    low, high = 1 - _upper(_turned(parts), w, ALPHA), _upper(parts, w, ALPHA)
    size = 1 / float((w**2 / _sizes(parts)).sum())
    return Estimate(found, low, high, k, n, size, "mover", size >= LEAST, clusters, hit, missed)


def p_pooled(parts: Sequence[Estimate], weights: Sequence[float], at_least: bool, bound: float) -> float:
    """One-sided p of the claim that the pooled share is at least, or at most, `bound`.

    It is below the level of a bound of `pooled`, and there alone, where that bound excludes what was claimed not to be.
    Above 0.5, where nobody needs it, it is 1 less the p of the contrary claim.
    """
    w, side, held = _alike(weights), _turned(parts) if at_least else parts, 1 - bound if at_least else bound
    if _upper(side, w, 0.5) < held:
        return _level(side, w, held)
    return max(0.5, 1 - _level(_turned(side), w, 1 - held))


def _level(parts: Sequence[Estimate], weights: Floats, bound: float) -> float:
    """The level, 0.5 at most, whose upper bound is `bound`."""
    if _upper(parts, weights, 0.5) >= bound:
        return 0.5
    if bound >= 1 or _upper(parts, weights, sys.float_info.min) <= bound:
        return sys.float_info.min
    least, most = np.log(sys.float_info.min), np.log(0.5)
    return float(np.exp(root(lambda x: _upper(parts, weights, float(np.exp(x))) - bound, least, most)))


def _upper(parts: Sequence[Estimate], weights: Floats, alpha: float) -> float:
    """The upper bound of the weighted mean, which it lies above in `alpha` of all draws."""
    value, found = np.array([part.value for part in parts], np.float64), _value(parts, weights)
    k, n, clusters, hit = (sum(getattr(part, name) for part in parts) for name in ("k", "n", "clusters", "hit_in"))
    each = np.array([part.clusters for part in parts], np.float64)
    if k == 0:
        return _nothing_hit(weights, each, alpha)
    if k == n:
        return 1.0
    above = np.array([_of_part(part, alpha) for part in parts])
    far = found + float(np.sqrt(((weights * np.maximum(above - value, 0.0)) ** 2).sum()))
    if (variance := float((weights**2 * value * (1 - value) / _sizes(parts)).sum())) > 0:
        far = max(far, float(upper(found, found * (1 - found) / variance, hit, clusters, alpha)))
    return min(1.0, far)


def _of_part(part: Estimate, alpha: float) -> float:
    """The upper bound of one share, as `intervals.proportion` has it."""
    return (
        float(upper(part.value or 0.0, part.effective_n, part.hit_in, part.clusters, alpha)) if part.k < part.n else 1.0
    )


def _turned(parts: Sequence[Estimate]) -> tuple[Estimate, ...]:
    """The shares of the rows that were missed."""
    return tuple(
        msgspec.structs.replace(
            part, value=1 - (part.value or 0.0), k=part.n - part.k, hit_in=part.missed_in, missed_in=part.hit_in
        )
        for part in parts
    )


def _alike(weights: Sequence[float]) -> Floats:
    return np.asarray(weights, np.float64) / sum(weights)


def _value(parts: Sequence[Estimate], weights: Floats) -> float:
    return float(weights @ np.array([part.value for part in parts], np.float64))


def _sizes(parts: Sequence[Estimate]) -> Floats:
    return np.array([max(part.effective_n, 1e-9) for part in parts])


def _nothing_hit(weights: Floats, clusters: Floats, alpha: float) -> float:
    """The largest sum W_h p_h with prod (1 - p_h)^c_h at the level: more where a cluster stands for more."""
    level = -np.log(alpha)
    heavy = weights / clusters

    def spent(least: float) -> Floats:
        """How much of the level each corpus takes, if none is left where more could be had than `least`."""
        return np.asarray(clusters * np.log(np.maximum(heavy / least, 1.0)))

    # The last of the level is worth exp(-level) at least where one corpus takes all of it.
    bottom = np.log(heavy.max()) - level / clusters.min() + np.log(1e-9)
    least = float(np.exp(root(lambda x: spent(np.exp(x)).sum() - level, bottom, np.log(heavy.max()))))
    return float((weights * -np.expm1(-spent(least) / clusters)).sum())
