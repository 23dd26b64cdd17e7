"""The rows that advice is made from: pooled over corpora, decided, and parted in halves.

The writing half (`Corpus.halves` 0) is for reading and fitting, the checking half (1) for judging alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from modengine.errors import InputError
from modengine.lab.data.clusters import numbered
from modengine.lab.data.corpus import HARMLESS, Corpus
from modengine.lab.data.outcomes import DecidedCorpus
from modengine.lab.stats.intervals import LEAST, Ints
from modengine.lab.stats.metrics import ANY, Flags
from modengine.model import RANK, Action
from modengine.text.normalize import plain

FOLDS = 5
CHARACTERS = 2_000
"""Of a text only so many are read."""
FEWEST_CLUSTERS = 5
"""Clusters in which rows must stand on either half."""


@dataclass(frozen=True)
class AdvisedRows:
    """The n rows of all corpora, one after another."""

    texts: tuple[str, ...]
    """The plain view, in which terms are looked up; its first `CHARACTERS` characters."""
    labels: tuple[str | None, ...]
    """The category of each row or `none`; None for what the card of its corpus forbids."""
    clusters: Ints
    folds: Ints
    sources: Ints
    """The number of each row's corpus."""
    writing: Flags
    categories: tuple[str, ...]
    ranks: NDArray[np.int8]
    """(n, categories)."""

    def own(self, category: str) -> Flags:
        """The rows of a category; of `ANY` all that are of one."""
        if category == ANY:
            return np.array([label not in (HARMLESS, None) for label in self.labels], np.bool_)
        return np.array([label == category for label in self.labels], np.bool_)

    @property
    def harmless(self) -> Flags:
        return np.array([label == HARMLESS for label in self.labels], np.bool_)

    def hit(self, category: str, at: Action) -> Flags:
        """The rows on which a category, or with `ANY` whichever, reaches an action."""
        ranks = self.ranks.max(axis=1, initial=0) if category == ANY else self.ranks[:, self.categories.index(category)]
        return np.asarray(ranks >= RANK[at])

    def unfit(self, category: str) -> str | None:
        """Why no model of a category can be made, or judged."""
        for what, rows in (("rows of it", self.own(category)), ("harmless rows", self.harmless)):
            for half, there in (("writing", rows & self.writing), ("checking", rows & ~self.writing)):
                if there.sum() < LEAST:
                    return f"the {half} half has {int(there.sum())} {what}, and {LEAST} are needed"
                if len(np.unique(self.clusters[there])) < FEWEST_CLUSTERS:
                    return f"the {what} of the {half} half are versions of fewer than {FEWEST_CLUSTERS} texts"
        return None


def advised_rows(
    categories: Sequence[str], corpora: Sequence[Corpus], outcomes: Sequence[DecidedCorpus], seed: int
) -> AdvisedRows:
    """Pools corpora.  Raises InputError (ME911) where none has harmless rows."""
    rows = AdvisedRows(
        tuple(plain(corpus.text(i)[:CHARACTERS])[:CHARACTERS] for corpus in corpora for i in range(len(corpus))),
        tuple(_label(corpus, label) for corpus in corpora for label in corpus.labels),
        numbered(corpus.clusters for corpus in corpora),
        np.concatenate([corpus.folds(FOLDS, seed) for corpus in corpora]),
        np.repeat(np.arange(len(corpora)), [len(corpus) for corpus in corpora]),
        np.concatenate([corpus.halves == 0 for corpus in corpora]),
        tuple(categories),
        np.concatenate([decided.ranks for decided in outcomes]),
    )
    if not rows.harmless.any():
        names = ", ".join(f"`{corpus.name}`" for corpus in corpora)
        raise InputError(
            "ME911", f"{names} has no harmless rows to tell the others from",
            "name the labels of harmless rows with --none, or add a corpus of ordinary speech",
        )  # fmt: skip
    return rows


def _label(corpus: Corpus, label: str) -> str | None:
    forbidden = "over-blocking" if label == HARMLESS else "recall"
    return None if forbidden in corpus.columns.forbidden else label
