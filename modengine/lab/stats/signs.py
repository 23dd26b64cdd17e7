"""The exact permutation test of a sum of changes, and the interval that goes with it.

If two measures were alike, each cluster's change might as well have been the other way round (R. A. Fisher, The
Design of Experiments, 1935, section 21).  All sign changes are counted, not drawn.  Where every change is of one
row, that is McNemar's exact test (Q. McNemar, Psychometrika 12, 1947).  The interval holds the chances of an upward
change that the same test, one-sided, does not reject at 2.5 % on either side; with changes of one row it is that of
Clopper and Pearson.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln, ndtr, xlog1py, xlogy

from modengine.lab.stats.design import LEVEL, Floats, Ints

MOST = 20_000
"""Where changes come to more (in units of their common divisor), the sum is taken for normal."""
BY_FOURIER = 500


def p_value(net: Ints) -> float | None:
    """Two-sided, of the sum of the changes of all clusters; None where none changes."""
    if not net.any():
        return None
    return min(1.0, 2 * min(_at_least(net, 0.5), _at_least(-net, 0.5)))


def upward(net: Ints) -> tuple[float, float]:
    """The interval of the chance that a changed cluster changes upwards.  It holds 1/2 where p is above 0.05."""
    return _least(net), 1 - _least(-net)


def _least(net: Ints) -> float:
    """The chance at which a sum as high as that of `net` has a probability of 2.5 %."""
    alpha = (1 - LEVEL) / 2
    if not (net > 0).any():
        return 0.0
    return root(lambda chance: _at_least(net, chance) - alpha, 0.0, 1.0, xtol=1e-7)


def _at_least(net: Ints, chance: float) -> float:
    """How likely a sum is at least that of `net`, if each change is upwards with that chance."""
    if chance <= 0 or chance >= 1:
        return float(chance >= 1 or not (net > 0).any())
    sizes, many = np.unique(np.abs(net[net != 0]), return_counts=True)
    sizes = sizes // np.gcd.reduce(sizes)
    whole = int((sizes * many).sum())
    # The sum of signs is 2 X - whole, X the sum of the sizes of the upward changes.
    up = int(net[net > 0].sum()) // int(np.gcd.reduce(np.abs(net[net != 0])))
    if whole > MOST:
        spread = float(np.sqrt(chance * (1 - chance) * (sizes.astype(float) ** 2 * many).sum()))
        return float(ndtr((chance * whole - up) / spread))
    chances: Floats = np.ones(1)
    for size, count in zip(sizes, many, strict=True):
        grid: NDArray[np.float64] = np.zeros(int(size) * int(count) + 1)
        grid[:: int(size)] = binomial(int(count), chance)
        chances = _sums(chances, grid)
    return min(1.0, float(np.maximum(chances[up:], 0.0).sum()))


def _sums(one: Floats, other: Floats) -> Floats:
    """How likely each sum of two independent counts is; long ones by their Fourier transforms, which are sooner."""
    if min(len(one), len(other)) <= BY_FOURIER:
        return np.convolve(one, other)
    size = len(one) + len(other) - 1
    return np.fft.irfft(np.fft.rfft(one, size) * np.fft.rfft(other, size), size)


def binomial(n: int, chance: float) -> Floats:
    """How likely each of 0 ... n hits of n rows is (its n + 1 values come to 1), if each is hit with that chance."""
    hits = np.arange(n + 1)
    ways = gammaln(n + 1) - gammaln(hits + 1) - gammaln(n - hits + 1)
    return np.asarray(np.exp(ways + xlogy(hits, chance) + xlog1py(n - hits, -chance)))


def root(function: Callable[[float], float], low: float, high: float, xtol: float = 2e-12) -> float:
    """Where a function is 0 between two points at which it has different signs, to within `xtol`: Brent's method."""
    from scipy.optimize import brentq  # noqa: PLC0415  (slow to load, and many measurements ask for no root)

    return float(brentq(function, low, high, xtol=xtol))
