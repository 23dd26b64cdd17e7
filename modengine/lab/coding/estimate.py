"""Precision, recall and prevalence of a whole corpus, from a sample that people coded."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import msgspec
import numpy as np
from scipy.special import ndtri, stdtr, stdtrit

from modengine.errors import InputError
from modengine.lab.coding.codes import CodedSheet, CoderCounts
from modengine.lab.coding.estimator import CodedRows, Side, joint, side
from modengine.lab.coding.key import SampleKey, coded_stamp
from modengine.lab.data.outcomes import LEVELS
from modengine.lab.data.stamp import Stamp
from modengine.lab.stats.intervals import LEAST, LEVEL, NOTHING, Estimate, Floats, bounds
from modengine.lab.stats.metrics import ALL, ANY, Flags
from modengine.model import RANK, Action

Part = Literal["prevalence", "precision", "recall", "others_hit"]
"""A figure of `CodedFigures`."""


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
    frame = _Frame(key, sheets, settled, beyond)
    several = [row for row in frame.rows if sum(row.id in sheet.codes for sheet in sheets) > 1]
    apart = {row.id for row in several if len({s.codes[row.id] for s in sheets if row.id in s.codes}) > 1}
    known = set() if settled is None else set(settled.codes)
    found: list[CodedFigures] = []
    for category in (*key.categories, ANY) if figures_of is None else figures_of:
        coded = frame.coded_rows(category)
        found += (
            _figures(frame, coded, value, category, action, seed)
            for value in frame.values
            for action in frame.reach(category)
        )
    order = {value: i for i, value in enumerate(frame.values)}
    found.sort(key=lambda figures: order[figures.value])
    return CodedEstimates(
        stamp or coded_stamp("estimate", key, seed), key.sample, tuple(sheet.counts for sheet in sheets),
        len(key.rows), len(frame.rows), len(several), len(apart), len(apart & known), tuple(frame.uncoded()), beyond,
        tuple(found),
    )  # fmt: skip


def p_of_claim(
    key: SampleKey,
    sheets: Sequence[CodedSheet],
    figure: Part,
    value: str,
    category: str,
    action: Action,
    at_least: bool,
    bound: float,
    seed: int = 1,
    *,
    settled: CodedSheet | None = None,
    beyond: bool = False,
) -> float | None:
    """One-sided p of the claim that a figure is at least, or at most, `bound`, from the draws that its interval is of.

    None where there are too few rows to test.  Other arguments are those of `estimate`.
    """
    frame = _Frame(key, sheets, settled, beyond)
    return _drawn(frame, frame.coded_rows(category), value, category, action, seed)[figure].p(at_least, bound)


def _is(code: frozenset[str], category: str) -> float:
    return float(bool(code) if category == ANY else category in code)


class _Frame:
    """The corpus as the key knows it, how many rows each cell has and what was decided there; and what was coded."""

    def __init__(self, key: SampleKey, sheets: Sequence[CodedSheet], settled: CodedSheet | None, beyond: bool) -> None:
        self.key, self.sheets, self.beyond = key, sheets, beyond
        self.known = {} if settled is None else settled.codes
        self.rows = [row for row in key.rows if any(row.id in sheet.codes for sheet in sheets)]
        if not self.rows:
            raise InputError("ME911", "no row of the sample was coded", "give the sheets that the coders filled in")
        self.of_row = np.array([row.cell for row in self.rows], np.int64)
        self.clusters = np.unique([row.cluster for row in self.rows], return_inverse=True)[1].astype(np.int64)
        corpus = key.stamp.corpora[0]
        self.first_phase = 0.0 if beyond else 1.0 if corpus.sampled_from is None else key.size / corpus.sampled_from
        self.sizes = np.array([cell.rows for cell in key.cells], np.int64)
        self.of_value = np.array([cell.value for cell in key.cells], dtype=object)
        self.ranks = np.array([[RANK[action] for action in cell.actions] for cell in key.cells], np.int8)
        self.coded = np.bincount(self.of_row, minlength=len(key.cells))
        self.shares = {(s.value, s.category, s.action): s.effective_n for s in key.shares}
        values = sorted({cell.value for cell in key.cells})
        self.values = (ALL, *(values if values != [""] else ()))

    def coded_rows(self, category: str) -> CodedRows:
        """What the coders said of a category."""
        votes = np.full((len(self.rows), len(self.sheets)), np.nan)
        final = np.full(len(self.rows), np.nan)
        for i, row in enumerate(self.rows):
            for j, sheet in enumerate(self.sheets):
                if row.id in sheet.codes:
                    votes[i, j] = _is(sheet.codes[row.id], category)
            if row.id in self.known:
                final[i] = _is(self.known[row.id], category)
        return CodedRows(self.of_row, votes, final, self.clusters)

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


@dataclass(frozen=True, slots=True)
class _Drawn:
    """A figure as draws."""

    value: float | None
    draws: Floats
    k: int
    n: int
    freedom: float
    """Of the spread of the draws, which is that of Student's t at 95 %."""

    @property
    def estimate(self) -> Estimate:
        """The percentiles of the draws, and the effective n that their spread tells."""
        if self.value is None or self.n == 0:
            return NOTHING
        low, high = bounds(self.draws)
        mean, spread = float(self.draws.mean()), float(self.draws.var())
        effective = mean * (1 - mean) / spread if spread > 1e-15 else float(self.n)
        # At 0 and 1 the bound is the figure itself (L. D. Brown, T. T. Cai and A. DasGupta, 2001).
        low, high = min(low, self.value), max(high, self.value)
        low, high = (0.0 if self.value == 0 else low), (1.0 if self.value == 1 else high)
        supported = effective >= LEAST
        return Estimate(self.value, low, high, self.k, self.n, effective, "beta, by design", supported)

    def p(self, at_least: bool, bound: float) -> float | None:
        """One-sided, of the claim that the figure is at least, or at most, `bound`; None for too few rows."""
        if self.value is None or not self.estimate.supported:
            return None
        against = int(((self.draws <= bound) if at_least else (self.draws >= bound)).sum())
        p = _by_t((against + 1) / (len(self.draws) + 1), self.freedom)
        claimed = self.value > bound if at_least else self.value < bound
        return p if claimed else max(p, 0.5)


