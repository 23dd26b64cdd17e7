"""Every figure of a study, made by the lab's measurements: what `eval`, `diff`, `fairness` and `evade` give.

Nothing is estimated here.  Each figure is taken from a result under the keys by which an outcome can name it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import combinations
from typing import Literal

import msgspec

from modengine.errors import InputError
from modengine.lab.coding.estimate import CodedEstimates
from modengine.lab.stats.intervals import Estimate
from modengine.lab.stats.metrics import ALL, ANY
from modengine.lab.stats.one_way import one_way
from modengine.lab.stats.paired import paired
from modengine.lab.stats.pooled import pooled
from modengine.lab.studies.compare import Comparison, compare
from modengine.lab.studies.evade import Evasion, evade
from modengine.lab.studies.evaluate import Evaluation, evaluate
from modengine.lab.studies.fairness import Fairness, fairness
from modengine.lab.studies.together import figures_together
from modengine.lab.study.decided import Decisions, Told, can_be_pooled, on, paired_rows, shares_of
from modengine.lab.study.model import ANYTHING, FigureKeys, in_words
from modengine.lab.study.opened import OpenedStudy
from modengine.model import Action


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


def figures(
    opened: OpenedStudy, made: Sequence[Decisions], estimates: Mapping[str, CodedEstimates], told: Told
) -> tuple[StudyFigure, ...]:
    """All figures, not yet marked, with the `estimates` of the coded samples; those without a value are left out."""
    every = (
        *_evaluations(opened, made, told),
        *_comparisons(opened, made, told),
        *_pools(opened, made, told),
        *_coded(opened, estimates),
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
    """Each pair of policies on each corpus."""
    corpora = {one.corpus.name: one.corpus for one in made}
    decided = {(one.policy, one.corpus.name): one.decided for one in made}
    for policy, than in _pairs(opened):
        a, b = opened.engines[than], opened.engines[policy]
        for corpus in corpora.values():
            told(f"{policy} against {than} on {corpus.name}")
            both = decided[than, corpus.name], decided[policy, corpus.name]
            result = compare(a, b, corpus, opened.study.seed, most=0, outcomes=both)
            yield from of_comparison(policy, than, corpus.name, result)


def _pairs(opened: OpenedStudy) -> tuple[tuple[str, str], ...]:
    """Each pair of policies that share a category once: as outcomes declare it, else the later against the earlier."""
    declared = dict.fromkeys((o.policy, o.than) for o in opened.study.outcomes.values() if o.than is not None)
    pairs = [
        (policy, than)
        for than, policy in combinations(opened.engines, 2)
        if (than, policy) not in declared and (policy, than) not in declared
    ]
    categories = {name: set(engine.policy.categories) for name, engine in opened.engines.items()}
    return tuple((a, b) for a, b in (*declared, *pairs) if not categories[a].isdisjoint(categories[b]))


def of_comparison(policy: str, than: str, corpus: str, result: Comparison) -> Iterator[StudyFigure]:
    """What changes from `than` to `policy`, and the p of no change."""
    for test in result.tests:
        yield StudyFigure(
            figure="over-blocking-difference" if test.rows_of == "harmless" else "recall-difference", policy=policy,
            than=than, corpus=corpus, category=ANYTHING if test.category == ANY else test.category, action=test.action,
            found=test.found.change, p=test.found.p, tested="that the policies do not differ",
        )  # fmt: skip


def _pools(opened: OpenedStudy, made: Sequence[Decisions], told: Told) -> Iterator[StudyFigure]:
    """Shares of each pool, and differences, where all of its corpora have such rows."""
    for name, pool in opened.study.pools.items():
        told(f"the pool {name}")
        for policy in opened.engines:
            yield from of_pool(opened, name, on(made, policy, pool.corpora))
        for policy, than in _pairs(opened) if pool.weigh == "rows" else ():
            yield from of_pooled_pair(opened, name, on(made, policy, pool.corpora), on(made, than, pool.corpora))


def of_pool(opened: OpenedStudy, name: str, parts: Sequence[Decisions]) -> Iterator[StudyFigure]:
    """Over-blocking and recall of a policy on corpora pooled, as `together` has them."""
    policy = parts[0].policy
    for figure, category, action in figures_together([opened.engines[policy]]):
        keys = FigureKeys(
            figure=figure, policy=policy, corpus=name, category=ANYTHING if category == ANY else category, action=action
        )
        if can_be_pooled(parts, keys):
            each, weights = shares_of(opened.study.pools[name], parts, keys)
            yield StudyFigure(**msgspec.structs.asdict(keys), found=pooled(each, weights))


def of_pooled_pair(
    opened: OpenedStudy, name: str, mine: Sequence[Decisions], other: Sequence[Decisions]
) -> Iterator[StudyFigure]:
    """What changes from one policy to another on corpora pooled, and the p of no change."""
    policy, than = mine[0].policy, other[0].policy
    a, b = opened.engines[than], opened.engines[policy]
    one_sided = one_way(a.policy, b.policy) is not None
    for figure, category, action in figures_together((a, b)):
        keys = FigureKeys(
            figure=f"{figure}-difference", policy=policy, than=than, corpus=name,
            category=ANYTHING if category == ANY else category, action=action,
        )  # fmt: skip
        if can_be_pooled(mine, keys):
            clusters, before, after, among = paired_rows(mine, other, keys)
            if ((before | after) & among).any():
                found = paired(clusters, before, after, among, one_way=one_sided)
                yield StudyFigure(
                    **msgspec.structs.asdict(keys),
                    found=found.change,
                    p=found.p,
                    tested="that the policies do not differ",
                )


def _coded(opened: OpenedStudy, estimates: Mapping[str, CodedEstimates]) -> Iterator[StudyFigure]:
    for name, result in estimates.items():
        yield from of_estimates(name, opened.coded[name].ref.policy, result)


def of_estimates(name: str, policy: str, result: CodedEstimates) -> Iterator[StudyFigure]:
    """What `estimate` gives: of the whole corpus, from the rows that were coded."""
    for row in result.figures:
        others = "over-blocking" if row.category == ANY else "hit among other rows"
        for figure, found in (
            ("recall", row.recall), ("precision", row.precision), ("prevalence", row.prevalence),
            (others, row.others_hit),
        ):  # fmt: skip
            yield StudyFigure(
                figure=figure, policy=policy, corpus=name, category=ANYTHING if row.category == ANY else row.category,
                stratum=_stratum(row.value), action=row.action, found=found,
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
        actions: Iterable[Action] = dict.fromkeys([o.level for o in mine] or (["review"] if explored else []))
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
                    engine, [o.corpus for o in these], opened.study.seed, action=action, kinds=kinds,
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
            strength=row.strength, category=ANYTHING if row.category == ALL else row.category, found=row.kept,
        )  # fmt: skip


def _stratum(name: str) -> str | None:
    return None if name == ALL else name
