"""What points would fit the data?  Fitted on one half of a corpus, judged on the other, which is seen once.

How they are fitted stands in `fit`.  Nothing is written here; `override` gives the text of a policy that
has the fitted points over the one that was measured.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Literal

import msgspec
import numpy as np

from modengine.engine.engine import Engine
from modengine.errors import InputError
from modengine.lab.data.corpus import HARMLESS, Corpus
from modengine.lab.data.derived import derived
from modengine.lab.data.outcomes import LEVELS, DecidedCorpus, Progress, decide
from modengine.lab.data.stamp import Stamp, stamp
from modengine.lab.data.without import counting, rescored
from modengine.lab.stats.metrics import ANY, Flags, labelled
from modengine.lab.stats.paired import Paired, paired
from modengine.lab.studies.fit import SCALES, fitted, hits_of
from modengine.model import RANK, Action

FEWEST = 20
"""Rows of the category, and other rows, that each half must have."""


class Points(msgspec.Struct, frozen=True):
    """A rule's points as they are and as fitted."""

    rule: str
    category: str
    as_is: int
    fitted: int
    coefficient: float | None
    """Of the linear model; null where the rule hits no row of the fitting half, and so keeps its points."""
    own: int
    """Rows of its category that it hits in the fitting half."""
    others: int
    """Rows that are not of its category."""


class Judged(msgspec.Struct, frozen=True):
    """A figure on one half, with the points as they are (A) and fitted (B)."""

    half: Literal["judged", "fitted"]
    """`fitted` shows what figures look like on the rows that the points were fitted to: too good."""
    figure: Literal["recall", "others hit", "over-blocking"]
    """`others hit`: of all rows that are not of the category; `over-blocking`: harmless rows, any category."""
    category: str
    action: Action
    change: Paired


class Tuning(msgspec.Struct, frozen=True):
    """All that `tune` measures.  Scope and period are taken as met."""

    stamp: Stamp
    aim: Action
    """The action at which rows were to be told apart."""
    points: tuple[Points, ...]
    judged: tuple[Judged, ...]
    rows_fitted: int
    rows_judged: int
    left_out: dict[str, str]
    """Categories that were not fitted, and why."""

    def changes(self) -> dict[str, int]:
        """The rules whose points change."""
        return {tuned.rule: tuned.fitted for tuned in self.points if tuned.fitted != tuned.as_is}


def tune(
    engine: Engine,
    corpus: Corpus,
    seed: int = 1,
    *,
    least: int = 0,
    most: int | None = None,
    aim: Action = "label",
    categories: Sequence[str] = (),
    outcomes: DecidedCorpus | None = None,
    command: str = "",
    progress: Progress | None = None,
) -> Tuning:
    """Fits points between `least` and `most`; without it, the highest step of each category's ladder.

    Progress is told decided rows, at most `rows_decided`.  Raises InputError (ME911) for bounds or
    categories that make no sense, a card that forbids the figures, and where no category can be fitted.
    """
    _refuse(engine, corpus, least, most, categories)
    passes = _Passes(progress)
    as_is = outcomes or decide(engine, corpus, passes.next())
    first = corpus.halves == 0
    half, seen = corpus.take(first), _take(as_is, first)
    left_out: dict[str, str] = {}
    points: list[Points] = []
    for category in categories or engine.policy.categories:
        why = _unfit(engine, corpus, category, aim)
        if why is not None:
            left_out[category] = why
            continue
        rules = [rule for rule in counting(engine.policy) if rule.category == category]
        top = max(engine.policy.actions[category].values()) if most is None else most
        found, weights = fitted(engine, half, seen, rules, (min(least, top), top), aim, passes.next)
        hits, own = hits_of(seen, rules), labelled(half, category)
        for at, rule in enumerate(rules):
            hit = hits[:, at]
            right, wrong = int((hit & own).sum()), int((hit & ~own).sum())
            weight = float(weights[at]) if hit.any() else None
            points.append(Points(rule.id, category, rule.score, found[rule.id], weight, right, wrong))
    if not points:
        reasons = "; ".join(f"{name}: {why}" for name, why in left_out.items())
        raise InputError("ME911", f"no category can be fitted ({reasons})", "give more labelled rows, or other bounds")
    better = derived(rescored(engine.policy, {tuned.rule: tuned.fitted for tuned in points}))
    after = decide(better, corpus, passes.next())
    names = tuple(dict.fromkeys(tuned.category for tuned in points))
    judged = tuple(_judged(engine, corpus, as_is, after, names, seed))
    total = (int(first.sum()), int((~first).sum()))
    return Tuning(stamp("tune", engine, (corpus,), seed, command), aim, tuple(points), judged, *total, left_out)


