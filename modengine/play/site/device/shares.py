"""`modengine.lab.stats.intervals` in the browser: shares of independent rows, all that the page asks for.

Held to it by tests/play/site.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import exp, fsum, lgamma, log, log1p

ALPHA = 0.025
LEAST = 10
"""With fewer rows a figure is marked as unsupported."""


@dataclass(frozen=True, slots=True)
class ShareOfRows:
    """As `Estimate`, without what clusters add."""

    value: float | None
    low: float | None
    high: float | None
    k: int
    n: int
    supported: bool


def proportion(k: Sequence[int], n: Sequence[int]) -> ShareOfRows:
    """The share with the interval of Clopper and Pearson at 95 %.  `k` holds 0 or 1 a row, `n` a 1."""
    hits, rows = sum(k), sum(n)
    if not rows:
        return ShareOfRows(None, None, None, 0, 0, False)
    low = 0.0 if hits == 0 else _root(lambda p: 1 - _at_most(hits - 1, rows, p) - ALPHA)
    high = 1.0 if hits == rows else _root(lambda p: ALPHA - _at_most(hits, rows, p))
    return ShareOfRows(hits / rows, low, high, hits, rows, rows >= LEAST)


def _at_most(hits: int, rows: int, p: float) -> float:
    """The chance of so many hits or fewer."""
    ways = (lgamma(rows + 1) - lgamma(i + 1) - lgamma(rows - i + 1) for i in range(hits + 1))
    return fsum(exp(way + i * log(p) + (rows - i) * log1p(-p)) for i, way in enumerate(ways))


def _root(rising: Callable[[float], float]) -> float:
    low, high = 0.0, 1.0
    for _ in range(50):
        middle = (low + high) / 2
        low, high = (low, middle) if rising(middle) > 0 else (middle, high)
    return (low + high) / 2
