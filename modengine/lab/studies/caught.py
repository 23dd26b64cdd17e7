"""What a policy catches before anything is disguised, and how to tell whether it still does."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import msgspec
import numpy as np
from numpy.typing import NDArray

from modengine.engine.engine import Engine
from modengine.lab.data.corpus import Corpus
from modengine.lab.data.outcomes import DecidedCorpus, decision_of
from modengine.lab.data.perturb import Spans
from modengine.lab.data.rule_examples import hits_its_rule
from modengine.lab.stats.intervals import FORBIDDEN, Estimate
from modengine.lab.stats.metrics import labelled, levels, rate
from modengine.model import RANK, Action, Decision


class Clean(msgspec.Struct, frozen=True):
    """What is caught of a category before anything is disguised."""

    corpus: str
    category: str
    caught_by: str
    """`review or more`, the milder action where the category cannot reach it, or `its own rule`."""
    recall: Estimate
    disguised: int
    """Caught rows that were disguised: all of them, or a random sample."""


@dataclass(frozen=True, slots=True)
class Caught:
    """The rows of a corpus that are caught, and how to tell whether they still are."""

    corpus: Corpus
    category: str
    rows: tuple[int, ...]
    is_caught: Callable[[int, Decision], bool]


@dataclass(frozen=True, slots=True)
class Disguisable:
    """What is disguised, and what it is held to: the material of processes beside one another."""

    engine: Engine
    corpora: tuple[Corpus, ...]
    decided: tuple[DecidedCorpus, ...]
    caught: tuple[Caught, ...]
    spans: tuple[Mapping[int, Spans] | None, ...]
    """For each of `caught` where its rows are disguised; None for anywhere."""

    def places(self, group: int, row: int) -> Spans | None:
        """Where a row of a group is disguised."""
        spans = self.spans[group]
        return None if spans is None else spans.get(row, ())


@dataclass(frozen=True, slots=True)
class _Reaches:
    category: str
    least: Action

    def __call__(self, row: int, decision: Decision) -> bool:  # noqa: ARG002
        return RANK[decision.categories[self.category].action] >= RANK[self.least]


@dataclass(frozen=True, slots=True)
class _HitsItsRule:
    corpus: Corpus

    def __call__(self, row: int, decision: Decision) -> bool:
        return hits_its_rule(self.corpus, row, decision)


def of_corpus(
    engine: Engine, corpus: Corpus, outcomes: DecidedCorpus, action: Action, most: int, seed: int
) -> Iterator[tuple[Clean, Caught]]:
    """The caught rows of every category of a corpus that has rows of it, at most so many of each."""
    reach = levels(engine.policy)
    for c, category in enumerate(outcomes.categories):
        ours = labelled(corpus, category)
        if not ours.any() or not reach[category]:
            continue
        least = action if any(RANK[level] >= RANK[action] for level in reach[category]) else reach[category][-1]
        hit = np.asarray(outcomes.ranks[:, c] >= RANK[least])
        rows = _drawn(np.flatnonzero(ours & hit), most, seed)
        recall = FORBIDDEN if "recall" in corpus.columns.forbidden else rate(corpus.clusters, hit, ours)
        clean = Clean(corpus.name, category, f"{least} or more", recall, len(rows))
        yield clean, Caught(corpus, category, rows, _Reaches(category, least))


def _drawn(rows: NDArray[np.int64], most: int, seed: int) -> tuple[int, ...]:
    if len(rows) > most:
        rows = np.sort(np.random.default_rng(seed).choice(rows, most, replace=False))
    return tuple(int(i) for i in rows)


def of_examples(engine: Engine, corpus: Corpus, most: int, seed: int) -> Iterator[tuple[Clean, Caught]]:
    """The same of `rule_examples.of_rules`: caught is what its own rule hits."""
    hit = np.array([hits_its_rule(corpus, i, decision_of(engine, m)) for i, m in enumerate(corpus.messages)], bool)
    for category in dict.fromkeys(corpus.labels):
        ours = labelled(corpus, category)
        rows = _drawn(np.flatnonzero(ours & hit), most, seed)
        clean = Clean(corpus.name, category, "its own rule", rate(corpus.clusters, hit, ours), len(rows))
        yield clean, Caught(corpus, category, rows, _HitsItsRule(corpus))


def matched(engine: Engine, caught: Caught) -> dict[int, Spans]:
    """For each row, what the rules matched that made it caught."""
    found: dict[int, Spans] = {}
    for i in caught.rows:
        decision = decision_of(engine, caught.corpus.messages[i])
        hits = [h for h in (*decision.hits, *decision.shadow_hits) if h.category == caught.category]
        found[i] = tuple((m.part_index, m.start, m.end) for hit in hits for m in hit.matches)
    return found