def rows_decided(engine: Engine, corpus: Corpus) -> int:
    """How many rows `tune` decides at most."""
    return len(corpus) * (2 + len(engine.policy.categories) * len(SCALES))


class _Passes:
    """Progress over several passes."""

    def __init__(self, progress: Progress | None) -> None:
        self._progress, self._before, self._last = progress, 0, 0

    def next(self) -> Progress:
        self._before, self._last = self._before + self._last, 0

        def told(done: int) -> None:
            self._last = done
            if self._progress is not None:
                self._progress(self._before + done)

        return told


def _take(outcomes: DecidedCorpus, rows: Flags) -> DecidedCorpus:
    return DecidedCorpus(
        outcomes.categories,
        outcomes.ranks[rows],
        outcomes.scores[rows],
        outcomes.longer[rows],
        tuple(outcomes.rules[i] for i in np.flatnonzero(rows)),
        outcomes.undetermined[rows],
        outcomes.refused[rows],
    )


def _refuse(engine: Engine, corpus: Corpus, least: int, most: int | None, categories: Sequence[str]) -> None:
    if least < 0 or (most is not None and most < max(least, 1)):
        raise InputError("ME911", f"points from {least} to {most} are no bounds", "let 0 <= --min <= --max")
    unknown = sorted(set(categories) - set(engine.policy.categories))
    if unknown:
        known = ", ".join(engine.policy.categories)
        raise InputError("ME911", f"the policy has no category `{unknown[0]}`", f"its categories are {known}")
    # Where a corpus cannot give precision, its other rows cannot tell a wrong hit from a right one.
    banned = [figure for figure in ("recall", "precision", "over-blocking") if figure in corpus.columns.forbidden]
    if banned:
        raise InputError(
            "ME911", f"the card forbids {' and '.join(banned)}, and nothing can be fitted without",
            "take a corpus with rows of a category and harmless ones",
        )  # fmt: skip


def _unfit(engine: Engine, corpus: Corpus, category: str, aim: Action) -> str | None:
    """Why a category cannot be fitted."""
    if aim not in engine.policy.actions.get(category, {}):
        return f"it has no step `{aim}`"
    if not any(rule.category == category for rule in counting(engine.policy)):
        return "it has no rule that counts"
    own = labelled(corpus, category)
    for half in (0, 1):
        rows = corpus.halves == half
        if min((own & rows).sum(), (~own & rows).sum()) < FEWEST:
            return f"a half has fewer than {FEWEST} rows of it, or of others"
    return None


def _judged(
    engine: Engine, corpus: Corpus, as_is: DecidedCorpus, after: DecidedCorpus, categories: Sequence[str], seed: int
) -> Iterator[Judged]:
    harmless = labelled(corpus, HARMLESS)
    halves: tuple[tuple[Literal["judged", "fitted"], int], ...] = (("judged", 1), ("fitted", 0))
    for name, number in halves:
        half = corpus.halves == number
        for level in LEVELS:
            a, b = (np.asarray(decided.highest() >= RANK[level]) for decided in (as_is, after))
            if (harmless & half).any():
                change = paired(corpus.clusters, a, b, harmless & half, seed)
                yield Judged(name, "over-blocking", ANY, level, change)
        for category in categories:
            own = labelled(corpus, category)
            for level in (step for step in LEVELS if step in engine.policy.actions[category]):
                a, b = (decided.at_least(level)[:, decided.column(category)] for decided in (as_is, after))
                yield Judged(name, "recall", category, level, paired(corpus.clusters, a, b, own & half, seed))
                yield Judged(name, "others hit", category, level, paired(corpus.clusters, a, b, ~own & half, seed))


def override(result: Tuning, policy: Path, target: Path) -> str:
    """A policy in YAML that is `policy` with the fitted points.  Paths are relative to where `target` stands."""
    base = os.path.relpath(policy.resolve(), target.resolve().parent).replace(os.sep, "/")
    corpus = result.stamp.corpora[0]
    lines = [
        f"# Points fitted by modengine tune on half of {corpus.name} ({corpus.digest}), seed {result.stamp.seed}.",
        "# They fit that corpus; look at each before you believe it.",
        f"policy: {result.stamp.policy}-tuned",
        f"title: {json.dumps(f'{result.stamp.policy} with points fitted to {corpus.name}', ensure_ascii=False)}",
        f"base: {json.dumps(base, ensure_ascii=False)}",
        "overrides:",
        *(f"  - {{rules: [{rule}], score: {points}}}" for rule, points in result.changes().items()),
    ]
    return "\n".join(lines) + "\n"
