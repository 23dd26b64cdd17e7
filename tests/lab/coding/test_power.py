"""What rows can show, against statsmodels, published tables and the tests themselves."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import binomtest
from statsmodels.stats.power import NormalIndPower
from statsmodels.stats.proportion import proportion_effectsize

from modengine.errors import InputError
from modengine.lab.coding.detectable import (
    between_policies,
    between_sets,
    beyond_bound,
    design_effect,
    effective,
    power_of,
    rows_needed,
)
from modengine.lab.coding.power import power
from modengine.lab.report.render import as_text
from modengine.lab.report.views.power import view
from tests.lab.corpora import MakeCorpus, ints, rows, sound


@pytest.mark.parametrize(("n", "cutoff", "wanted"), [(35, 12, 0.8), (47, 15, 0.9)])
def test_exact_power_is_that_of_a_hern(n: int, cutoff: int, wanted: float) -> None:
    """R. P. A'Hern, Sample size tables for exact single-stage phase II designs, 2001: p0 0.2, p1 0.4, alpha 0.05."""
    assert binomtest(cutoff, n, 0.2, alternative="greater").pvalue < 0.05
    assert binomtest(cutoff - 1, n, 0.2, alternative="greater").pvalue >= 0.05
    assert wanted <= power_of(n, 0.2, 0.4, True, 0.05) < wanted + 0.01


def test_without_a_fault_it_takes_29_rows_to_show_nine_in_ten() -> None:
    """The success run of acceptance sampling: ln 0.05 / ln 0.9, rounded up; 299 for 99 in 100."""
    assert rows_needed(0.9, 1 - 1e-9, True, 0.8, 0.05) == 29
    assert rows_needed(0.01, 1e-9, False, 0.8, 0.05) == 299


@pytest.mark.parametrize(("bound", "truth", "at_least"), [(0.01, 0.004, False), (0.5, 0.6, True), (0.2, 0.4, True)])
def test_the_rows_that_are_needed_are_enough_and_one_fewer_are_not(bound: float, truth: float, at_least: bool) -> None:
    n = rows_needed(bound, truth, at_least, 0.8, 0.05)
    assert n is not None
    assert all(power_of(more, bound, truth, at_least, 0.05) >= 0.8 for more in range(n, n + 200))
    assert power_of(n - 1, bound, truth, at_least, 0.05) < 0.8
    random = np.random.default_rng(1)
    side = "greater" if at_least else "less"
    shown = [binomtest(int(k), n, bound, alternative=side).pvalue < 0.05 for k in random.binomial(n, truth, 2_000)]
    assert np.mean(shown) == pytest.approx(power_of(n, bound, truth, at_least, 0.05), abs=0.03)


@pytest.mark.parametrize(("bound", "at_least"), [(0.0, False), (1.0, True)])
def test_a_bound_at_the_end_is_never_shown(bound: float, at_least: bool) -> None:
    """No rows show that nothing at all is hit, nor that everything is."""
    assert power_of(500, bound, 0.5, at_least, 0.05) == 0.0


def test_a_truth_on_the_wrong_side_needs_no_number() -> None:
    assert rows_needed(0.5, 0.4, True, 0.8, 0.05) is None
    assert rows_needed(0.5, 0.5, True, 0.8, 0.05) is None
    assert rows_needed(0.5, 0.500001, True, 0.8, 0.05) is None  # more than five million


def test_two_sets_are_compared_as_cohen_does() -> None:
    """h = 0.3 with 80 rows each has a power of 0.475 (R's pwr.2p.test; statsmodels' own test of NormalIndPower)."""
    known = 0.475100870572638
    assert NormalIndPower().power(0.3, 80, 0.05) == pytest.approx(known)
    difference = between_sets(80, 80, 0.5, True, known, 0.05)
    assert difference is not None
    assert proportion_effectsize(0.5 + difference, 0.5) == pytest.approx(0.3, abs=1e-6)
    lower = between_sets(80, 80, 0.5, False, known, 0.05)
    assert lower == pytest.approx(difference)
    assert between_sets(80, 80, 0.001, False, 0.8, 0.05) is None


def test_what_a_test_shows_by_chance_needs_no_difference() -> None:
    """A power at or below the level of the test."""
    assert between_sets(80, 80, 0.5, True, 0.05, 0.05) == pytest.approx(0)
    assert between_sets(80, 80, 0.5, True, 0.03, 0.05) == pytest.approx(0)


