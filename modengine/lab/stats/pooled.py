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
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.optimize import brentq

from modengine.lab.stats.design import upper
from modengine.lab.stats.intervals import LEAST, LEVEL, NOTHING, Estimate, Floats


def pooled(parts: Sequence[Estimate], weights: Sequence[float]) -> Estimate:
    """The weighted mean of shares that have rows; weights are above 0, and are made to add up to 1.

    Its k, n and clusters are those of all parts together.  Its effective n is what n independent rows would tell as
    much, if the shares were alike: 1 / sum(W_h^2 / effective n of h).
    """
    if not parts:
        return NOTHING
    w = np.asarray(weights, np.float64) / sum(weights)
    value, low, high = (
        np.array([getattr(part, side) for part in parts], np.float64) for side in ("value", "low", "high")
    )
    k, n, clusters, hit, missed = (
        sum(getattr(part, name) for part in parts) for name in ("k", "n", "clusters", "hit_in", "missed_in")
    )
    found = float(w @ value)
    bounds = [found - _far(w * (value - low)), found + _far(w * (high - value))]
    rows = np.array([max(part.effective_n, 1e-9) for part in parts])
    if (variance := float((w**2 * value * (1 - value) / rows).sum())) > 0:
        alike = found * (1 - found) / variance
        bounds[0] = min(bounds[0], 1 - float(upper(1 - found, alike, missed, clusters)))
        bounds[1] = max(bounds[1], float(upper(found, alike, hit, clusters)))
    each = np.array([part.clusters for part in parts], np.float64)
    if k == 0:
        bounds = [0.0, _nothing_hit(w, each)]
    elif k == n:
        bounds = [1 - _nothing_hit(w, each), 1.0]
    size = 1 / float((w**2 / rows).sum())
    return Estimate(
        found, max(0.0, bounds[0]), min(1.0, bounds[1]), k, n, size, "mover", size >= LEAST, clusters, hit, missed
    )


def _far(apart: Floats) -> float:
    return float(np.sqrt((apart**2).sum()))


def _nothing_hit(weights: Floats, clusters: Floats) -> float:
    """The largest sum W_h p_h with prod (1 - p_h)^c_h at the level: more where a cluster stands for more."""
    level = -np.log((1 - LEVEL) / 2)
    heavy = weights / clusters

    def spent(least: float) -> Floats:
        """How much of the level each corpus takes, if none is left where more could be had than `least`."""
        return np.asarray(clusters * np.log(np.maximum(heavy / least, 1.0)))

    # The last of the level is worth exp(-level) at least where one corpus takes all of it.
    bottom = float(heavy.max()) * np.exp(-level / clusters.min()) * 1e-9
    least = float(np.exp(brentq(lambda x: spent(np.exp(x)).sum() - level, np.log(bottom), np.log(heavy.max()))))
    return float((weights * -np.expm1(-spent(least) / clusters)).sum())
