"""The test of each declared outcome: of what is claimed, and of the contrary.

A share of rows is held against its bound by the exact binomial test of `stats.claims`, on effective counts; of corpora
pooled, by the interval of `stats.pooled` turned round; from a coded sample, by the draws that its interval is of.  A
difference takes the test of `diff`.

A difference with a margin is held against that by Tango's score test (`stats.paired`), one-sided, at the level of every
other claim; alike by two such tests, of which the worse counts (D. J. Schuirmann, A comparison of the two one-sided
tests procedure and the power approach, Journal of Pharmacokinetics and Biopharmaceutics 15, 1987).  The limits are
those of the same test: the claim holds, before it is corrected, where the limit on its side lies within the margin.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from modengine.lab.stats.claims import p_of
from modengine.lab.stats.intervals import NOTHING, Estimate
from modengine.lab.stats.paired import PairedScore, paired, paired_score
from modengine.lab.stats.permutation import ALPHA
from modengine.lab.stats.pooled import p_pooled
from modengine.lab.study.decided import Decisions, on, paired_rows, shares_of
from modengine.lab.study.measure import StudyFigure
from modengine.lab.study.model import WITHIN, StudyOutcome
from modengine.lab.study.opened import OpenedStudy


@dataclass(frozen=True, slots=True)
class TestedClaim:
    """A declared outcome held against what it claims."""

    found: Estimate
    p: float | None = None
    """None where there is nothing to test, or too few rows."""
    p_against: float | None = None
    """Of the contrary claim."""
    limits: tuple[float, float] | None = None
    """Of a difference with a margin: the one-sided limits at 5 %, which together are an interval at 90 %."""


def tested(
    opened: OpenedStudy, outcome: StudyOutcome, figure: StudyFigure | None, made: Sequence[Decisions]
) -> TestedClaim:
    """The test of an outcome, from its figure and from the decisions of its policies."""
    if outcome.direction in WITHIN:
        return _within_margin(opened, outcome, made)
    if figure is None or figure.found.value is None or not figure.found.supported:
        return TestedClaim(NOTHING if figure is None else figure.found)
    if outcome.than is not None:
        return TestedClaim(figure.found, *_difference(outcome, figure))
    at_least = outcome.direction == "at least"
    p, against = (_share(opened, outcome, figure, made, side) for side in (at_least, not at_least))
    return TestedClaim(figure.found, p, against)


def _share(
    opened: OpenedStudy, outcome: StudyOutcome, figure: StudyFigure, made: Sequence[Decisions], at_least: bool
) -> float | None:
    of = outcome.corpus or ""
    if of in opened.coded:
        return opened.coded[of].p(outcome, at_least, opened.study.seed)
    if of in opened.study.pools:
        pool = opened.study.pools[of]
        each, weights = shares_of(pool, on(made, outcome.policy, pool.corpora), outcome)
        return p_pooled(each, weights, at_least, outcome.bound)
    return p_of(figure.found, at_least, outcome.bound)


def _difference(outcome: StudyOutcome, figure: StudyFigure) -> tuple[float | None, float | None]:
    if figure.p is None or outcome.direction == "different":
        return figure.p, None
    found = figure.found.value or 0.0
    as_claimed = found > 0 if outcome.direction == "higher" else found < 0
    sides = figure.p / 2, 1 - figure.p / 2
    return sides if as_claimed else (sides[1], sides[0])


def _within_margin(opened: OpenedStudy, outcome: StudyOutcome, made: Sequence[Decisions]) -> TestedClaim:
    members = opened.study.members(str(outcome.corpus))
    mine, other = (on(made, policy, members) for policy in (outcome.policy, str(outcome.than)))
    rows = paired_rows(mine, other, outcome)
    found = paired(*rows).change
    score = paired_score(*rows)
    if score is None or not found.supported:
        return TestedClaim(found)
    return TestedClaim(found, *_p(score, outcome), score.limits(ALPHA))


def _p(score: PairedScore, outcome: StudyOutcome) -> tuple[float, float]:
    """Of the claim, and of the contrary one."""
    margin = outcome.bound
    if outcome.direction == "not lower":
        return score.p_above(-margin), score.p_below(-margin)
    if outcome.direction == "not higher":
        return score.p_below(margin), score.p_above(margin)
    against = 2 * min(score.p_below(-margin), score.p_above(margin))
    return max(score.p_above(-margin), score.p_below(margin)), min(1.0, against)
