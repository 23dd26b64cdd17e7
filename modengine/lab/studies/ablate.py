"""What each rule does: its hits, what it alone catches, and what changes without it.

Without a rule means with the rule as a draft, everything else alike, and every row decided again on
which that can matter.  Catches are of the rule's own category at `label` or more; false alarms are
harmless rows on which any category acts.

A rule on test is measured the same way round: with it means with it stable beside all that count, without it as it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import msgspec
import numpy as np
from numpy.typing import NDArray

from modengine.engine.engine import Engine
from modengine.lab.data.corpus import HARMLESS, Corpus
from modengine.lab.data.derived import derived, refuse_specimens
from modengine.lab.data.outcomes import DecidedCorpus, Progress, decide
from modengine.lab.data.stamp import Stamp, stamp
from modengine.lab.data.without import Reach, counting, promoted, without
from modengine.lab.stats.intervals import FORBIDDEN, Estimate
from modengine.lab.stats.metrics import Flags, labelled, rate
from modengine.lab.stats.one_way import one_way
from modengine.lab.stats.paired import paired
from modengine.lab.studies.boundaries import BoundaryFigure, Decided, boundaries
from modengine.loading import collector_off
from modengine.policy.model import Rule
from modengine.run.work.beside import beside


class RuleEffect(msgspec.Struct, frozen=True):
    """A rule on a corpus, and the corpus without it."""

    rule: str
    title: str
    category: str
    kind: Literal["score", "relief"]
    points: int | None
    """Its score; for a relief what it takes, below 0, or null for all."""
    hits: int
    """Rows in whose decision it stands; a relief stands there only where its category has points."""
    own: Estimate
    """Rows of its category that it hits, of all of them."""
    harmless: Estimate
    """Harmless rows that it hits, of all of them."""
    unique_catches: int
    """Rows of its category on which the category no longer acts without it."""
    unique_false_alarms: int
    """Harmless rows on which nothing acts any longer without it."""
    prevented_catches: int
    """Rows of its category on which the category acts only without it: what a relief costs."""
    prevented_false_alarms: int
    """Harmless rows on which something acts only without it: what a relief is for."""
    changed: int
    """Rows on which the action of any category is another without it."""
    recall_change: Estimate
    """Recall of its category at `label`, without it minus with it."""
    over_blocking_change: Estimate


class Overlap(msgspec.Struct, frozen=True):
    """Two rules that hit the same rows."""

    a: str
    b: str
    both: int
    either: int
    jaccard: float


class Ablation(msgspec.Struct, frozen=True):
    """All that `ablate` measures.  Scope and period are taken as met."""

    stamp: Stamp
    rules: tuple[RuleEffect, ...]
    """By hits, most first."""
    never: tuple[str, ...]
    """Rules that stand in no decision on this corpus."""
    overlaps: tuple[Overlap, ...]
    """Pairs with a row in common, most alike first."""
    boundaries: tuple[BoundaryFigure, ...]
    """The same rules with other boundaries of words; empty for a policy without `words`."""
    skipped: int
    """Drafts: they count for nothing and were not looked at."""
    on_test: tuple[RuleEffect, ...] = ()
    """Rules on test, by hits: each made stable alone, against the stable ones.  Nothing is made stable by this."""


def ablate(
    engine: Engine,
    corpus: Corpus,
    seed: int = 1,
    *,
    segmentation: bool = True,
    outcomes: DecidedCorpus | None = None,
    command: str = "",
    progress: Progress | None = None,
    jobs: int = 1,
) -> Ablation:
    """Decides a corpus with each rule and without it; `outcomes` are the decisions with all, if at hand.

    Progress is told `steps(engine)` steps: one a rule, two for segmentation.  `jobs` processes share the work.
    """
    made = ablations(
        engine, (corpus,), seed, segmentation=segmentation, command=command, progress=progress,
        outcomes=(outcomes or decide(engine, corpus),), jobs=jobs,
    )  # fmt: skip
    return made[0]


def ablations(
    engine: Engine,
    corpora: Sequence[Corpus],
    seed: int = 1,
    *,
    outcomes: Sequence[DecidedCorpus],
    segmentation: bool = True,
    command: str = "",
    progress: Progress | None = None,
    jobs: int = 1,
) -> tuple[Ablation, ...]:
    """The same for several corpora, at little more than the price of one: compiling is what takes time."""
    refuse_specimens(engine.policy)
    tell = progress or (lambda _: None)
    rules = counting(engine.policy)
    pairs = tuple(zip(corpora, outcomes, strict=True))
    words = engine.program.learnt.words
    reaches = tuple(Reach(engine.policy, corpus, with_it, words) for corpus, with_it in pairs)
    effects: list[list[RuleEffect]] = [[] for _ in corpora]
    for corpus in corpora:
        _ = corpus.clusters  # worked out once, for all processes
    with beside(Decided(engine, pairs), jobs) as processes, collector_off():
        tasks = [
            _Without(rule, tuple((reach.rows(rule.id), reach.hits(rule.id)) for reach in reaches)) for rule in rules
        ]
        for number, made in enumerate(processes.each(tasks)):
            for mine, effect in zip(effects, made, strict=True):
                mine.append(effect)
            tell(number + 1)
        tried = [_on_test(engine, corpus, as_it_is) for corpus, as_it_is in pairs]
        found: Sequence[tuple[BoundaryFigure, ...]] = ((),) * len(corpora)
        if segmentation:
            found = boundaries(processes, lambda done: tell(len(rules) + done))
    tell(steps(engine))
    return tuple(
        Ablation(
            stamp("ablate", engine, (corpus,), seed, command),
            tuple(sorted(mine, key=lambda effect: (-effect.hits, effect.rule))),
            tuple(effect.rule for effect in mine if effect.hits == 0),
            tuple(_overlaps([rule.id for rule in rules], reach)),
            figures,
            sum(rule.status == "draft" for rule in engine.policy.rules),
            on_test,
        )
        for mine, corpus, reach, figures, on_test in zip(effects, corpora, reaches, found, tried, strict=True)
    )


@dataclass(frozen=True, slots=True)
class _Without:
    """A rule left out: a task."""

    rule: Rule
    where: tuple[tuple[Flags, Flags], ...]
    """Of each corpus the rows to decide again, and those that it hits."""

    def __call__(self, made_from: Decided) -> list[RuleEffect]:
        engine, rule = made_from.engine, self.rule
        needed = any(rows.any() for rows, _ in self.where)
        less = derived(engine, without(engine.policy, rule.id)) if needed else engine
        way = needed and one_way(engine.policy, less.policy) is not None
        return [
            _effect(corpus, with_it, decided_without(less, corpus, with_it, rows), hits, rule, way)
            for (corpus, with_it), (rows, hits) in zip(made_from.pairs, self.where, strict=True)
        ]


def _on_test(engine: Engine, corpus: Corpus, as_it_is: DecidedCorpus) -> tuple[RuleEffect, ...]:
    """The rules on test, each made stable alone; rows are decided again where it hits or fails."""
    policy = engine.policy
    rules = tuple(rule for rule in policy.rules if rule.status == "test")
    if not rules:
        return ()
    together = promoted(policy, *(rule.id for rule in rules))
    reach = Reach(together, corpus, decide(derived(engine, together), corpus))
    made: list[RuleEffect] = []
    for rule in rules:
        rows, alone = reach.rows(rule.id), promoted(policy, rule.id)
        ranks, hits = as_it_is.ranks.copy(), np.zeros(len(corpus), np.bool_)
        if rows.any():
            more = decide(derived(engine, alone), corpus.take(rows))
            ranks[rows] = more.ranks
            hits[rows] = [any(name == rule.id for name, _ in given) for given in more.rules]
        way = one_way(policy, alone) is not None
        made.append(_effect(corpus, replace(as_it_is, ranks=ranks), as_it_is.ranks, hits, rule, way))
    return tuple(sorted(made, key=lambda effect: (-effect.hits, effect.rule)))


def steps(engine: Engine) -> int:
    """How many steps the progress of `ablate` has."""
    return 2 + len(counting(engine.policy))


def decided_without(less: Engine, corpus: Corpus, with_it: DecidedCorpus, rows: Flags) -> NDArray[np.int8]:
    """(n, c): the ranks under a policy with a rule less, which can matter on `rows` alone."""
    ranks = with_it.ranks.copy()
    if rows.any():
        ranks[rows] = decide(less, corpus.take(rows)).ranks
    return ranks


def _effect(
    corpus: Corpus, with_it: DecidedCorpus, again: NDArray[np.int8], hits: Flags, rule: Rule, way: bool
) -> RuleEffect:
    """`way`: without the rule there can only be fewer hits, or only more."""
    category = rule.about or ""
    own, harmless = labelled(corpus, category), labelled(corpus, HARMLESS)
    both = with_it, replace(with_it, ranks=again)
    acts, acted = (decided.hit(category, "label") for decided in both)
    any_acts, any_acted = (decided.hit(None, "label") for decided in both)
    forbidden, codes = corpus.columns.forbidden, corpus.clusters
    recall, blocking = "recall" in forbidden, "over-blocking" in forbidden
    return RuleEffect(
        rule.id,
        rule.title,
        category,
        "score" if rule.relief is None else "relief",
        rule.points,
        int(hits.sum()),
        FORBIDDEN if recall else rate(codes, hits, own),
        FORBIDDEN if blocking else rate(codes, hits, harmless),
        int((acts & ~acted & own).sum()),
        int((any_acts & ~any_acted & harmless).sum()),
        int((acted & ~acts & own).sum()),
        int((any_acted & ~any_acts & harmless).sum()),
        int((again != with_it.ranks).any(axis=1).sum()),
        FORBIDDEN if recall else paired(codes, acts, acted, own, one_way=way).change,
        FORBIDDEN if blocking else paired(codes, any_acts, any_acted, harmless, one_way=way).change,
    )


def _overlaps(rules: Sequence[str], reach: Reach) -> Iterator[Overlap]:
    hits = {rule: flags for rule in rules if (flags := reach.hits(rule)).any()}
    if not hits:
        return
    names = list(hits)
    table = np.array([hits[name] for name in names], np.int64)
    both, each = table @ table.T, table.sum(axis=1)
    pairs = [
        Overlap(names[i], names[j], int(both[i, j]), int(each[i] + each[j] - both[i, j]), 0.0)
        for i in range(len(names))
        for j in range(i + 1, len(names))
        if both[i, j]
    ]
    pairs = [msgspec.structs.replace(overlap, jaccard=overlap.both / overlap.either) for overlap in pairs]
    yield from sorted(pairs, key=lambda overlap: (-overlap.jaccard, overlap.a, overlap.b))
