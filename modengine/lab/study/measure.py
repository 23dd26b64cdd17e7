"""Every figure of a study, made by the lab's measurements: what `eval`, `diff`, `fairness` and `evade` give.

Nothing is estimated here.  Each figure is taken from a result under the keys by which an outcome can name it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from modengine.errors import InputError
from modengine.lab.data.corpus import Corpus
from modengine.lab.data.outcomes import DecidedCorpus, decide
from modengine.lab.stats.intervals import Estimate
from modengine.lab.stats.metrics import ALL, ANY
from modengine.lab.studies.compare import Comparison, compare
from modengine.lab.studies.evade import POOLED, Evasion, evade
from modengine.lab.studies.evaluate import Evaluation, evaluate
from modengine.lab.studies.fairness import Fairness, fairness
from modengine.lab.study.model import ANYTHING, FigureKeys, Half, in_words
from modengine.lab.study.opened import OpenedStudy
from modengine.model import Action

Told = Callable[[str], object]
"""Told what is begun."""


class StudyFigure(FigureKeys, frozen=True, kw_only=True):
    """A figure of a study, known by the keys of `StudyOutcome`."""

    found: Estimate
    p: float | None = None
    """Two-sided, of what `tested` says; null where nothing is tested."""
    tested: str = ""
    p_bh: float | None = None
    """p after the false discovery rate, over all exploratory figures that are tested."""
    status: Literal["declared", "exploratory"] = "exploratory"
    outcome: str | None = None
    """The declared outcome that it answers."""

    def words(self) -> str:
        return in_words(self.known)


@dataclass(frozen=True)
class Decisions:
    """The decisions of a policy on the rows of a corpus that were measured."""

    policy: str
    corpus: Corpus
    rows: NDArray[np.int64]
    """The number of each row in the whole corpus, from 0."""
    decided: DecidedCorpus


def decisions(opened: OpenedStudy, half: Half, told: Told) -> tuple[Decisions, ...]:
    """Every policy on every corpus, or on a half of each.  Raises InputError (ME911) for a half without rows."""
    parts = {name: (opened.part(name, half), opened.rows(name, half)) for name in opened.corpora}
    empty = [name for name, (corpus, _) in parts.items() if not len(corpus)]
    if empty:
        what = f"the {half} half of the corpus `{empty[0]}` has no row: it has too few clusters to be cut in two"
        raise InputError("ME911", what, "take a larger corpus, or write `split: none`")
    found: list[Decisions] = []
    for policy, engine in opened.engines.items():
        for name, (corpus, rows) in parts.items():
            told(f"{policy} on {name}")
            found.append(Decisions(policy, corpus, rows, decide(engine, corpus)))
    return tuple(found)


def figures(opened: OpenedStudy, made: Sequence[Decisions], told: Told) -> tuple[StudyFigure, ...]:
    """All figures, not yet marked; those without a value are left out."""
    every = (
        *_evaluations(opened, made, told),
        *_comparisons(opened, made, told),
        *_fairness(opened, told),
        *_evasions(opened, made, told),
    )
    return tuple(figure for figure in every if figure.found.value is not None)


def _evaluations(opened: OpenedStudy, made: Sequence[Decisions], told: Told) -> Iterator[StudyFigure]:
    for policy, engine in opened.engines.items():
        told(f"figures of {policy}")
        mine = [one for one in made if one.policy == policy]
        result = evaluate(engine, [o.corpus for o in mine], opened.study.seed, outcomes=[o.decided for o in mine])
        yield from of_evaluation(policy, result)


def of_evaluation(policy: str, result: Evaluation) -> Iterator[StudyFigure]:
    """Shares by corpus, stratum, category and action; strata are tested against their corpus at `label`."""
    tests = {(test.corpus, test.stratum): test.p for test in result.explored}
    for over in result.over_blocking:
        p = tests.get((over.corpus, over.stratum)) if over.action == "label" else None
        yield StudyFigure(
            figure="over-blocking", policy=policy, corpus=over.corpus, category=ANYTHING,
            stratum=_stratum(over.stratum), action=over.action, found=over.share, p=p,
            tested="against the other harmless rows of the corpus" if p is not None else "",
        )  # fmt: skip
    for row in result.figures:
        for figure, found in (
            ("recall", row.recall), ("precision", row.precision), ("F1", row.f1), ("over-blocking", row.over_blocking),
            ("hit among other rows", row.others_hit),
        ):  # fmt: skip
            yield StudyFigure(
                figure=figure, policy=policy, corpus=row.corpus, category=row.category, stratum=_stratum(row.stratum),
                action=row.action, found=found,
            )  # fmt: skip


def _comparisons(opened: OpenedStudy, made: Sequence[Decisions], told: Told) -> Iterator[StudyFigure]:
    """Each pair of policies once: in the direction that an outcome declares, else the later against the earlier."""
    declared = dict.fromkeys((o.policy, o.than) for o in opened.study.outcomes.values() if o.than is not None)
    pairs = [
        (policy, than)
        for than, policy in combinations(opened.engines, 2)
        if (than, policy) not in declared and (policy, than) not in declared
    ]
    corpora = {one.corpus.name: one.corpus for one in made}
    decided = {(one.policy, one.corpus.name): one.decided for one in made}
    for policy, than in (*declared, *pairs):
        a, b = opened.engines[than], opened.engines[policy]
        if set(a.policy.categories).isdisjoint(b.policy.categories):
            continue
        for corpus in corpora.values():
            told(f"{policy} against {than} on {corpus.name}")
            both = decided[than, corpus.name], decided[policy, corpus.name]
            result = compare(a, b, corpus, opened.study.seed, most=0, outcomes=both)
            yield from of_comparison(policy, than, corpus.name, result)


def of_comparison(policy: str, than: str, corpus: str, result: Comparison) -> Iterator[StudyFigure]:
    """What changes from `than` to `policy`, and the p of no change."""
    for test in result.tests:
        yield StudyFigure(
            figure="over-blocking-difference" if test.rows_of == "harmless" else "recall-difference", policy=policy,
            than=than, corpus=corpus, category=ANYTHING if test.category == ANY else test.category, action=test.action,
            found=test.found.change, p=test.found.p, tested="that the policies do not differ",
        )  # fmt: skip


def _fairness(opened: OpenedStudy, told: Told) -> Iterator[StudyFigure]:
    asked = {outcome.policy for outcome in opened.study.outcomes.values() if outcome.figure == "unequal-templates"}
    for policy, engine in opened.engines.items():
        if policy in asked or "fairness" in opened.study.explore:
            told(f"templates with {policy}")
            yield from of_fairness(policy, fairness(engine, seed=opened.study.seed))


def of_fairness(policy: str, result: Fairness) -> Iterator[StudyFigure]:
    """Of all templates, and of each kind: those whose action, or score, changes with the term."""
    for row in result.kinds:
        for change, found in (("action", row.action_changes), ("score", row.any_changes)):
            yield StudyFigure(
                figure="unequal-templates", policy=policy, change=change, stratum=_stratum(row.kind), found=found
            )


def _evasions(opened: OpenedStudy, made: Sequence[Decisions], told: Told) -> Iterator[StudyFigure]:
    """For each policy and each action that is asked for; all kinds where evasion is explored."""
    asked = [outcome for outcome in opened.study.outcomes.values() if outcome.figure == "still-caught"]
    explored = "evasion" in opened.study.explore
    for policy, engine in opened.engines.items():
        mine = [outcome for outcome in asked if outcome.policy == policy]
        actions: Iterable[str] = dict.fromkeys([str(o.action) for o in mine] or (["review"] if explored else []))
        for action in actions:
            told(f"disguises against {policy}")
            kinds = () if explored else tuple(sorted({str(o.kind) for o in mine if o.action == action}))
            where = {o.corpus for o in mine if o.action == action}
            these = [
                one for one in made
                if one.policy == policy and (explored or one.corpus.name in where) and one.corpus.labelled
            ]  # fmt: skip
            try:
                result = evade(
                    engine, [o.corpus for o in these], opened.study.seed, action=_action(action), kinds=kinds,
                    price=False, outcomes=[o.decided for o in these],
                )  # fmt: skip
            except InputError:  # nothing is caught: there is no share, and an outcome about it is unsupported
                continue
            yield from of_evasion(policy, action, result)


def of_evasion(policy: str, action: str, result: Evasion) -> Iterator[StudyFigure]:
    """What is still caught of what is caught."""
    for row in result.kept:
        yield StudyFigure(
            figure="still-caught", policy=policy, corpus=row.corpus, action=action, kind=row.kind,
            strength=row.strength, category=ANYTHING if row.category == POOLED else row.category, found=row.kept,
        )  # fmt: skip


def _stratum(name: str) -> str | None:
    return None if name == ALL else name


def _action(name: str) -> Action:
    actions: Mapping[str, Action] = {"label": "label", "review": "review", "block": "block"}
    return actions[name]
