"""Claims that two policies do not differ by more than a margin: not lower, not higher, or alike.

A difference is held against its margin by Tango's score test (`stats.paired`), one-sided, at the level of every other
claim; alike by two such tests, of which the worse counts (D. J. Schuirmann, A comparison of the two one-sided tests
procedure and the power approach, Journal of Pharmacokinetics and Biopharmaceutics 15, 1987).  The limits are those of
the same test: the claim holds, before it is corrected, where the limit on its side lies within the margin.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from modengine.lab.data.outcomes import DecidedCorpus
from modengine.lab.stats.claims import ALPHA
from modengine.lab.stats.intervals import Estimate
from modengine.lab.stats.metrics import Flags
from modengine.lab.stats.paired import PairedScore, paired, paired_score
from modengine.lab.study.measure import Decisions
from modengine.lab.study.model import ANYTHING, StudyOutcome
from modengine.lab.study.opened import among
from modengine.model import RANK, Action


@dataclass(frozen=True, slots=True)
class WithinMargin:
    """A difference held against its margin."""

    found: Estimate
    p: float | None
    """None where there are too few rows to test."""
    p_against: float | None
    """Of the contrary: that the difference is beyond the margin."""
    limits: tuple[float, float] | None
    """The one-sided limits at 5 %, which together are an interval at 90 %."""


def within_margin(outcome: StudyOutcome, made: Sequence[Decisions]) -> WithinMargin:
    """The test of an outcome with a margin, from the decisions of its two policies."""
    mine, other = (
        next(one for one in made if (one.policy, one.corpus.name) == (policy, outcome.corpus))
        for policy in (outcome.policy, outcome.than)
    )
    rows = among(mine.corpus, outcome)
    before, after = (_hit(one.decided, outcome) for one in (other, mine))
    found = paired(mine.corpus.clusters, before, after, rows).change
    tested = paired_score(mine.corpus.clusters, before, after, rows)
    if tested is None or not found.supported:
        return WithinMargin(found, None, None, None)
    return WithinMargin(found, *_p(tested, outcome), tested.limits(ALPHA))


def _p(tested: PairedScore, outcome: StudyOutcome) -> tuple[float, float]:
    """Of the claim, and of the contrary one."""
    margin = outcome.bound
    if outcome.direction == "not lower":
        return tested.p_above(-margin), tested.p_below(-margin)
    if outcome.direction == "not higher":
        return tested.p_below(margin), tested.p_above(margin)
    against = 2 * min(tested.p_below(-margin), tested.p_above(margin))
    return max(tested.p_above(-margin), tested.p_below(margin)), min(1.0, against)


def _hit(decided: DecidedCorpus, outcome: StudyOutcome) -> Flags:
    """The rows that the category of an outcome hits, or any category does."""
    actions: dict[str, Action] = {"label": "label", "review": "review", "block": "block"}
    least = RANK[actions[str(outcome.action)]]
    ranks = (
        decided.highest() if outcome.category == ANYTHING else decided.ranks[:, decided.column(str(outcome.category))]
    )
    return np.asarray(ranks >= least)
