"""Labelled rows of some corpora with the rules that hit them, and the ordinary speech among them by stratum."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from math import floor

import numpy as np
from numpy.typing import NDArray

from modengine.engine.engine import Engine
from modengine.lab.data.corpus import HARMLESS, Corpus, shown_value
from modengine.lab.data.outcomes import Progress, decisions
from modengine.model import RANK

SMALL = "(small strata)"
"""All strata in which the limit allows no single false alarm, taken together."""

Given = tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class RowHits:
    """What hit n rows, one after another over the corpora."""

    ranks: NDArray[np.int8]
    """(n, categories of the policy)."""
    scores: NDArray[np.int64]
    """(n, categories of the policy)."""
    raised: NDArray[np.int8]
    """(n, categories of the policy): the ranks to which overrides raise."""
    given: tuple[Given, ...]
    """For each row the rules that hit, with their points before caps."""
    reliefs: tuple[tuple[str, ...], ...]
    """For each row the reliefs that held where something hit."""


@dataclass(frozen=True)
class OrdinaryStrata:
    """Rows to be left alone, by the kind of speech that they are."""

    names: tuple[str, ...]
    of: NDArray[np.int64]
    """(n,): the stratum of each row; -1 for rows that are in none."""


def row_hits(engine: Engine, corpora: Sequence[Corpus], progress: Progress | None = None) -> RowHits:
    """Decides every row once; scope and period are taken as met.  Progress is told rows."""
    categories = engine.policy.categories
    size = sum(map(len, corpora))
    ranks, scores = np.zeros((size, len(categories)), np.int8), np.zeros((size, len(categories)), np.int64)
    raised = np.zeros((size, len(categories)), np.int8)
    given: list[Given] = []
    reliefs: list[tuple[str, ...]] = []
    for i, (decision, _) in enumerate(chain(*(decisions(engine, corpus.messages) for corpus in corpora))):
        for c, category in enumerate(categories):
            found = decision.categories[category]
            ranks[i, c], scores[i, c] = RANK[found.action], found.score
        for override in decision.raised:
            at = categories.index(override.category)
            raised[i, at] = max(raised[i, at], RANK[override.action])
        given.append(tuple((hit.rule, hit.points) for hit in decision.hits))
        reliefs.append(tuple(relief.rule for relief in decision.relief))
        if progress is not None:
            progress(i + 1)
    return RowHits(ranks, scores, raised, tuple(given), tuple(reliefs))


def stratum_names(corpora: Sequence[Corpus]) -> tuple[str | None, ...]:
    """For each row the kind of ordinary speech that it stands for; None for one that is not ordinary.

    Harmless rows are told apart by corpus, and in it by its stratum column, else by the labels that mean
    harmless.  A corpus whose card forbids over-blocking has none.
    """
    return tuple(name for corpus in corpora for name in _names(corpus))


def ordinary_strata(names: Sequence[str | None], limit: float) -> OrdinaryStrata:
    """Strata by name; those of fewer rows than the share `limit` needs for one false alarm are joined."""
    rows = Counter(name for name in names if name is not None)
    kept = [name for name in sorted(rows) if allowed(limit, rows[name])]
    joined = (*kept, *((SMALL,) if len(kept) < len(rows) else ()))
    numbers = {name: i for i, name in enumerate(joined)}
    of = [-1 if name is None else numbers.get(name, len(joined) - 1) for name in names]
    return OrdinaryStrata(joined, np.array(of, np.int64))


def _names(corpus: Corpus) -> Iterator[str | None]:
    columns = corpus.columns
    values: list[str | None] = []
    for message, label, stratum in zip(corpus.messages, corpus.labels, corpus.strata, strict=True):
        if label != HARMLESS or "over-blocking" in columns.forbidden:
            values.append(None)
        elif columns.stratum is not None or columns.label is None:
            values.append(stratum)
        else:
            values.append(shown_value(message.fields.get(columns.label)))
    single = len({value for value in values if value is not None}) == 1
    for value in values:
        yield None if value is None else corpus.name if single else f"{corpus.name}: {value}"


def allowed(limit: float, rows: float) -> int:
    """How many of so many rows are at most the share `limit`."""
    return floor(limit * rows + 1e-9)
