"""What could a policy learn from its errors?  Advice of a text model; nothing of it enters a decision.

Rules are written with the writing half: rows to read and proposals come from it.  The checking half gives counts and
figures alone, so that it can still judge what is written.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec
import numpy as np

from modengine.engine.engine import Engine
from modengine.errors import InputError
from modengine.lab.advice.gap import ModelGap, model_gaps
from modengine.lab.advice.proposals import Proposal, proposals
from modengine.lab.advice.residual import CharacterModel
from modengine.lab.advice.rows import AdvisedRows, advised_rows
from modengine.lab.advice.slices import Errors, Slices, error_slices
from modengine.lab.data.corpus import Corpus
from modengine.lab.data.outcomes import DecidedCorpus, Progress, decide_all
from modengine.lab.data.stamp import Stamp, stamp
from modengine.lab.stats.intervals import Floats
from modengine.lab.stats.metrics import ANY, Flags
from modengine.model import Action

_SHARE = 100
"""What a category counts in the progress, in rows."""


class RankedError(msgspec.Struct, frozen=True):
    """A miss or false alarm of the writing half, at its place among them."""

    errors: Errors
    category: str
    corpus: str
    row: str
    """The id of the message, else its line."""
    stratum: str
    score: float
    """Log odds of the model, fitted without the row's fold: high where the text is like the category."""
    rules: tuple[str, ...]
    """That hit it."""
    text: str | None


class Suggestion(msgspec.Struct, frozen=True):
    """All that `suggest` tells.  Scope and period are taken as met."""

    stamp: Stamp
    action: Action
    """A category hits a row where it reaches this, or more."""
    advised: bool
    """Whether rows to read and proposals were asked for; a report has none."""
    gaps: tuple[ModelGap, ...]
    apart: tuple[str, ...]
    """Corpora with rows of a category and no harmless ones: the model may know the source rather than the matter."""
    slices: Slices
    errors: tuple[RankedError, ...]
    """Misses that are most like their category first, false alarms that are least like it; no more than asked for."""
    counted: dict[str, tuple[int, int]]
    """Category to its misses and false alarms on the writing half."""
    proposals: tuple[Proposal, ...]
    left_out: dict[str, str]
    """Categories for which no model could be made, and why."""


def suggest(
    engine: Engine,
    corpora: Sequence[Corpus],
    seed: int = 1,
    *,
    at: Action = "label",
    categories: Sequence[str] = (),
    most: int = 20,
    show_text: bool = False,
    advise: bool = True,
    outcomes: Sequence[DecidedCorpus] | None = None,
    command: str = "",
    progress: Progress | None = None,
) -> Suggestion:
    """Compares a policy with a text model on the checking half; on the writing half, says what to read and to try.

    `most` is how many rows and proposals of each kind are given for a category; without `advise` there are none, and
    five fits fewer a category.  Progress is told at most `steps(...)`.  Raises InputError (ME911) for a category that
    the policy does not have, corpora without harmless rows, and where no model can be made.
    """
    unknown = sorted(set(categories) - set(engine.policy.categories))
    if unknown:
        names = ", ".join(engine.policy.categories)
        raise InputError("ME911", f"the policy has no category `{unknown[0]}`", f"its categories are {names}")
    size = sum(map(len, corpora))
    if outcomes is None:
        outcomes = decide_all(engine, corpora, progress)
    rows = advised_rows(engine.policy.categories, corpora, outcomes, seed)
    asked = list(dict.fromkeys(categories or engine.policy.categories))
    left_out = {name: why for name in asked if (why := rows.unfit(name)) is not None}
    fit = [name for name in asked if name not in left_out]
    if not fit:
        reasons = "; ".join(f"{name}: {why}" for name, why in left_out.items())
        raise InputError(
            "ME911", f"no category has a model to compare with ({reasons})",
            "give more labelled rows, and say what labels mean with --label and --map",
        )  # fmt: skip
    sources = [corpus.name for corpus in corpora]
    shown = np.concatenate([np.full(len(c), show_text or c.columns.invented, np.bool_) for c in corpora])
    model = CharacterModel(rows, seed)
    gaps: list[ModelGap] = []
    errors: list[RankedError] = []
    proposed: list[Proposal] = []
    for number, category in enumerate([*([ANY] if len(fit) > 1 else []), *fit]):
        gaps += model_gaps(rows, sources, category, at, model.scores(category))
        if advise and category != ANY:
            errors += _ranked(rows, corpora, outcomes, (category, at), model.out_of_fold(category), shown, most)
            proposed += proposals(rows, category, at, shown, most, seed)
        if progress is not None:
            progress(size + _SHARE * (number + 1))
    return Suggestion(
        stamp("suggest", engine, corpora, seed, command), at, advise, tuple(gaps),
        tuple(_apart(rows, sources, fit)),
        error_slices(rows, corpora, fit, at), tuple(errors), {name: _counted(rows, name, at) for name in fit},
        tuple(proposed), left_out,
    )  # fmt: skip


def steps(engine: Engine, corpora: Sequence[Corpus], categories: Sequence[str] = ()) -> int:
    """What the progress of `suggest` comes to at most."""
    return sum(map(len, corpora)) + _SHARE * (1 + len(categories or engine.policy.categories))


def _apart(rows: AdvisedRows, names: Sequence[str], categories: Sequence[str]) -> Iterator[str]:
    own = np.any([rows.own(category) for category in categories], axis=0)
    for number, name in enumerate(names):
        mine = rows.sources == number
        if (own & mine).any() and not (rows.harmless & mine).any():
            yield name


def _wrong(rows: AdvisedRows, category: str, at: Action) -> tuple[Flags, Flags]:
    """Misses and false alarms of the writing half."""
    hit = rows.hit(category, at)
    return rows.own(category) & ~hit & rows.writing, rows.harmless & hit & rows.writing


def _counted(rows: AdvisedRows, category: str, at: Action) -> tuple[int, int]:
    missed, wrong = _wrong(rows, category, at)
    return int(missed.sum()), int(wrong.sum())


def _ranked(
    rows: AdvisedRows,
    corpora: Sequence[Corpus],
    outcomes: Sequence[DecidedCorpus],
    of: tuple[str, Action],
    scores: Floats,
    shown: Flags,
    most: int,
) -> Iterator[RankedError]:
    """Rows that no fold could tell of stand in no list."""
    starts = np.cumsum([0, *map(len, corpora)])
    kinds: tuple[Errors, ...] = ("misses", "false alarms")
    for errors, wrong, sign in zip(kinds, _wrong(rows, *of), (-1, 1), strict=True):
        there = np.flatnonzero(wrong & ~np.isnan(scores))
        for i in there[np.argsort(sign * scores[there], kind="stable")][:most]:
            number = int(rows.sources[i])
            corpus, at = corpora[number], int(i - starts[number])
            text = corpus.text(at) if shown[i] else None
            rules = tuple(rule for rule, _ in outcomes[number].rules[at])
            yield RankedError(
                errors, of[0], corpus.name, corpus.row_name(at), corpus.strata[at], float(scores[i]), rules, text
            )
