"""A corpus decided: the arrays that every measurement counts over."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from modengine.engine.engine import Engine
from modengine.errors import MessageError
from modengine.lab.data.corpus import Corpus
from modengine.model import ACTIONS, RANK, Action, Decision, Message

Progress = Callable[[int], object]
"""Told how many rows are done."""
_AT_ONCE = 200
"""Messages decided together."""


@dataclass(frozen=True)
class DecidedCorpus:
    """Decisions on n rows in c categories; scope and period are taken as met."""

    categories: tuple[str, ...]
    ranks: NDArray[np.int8]
    """(n, c): 0 allow, 1 label, 2 review, 3 block."""
    scores: NDArray[np.int64]
    """(n, c) points."""
    longer: NDArray[np.int64]
    """(n,): so many points more than written every step asked for, since the text is long."""
    rules: tuple[tuple[tuple[str, int], ...], ...]
    """For each row, the rules that hit with the points that counted; reliefs have points below 0."""
    undetermined: NDArray[np.bool_]
    refused: NDArray[np.bool_]
    """Rows whose fields the policy could not read (ME903): decided without fields."""

    def hit(self, category: str | None, action: Action) -> NDArray[np.bool_]:
        """(n,): whether the category, or for None any, reached the action; never for one that the policy lacks."""
        if category is not None and category not in self.categories:
            return np.zeros(len(self.ranks), np.bool_)
        ranks = self.highest() if category is None else self.ranks[:, self.column(category)]
        return np.asarray(ranks >= RANK[action])

    def highest(self) -> NDArray[np.int8]:
        """(n,): the highest rank over the categories."""
        return np.asarray(self.ranks.max(axis=1, initial=0), np.int8)

    def for_steps(self, category: str) -> NDArray[np.int64]:
        """(n,): the points that can be held against steps as they are written: fewer in long texts."""
        return np.asarray(self.scores[:, self.column(category)] - self.longer)

    def column(self, category: str) -> int:
        return self.categories.index(category)


def decide(engine: Engine, corpus: Corpus, progress: Progress | None = None) -> DecidedCorpus:
    """Decides every row of a corpus.  The texts of the decisions are not kept."""
    categories = engine.policy.categories
    ranks = np.zeros((len(corpus), len(categories)), np.int8)
    scores = np.zeros((len(corpus), len(categories)), np.int64)
    longer = np.zeros(len(corpus), np.int64)
    undetermined = np.zeros(len(corpus), np.bool_)
    refused = np.zeros(len(corpus), np.bool_)
    rules: list[tuple[tuple[str, int], ...]] = []
    for i, (decision, without_fields) in enumerate(decisions(engine, corpus.messages)):
        for c, category in enumerate(categories):
            score = decision.categories[category]
            ranks[i, c], scores[i, c] = RANK[score.action], score.score
        longer[i] = 0 if decision.longer is None else decision.longer.points
        undetermined[i], refused[i] = bool(decision.undetermined), without_fields
        rules.append(_rules(decision))
        if progress is not None:
            progress(i + 1)
    return DecidedCorpus(categories, ranks, scores, longer, tuple(rules), undetermined, refused)


def decide_all(
    engine: Engine, corpora: Sequence[Corpus], progress: Progress | None = None
) -> tuple[DecidedCorpus, ...]:
    """The decisions on several corpora; progress is told the rows of all of them."""
    found: list[DecidedCorpus] = []
    before = 0
    for corpus in corpora:
        found.append(decide(engine, corpus, later(progress, before)))
        before += len(corpus)
    return tuple(found)


def decide_by_each(
    engines: Sequence[Engine], corpora: Sequence[Corpus], progress: Progress | None = None
) -> tuple[tuple[DecidedCorpus, ...], ...]:
    """The decisions of several policies on several corpora; progress is told the rows of all of them."""
    rows = sum(map(len, corpora))
    return tuple(decide_all(engine, corpora, later(progress, i * rows)) for i, engine in enumerate(engines))


def later(progress: Progress | None, before: int) -> Progress | None:
    """The progress of a later part: so many rows are done before it."""
    return None if progress is None else lambda done: progress(before + done)


def decision_of(engine: Engine, message: Message) -> Decision:
    """The decision without scope; without fields where the policy cannot read them."""
    return next(decisions(engine, (message,)))[0]


def decisions(
    engine: Engine, messages: Sequence[Message], *, ignore_scope: bool = True
) -> Iterator[tuple[Decision, bool]]:
    """The decision of each message, and whether its fields were left out as the policy cannot read them."""
    for start in range(0, len(messages), _AT_ONCE):
        some = messages[start : start + _AT_ONCE]
        for message, decided in zip(some, engine.decide_batch(some, ignore_scope=ignore_scope), strict=True):
            if isinstance(decided, MessageError):
                # A column of a corpus may share its name with a field of the policy and mean another thing.
                bare = Message(message.text, message.id, message.parts)
                yield engine.decide(bare, ignore_scope=ignore_scope), True
            else:
                yield decided, False


def _rules(decision: Decision) -> tuple[tuple[str, int], ...]:
    return (*((h.rule, h.counted) for h in decision.hits), *((r.rule, r.points) for r in decision.relief))


LEVELS: tuple[Action, ...] = ACTIONS[1:]
"""The actions at which a measurement can count: label, review, block."""
