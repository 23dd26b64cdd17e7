"""Which rows to code: so many of each stratum, drawn by chance, each with its probability.

Strata are what the policy did, so that rare decisions are coded, and a column of the corpus.  By default a stratum
gets rows as the root of its size (M. D. Bankier, Power allocations, The American Statistician 42, 1988): more of
the rare ones than their share, most of the large ones still.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

import numpy as np

from modengine.errors import InputError
from modengine.lab.stats.intervals import Ints

Allocation = Literal["root", "equal", "proportional"]
POWERS: Mapping[Allocation, float] = {"root": 0.5, "equal": 0.0, "proportional": 1.0}
LEAST_OF_STRATUM = 5
"""Rows of every stratum; all where it has fewer."""


def allocate(sizes: Sequence[int], n: int, how: Allocation) -> tuple[int, ...]:
    """How many rows of each stratum, n in all.

    None gets more than it has, none fewer than `LEAST_OF_STRATUM` or all.  Raises InputError (ME911) where n
    is too small for that.
    """
    whole = np.array(sizes, np.int64)
    least = np.minimum(whole, LEAST_OF_STRATUM)
    if n < int(least.sum()):
        one = len(sizes) == 1
        strata = "1 stratum, which needs" if one else f"{len(sizes):,} strata, which need"
        raise InputError(
            "ME911", f"{n:,} rows are too few for {strata} {int(least.sum()):,}",
            f"draw more with --rows {int(least.sum())}{'' if one else ', or make fewer strata with --by'}",
        )  # fmt: skip
    if n >= int(whole.sum()):
        return tuple(map(int, whole))
    size = whole.astype(np.float64) ** POWERS[how]
    given = np.minimum(np.maximum(_scaled(size, least, whole, n), least), whole)
    # Whole rows: the largest remainders get those that are left, the earlier stratum of two alike.
    floor = np.floor(given + 1e-9).astype(np.int64)
    left = n - int(floor.sum())
    order = np.argsort(-(given - floor), kind="stable")
    for i in [i for i in order if floor[i] < whole[i]][:left]:
        floor[i] += 1
    return tuple(map(int, floor))


def _scaled(size: np.ndarray, least: Ints, whole: Ints, n: int) -> np.ndarray:
    """The multiple of `size` that, held within its bounds, adds up to n; found by halving."""
    low, high = 0.0, float(whole.max()) / float(size.min()) + 1.0
    for _ in range(200):
        middle = (low + high) / 2
        if np.clip(middle * size, least, whole).sum() < n:
            low = middle
        else:
            high = middle
    return np.asarray(np.clip(high * size, least, whole))


def drawn(strata: Ints, counts: Sequence[int], random: np.random.Generator) -> Ints:
    """The numbers of the rows that were drawn, in order: without replacement, all rows of a stratum alike."""
    rows = [
        random.choice(np.flatnonzero(strata == number), count, replace=False)
        for number, count in enumerate(counts)
        if count
    ]
    return np.sort(np.concatenate(rows)).astype(np.int64) if rows else np.zeros(0, np.int64)
