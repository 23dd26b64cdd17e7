"""Where the threshold of a category could be: a sweep, a choice, and the choice judged on other rows.

Rows are parted in two halves by a hash of their cluster, so that near-duplicates never stand on both
sides.  The threshold is chosen on the first half and judged on the second.  Scores count, overrides
do not.  A threshold is that of a short text: where a policy asks for more points in long ones, so does it.
"""

from __future__ import annotations

from typing import Literal

import msgspec
import numpy as np
from numpy.typing import NDArray

from modengine.lab.data.corpus import HARMLESS, Corpus
from modengine.lab.data.outcomes import DecidedCorpus
from modengine.lab.stats.intervals import FORBIDDEN, LEAST, NOTHING, Estimate
from modengine.lab.stats.metrics import Flags, labelled, rate
from modengine.policy.model import Policy

MOST = 60
"""Thresholds that are tried, spread over those that change anything."""
Criterion = Literal["F1", "recall minus over-blocking"]


class SweepPoint(msgspec.Struct, frozen=True):
    """A category of a corpus at a threshold, on all rows."""

    corpus: str
    category: str
    threshold: int
    """The row is hit from so many points."""
    recall: Estimate
    precision: Estimate
    over_blocking: Estimate


class JudgedThreshold(msgspec.Struct, frozen=True):
    """A threshold on the half that it was not chosen on."""

    corpus: str
    category: str
    threshold: int
    origin: str
    """`chosen`, or the action whose threshold it is in the policy."""
    recall: Estimate
    precision: Estimate
    over_blocking: Estimate


class ChosenThreshold(msgspec.Struct, frozen=True):
    """The threshold that was best on the first half, and the second half's verdict on it."""

    corpus: str
    category: str
    criterion: Criterion
    threshold: int
    positives_chosen_on: int
    positives_judged_on: int
    judged: tuple[JudgedThreshold, ...]
    """The chosen one first, then those of the policy."""


def candidates(scores: NDArray[np.int64]) -> tuple[int, ...]:
    """The thresholds at which something changes: the scores above 0 that occur, at most MOST of them."""
    found = np.unique(scores[scores > 0])
    if len(found) > MOST:
        found = found[np.linspace(0, len(found) - 1, MOST).round().astype(int)]
    return tuple(int(score) for score in found)


def sweep(corpus: Corpus, outcomes: DecidedCorpus) -> tuple[SweepPoint, ...]:
    """Every category that has rows in the corpus, at every threshold."""
    found: list[SweepPoint] = []
    for category in outcomes.categories:
        ours = labelled(corpus, category)
        if not ours.any():
            continue
        scores = outcomes.for_steps(category)
        for threshold in candidates(scores):
            found.append(SweepPoint(corpus.name, category, threshold, *_at(corpus, scores >= threshold, ours)))
    return tuple(found)


def _at(corpus: Corpus, hit: Flags, ours: Flags) -> tuple[Estimate, Estimate, Estimate]:
    """Recall, precision and over-blocking, as far as the card allows."""
    harmless = labelled(corpus, HARMLESS)
    forbidden = corpus.columns.forbidden
    precision = rate(corpus.clusters, ours, hit) if (~ours).any() else NOTHING
    return (
        FORBIDDEN if "recall" in forbidden else rate(corpus.clusters, hit, ours),
        FORBIDDEN if "precision" in forbidden else precision,
        FORBIDDEN if "over-blocking" in forbidden else rate(corpus.clusters, hit, harmless),
    )


def choose(corpus: Corpus, outcomes: DecidedCorpus, policy: Policy) -> tuple[ChosenThreshold, ...]:
    """A choice for each category with rows, and harmless rows, on both halves.

    The criterion is F1; where the card forbids precision, recall minus over-blocking.
    """
    if {"recall", "over-blocking"} & set(corpus.columns.forbidden):
        return ()
    first = np.asarray(corpus.halves == 0)
    harmless = labelled(corpus, HARMLESS)
    criterion: Criterion = "recall minus over-blocking" if "precision" in corpus.columns.forbidden else "F1"
    found: list[ChosenThreshold] = []
    for category in outcomes.categories:
        ours = labelled(corpus, category)
        parts = [ours & first, ours & ~first, harmless & first, harmless & ~first]
        if min(int(part.sum()) for part in parts) < LEAST:
            continue
        scores = outcomes.for_steps(category)
        best = _best(scores[first], ours[first], harmless[first], criterion)
        if best is None:
            continue
        second = corpus.take(~first)
        ladder = dict(policy.actions.get(category, {}))
        judged = tuple(
            JudgedThreshold(corpus.name, category, at, name, *_at(second, scores[~first] >= at, ours[~first]))
            for name, at in (("chosen", best), *ladder.items())
        )
        counts = int(parts[0].sum()), int(parts[1].sum())
        found.append(ChosenThreshold(corpus.name, category, criterion, best, *counts, judged))
    return tuple(found)


def _best(scores: NDArray[np.int64], ours: Flags, harmless: Flags, criterion: Criterion) -> int | None:
    """The threshold with the highest criterion; the higher one of two alike, since it acts on fewer rows."""
    tried: list[tuple[float, int]] = []
    for threshold in candidates(scores):
        hit = scores >= threshold
        right = float((hit & ours).sum())
        if criterion == "F1":
            tried.append((2 * right / float(hit.sum() + ours.sum()), threshold))
        else:
            tried.append((right / float(ours.sum()) - float((hit & harmless).sum()) / float(harmless.sum()), threshold))
    return max(tried)[1] if tried else None
