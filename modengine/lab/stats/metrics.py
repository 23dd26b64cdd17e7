"""Counts of a corpus that was decided, and the figures that are made of them.

For a category and an action, a row is hit where the category reached the action.  Recall is the share
of the rows of the category that are hit; precision the share of the hit rows that are of the
category; over-blocking the share of harmless rows that are hit.  Precision and F1 are of the corpus's
own base rate.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import msgspec
import numpy as np
from numpy.typing import NDArray

from modengine.lab.data.corpus import HARMLESS, Corpus
from modengine.lab.data.outcomes import LEVELS, DecidedCorpus
from modengine.lab.stats.intervals import (
    FORBIDDEN,
    LEAST,
    NOTHING,
    Estimate,
    Ints,
    by_cluster,
    f1,
    projected_precision,
    proportion,
)
from modengine.model import RANK, Action
from modengine.policy.model import Policy

Flags = NDArray[np.bool_]
ALL = "(all)"
"""The stratum of all rows."""
ANY = "(any)"
"""The category of a row on which any category acts."""


class Figures(msgspec.Struct, frozen=True):
    """What a category does at an action, in a stratum of a corpus."""

    corpus: str
    stratum: str
    category: str
    action: Action
    """The row counts as hit from this action upwards."""
    rows: int
    positives: int
    """Rows of the category."""
    base_rate: float
    recall: Estimate
    precision: Estimate
    f1: Estimate
    over_blocking: Estimate
    """Of the harmless rows."""
    others_hit: Estimate
    """Of all rows that are not of the category, harmless or not."""
    projected: Estimate | None = None
    """Precision at the prevalence that was asked for, which `evaluate` adds; bounds: the corners of both intervals."""


class OverBlocking(msgspec.Struct, frozen=True):
    """Harmless rows of a stratum on which any category acts."""

    corpus: str
    stratum: str
    action: Action
    share: Estimate


def levels(policy: Policy) -> Mapping[str, tuple[Action, ...]]:
    """The actions that each category can reach, by its thresholds and by overrides."""
    found: dict[str, tuple[Action, ...]] = {}
    categories = {rule.id: rule.category for rule in policy.rules}
    for category in policy.categories:
        raised = {o.action for o in policy.overrides if o.action and category in {categories.get(r) for r in o.rules}}
        reached = {*policy.actions.get(category, {}), *raised}
        found[category] = tuple(level for level in LEVELS if level in reached)
    return found


def rate(clusters: Ints, hit: Flags, among: Flags) -> Estimate:
    """The share of the rows `among` that are `hit`."""
    if not among.any():
        return NOTHING
    codes = np.unique(clusters[among], return_inverse=True)[1].astype(np.int64)
    inside = hit[among]
    return proportion(by_cluster(codes, inside), by_cluster(codes, np.ones(len(codes), np.bool_)))


class Rates:
    """Shares of the same rows over and over: hits that lie in clusters alike have their interval made once."""

    def __init__(self, clusters: Ints, among: Flags) -> None:
        self._codes = np.full(len(among), -1, np.int64)
        if among.any():
            self._codes[among] = np.unique(clusters[among], return_inverse=True)[1]
        self._sizes = np.bincount(self._codes[among]).astype(np.int64)
        self._made: dict[bytes, Estimate] = {}

    def of(self, rows: Ints) -> Estimate:
        """The share of the rows that are among those with these numbers; `rate` says the same of flags."""
        if not len(self._sizes):
            return NOTHING
        codes = self._codes[rows]
        touched, counts = np.unique(codes[codes >= 0], return_counts=True)
        alike = np.stack([self._sizes[touched], counts])
        key = alike[:, np.lexsort(alike)].tobytes()
        if key not in self._made:
            hits = np.zeros_like(self._sizes)
            hits[touched] = counts
            self._made[key] = proportion(hits, self._sizes)
        return self._made[key]


def strata(corpus: Corpus) -> Iterator[tuple[str, Flags]]:
    """All rows, and then each stratum by name, with the flags of its rows."""
    yield ALL, np.ones(len(corpus), np.bool_)
    yield from corpus.parted()


def labelled(corpus: Corpus, label: str) -> Flags:
    return np.array([row_label == label for row_label in corpus.labels], np.bool_)


def over_blocking(corpus: Corpus, outcomes: DecidedCorpus) -> tuple[OverBlocking, ...]:
    """Per stratum and action; strata without harmless rows are left out."""
    harmless, top = labelled(corpus, HARMLESS), outcomes.highest()
    forbidden = "over-blocking" in corpus.columns.forbidden
    return tuple(
        OverBlocking(
            corpus.name, name, level,
            FORBIDDEN if forbidden else rate(corpus.clusters, top >= RANK[level], harmless & rows),
        )
        for name, rows in strata(corpus)
        if (harmless & rows).any()
        for level in LEVELS
    )  # fmt: skip


def figures(corpus: Corpus, outcomes: DecidedCorpus, reach: Mapping[str, tuple[Action, ...]]) -> tuple[Figures, ...]:
    """Per stratum, category and action that the category can reach.

    A stratum in which a category has no row and hits none is left out.
    """
    found: list[Figures] = []
    harmless = labelled(corpus, HARMLESS)
    for stratum, rows in strata(corpus):
        for category in outcomes.categories:
            ours = labelled(corpus, category) & rows
            for level in reach[category]:
                hit = outcomes.hit(category, level) & rows
                if stratum == ALL or ours.any() or hit.any():
                    found.append(_figures(corpus, (stratum, category, level), rows, ours, harmless, hit))
    return tuple(found)


def _figures(
    corpus: Corpus,
    names: tuple[str, str, Action],
    rows: Flags,
    ours: Flags,
    harmless: Flags,
    hit: Flags,
) -> Figures:
    codes, forbidden = corpus.clusters, corpus.columns.forbidden
    recall = rate(codes, hit, ours)
    others = rate(codes, hit, rows & ~ours)
    precision, score = NOTHING, NOTHING
    if ours.any() and (rows & ~ours).any():
        precision = rate(codes, ours, hit)
        part = np.unique(codes[rows], return_inverse=True)[1].astype(np.int64)
        right, wrong, missed = ((hit & ours)[rows], (hit & ~ours)[rows], (ours & ~hit)[rows])
        score = f1(by_cluster(part, right), by_cluster(part, wrong), by_cluster(part, missed))
    elif hit.any():
        # One class only: a share of right hits says nothing.
        precision = Estimate(None, None, None, 0, int(hit.sum()), 0.0, "none", False)
    if "precision" in forbidden:
        precision, score = FORBIDDEN, FORBIDDEN
    if "recall" in forbidden:
        recall, score = FORBIDDEN, FORBIDDEN
    blocked = rate(codes, hit, harmless & rows)
    if "over-blocking" in forbidden:
        blocked = FORBIDDEN
    base = float(ours.sum() / rows.sum()) if rows.any() else 0.0
    return Figures(
        corpus.name,
        *names,
        int(rows.sum()),
        int(ours.sum()),
        base,
        recall,
        precision,
        score,
        blocked,
        others,
    )


def project(recall: Estimate, others: Estimate, prevalence: float) -> Estimate:
    """Precision at another base rate by Bayes' rule.

    Its bounds take the worse, and the better, end of both intervals at once: they are wide rather
    than narrow.  With no hit at all there is no precision, only what the bounds allow.
    """
    if recall.value is None or others.value is None:
        return NOTHING
    assert recall.low is not None
    assert recall.high is not None
    assert others.low is not None
    assert others.high is not None
    value = projected_precision(recall.value, others.value, prevalence)
    low = projected_precision(recall.low, others.high, prevalence)
    high = projected_precision(recall.high, others.low, prevalence)
    effective = min(recall.effective_n, others.effective_n)
    supported = recall.supported and others.supported and effective >= LEAST and value is not None
    method = others.method if others.method == "korn-graubard" else recall.method
    return Estimate(value, low, high, recall.k, recall.n + others.n, effective, method, supported)
