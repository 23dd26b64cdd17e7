"""How long things last: against published examples and another package."""

from __future__ import annotations

import numpy as np
import pytest
from statsmodels.duration.survfunc import SurvfuncRight

from modengine.lab.specimens.survival import INFINITE, lasting

RADIOTHERAPY = (
    (45, 0), (25, 37), (37, 0), (6, 10), (46, 0), (0, 5), (0, 7), (26, 40), (18, 0), (46, 0), (46, 0), (24, 0),
    (46, 0), (27, 34), (36, 0), (7, 16), (36, 44), (5, 11), (17, 0), (46, 0), (19, 35), (7, 14), (36, 48), (17, 25),
    (37, 44), (37, 0), (24, 0), (0, 8), (40, 0), (32, 0), (4, 11), (17, 25), (33, 0), (15, 0), (46, 0), (19, 26),
    (11, 15), (11, 18), (37, 0), (22, 0), (38, 0), (34, 0), (46, 0), (5, 12), (36, 0), (46, 0),
)  # fmt: skip
"""Months until cosmetic deterioration, 0 where none was seen: D. M. Finkelstein and R. A. Wolfe, A semiparametric model
for regression analysis of interval-censored failure time data, Biometrics 41, 1985, table 1, radiotherapy only."""
ESTIMATE = (
    (4, 5, 0.0463), (6, 7, 0.0334), (7, 8, 0.0887), (11, 12, 0.0708), (24, 25, 0.0926), (33, 34, 0.0818),
    (38, 40, 0.1209), (46, 48, 0.4656),
)  # fmt: skip
"""As M. P. Fay and P. A. Shaw, Exact and asymptotic weighted logrank tests for interval censored data: the interval R
package, Journal of Statistical Software 36, 2010, print it of these data."""


def test_turnbulls_estimate_is_the_published_one() -> None:
    found = lasting([a for a, _ in RADIOTHERAPY], [b or INFINITE for _, b in RADIOTHERAPY])
    assert (found.n, found.ended, found.late, found.converged) == (46, 21, 0, True)
    assert [(step.after, step.until, round(step.ended, 4)) for step in found.steps] == list(ESTIMATE)
    assert (found.median_after, found.median_until) == (38, 40)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("late", [False, True])
def test_exact_ends_give_the_product_limit_estimate(seed: int, late: bool) -> None:
    """Of statsmodels, with late entry, on whole days and so with ties; up to where nobody is left at risk."""
    random = np.random.default_rng(seed)
    entered = random.integers(0, 8, 90) if late else np.zeros(90, int)
    ends = entered + 1 + random.geometric(0.08, 90)
    watched = np.maximum(entered + 1, random.integers(10, 30, 90))
    times, seen = np.minimum(ends, watched), ends <= watched
    found = lasting(times, np.where(seen, times, INFINITE), entered)
    theirs = SurvfuncRight(times, seen.astype(int), entry=entered.astype(float) - 1e-9 if not late else entered)
    mine = {step.until: step.share for step in found.steps}
    for time, share, died in zip(theirs.surv_times, theirs.surv_prob, theirs.n_events, strict=True):
        if died and share > 0:
            assert mine[time] == pytest.approx(share, abs=2e-5)


def test_between_two_looks_the_curve_is_anywhere() -> None:
    found = lasting([2, 2, 5, 5], [4, 4, INFINITE, INFINITE])
    assert found.at(2) == (1, 1)
    assert found.at(3) == (pytest.approx(0.5), 1)
    assert found.at(4) == pytest.approx((0.5, 0.5))
    assert (found.median_after, found.median_until) == (2, 4)


def test_where_few_are_seen_to_end_there_is_no_median() -> None:
    found = lasting([1, 5, 5], [2, INFINITE, INFINITE])
    assert found.median_after is None
    assert found.steps[-1].until is None


def test_who_enters_late_counts_from_then_on_alone() -> None:
    """One of two ends at 1; two that enter at 2 say nothing of that, and one of three is left after 3."""
    found = lasting([1, 3, 3, 9], [1, 3, 3, INFINITE], [0, 0, 2, 2])
    assert [(step.until, round(step.share, 4)) for step in found.steps] == [(1, 0.5), (3, 0.1667), (None, 0)]


@pytest.mark.parametrize(
    ("left", "right", "entered"),
    [([], [], None), ([2], [1], None), ([1], [2], [3]), ([1], [1], [1]), ([1], [2], [-1])],
)
def test_what_cannot_be_is_an_error(left: list[float], right: list[float], entered: list[float] | None) -> None:
    with pytest.raises(ValueError, match=r"nothing|interval"):
        lasting(left, right, entered)
