"""Shares of a whole corpus from rows that were drawn by strata and coded by people.

A figure is made of two shares: of the rows that the policy hits, and of those that it does not, how many are of
the category.  How many there are of either is known, for the policy decided them all.  Each share is the
stratified estimator over cells (stratum by decision), N_c / n_c the weight of a coded row (Horvitz and Thompson;
within a cell Hajek's ratio, so that rows left blank are taken for a random part of their cell).  Its variance is

    sum over cells of W_c^2 ((1 - f_c) s_c^2 / n_c  +  f_c v_c / n_c)   rows, then codings: two stages
    + the coders' own part                                              some find more than others
    + (1 - F) times that of the corpus itself                           only where it stands for more

(W. G. Cochran, Sampling Techniques, 3rd ed. 1977, sections 5.3 and 10.3; C.-E. Sarndal, B. Swensson and
J. Wretman, Model Assisted Survey Sampling, 1992, chapter 9).  s_c^2 is that of cell shares to each of which one
row of the pooled share was added, so that a zero is not taken for certain.  The interval is that of a Beta with
Jeffreys's prior and the effective n that this variance implies, less for few degrees of freedom after
Satterthwaite (E. L. Korn and B. I. Graubard, Confidence intervals for proportions with small expected number of
positive counts estimated from survey data, Survey Methodology 24, 1998).  Figures of both shares are percentiles
over draws from the two, which go together as far as a coder who finds more does so on both sides.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaincinv, ndtr, ndtri, stdtrit

from modengine.lab.stats.intervals import LEVEL, Floats, Ints

DRAWS = 10_000
_NOTHING = 1e-12


@dataclass(frozen=True, slots=True)
class CodedRows:
    """n rows that were coded, for one category."""

    cells: Ints
    """(n,): the cell of each row."""
    votes: Floats
    """(n, coders): 1 of the category, 0 not, nan where the coder said nothing."""
    settled: Floats
    """(n,): 0 or 1 where a disagreement was settled, else nan."""
    clusters: Ints
    """(n,): rows with equal numbers are not independent in the corpus."""

    def only(self, rows: NDArray[np.bool_]) -> CodedRows:
        return CodedRows(self.cells[rows], self.votes[rows], self.settled[rows], self.clusters[rows])

    @property
    def said(self) -> NDArray[np.bool_]:
        """(n, coders): which codings count: of rows that nobody settled."""
        return np.asarray(~np.isnan(self.votes) & np.isnan(self.settled)[:, None])

    @property
    def values(self) -> Floats:
        """(n,): the settled reading, else the share of the coders who found the row to be of the category."""
        return np.where(np.isnan(self.settled), self._share, self.settled)

    @property
    def vote_variance(self) -> Floats:
        """(n,): how much one coding of a row varies; nan for a row that one coder alone has seen."""
        many, share = self._many, self._share
        return np.where(many > 1, share * (1 - share) * many / np.maximum(many - 1, 1), np.nan)

    @property
    def noise(self) -> Floats:
        """(n,): the variance of `values` between codings of the same row.

        That of a row which one coder alone has seen is the mean of those that several have; 0 where none has.
        """
        one = self.vote_variance
        seen = one[~np.isnan(one)]
        one = np.where(np.isnan(one), seen.mean() if len(seen) else 0.0, one)
        return np.where(np.isnan(self.settled), one / np.maximum(self._many, 1), one)

    @property
    def most_noise(self) -> float:
        """That of a row on which coders differ; 0 where none was coded by several."""
        several = self._many > 1
        return float((0.25 / (self._many[several] - 1)).mean()) if several.any() else 0.0

    @property
    def _many(self) -> Floats:
        return np.asarray((~np.isnan(self.votes)).sum(axis=1), np.float64)

    @property
    def _share(self) -> Floats:
        return np.asarray(np.nansum(self.votes, axis=1) / np.maximum(self._many, 1), np.float64)


@dataclass(frozen=True, slots=True)
class Side:
    """A share among the rows on one side of a decision, as a distribution."""

    value: float | None
    """None where no row of the side was coded, or there is none."""
    rows: int
    """N in the corpus, known."""
    coded: int
    found: float
    """Coded rows of the category; a part of one where the coders disagree."""
    effective_n: float
    """inf where nothing is left to chance: every row coded, by coders who agree."""
    variance: float = 0.0
    by_coder: tuple[float, ...] = ()
    """How far each coder is from the others, so that the sum over products is a covariance."""
    freedom: float = float("inf")
    """Degrees of freedom of the variance."""

    def draws(self, random: np.random.Generator) -> Floats:
        """`DRAWS` draws of the share."""
        if not self.varies:
            return np.full(DRAWS, self.value or 0.0)
        return random.beta(*self._beta, DRAWS)

    def at(self, normal: Floats) -> Floats:
        """The share at standard normal scores, 0 the median."""
        return np.asarray(betaincinv(*self._beta, ndtr(normal)), np.float64)

    @property
    def varies(self) -> bool:
        return self.value is not None and not np.isinf(self.effective_n)

    @property
    def _beta(self) -> tuple[float, float]:
        k = (self.value or 0.0) * self.effective_n
        return k + 0.5, self.effective_n - k + 0.5


def side(coded: CodedRows, sizes: Ints, first_phase: float = 1.0, clustered: bool = True) -> Side:
    """The share among all rows of some cells.

    `sizes` holds N of every cell, 0 for those of the other side; `coded` the coded rows of these cells.  A cell
    without a coded row is taken for like the others.  `first_phase` is the part that the corpus is of what it
    stands for: 1 for itself, 0 for all that there could be; `clustered` where it was not drawn row by row.
    """
    n = np.bincount(coded.cells, minlength=len(sizes)).astype(np.float64)
    total, rows = int(sizes.sum()), len(coded.cells)
    if total == 0 or rows == 0:
        return Side(None, total, rows, 0.0, 0.0)
    seen = n > 0
    values, many = coded.values, np.maximum(n, 1)
    found = np.bincount(coded.cells, weights=values, minlength=len(sizes))
    weights = np.where(seen, sizes, 0) / sizes[seen].sum()
    share = found / many
    value = float(np.clip((weights * share).sum(), 0.0, 1.0))
    # One more row, of the pooled share, in each cell: no cell is certain.
    smooth = np.where(seen, (found + (found.sum() + 0.5) / (rows + 1)) / (n + 1), 0.0)
    spread = smooth * (1 - smooth) * _spread(values, share[coded.cells]) / np.maximum(many - 1, 1)
    fraction = n / np.maximum(sizes, 1)
    by_codings = weights**2 * fraction * _noise(coded, len(sizes)) / many
    by_rows = float((weights**2 * (1 - fraction) * spread + by_codings).sum())
    row_weights = (weights / many)[coded.cells]
    by_coder, coders = _coders(coded, row_weights)
    by_coders = float((by_coder**2).sum())
    if first_phase < 1:
        groups = coded.clusters if clustered else np.arange(rows)
        by_rows += (1 - first_phase) * _beyond(values - value, row_weights, groups, weights, smooth, total)
    variance = by_rows + by_coders
    if variance < _NOTHING:
        return Side(value, total, rows, float(found.sum()), float("inf"))
    expected = float((weights * smooth).sum())
    freedom = variance**2 / (by_rows**2 / max(1, rows - int(seen.sum())) + by_coders**2 / max(1, coders - 1))
    fewer = float((ndtri(0.5 + LEVEL / 2) / stdtrit(freedom, 0.5 + LEVEL / 2)) ** 2)
    effective = expected * (1 - expected) / variance * fewer
    return Side(value, total, rows, float(found.sum()), effective, variance, tuple(map(float, by_coder)), freedom)


def joint(one: Side, other: Side, random: np.random.Generator) -> tuple[Floats, Floats]:
    """Draws of two shares; they go together as far as the coders' parts do."""
    covariance = float(np.dot(one.by_coder, other.by_coder)) if one.varies and other.varies else 0.0
    if covariance == 0:
        return one.draws(random), other.draws(random)
    together = float(np.clip(covariance / np.sqrt(one.variance * other.variance), -1.0, 1.0))
    first, second = random.standard_normal((2, DRAWS))
    return one.at(first), other.at(together * first + np.sqrt(1 - together**2) * second)


