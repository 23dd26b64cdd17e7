"""How long things last, where beginnings and ends are known to lie between two looks only.

The non-parametric maximum likelihood estimate for intervals, with late entry: B. W. Turnbull, The empirical
distribution function with arbitrarily grouped, censored and truncated data, Journal of the Royal Statistical
Society B 38, 1976, by self-consistency, with the support that late entry asks for after H. Frydman, A note on
nonparametric estimation of the distribution function from interval-censored and truncated observations, ibid.
56, 1994.  Where every end is known exactly it is the product-limit estimate of Kaplan and Meier with late entry.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import msgspec
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
INFINITE = float("inf")
TOLERANCE = 1e-8
"""Change of a probability at which the iteration ends."""
LEAST = 1e-6
"""Probability below which a stretch holds none: what the iteration has not yet taken from it."""
MOST_STEPS = 5_000


class SurvivalStep(msgspec.Struct, frozen=True):
    """A stretch of time in which the curve falls; where in it nobody can tell."""

    after: float
    """Up to here the share is still that of the step before."""
    until: float | None
    """From here on it is `share`; null where it never is seen to end."""
    share: float
    """Of those that are still there after the stretch."""
    ended: float
    """The probability that the end lies in the stretch."""


class Lasting(msgspec.Struct, frozen=True):
    """A survival curve of n things."""

    n: int
    ended: int
    """Things whose end was seen."""
    late: int
    """Things that were watched from a later time than their beginning on."""
    steps: tuple[SurvivalStep, ...]
    median_after: float | None
    """The median lies between these two; null where fewer than half are seen to end."""
    median_until: float | None
    converged: bool

    def at(self, time: float) -> tuple[float, float]:
        """Bounds on the share that is still there at a time: within a stretch the curve is anywhere between."""
        high = low = 1.0
        for step in self.steps:
            until = INFINITE if step.until is None else step.until
            if until <= time:
                high = low = step.share
            elif step.after < time:
                low = step.share
        return low, high


def lasting(
    left: Sequence[float],
    right: Sequence[float],
    entered: Sequence[float] | None = None,
    tolerance: float = TOLERANCE,
) -> Lasting:
    """The curve of things that end in `(left, right]`, each watched from `entered` on.

    `right` is infinite for what was not seen to end.  `left == right` is an end that is known exactly.  Raises
    ValueError where nothing is given, and for an interval that ends before it begins or before its entry.
    """
    low, high = np.asarray(left, float), np.asarray(right, float)
    entry = np.zeros(len(low)) if entered is None else np.asarray(entered, float)
    if not len(low):
        raise ValueError("no survival of nothing")
    if (high < low).any() or (low < entry).any() or (high <= entry).any() or (entry < 0).any():
        raise ValueError("an interval ends before it begins, or begins before its entry")
    low = np.where(low == high, np.nextafter(high, -INFINITE), low)  # an exact end is one in the shortest interval
    cases, weights = np.unique(np.stack([low, high, entry], axis=1), axis=0, return_counts=True)
    a, b = _support(cases)
    mass, converged = _estimated(cases, weights.astype(float), a, b, tolerance)
    shares = np.maximum(0.0, 1 - np.cumsum(mass))
    kept = np.flatnonzero(mass > LEAST)
    steps = tuple(
        SurvivalStep(
            float(_shown(a[i], b[i])), None if np.isinf(b[i]) else float(b[i]), float(shares[i]), float(mass[i])
        )
        for i in kept
    )
    middle = next((step for step in steps if step.share <= 0.5 + 1e-12 and step.until is not None), None)
    return Lasting(
        len(low), int(np.isfinite(high).sum()), int((entry > 0).sum()), steps,
        None if middle is None else middle.after, None if middle is None else middle.until, converged,
    )  # fmt: skip


def _shown(a: float, b: float) -> float:
    return b if np.nextafter(b, -INFINITE) == a else a


def _support(cases: Floats) -> tuple[Floats, Floats]:
    """The innermost intervals `(a, b]` that alone can hold probability: from a left end to the next right one.

    A left end that equals a right one comes after it, for `(1, 2]` and `(2, 3]` share nothing.  An entry bounds
    from the right what may have ended before it.
    """
    low, high, entry = cases.T
    marks = sorted({(t, 1) for t in low} | {(t, 0) for t in high} | {(v, 0) for v in entry[entry > 0]})
    found = [(start, end) for (start, kind), (end, other) in pairwise(marks) if (kind, other) == (1, 0)]
    a, b = np.array(found, float).reshape(-1, 2).T
    return a, b


def _estimated(cases: Floats, weights: Floats, a: Floats, b: Floats, tolerance: float) -> tuple[Floats, bool]:
    """The probability of each interval of the support; every case holds a stretch of it."""
    low, high, entry = cases.T
    first = np.searchsorted(a, low, "left")
    last = np.searchsorted(b, high, "right")
    alive = np.searchsorted(b, entry, "right")
    mass = np.full(len(a), 1 / len(a))
    late = bool((alive > 0).any())
    for _ in range(MOST_STEPS):
        sums = np.concatenate([[0.0], np.cumsum(mass)])
        inside = np.maximum(sums[last] - sums[first], 1e-300)
        expected = mass * _spread(weights / inside, first, last, len(a))
        if late:
            after = np.maximum(sums[-1] - sums[alive], 1e-300)
            expected += mass * _spread(weights / after, np.zeros_like(alive), alive, len(a))
        new = expected / expected.sum()
        if float(np.abs(new - mass).max()) < tolerance:
            return new, True
        mass = new
    return mass, False


def _spread(values: Floats, first: NDArray[np.int64], last: NDArray[np.int64], size: int) -> Floats:
    """For each place the sum of the values whose stretch `[first, last)` holds it."""
    steps = np.zeros(size + 1)
    np.add.at(steps, first, values)
    np.add.at(steps, last, -values)
    return np.cumsum(steps)[:size]
