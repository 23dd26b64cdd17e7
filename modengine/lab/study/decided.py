"""The decisions of a study, and the rows of them that a figure is of: those of a corpus, or of corpora pooled."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from modengine.errors import InputError
from modengine.lab.data.clusters import numbered
from modengine.lab.data.corpus import Corpus
from modengine.lab.data.outcomes import DecidedCorpus, decide
from modengine.lab.stats.intervals import Estimate, Ints
from modengine.lab.stats.metrics import Flags, rate
from modengine.lab.study.model import ANYTHING, CorpusPool, FigureKeys, Half
from modengine.lab.study.opened import OpenedStudy, among

Told = Callable[[str], object]
"""Told what is begun."""


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


def on(made: Sequence[Decisions], policy: str, corpora: Sequence[str]) -> tuple[Decisions, ...]:
    """The decisions of a policy on each of some corpora."""
    by = {(one.policy, one.corpus.name): one for one in made}
    return tuple(by[policy, corpus] for corpus in corpora)


def can_be_pooled(parts: Sequence[Decisions], keys: FigureKeys) -> bool:
    """Whether each corpus has rows for a figure, and a card that allows it."""
    figure = keys.figure.removesuffix("-difference")
    return all(figure not in one.corpus.columns.forbidden and among(one.corpus, keys).any() for one in parts)


def shares_of(
    pool: CorpusPool, parts: Sequence[Decisions], keys: FigureKeys
) -> tuple[tuple[Estimate, ...], list[float]]:
    """The share of each corpus of a pool, and what it counts for."""
    each = tuple(rate(one.corpus.clusters, _hit(one, keys), among(one.corpus, keys)) for one in parts)
    return each, [1.0 if pool.weigh == "corpora" else float(one.n) for one in each]


def paired_rows(
    mine: Sequence[Decisions], other: Sequence[Decisions], keys: FigureKeys
) -> tuple[Ints, Flags, Flags, Flags]:
    """The clusters of the rows, what the other policy hits, what mine hits, and the rows that a figure is of."""
    corpora = [one.corpus for one in mine]
    return (
        numbered(corpus.clusters for corpus in corpora),
        np.concatenate([_hit(one, keys) for one in other]),
        np.concatenate([_hit(one, keys) for one in mine]),
        np.concatenate([among(corpus, keys) for corpus in corpora]),
    )


def _hit(one: Decisions, keys: FigureKeys) -> Flags:
    """The rows that the category of a figure hits, or any category does."""
    return one.decided.hit(None if keys.category == ANYTHING else keys.category, keys.level)