@pytest.mark.parametrize("baseline", [0.01, 0.1, 0.5])
@pytest.mark.parametrize("above", [True, False])
def test_the_smallest_difference_from_a_bound_has_the_power(baseline: float, above: bool) -> None:
    difference = beyond_bound(1_000, baseline, above, 0.8, 0.05)
    assert difference is not None
    truth = baseline + difference if above else baseline - difference
    assert power_of(1_000, baseline, truth, above, 0.05) == pytest.approx(0.8, abs=1e-6)


def test_few_rows_cannot_show_that_a_share_is_smaller() -> None:
    assert beyond_bound(200, 0.01, False, 0.8, 0.05) is None
    assert beyond_bound(0, 0.5, True, 0.8, 0.05) is None


def test_two_policies_on_the_same_rows_as_mcnemar_shows_them() -> None:
    """R. J. Connor 1987, against the test itself on drawn tables."""
    n, differing = 1_000, 0.05
    difference = between_policies(n, differing, 0.8, 0.05)
    assert difference is not None
    random = np.random.default_rng(1)
    part = [(differing + difference) / 2, (differing - difference) / 2, 1 - differing]
    b, c, _ = random.multinomial(n, part, 20_000).T
    shown = (b - c) ** 2 / np.maximum(b + c, 1) > 3.8415
    assert shown.mean() == pytest.approx(0.8, abs=0.025)
    assert between_policies(100, 0.01, 0.8, 0.05) is None


def test_the_design_effect_is_kish_s() -> None:
    """Clusters of 20 rows and icc 0.05: 1.95 (L. Kish, Survey Sampling, 1965, section 5.4)."""
    equal = ints(*[20] * 30)
    assert design_effect(equal, 0.05) == pytest.approx(1.95)
    assert effective(equal, 0.05) == 307
    assert (effective(equal, 1.0), effective(equal, 0.0)) == (30, 600)
    assert design_effect(ints(1, 1, 8), 1.0) == pytest.approx(6.6)


COLUMNS = {"label": "label", "none": ("ok",), "map": {"scam": "fraud"}}


def test_a_corpus_says_what_it_can_show(corpus: MakeCorpus) -> None:
    made = corpus([{**row, "group": str(i // 4)} for i, row in enumerate(rows(("a", "ok", 400), ("b", "scam", 100)))],
                  **COLUMNS, cluster="group")  # fmt: skip
    found = power(
        sound(), [made], declare=["any.over-blocking@label<=0.05", "fraud.recall@label>=0.5"], truth=[0.01, 0.7]
    )
    assert [(s.figure, s.rows, s.clusters, s.design_effect, s.effective_n) for s in found.sets] == [
        ("over-blocking", 400, 100, 4.0, 100), ("recall of fraud", 100, 25, 4.0, 25),
    ]  # fmt: skip
    over, recall = found.claims
    assert over.alpha == recall.alpha == 0.025
    assert over.needed_here == 4 * (over.rows_needed or 0)
    assert over.power == power_of(100, 0.05, 0.01, False, 0.025)
    assert recall.of == "rows of fraud"
    assert "no row was decided" in as_text(view(found), 80)


def test_one_cluster_shows_nothing_and_says_so(corpus: MakeCorpus) -> None:
    made = corpus([{**row, "group": "x"} for row in rows(("a", "ok", 40))], **{**COLUMNS, "map": {}}, cluster="group")
    found = power(sound(), [made])
    assert [s.effective_n for s in found.sets] == [1]
    assert {share for d in found.smallest for share in (d.above, d.below, d.halves)} == {None}
    assert {d.difference for d in found.paired} == {None}
    assert "too few independent rows (n 40, effective 1)" in " ".join(as_text(view(found), 80).split())


def test_without_a_corpus_only_outcomes_are_answered() -> None:
    found = power(sound(), [], declare=["fraud.precision@label>=0.5"], truth=[0.7])
    (claim,) = found.claims
    assert (claim.corpus, claim.power, claim.of) == (None, None, "rows that fraud hits")
    assert claim.rows_needed == rows_needed(0.5, 0.7, True, 0.8, 0.05)


@pytest.mark.parametrize(
    ("declare", "truth", "message"),
    [
        (["fraud.recall@label>=0.5"], [], "outcomes declared: 1; expected values given: 0"),
        ([], [0.5], "outcomes declared: 0; expected values given: 1"),
        (["fraud.recall@label>=0.5"], [0.4], "cannot be shown where the truth is 0.4"),
        (["fraud.recall@label>=0.5"], [0.6, 0.7], "outcomes declared: 1; expected values given: 2"),
        (["more"], [0.6], "declares no outcome"),
    ],
)
def test_an_outcome_that_cannot_be_planned_is_refused(declare: list[str], truth: list[float], message: str) -> None:
    with pytest.raises(InputError, match=message):
        power(sound(), [], declare=declare, truth=truth)
