"""What points add up to on kinds of rows: caps and reliefs as the engine counts them, over arrays.

Rows on which the same rules hit, with the same reliefs, are one kind and are counted together: of many thousand
messages a few hundred kinds remain, so that points can be tried by the thousand.  The matrices are sparse, as hits are.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy.sparse import csr_array

from modengine.lab.stats.intervals import Floats, Ints
from modengine.lab.stats.metrics import Flags

ALL_POINTS = 1e9
"""What a relief takes that takes all."""


@dataclass(frozen=True, slots=True)
class PointSums:
    """The points of a category on kinds of rows, as a function of the points of its rules."""

    hits: csr_array
    """(kinds, rules): 1 for a hit, less where its evidence weighs less."""
    parts: Floats
    """(rules, parts): 1 where a rule is of a group with a cap, or one of those that a relief names."""
    most: Floats
    """(parts,): the cap of a group; what a relief takes at most."""
    takes: Flags
    """(kinds, parts): a relief of single rules holds; never for a group."""
    caps: Flags
    """(parts,): whether a part is a group with a cap."""
    taken: Floats
    """(kinds,): what reliefs of the whole category take at most."""
    offset: Floats
    """(kinds,): points that come from elsewhere, whatever the rules give."""
    always: Flags
    """(kinds,): acted on whatever the points: raised by an override, or undetermined."""

    def take(self, kinds: Flags) -> PointSums:
        """The same for some kinds alone."""
        return replace(
            self,
            hits=self.hits[kinds],
            takes=self.takes[kinds],
            taken=self.taken[kinds],
            offset=self.offset[kinds],
            always=self.always[kinds],
        )

    def total(self, points: Floats) -> Floats:
        """(kinds,)."""
        sums = self.hits @ (self.parts * points[:, None])
        lost = self.lost(sums, slice(None), slice(None)).sum(axis=1)
        return np.asarray(np.maximum(self.hits @ points + self.offset - lost - self.taken, 0.0))

    def lost(self, sums: Floats, kinds: Ints | slice, part: int | slice) -> Floats:
        """What a group's cap, or a relief of single rules, takes of the points of its rules."""
        most = self.most[part]
        takes = self.takes[kinds, part]
        if isinstance(part, int):
            takes = takes.reshape(-1, *(1,) * (sums.ndim - 1))
        return np.asarray(np.where(self.caps[part], np.maximum(sums - most, 0.0), takes * np.minimum(sums, most)))


class Trying:
    """Points that are changed rule by rule, with the totals kept up to date."""

    def __init__(self, sums: PointSums, points: Floats) -> None:
        self.points = points.copy()
        self._sums = sums
        columns = sums.hits.tocsc()
        self.rows = [columns.indices[columns.indptr[j] : columns.indptr[j + 1]] for j in range(len(points))]
        """For each rule the kinds that it hits."""
        self._weights = [columns.data[columns.indptr[j] : columns.indptr[j + 1]] for j in range(len(points))]
        self._parts = [[int(q) for q in np.flatnonzero(sums.parts[j])] for j in range(len(points))]
        self._of_parts = np.asarray(sums.hits @ (sums.parts * self.points[:, None]))
        self._lost = sums.lost(self._of_parts, slice(None), slice(None))
        self._bare = np.asarray(sums.hits @ self.points + sums.offset - sums.taken - self._lost.sum(axis=1))

    @property
    def totals(self) -> Floats:
        """(kinds,)."""
        return np.asarray(np.maximum(self._bare, 0.0))

    def totals_with(self, rule: int, values: Floats) -> Floats:
        """(kinds that the rule hits, values): the totals if it had such points."""
        rows = self.rows[rule]
        more = self._weights[rule][:, None] * (values - self.points[rule])
        found = self._bare[rows][:, None] + more
        for part in self._parts[rule]:
            sums = self._of_parts[rows, part][:, None] + more
            found += self._lost[rows, part][:, None] - self._sums.lost(sums, rows, part)
        return np.asarray(np.maximum(found, 0.0))

    def give(self, rule: int, value: float) -> None:
        """Gives a rule other points."""
        rows = self.rows[rule]
        more = self._weights[rule] * (value - self.points[rule])
        self._bare[rows] += more
        for part in self._parts[rule]:
            self._of_parts[rows, part] += more
            lost = self._sums.lost(self._of_parts[rows, part], rows, part)
            self._bare[rows] += self._lost[rows, part] - lost
            self._lost[rows, part] = lost
        self.points[rule] = value
