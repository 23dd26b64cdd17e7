"""What rows can show, before anybody looks at what a policy does to them.

A declared outcome is tested as `eval` tests it: exact binomial, one-sided, on effective counts.  Two sets of rows
are compared by the normal test of arcsines (J. Cohen, Statistical Power Analysis for the Behavioral Sciences, 2nd
ed. 1988, chapter 6), two policies on the same rows by McNemar's (R. J. Connor, Sample size for testing
differences in proportions for the paired-sample design, Biometrics 43, 1987).  Rows in clusters count as rows over
the design effect 1 + (m - 1) icc, m the mean size of the cluster of a row (L. Kish, Survey Sampling, 1965).
"""

from __future__ import annotations

import numpy as np
from scipy.special import bdtrc, bdtrik, betaincinv, ndtr, ndtri

from modengine.lab.stats.intervals import Floats, Ints
from modengine.lab.stats.signs import root

MOST_ROWS_NEEDED = 5_000_000


def design_effect(sizes: Ints, icc: float) -> float:
    """How many rows in clusters tell as much as one that is independent; `sizes` holds the rows of each cluster."""
    total = float(sizes.sum())
    return 1 + (float((sizes.astype(np.float64) ** 2).sum()) / total - 1) * icc if total else 1.0


def effective(sizes: Ints, icc: float) -> int:
    """Whole independent rows."""
    return int(float(sizes.sum()) / design_effect(sizes, icc) + 1e-9)


def power_of(n: int, bound: float, truth: float, at_least: bool, alpha: float) -> float:
    """How likely n independent rows show that a share lies beyond a bound, if it is `truth`."""
    if n < 1:
        return 0.0
    return float(_powers(np.array([n]), bound, truth, at_least, alpha)[0])


def rows_needed(bound: float, truth: float, at_least: bool, power: float, alpha: float) -> int | None:
    """The rows from which on the test has the power, for that n and every larger one.

    The power of an exact test goes up and down with n, so that fewer may do by chance.
    """
    beyond = truth > bound if at_least else truth < bound
    if not beyond:
        return None
    spread = ndtri(1 - alpha) * np.sqrt(bound * (1 - bound)) + ndtri(power) * np.sqrt(truth * (1 - truth))
    by_zero = np.log(alpha) / np.log(1 - bound if not at_least else bound) if 0 < bound < 1 else 1.0
    most = int(2 * (spread / (truth - bound)) ** 2 + 2 * by_zero) + 50
    if most > MOST_ROWS_NEEDED:
        return None
    enough = _powers(np.arange(1, most + 1), bound, truth, at_least, alpha) >= power
    short = np.flatnonzero(~enough)
    if not len(short):
        return 1
    return None if short[-1] == most - 1 else int(short[-1]) + 2


def _powers(n: Ints, bound: float, truth: float, at_least: bool, alpha: float) -> np.ndarray:
    """The power at each n.  A share of at most b is the other side of one of at least 1 - b."""
    p, q = (bound, truth) if at_least else (1 - bound, 1 - truth)
    critical = _critical(n, p, alpha)
    return np.asarray(np.where(critical <= n, bdtrc(critical - 1, n, q), 0.0))


def _critical(n: Ints, p: float, alpha: float) -> Floats:
    """The least k at each n with P(K >= k) < alpha, K hits of n rows that are hit with the chance p; at most n + 1."""
    k = bdtrik(1 - alpha, n, p)  # goes on between whole numbers, and may be a rounding short of one; nan for p 0 and 1
    k = np.floor(np.where(np.isnan(k), n * p, k))
    for _ in range(2):
        k = np.where(bdtrc(k - 1, n, p) >= alpha, k + 1, k)
    return np.asarray(k)


def beyond_bound(n: int, baseline: float, above: bool, power: float, alpha: float) -> float | None:
    """The smallest difference from a fixed share that n independent rows show; None where they show none."""
    if n < 1:
        return None
    p = baseline if above else 1 - baseline
    k = int(_critical(np.array([n]), p, alpha)[0])
    return None if k > n else float(betaincinv(k, n - k + 1, power)) - p


def between_sets(n: int, other: int, baseline: float, above: bool, power: float, alpha: float) -> float | None:
    """The smallest difference between the shares of two sets of rows, two-sided; None where they show none."""
    if min(n, other) < 1:
        return None
    scale, z = float(np.sqrt(n * other / (n + other))), float(ndtri(1 - alpha / 2))

    def short(h: float) -> float:
        return float(ndtr(h * scale - z) + ndtr(-h * scale - z)) - power

    h = root(short, 0.0, (z + float(ndtri(power))) / scale + 1) if power > alpha else 0.0
    angle = 2 * np.arcsin(np.sqrt(baseline)) + (h if above else -h)
    return abs(float(np.sin(angle / 2) ** 2) - baseline) if 0 <= angle <= np.pi else None


def between_policies(n: int, differing: float, power: float, alpha: float) -> float | None:
    """The smallest difference of two policies on the same rows, of which they treat a share differently.

    None where even changes that all go one way, the whole share, are too few.
    """
    if n < 1:
        return None
    z, y = float(ndtri(1 - alpha / 2)), float(ndtri(power))

    def short(difference: float) -> float:
        spread = max(differing - difference**2, 0.0)
        return float(np.sqrt(n) * difference - z * np.sqrt(differing) - y * np.sqrt(spread))

    return root(short, 0.0, differing) if short(differing) >= 0 else None
