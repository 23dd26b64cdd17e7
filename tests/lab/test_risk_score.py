"""Sparse risk scores in whole points, on rows that are counted by hand."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from scipy.sparse import csr_array

from modengine.lab.stats.point_sums import ALL_POINTS, PointSums, Trying
from modengine.lab.stats.risk_score import RowCounts, ScoreBounds, risk_score


def sums(*hits: tuple[int, ...]) -> PointSums:
    """Kinds of rows by the rules that hit them; no caps and no reliefs."""
    kinds, none = len(hits), np.zeros(len(hits))
    parts = (np.zeros((len(hits[0]), 0)), np.zeros(0), np.zeros((kinds, 0), bool), np.zeros(0, bool))
    return PointSums(csr_array(np.array(hits, float)), *parts, none, none, np.zeros(kinds, bool))


def counts(own: list[int], *strata: list[int], allowed: tuple[int, ...]) -> RowCounts:
    return RowCounts(np.array(own, float), csr_array(np.array(strata, float)), np.array(allowed, float))


def bounds(rules: int, most: int = 60, most_rules: int = 25, step: int = 5) -> ScoreBounds:
    return ScoreBounds(50, np.zeros(rules), np.full(rules, float(most)), most_rules, step, np.zeros(rules))


def hit(points: np.ndarray, given: PointSums) -> np.ndarray:
    return np.asarray(given.total(points.astype(float)) >= 50)


def test_a_sign_that_says_nothing_alone_counts_beside_another() -> None:
    """Either sign alone is as often wrong as right; both together are right."""
    given = sums((1, 0), (0, 1), (1, 1))
    found = risk_score(given, counts([20, 20, 60], [100, 100, 0], allowed=(1,)), bounds(2))
    assert hit(found.points, given).tolist() == [False, False, True]


def test_the_limit_holds_in_each_stratum_and_not_over_all() -> None:
    """Of 1,000 rows two may be hit in each; the rule hits nine of the second stratum and none of the first."""
    given, own = sums((1, 0), (0, 1)), [50, 40]
    found = risk_score(given, counts(own, [0, 1], [9, 1], allowed=(2, 2)), bounds(2))
    assert hit(found.points, given).tolist() == [False, True]
    found = risk_score(given, counts(own, [9, 2], allowed=(11,)), bounds(2))
    assert hit(found.points, given).tolist() == [True, True]


@pytest.mark.parametrize("seed", range(8))
def test_no_whole_points_catch_more_under_the_limit(seed: int) -> None:
    """Four signs of unlike strength, and every point of a lattice tried."""
    random = np.random.default_rng(seed)
    kinds = [kind for kind in product((0, 1), repeat=4) if any(kind)]
    given, strength = sums(*kinds), np.array(kinds) @ random.uniform(0, 2, 4)
    own = random.poisson(8 * strength)
    strata = random.poisson(4 * np.exp(-strength), (2, 15))
    few = counts(own.tolist(), *strata.tolist(), allowed=(3, 3))
    best = 0
    for points in product(range(0, 61, 10), repeat=4):
        reached = hit(np.array(points), given)
        if (strata @ reached <= 3).all():
            best = max(best, int(own @ reached))
    reached = hit(risk_score(given, few, bounds(4, step=10)).points, given)
    assert (strata @ reached <= 3).all()
    assert own @ reached >= 0.97 * best


def test_points_are_multiples_within_bounds_of_at_most_so_many_rules() -> None:
    random = np.random.default_rng(3)
    given = sums(*(tuple(kind) for kind in random.integers(0, 2, (200, 12))))
    own, other = random.integers(0, 9, 200).tolist(), random.integers(0, 2, 200).tolist()
    found = risk_score(given, counts(own, other, allowed=(5,)), bounds(12, most=45, most_rules=4, step=15))
    assert (found.points > 0).sum() <= 4
    assert set(found.points.tolist()) <= {0, 15, 30, 45}


def test_what_no_points_can_mend_is_missed_least() -> None:
    """Rows that are hit whatever the points are above the limit; nothing else is hit then."""
    given = sums((1, 0), (0, 1))
    raised = PointSums(
        given.hits, given.parts, given.most, given.takes, given.caps, given.taken, given.offset, np.array([True, False])
    )
    found = risk_score(raised, counts([5, 50], [3, 1], allowed=(2,)), bounds(2))
    assert hit(found.points, given).tolist() == [False, False]


def test_the_penalty_may_draw_towards_other_points() -> None:
    """Without evidence a rule has none; drawn towards 40 it has 40."""
    given, few = sums((1, 0), (0, 1)), counts([0, 30], [0, 0], allowed=(0,))
    alone = bounds(2)
    drawn = replace(alone, centre=np.array([40.0, 0.0]))
    assert risk_score(given, few, alone).points[0] == 0
    given, few = sums((1, 1), (0, 1)), counts([1, 30], [0, 0], allowed=(0,))
    assert risk_score(given, few, alone).points[0] == 0
    assert risk_score(given, few, drawn).points[0] == pytest.approx(40, abs=10)


def test_a_rule_that_serves_as_well_keeps_its_points() -> None:
    given, few = sums((1, 0), (0, 1)), counts([30, 30], [0, 9], allowed=(1,))
    was = replace(bounds(2), as_is=np.array([57.0, 57.0]))
    assert risk_score(given, few, was).points[0] == 57
    assert risk_score(given, few, was).points[1] < 50


def test_totals_kept_up_to_date_are_those_of_all_points() -> None:
    """With a cap, a relief of one rule and one of all, and rules changed in any order."""
    random = np.random.default_rng(5)
    hits = random.integers(0, 2, (60, 5)).astype(float)
    parts = np.array([[1, 0, 1], [1, 0, 0], [0, 1, 0], [0, 0, 0], [0, 1, 1]], float)
    takes = random.random((60, 3)) < 0.5
    takes[:, 0] = False
    caps = np.array([True, False, False])
    given = PointSums(
        csr_array(hits), parts, np.array([70.0, 25.0, ALL_POINTS]), takes, caps,
        random.integers(0, 3, 60) * 15.0, random.integers(0, 9, 60).astype(float), np.zeros(60, bool),
    )  # fmt: skip
    trying = Trying(given, np.zeros(5))
    for _ in range(40):
        rule, values = int(random.integers(5)), random.integers(0, 90, 4).astype(float)
        told = trying.totals_with(rule, values)
        for at, value in enumerate(values):
            trying.give(rule, float(value))
            assert told[:, at] == pytest.approx(given.total(trying.points)[trying.rows[rule]])
            assert trying.totals == pytest.approx(given.total(trying.points))
