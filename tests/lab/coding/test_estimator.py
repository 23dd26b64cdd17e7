"""Shares by design against a textbook, an independent package and the truth of many draws."""

from __future__ import annotations

import numpy as np
import pytest
from statsmodels.stats.proportion import proportion_confint

from modengine.lab.coding.draw import allocate, drawn
from modengine.lab.coding.estimator import CodedRows, joint, side
from modengine.lab.stats.intervals import Floats, Ints


def gold(cells: Ints, truth: Floats) -> CodedRows:
    n = len(cells)
    return CodedRows(cells, truth[:, None], np.full(n, np.nan), np.arange(n))


def counts(k: int, n: int) -> Floats:
    return np.array([1.0] * k + [0.0] * (n - k))


def test_the_stratified_share_and_its_error_are_those_of_lohr() -> None:
    """S. L. Lohr, Sampling: Design and Analysis, 1999, example 4.3: women in seven learned societies."""
    members = np.array([9100, 1950, 5500, 10850, 2100, 5500, 9000])
    returned = (636, 451, 481, 611, 493, 575, 588)
    women = (0.38, 0.27, 0.18, 0.19, 0.36, 0.13, 0.26)
    truth = np.concatenate([counts(round(n * p), n) for n, p in zip(returned, women, strict=True)])
    found = side(gold(np.repeat(np.arange(7), returned), truth), members)
    assert found.value == pytest.approx(0.2465, abs=0.0003)
    assert np.sqrt(found.variance) == pytest.approx(0.0071, abs=0.00005)


@pytest.mark.parametrize(("k", "n"), [(0, 200), (3, 200), (100, 200), (200, 200)])
def test_of_one_stratum_it_is_the_interval_of_jeffreys(k: int, n: int) -> None:
    """As statsmodels has it, but for the few degrees of freedom."""
    found = side(gold(np.zeros(n, np.int64), counts(k, n)), np.array([10**9]))
    draws = found.draws(np.random.default_rng(1))
    low, high = np.percentile(draws, [2.5, 97.5])
    assert (low, high) == pytest.approx(proportion_confint(k, n, method="jeffreys"), abs=0.006)


def test_a_variance_by_formula_is_that_of_many_draws() -> None:
    random = np.random.default_rng(3)
    sizes = np.array([300, 100, 4_000])
    cells = np.repeat(np.arange(3), sizes)
    truth = (random.random(4_400) < np.array([0.8, 0.5, 0.03])[cells]).astype(float)
    number = allocate((300, 100, 4_000), 400, "root")
    values, variances = [], []
    for _ in range(400):
        rows = drawn(cells, number, random)
        found = side(gold(cells[rows], truth[rows]), sizes)
        values.append(found.value)
        variances.append(found.variance)
    assert np.mean(values) == pytest.approx(truth.mean(), rel=0.02)  # Horvitz and Thompson: no bias
    assert np.mean(variances) == pytest.approx(np.var(values), rel=0.25)


def test_weights_undo_the_design() -> None:
    coded = gold(np.array([0] * 10 + [1] * 10), np.concatenate([counts(8, 10), counts(1, 10)]))
    assert side(coded, np.array([10, 990])).value == pytest.approx((10 * 0.8 + 990 * 0.1) / 1000)


def test_a_cell_without_a_coded_row_is_taken_for_like_the_others() -> None:
    coded = gold(np.zeros(10, np.int64), counts(5, 10))
    found = side(coded, np.array([50, 70]))
    assert (found.value, found.rows, found.coded) == (0.5, 120, 10)
    assert side(coded.only(np.zeros(10, np.bool_)), np.array([50, 70])).value is None


def test_when_all_is_coded_by_one_nothing_is_left_to_chance() -> None:
    found = side(gold(np.zeros(40, np.int64), counts(30, 40)), np.array([40]))
    assert np.isinf(found.effective_n)
    assert set(found.draws(np.random.default_rng(1))) == {0.75}


def test_when_all_is_coded_by_coders_who_differ_their_chance_is_left() -> None:
    votes = np.array([[1, 1]] * 20 + [[0, 0]] * 10 + [[1, 0], [0, 1]] * 5, float)
    coded = CodedRows(np.zeros(40, np.int64), votes, np.full(40, np.nan), np.arange(40))
    found = side(coded, np.array([40]))
    assert found.value == 0.625
    # Ten rows, each the mean of two votes that differ: variance 0.25 of a row, of 40 rows, and half a row more.
    assert found.variance == pytest.approx((10 * 0.25 + (10 * 0.25 + 0.125) / 41) / 41 / 40)


def votes_of(random: np.random.Generator, truth: Floats, lean: tuple[float, ...]) -> CodedRows:
    chance = np.clip(0.1 + 0.7 * truth[:, None] + np.array(lean), 0, 1)
    votes = (random.random((len(truth), len(lean))) < chance).astype(float)
    n = len(truth)
    return CodedRows(np.zeros(n, np.int64), votes, np.full(n, np.nan), np.arange(n))


def test_a_coder_who_finds_more_makes_the_share_less_certain() -> None:
    random = np.random.default_rng(2)
    truth = counts(200, 400)
    size = np.array([100_000])
    even = side(votes_of(random, truth, (0.0, 0.0, 0.0)), size)
    lean = side(votes_of(random, truth, (-0.1, 0.0, 0.15)), size)
    assert sum(part**2 for part in even.by_coder) < 0.1 * even.variance
    # The variance of a mean of three coders whose leanings are known; Satterthwaite's degrees of freedom are few.
    assert sum(part**2 for part in lean.by_coder) == pytest.approx(np.var([-0.1, 0.0, 0.15], ddof=1) / 3, rel=0.35)
    assert lean.effective_n < 0.1 * even.effective_n


def test_settled_rows_count_as_settled_and_their_doubt_stays() -> None:
    votes = np.array([[1, 0]] * 10 + [[1, 1]] * 10, float)
    settled = np.array([0.0] * 10 + [np.nan] * 10)
    coded = CodedRows(np.zeros(20, np.int64), votes, settled, np.arange(20))
    found = side(coded, np.array([20]))
    assert found.value == 0.5
    assert found.variance > 0
    assert set(found.by_coder) == {0.0}


def test_two_sides_go_together_where_one_coder_finds_more_on_both() -> None:
    random = np.random.default_rng(2)
    lean = (-0.2, 0.2)
    yes, no = (side(votes_of(random, counts(k, 500), lean), np.array([10**6])) for k in (400, 50))
    a, b = joint(yes, no, np.random.default_rng(1))
    assert np.corrcoef(a, b)[0, 1] > 0.5
    alone, other = (side(votes_of(random, counts(k, 500), (0.0, 0.0)), np.array([10**6])) for k in (400, 50))
    assert abs(np.corrcoef(*joint(alone, other, np.random.default_rng(1)))[0, 1]) < 0.2


def test_beyond_the_corpus_there_is_no_certainty_and_clusters_count() -> None:
    truth = np.repeat([1.0, 0.0, 1.0, 1.0], 25)
    alone, together = (
        side(CodedRows(np.zeros(100, np.int64), truth[:, None], np.full(100, np.nan), groups), np.array([100]), 0.0)
        for groups in (np.arange(100), np.repeat(np.arange(4), 25))
    )
    assert alone.effective_n == pytest.approx(100, rel=0.1)
    assert together.effective_n < 8
