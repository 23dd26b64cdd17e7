"""Precision, recall and prevalence of a whole corpus, from a sample that people coded."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

from modengine.errors import InputError
from modengine.lab.coding.codes import CodedSheet, CoderCounts
from modengine.lab.coding.estimator import CodedRows, Side, joint, side
from modengine.lab.coding.key import SampleKey, coded_stamp
from modengine.lab.data.outcomes import LEVELS
from modengine.lab.data.stamp import Stamp
from modengine.lab.stats.intervals import LEAST, NOTHING, Estimate, Floats, Ints, bounds
from modengine.lab.stats.metrics import ALL, ANY
from modengine.model import RANK, Action

Flags = NDArray[np.bool_]


class CodedFigures(msgspec.Struct, frozen=True):
    """What a category does at an action, in the whole corpus or in a stratum of it."""

    value: str
    """Of the stratum column, or `(all)`."""
    category: str
    """`(any)` for whatever category."""
    action: Action
    """A row counts as hit from this action upwards."""
    rows: int
    """Of the corpus."""
    hit: int
    """Of these, known."""
    coded: int
    coded_hit: int
    prevalence: Estimate
    """Of all rows, the share that is of the category."""
    precision: Estimate
    """Of the hit rows, the share that is of the category."""
    recall: Estimate
    """Of the rows of the category, the share that is hit; its n counts those that were found."""
    others_hit: Estimate
    """Of the rows that are not of the category, the share that is hit; of `(any)`, over-blocking."""


class UncodedStratum(msgspec.Struct, frozen=True):
    """Rows of the corpus of which nothing was coded: taken for like the others that are decided alike."""

    stratum: str
    rows: int
    drawn: int


class CodedEstimates(msgspec.Struct, frozen=True):
    """All that `estimate` gives."""

    stamp: Stamp
    sample: str
    coders: tuple[CoderCounts, ...]
    drawn: int
    coded: int
    by_several: int
    """Coded rows that several coders have coded: of these the disagreement is known."""
    disagreed: int
    settled: int
    """Disagreements that were settled."""
    uncoded: tuple[UncodedStratum, ...]
    beyond: bool
    """Whether intervals are of all that the corpus stands for, not of itself."""
    figures: tuple[CodedFigures, ...]


def estimate(
    key: SampleKey,
    sheets: Sequence[CodedSheet],
    stamp: Stamp | None = None,
    seed: int = 1,
    *,
    settled: CodedSheet | None = None,
    beyond: bool = False,
    figures_of: Sequence[str] | None = None,
) -> CodedEstimates:
    """Figures of the corpus that the sample was drawn from, for all categories or those of `figures_of`.

    A row counts with the settled code, else with the share of its coders.  `beyond` adds the chance by which
    the corpus itself is what it is, rows of a cluster together.  Without a `stamp` the result says what the key does.
    Raises InputError (ME911) for no coded row.
    """
    rows = [row for row in key.rows if any(row.id in sheet.codes for sheet in sheets)]
    if not rows:
        raise InputError("ME911", "no row of the sample was coded", "give the sheets that the coders filled in")
    several = [row for row in rows if sum(row.id in sheet.codes for sheet in sheets) > 1]
    apart = {row.id for row in several if len({s.codes[row.id] for s in sheets if row.id in s.codes}) > 1}
    known = {} if settled is None else settled.codes
    cells = np.array([row.cell for row in rows], np.int64)
    clusters = np.unique([row.cluster for row in rows], return_inverse=True)[1].astype(np.int64)
    frame = _Frame(key, cells)
    corpus = key.stamp.corpora[0]
    first_phase = 0.0 if beyond else 1.0 if corpus.sampled_from is None else key.size / corpus.sampled_from
    found: list[CodedFigures] = []
    for category in (*key.categories, ANY) if figures_of is None else figures_of:
        votes = np.full((len(rows), len(sheets)), np.nan)
        final = np.full(len(rows), np.nan)
        for i, row in enumerate(rows):
            for j, sheet in enumerate(sheets):
                if row.id in sheet.codes:
                    votes[i, j] = _is(sheet.codes[row.id], category)
            if row.id in known:
                final[i] = _is(known[row.id], category)
        coded = CodedRows(cells, votes, final, clusters)
        found += (
            _figures(frame, coded, value, category, action, first_phase, beyond, seed)
            for value in frame.values
            for action in frame.reach(category)
        )
    order = {value: i for i, value in enumerate(frame.values)}
    found.sort(key=lambda figures: order[figures.value])
    return CodedEstimates(
        stamp or coded_stamp("estimate", key, seed), key.sample, tuple(sheet.counts for sheet in sheets),
        len(key.rows), len(rows), len(several), len(apart), len(apart & set(known)), tuple(frame.uncoded()), beyond,
        tuple(found),
    )  # fmt: skip


def _is(code: frozenset[str], category: str) -> float:
    return float(bool(code) if category == ANY else category in code)


class _Frame:
    """The corpus as the key knows it: how many rows each cell has, and what was decided there."""

    def __init__(self, key: SampleKey, coded_cells: Ints) -> None:
        self.key = key
        self.sizes = np.array([cell.rows for cell in key.cells], np.int64)
        self.of_value = np.array([cell.value for cell in key.cells], dtype=object)
        self.ranks = np.array([[RANK[action] for action in cell.actions] for cell in key.cells], np.int8)
        self.coded = np.bincount(coded_cells, minlength=len(key.cells))
        self.shares = {(s.value, s.category, s.action): s.effective_n for s in key.shares}
        values = sorted({cell.value for cell in key.cells})
        self.values = (ALL, *(values if values != [""] else ()))

    def reach(self, category: str) -> tuple[Action, ...]:
        if category != ANY:
            return self.key.reach[category]
        return tuple(level for level in LEVELS if any(level in given for given in self.key.reach.values()))

    def inside(self, value: str) -> Flags:
        """The cells of a value of the stratum column."""
        return np.asarray((self.of_value == value) | (value == ALL), np.bool_)

    def hit(self, category: str, action: Action) -> Flags:
        """The cells in which the category reached the action."""
        ranks = (
            self.ranks.max(axis=1, initial=0) if category == ANY else self.ranks[:, self.key.categories.index(category)]
        )
        return np.asarray(ranks >= RANK[action], np.bool_)

    def uncoded(self) -> Iterator[UncodedStratum]:
        """Strata of the design without a coded row."""
        names = list(dict.fromkeys(cell.stratum for cell in self.key.cells))
        for name in names:
            mine = [i for i, cell in enumerate(self.key.cells) if cell.stratum == name]
            if not self.coded[mine].any():
                yield UncodedStratum(name, int(self.sizes[mine].sum()), sum(self.key.cells[i].drawn for i in mine))


def _figures(
    frame: _Frame, coded: CodedRows, value: str, category: str, action: Action, first_phase: float, beyond: bool,
    seed: int,
) -> CodedFigures:  # fmt: skip
    inside, hit = frame.inside(value), frame.hit(category, action)
    yes, no = (
        side(coded.only(part[coded.cells]), np.where(part, frame.sizes, 0), first_phase, beyond)
        for part in (inside & hit, inside & ~hit)
    )
    random = np.random.default_rng(seed)
    a, b = joint(yes, no, random)
    rows = yes.rows + no.rows
    share: Floats = np.full(len(a), yes.rows / rows)
    if first_phase < 1 and 0 < yes.rows < rows:
        effective = frame.shares[value, category, action] / (1 - first_phase)
        share = random.beta(share[0] * effective + 0.5, (1 - share[0]) * effective + 0.5, len(a))
    total = yes.coded + no.coded
    found, hits = round(yes.found + no.found), round(yes.found)
    ours, missed = share * a, (1 - share) * b
    left, wrong = (1 - share) * (1 - b), share * (1 - a)
    x, y = (part.value for part in (yes, no))
    whole = (x is not None or not yes.rows) and (y is not None or not no.rows)
    p, q = yes.rows * (x or 0.0), no.rows * (y or 0.0)
    return CodedFigures(
        value, category, action, rows, yes.rows, total, yes.coded,
        _estimate((p + q) / rows if whole else None, ours + missed, found, total),
        _estimate(x, a, hits, yes.coded),
        _estimate(p / (p + q) if whole and p + q > 0 else None, _ratio(ours, missed), hits, found),
        _estimate(
            (yes.rows - p) / (rows - p - q) if whole and rows - p - q > 0 else None, _ratio(wrong, left),
            yes.coded - hits, total - found,
        ),
    )  # fmt: skip


def _ratio(part: Floats, rest: Floats) -> Floats:
    return np.asarray(part / np.maximum(part + rest, 1e-12), np.float64)


def _estimate(value: float | None, draws: Floats, k: int, n: int) -> Estimate:
    """A figure with the percentiles of its draws, and the effective n that their spread tells."""
    if value is None or n == 0:
        return NOTHING
    low, high = bounds(draws)
    mean, spread = float(draws.mean()), float(draws.var())
    effective = mean * (1 - mean) / spread if spread > 1e-15 else float(n)
    # At 0 and 1 the bound is the figure itself (L. D. Brown, T. T. Cai and A. DasGupta, 2001).
    low, high = min(low, value), max(high, value)
    low, high = (0.0 if value == 0 else low), (1.0 if value == 1 else high)
    return Estimate(value, low, high, k, n, effective, "beta, by design", effective >= LEAST)


__all__ = ["CodedEstimates", "CodedFigures", "Side", "UncodedStratum", "estimate"]