def _spread(values: Floats, share: Floats) -> float:
    """How much rows vary within cells, as part of what 0 and 1 would: shares of coders vary less."""
    most = float((share * (1 - share)).sum())
    return float(((values - share) ** 2).sum()) / most if most > _NOTHING else 1.0


def _noise(coded: CodedRows, cells: int) -> Floats:
    """(cells,): the variance of a row of each cell between codings; 0 where no row was coded by several.

    As with shares, one row of the pooled noise is added to each cell, and half a row on which coders differ to all.
    """
    noise, apart = coded.noise, coded.most_noise
    n = np.bincount(coded.cells, minlength=cells)
    pooled = (noise.sum() + 0.5 * apart) / (len(noise) + 1)
    return np.asarray((np.bincount(coded.cells, weights=noise, minlength=cells) + pooled) / (n + 1), np.float64)


def _coders(coded: CodedRows, weights: Floats) -> tuple[Floats, int]:
    """(coders,) whose squares add up to the variance of the share over coders like these, and how many they are.

    Of rows that several coded and nobody settled: how far each coder is from the others on the same rows, beyond
    the chance of single codings, which the variance over rows holds already.  0 where it cannot be told.
    """
    nothing = np.zeros(coded.votes.shape[1])
    several = ~np.isnan(coded.vote_variance) & np.isnan(coded.settled)
    if not several.any():
        return nothing, 0
    votes, w = coded.votes[several], weights[several]
    there = ~np.isnan(votes)
    away = np.where(there, votes - coded.values[several][:, None], 0.0)
    total = (there * w[:, None]).sum(axis=0)
    each = np.divide((away * w[:, None]).sum(axis=0), total, out=nothing.copy(), where=total > 0)
    coders = int((total > 0).sum())
    between = float((each**2).sum()) / (coders - 1)
    chance = float((w**2 * coded.vote_variance[several]).sum()) / float(w.sum()) ** 2
    if between <= chance:
        return nothing, coders
    part = (coded.said * (weights / np.maximum(coded.said.sum(axis=1), 1))[:, None]).sum(axis=0)
    return each * np.sqrt((1 - chance / between) * float((part**2).sum()) / (coders - 1)), coders


def _beyond(away: Floats, row_weights: Floats, groups: Ints, weights: Floats, smooth: Floats, total: int) -> float:
    """The variance of the share over corpora like this one, as the coded rows show it (two phases)."""
    expected = float((weights * smooth).sum())
    alone = expected * (1 - expected) / total
    z = away * row_weights
    together = float((np.bincount(groups, weights=z) ** 2).sum() - (z**2).sum())
    return alone + max(0.0, together)