def _figures(frame: _Frame, coded: CodedRows, value: str, category: str, action: Action, seed: int) -> CodedFigures:
    inside, hit = frame.inside(value), frame.hit(category, action)
    drawn = _drawn(frame, coded, value, category, action, seed)
    rows, coded_rows = ((of[inside], of[inside & hit]) for of in (frame.sizes, frame.coded))
    return CodedFigures(
        value, category, action, int(rows[0].sum()), int(rows[1].sum()), int(coded_rows[0].sum()),
        int(coded_rows[1].sum()), drawn["prevalence"].estimate, drawn["precision"].estimate, drawn["recall"].estimate,
        drawn["others_hit"].estimate,
    )  # fmt: skip


def _drawn(frame: _Frame, coded: CodedRows, value: str, category: str, action: Action, seed: int) -> dict[Part, _Drawn]:
    """The four figures of a category at an action, by the names of `CodedFigures`."""
    inside, hit = frame.inside(value), frame.hit(category, action)
    yes, no = (
        side(coded.only(part[coded.cells]), np.where(part, frame.sizes, 0), frame.first_phase, frame.beyond)
        for part in (inside & hit, inside & ~hit)
    )
    random = np.random.default_rng(seed)
    a, b = joint(yes, no, random)
    rows = yes.rows + no.rows
    share: Floats = np.full(len(a), yes.rows / rows)
    if frame.first_phase < 1 and 0 < yes.rows < rows:
        effective = frame.shares[value, category, action] / (1 - frame.first_phase)
        share = random.beta(share[0] * effective + 0.5, (1 - share[0]) * effective + 0.5, len(a))
    total = yes.coded + no.coded
    found, hits = round(yes.found + no.found), round(yes.found)
    ours, missed = share * a, (1 - share) * b
    left, wrong = (1 - share) * (1 - b), share * (1 - a)
    x, y = (part.value for part in (yes, no))
    whole = (x is not None or not yes.rows) and (y is not None or not no.rows)
    p, q = yes.rows * (x or 0.0), no.rows * (y or 0.0)
    freedom = _freedom(yes, no)
    others = (yes.rows - p) / (rows - p - q) if whole and rows - p - q > 0 else None
    return {
        "prevalence": _Drawn((p + q) / rows if whole else None, ours + missed, found, total, freedom),
        "precision": _Drawn(x, a, hits, yes.coded, yes.freedom),
        "recall": _Drawn(p / (p + q) if whole and p + q > 0 else None, _ratio(ours, missed), hits, found, freedom),
        "others_hit": _Drawn(others, _ratio(wrong, left), yes.coded - hits, total - found, freedom),
    }


def _freedom(*sides: Side) -> float:
    """Degrees of freedom of a figure of both sides, after Satterthwaite, each counting by its rows."""
    parts = [(one.rows**2 * one.variance, one.freedom) for one in sides if one.varies]
    return sum(part for part, _ in parts) ** 2 / sum(part**2 / f for part, f in parts) if parts else float("inf")


def _by_t(p: float, freedom: float) -> float:
    """What p is at other levels: the draws are as far apart as Student's t at 95 %, and there alone."""
    scale = stdtrit(freedom, 0.5 + LEVEL / 2) / ndtri(0.5 + LEVEL / 2)
    return float(stdtr(freedom, ndtri(p) * scale))


def _ratio(part: Floats, rest: Floats) -> Floats:
    return np.asarray(part / np.maximum(part + rest, 1e-12), np.float64)
