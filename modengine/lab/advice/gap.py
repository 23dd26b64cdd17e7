"""The gap between a policy and a text model that has as many false alarms.

The model is fitted to the writing half.  On the checking half it may hit as many harmless rows as the policy does,
and not one more: its threshold is the score of the first harmless row that would be too many.  Recall is then compared
on the rows of the category.  The interval is of the rows that are compared; it takes the threshold as given.

A corpus with harmless rows of its own has a threshold of its own: what tells one corpus from another is no help there.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec
import numpy as np

from modengine.lab.advice.rows import AdvisedRows
from modengine.lab.stats.intervals import LEAST, Estimate, Floats
from modengine.lab.stats.metrics import ALL, Flags, rate
from modengine.lab.stats.paired import Paired, paired
from modengine.model import Action


class ModelGap(msgspec.Struct, frozen=True):
    """A policy and a model on the checking half of a corpus, or of all."""

    among: str
    """A corpus; `(all)` for all of them."""
    category: str
    """`(any)` for all rows that are of a category, whichever acts."""
    action: Action
    """The row counts as hit by the policy from this action upwards."""
    recall: Estimate
    """Of the policy."""
    model_recall: Estimate
    over_blocking: Estimate
    """Of the policy: harmless rows that are hit."""
    model_over_blocking: Estimate
    """At most that of the policy, but in a corpus with fewer than 10 harmless rows: it has the threshold of all."""
    gap: Paired
    """Recall of the model less that of the policy: A is the policy, B the model."""


def model_hits(scores: Floats, harmless: Flags, allowed: int) -> Flags:
    """The rows that score above all harmless ones but the first `allowed`; ties are not hit.

    With ROC curves of scikit-learn: the point of the highest false positive rate that is no higher.
    """
    worst = np.sort(scores[harmless])[::-1]
    return scores > worst[allowed] if allowed < len(worst) else np.ones(len(scores), np.bool_)


def model_gaps(
    rows: AdvisedRows, names: Sequence[str], category: str, at: Action, scores: Floats
) -> Iterator[ModelGap]:
    """The gap over all corpora, and of each by name that has rows of the category, where there are several."""
    checking = ~rows.writing
    own, harmless, hit = rows.own(category) & checking, rows.harmless & checking, rows.hit(category, at)
    over_all = model_hits(scores, harmless, int((hit & harmless).sum()))
    parts = [(ALL, checking)]
    if len(names) > 1:
        parts += [(name, rows.sources == number) for number, name in enumerate(names)]
    for among, there in parts:
        mine, ordinary = own & there, harmless & there
        enough = ordinary.sum() >= LEAST
        model = model_hits(scores, ordinary, int((hit & ordinary).sum())) if enough else over_all
        if mine.any():
            yield ModelGap(
                among, category, at, rate(rows.clusters, hit, mine), rate(rows.clusters, model, mine),
                rate(rows.clusters, hit, ordinary), rate(rows.clusters, model, ordinary),
                paired(rows.clusters, hit, model, mine),
            )  # fmt: skip
