"""The interval of Clopper and Pearson of independent rows: that of `lab.stats`, where there is no scipy."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from math import exp, lgamma, log, log1p

LEVEL, LEAST = 0.95, 10
"""As in `lab.stats.intervals`."""


@dataclass(frozen=True, slots=True)
class ExactShare:
    """k of n rows, with its 95 % interval; None where there is nothing to divide by."""

    k: int
    n: int
    value: float | None
    low: float | None
    high: float | None

    @property
    def supported(self) -> bool:
        """False where n is too small to conclude anything."""
        return self.n >= LEAST


def share(k: int, n: int) -> ExactShare:
    """k of n rows that are independent of one another."""
    if not n:
        return ExactShare(0, 0, None, None, None)
    return ExactShare(k, n, k / n, 1 - _highest(n - k, n), _highest(k, n))


@lru_cache(maxsize=4096)
def _highest(k: int, n: int) -> float:
    """The chance above which k hits or fewer in n rows come in fewer than one in forty cases; by halving."""
    if k == n:
        return 1.0
    ways = [lgamma(n + 1) - lgamma(hits + 1) - lgamma(n - hits + 1) for hits in range(k + 1)]
    low, high = k / n, 1.0
    for _ in range(60):
        chance = (low + high) / 2
        hit, missed = log(chance), log1p(-chance)
        tail = sum(exp(many + hits * hit + (n - hits) * missed) for hits, many in enumerate(ways))
        if tail > (1 - LEVEL) / 2:
            low = chance
        else:
            high = chance
    return (low + high) / 2
