"""What a corpus can show, and how many rows an outcome needs: computed before any row is decided."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec
import numpy as np

from modengine.engine.engine import Engine
from modengine.errors import InputError
from modengine.lab.coding.detectable import (
    between_policies,
    between_sets,
    beyond_bound,
    design_effect,
    effective,
    power_of,
    rows_needed,
)
from modengine.lab.data.corpus import HARMLESS, Corpus
from modengine.lab.data.stamp import Stamp, stamp
from modengine.lab.stats.claims import Claim, read_claim
from modengine.lab.stats.intervals import LEAST, Ints
from modengine.lab.stats.metrics import labelled
from modengine.lab.stats.permutation import ALPHA

OVER_BLOCKING = "over-blocking"


class PowerSet(msgspec.Struct, frozen=True):
    """Rows of a corpus on which a figure rests."""

    corpus: str
    figure: str
    """`over-blocking`, or `recall of` a category."""
    rows: int
    clusters: int
    design_effect: float
    effective_n: int


class SmallestDifference(msgspec.Struct, frozen=True):
    """The smallest differences that a set can show, as shares; null where it can show none."""

    corpus: str
    figure: str
    effective_n: int
    baseline: float
    above: float | None
    """Over a bound at the baseline, one-sided."""
    below: float | None
    """Under a bound at the baseline, one-sided."""
    halves: float | None
    """Between two halves of the set, the one at the baseline, the other above; two-sided."""


class PairedDifference(msgspec.Struct, frozen=True):
    """The smallest difference of two policies on the same rows; null where the set can show none."""

    corpus: str
    figure: str
    effective_n: int
    differing: float
    """The share of rows that the two treat differently."""
    difference: float | None


class ClaimPower(msgspec.Struct, frozen=True):
    """What an outcome needs, and what a corpus gives it."""

    claim: str
    truth: float
    alpha: float
    """After correction for all outcomes that are declared."""
    rows_needed: int | None
    """Independent rows; null where five million would not do."""
    of: str
    """Which rows: harmless ones, those of a category, or those that are hit."""
    corpus: str | None
    """None without a corpus."""
    rows: int | None
    """There."""
    effective_n: int | None
    needed_here: int | None
    """Rows, in clusters as those of the corpus."""
    power: float | None
    """With the rows that are there."""


class Power(msgspec.Struct, frozen=True):
    """All that `power` computes.  No row is decided."""

    stamp: Stamp
    power: float
    alpha: float
    icc: float
    sets: tuple[PowerSet, ...]
    smallest: tuple[SmallestDifference, ...]
    paired: tuple[PairedDifference, ...]
    claims: tuple[ClaimPower, ...]


def power(
    engine: Engine,
    corpora: Sequence[Corpus],
    seed: int = 1,
    *,
    declare: Sequence[str] = (),
    truth: Sequence[float] = (),
    baselines: Sequence[float] = (0.01, 0.1, 0.5),
    differing: Sequence[float] = (0.01, 0.05, 0.2),
    target: float = 0.8,
    alpha: float = ALPHA,
    icc: float = 1.0,
    command: str = "",
) -> Power:
    """`truth` is what each declared outcome is expected to be; one value stands for all.

    Raises InputError (ME911) for an outcome without an expectation, or one on the wrong side of its bound.
    """
    claims = [read_claim(text, engine.policy.categories) for text in declare]
    if len(truth) not in ({1, len(claims)} if claims else {0}):
        raise InputError(
            "ME911", f"outcomes declared: {len(claims)}; expected values given: {len(truth)}",
            "give --truth once for all, or once after each --declare",
        )  # fmt: skip
    expected = list(truth) * len(claims) if len(truth) == 1 else list(truth)
    for claim, value in zip(claims, expected, strict=True):
        if not (value > claim.bound if claim.at_least else value < claim.bound):
            side = "above" if claim.at_least else "below"
            raise InputError(
                "ME911", f"`{claim.text}` cannot be shown where the truth is {value:g}",
                f"the expected value lies {side} the bound, or the outcome is not worth declaring",
            )  # fmt: skip
    sizes = {(s.corpus, s.figure): (s, counts) for s, counts in _sets(corpora, icc)}
    found = [s for s, _ in sizes.values()]
    return Power(
        stamp("power", engine, corpora, seed, command), target, alpha, icc, tuple(found),
        tuple(_smallest(s, p, target, alpha) for s in found for p in baselines),
        tuple(
            PairedDifference(s.corpus, s.figure, s.effective_n, d, between_policies(_testable(s), d, target, alpha))
            for s in found
            for d in differing
        ),
        tuple(
            row
            for claim, value in zip(claims, expected, strict=True)
            for row in _claim(claim, value, found, corpora, target, alpha / len(claims))  # Holm's first step
        ),
    )  # fmt: skip


def _sets(corpora: Sequence[Corpus], icc: float) -> Iterator[tuple[PowerSet, Ints]]:
    """The rows of each figure that a corpus can give."""
    for corpus in corpora:
        forbidden = corpus.columns.forbidden
        names = [] if OVER_BLOCKING in forbidden else [(OVER_BLOCKING, HARMLESS)]
        if "recall" not in forbidden:
            names += [(f"recall of {label}", label) for label in sorted({*corpus.labels} - {HARMLESS})]
        for figure, label in names:
            rows = labelled(corpus, label)
            if rows.any():
                counts = np.unique(corpus.clusters[rows], return_counts=True)[1].astype(np.int64)
                whole = int(rows.sum())
                effect = design_effect(counts, icc)
                yield PowerSet(corpus.name, figure, whole, len(counts), effect, effective(counts, icc)), counts


def _testable(s: PowerSet) -> int:
    """The effective n; 0 where it is too small for `eval` to test anything."""
    return s.effective_n if s.effective_n >= LEAST else 0


def _smallest(s: PowerSet, baseline: float, target: float, alpha: float) -> SmallestDifference:
    n = _testable(s)
    return SmallestDifference(
        s.corpus, s.figure, s.effective_n, baseline,
        beyond_bound(n, baseline, True, target, alpha), beyond_bound(n, baseline, False, target, alpha),
        between_sets(n // 2, n - n // 2, baseline, True, target, alpha),
    )  # fmt: skip


def _claim(
    claim: Claim, truth: float, sets: Sequence[PowerSet], corpora: Sequence[Corpus], target: float, alpha: float
) -> Iterator[ClaimPower]:
    """A row for each corpus that has the rows; one without where there is none."""
    needed = rows_needed(claim.bound, truth, claim.at_least, target, alpha)
    needed = None if needed is None else max(needed, LEAST)
    of = {
        "recall": f"rows of {claim.category}", "precision": f"rows that {claim.category} hits",
        "over-blocking": "harmless rows",
    }[claim.figure]  # fmt: skip
    figure = OVER_BLOCKING if claim.figure == OVER_BLOCKING else f"recall of {claim.category}"
    mine = [s for s in sets if s.figure == figure and claim.figure != "precision" and claim.corpus in (None, s.corpus)]
    if corpora and claim.corpus is not None and claim.corpus not in {corpus.name for corpus in corpora}:
        raise InputError("ME911", f"`{claim.text}` names a corpus that is not among those given", "")
    for s in mine:
        yield ClaimPower(
            claim.text, truth, alpha, needed, of, s.corpus, s.rows, s.effective_n,
            None if needed is None else int(np.ceil(needed * s.design_effect)),
            power_of(_testable(s), claim.bound, truth, claim.at_least, alpha),
        )  # fmt: skip
    if not mine:
        yield ClaimPower(claim.text, truth, alpha, needed, of, None, None, None, None, None)
