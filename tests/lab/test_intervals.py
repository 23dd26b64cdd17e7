"""Intervals and tests against worked examples that others have published."""

from __future__ import annotations

from itertools import accumulate
from typing import Literal

import numpy as np
import pytest
from hypothesis import given, strategies as st
from scipy.stats import binomtest, fisher_exact, t
from statsmodels.stats.inter_rater import fleiss_kappa
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import proportion_confint

from modengine.lab.stats.claims import adjusted, fisher
from modengine.lab.stats.design import correlation, spread
from modengine.lab.stats.intervals import (
    LEAST,
    NOTHING,
    difference,
    f1,
    projected_precision,
    proportion,
    resample,
)
from modengine.lab.stats.metrics import Rates, rate
from modengine.lab.stats.paired import PairedScore, paired_score
from modengine.lab.stats.signs import p_value
from tests.lab.corpora import ints, single


@pytest.mark.parametrize(
    ("k", "n", "low", "high"), [(81, 263, 0.2527, 0.3676), (15, 148, 0.0578, 0.1617), (1, 29, 0.0009, 0.1776)]
)
def test_independent_rows_have_the_exact_interval(k: int, n: int, low: float, high: float) -> None:
    """R. G. Newcombe, Two-sided confidence intervals for the single proportion, Stat. Med. 17, 1998, table I: the
    method of Clopper and Pearson."""
    found = proportion(*single(k, n))
    assert (found.method, found.effective_n) == ("clopper-pearson", n)
    assert (found.low, found.high) == pytest.approx((low, high), abs=6e-5)


def test_a_zero_has_an_exact_upper_bound() -> None:
    """Newcombe 1998, table I, Clopper and Pearson's exact method: 0 of 20 gives 0 to 0.1684."""
    found = proportion(*single(0, 20))
    assert (found.value, found.low, found.method) == (0, 0, "clopper-pearson")
    assert found.high == pytest.approx(0.1684, abs=5e-5)
    assert proportion(*single(20, 20)).low == pytest.approx(1 - 0.1684, abs=5e-5)


def test_none_of_250_still_allows_one_and_a_half_percent() -> None:
    assert proportion(*single(0, 250)).high == pytest.approx(0.0146, abs=1e-4)


WEIL = {
    "control": (
        (13, 12, 9, 9, 8, 8, 13, 12, 10, 10, 9, 13, 5, 7, 10, 10),
        (13, 12, 9, 9, 8, 8, 12, 11, 9, 9, 8, 11, 4, 5, 7, 7),
        1.232495,
    ),
    "treated": (
        (12, 11, 10, 9, 11, 10, 10, 9, 9, 5, 9, 7, 10, 6, 10, 7),
        (12, 11, 10, 9, 10, 9, 9, 8, 8, 4, 7, 4, 5, 3, 3, 0),
        3.952861,
    ),
}


@pytest.mark.parametrize("group", WEIL)
def test_the_design_effect_of_the_spread(group: str) -> None:
    """J. N. K. Rao and A. J. Scott, Biometrics 48, 1992, table 1 (litters of C. S. Weil): their design effects."""
    n, k, design_effect = WEIL[group]
    assert spread(ints(*k), ints(*n)) == pytest.approx(design_effect, abs=1e-6)
    assert proportion(ints(*k), ints(*n)).effective_n <= sum(n) / design_effect


def test_the_correlation_of_clusters_of_one_size_is_the_kappa_of_fleiss() -> None:
    """J. L. Fleiss and J. Cuzick, 1979, whose estimator is Fleiss' kappa where all sizes are equal: statsmodels."""
    k = ints(5, 0, 3, 1, 5, 2, 4, 0, 0, 5)
    kappa = fleiss_kappa(np.stack([k, 5 - k], axis=1))
    assert correlation(k, ints(*[5] * 10)) == pytest.approx(kappa)
    assert correlation(ints(4, 0, 7), ints(4, 5, 7)) == 1


def test_clusters_have_the_interval_of_korn_and_graubard() -> None:
    """That of Clopper and Pearson of the effective counts (Korn and Graubard 1998): statsmodels takes counts that are
    not whole; the correction for degrees of freedom by scipy's t."""
    n, k, _ = WEIL["treated"]
    found = proportion(ints(*k), ints(*n))
    share = sum(k) / sum(n)
    told = min(sum(a > 0 for a in k), sum(a < b for a, b in zip(k, n, strict=True)))
    alike = (float(correlation(ints(*k), ints(*n))) * told + 2) / (told + 2)
    by_size = 1 + (sum(a * a for a in n) / sum(n) - 1) * alike
    size = sum(n) / max(3.952861, by_size) * (t.ppf(0.975, sum(n) - 1) / t.ppf(0.975, len(n) - 1)) ** 2
    assert found.method == "korn-graubard"
    assert found.effective_n == pytest.approx(size, rel=1e-6)
    assert (found.low, found.high) == pytest.approx(proportion_confint(share * size, size, method="beta"), abs=1e-9)


def test_the_bootstrap_has_the_published_standard_error() -> None:
    """B. Efron and R. J. Tibshirani, An Introduction to the Bootstrap, 1993, tables 2.1 and 2.2: the mean survival
    of the treated mice has a bootstrap standard error of 23.36 for endlessly many draws."""
    days = ints(94, 197, 16, 38, 99, 141, 23)
    drawn = resample((days, ints(*[1] * 7)), 1, lambda a, b: a / b, draws=20_000)
    assert drawn.mean() == pytest.approx(86.86, abs=0.5)
    assert drawn.std() == pytest.approx(23.36, rel=0.02)


def test_intervals_of_clustered_rows_hold_the_truth_as_often_as_they_say() -> None:
    """Planted: 60 clusters of ten rows, each with a rate of its own around 0.3.  Canary: rows that are taken for
    independent have intervals that miss it far more often."""
    random = np.random.default_rng(1)
    held = {"clustered": 0, "taken for independent": 0}
    for _ in range(200):
        k = random.binomial(10, random.beta(0.6, 1.4, 60)).astype(np.int64)
        n = ints(*[10] * 60)
        for name, found in (
            ("clustered", proportion(k, n)),
            ("taken for independent", proportion(*single(int(k.sum()), 600))),
        ):
            assert found.low is not None
            assert found.high is not None
            held[name] += found.low <= 0.3 <= found.high
    assert 0.91 <= held["clustered"] / 200 <= 0.985
    assert held["taken for independent"] / 200 < 0.75


def test_clusters_widen_an_interval() -> None:
    """Fifty clusters of ten rows that are all alike tell as much as fifty rows."""
    k, n = ints(*[10] * 20, *[0] * 30), ints(*[10] * 50)
    clustered, independent = proportion(k, n), proportion(*single(200, 500))
    assert 46 < clustered.effective_n < 50
    assert clustered.high - clustered.low > 2.5 * (independent.high - independent.low)  # type: ignore[operator]


SIZES = st.lists(st.integers(1, 12), min_size=3, max_size=25)


@given(SIZES, st.data())
def test_seeing_harm_never_rules_harm_out(sizes: list[int], data: st.DataObject) -> None:
    """No hits have the lowest upper bound that any hits in the same clusters can have."""
    n = ints(*sizes)
    k = ints(*[data.draw(st.integers(0, size)) for size in sizes])
    none, some = proportion(0 * n, n), proportion(k, n)
    assert none.high is not None
    assert some.high is not None
    assert some.high >= none.high - 1e-12
    assert none.high == pytest.approx(1 - 0.025 ** (1 / len(n)))


@given(st.integers(1, 20), st.integers(10, 60), st.data())
def test_the_bound_rises_with_the_count_where_hits_are_spread_alike(
    size: int, clusters: int, data: st.DataObject
) -> None:
    inside = data.draw(st.integers(1, size))
    n = np.full(clusters, size)
    high = [
        proportion(ints(*[inside] * hit, *[0] * (clusters - hit)), n).high or 0.0
        for hit in range(min(clusters, 12) + 1)
    ]
    assert all(most * 0.94 <= bound for most, bound in zip(accumulate(high, max), high, strict=True))
    assert high[1] >= high[0]


def test_a_hit_of_many_rows_does_not_shrink_the_bound_of_none() -> None:
    """2,525 rows in clusters of very different sizes, as in the issue that asked for this rule."""
    n = ints(*[1] * 1525, *[100] * 10)
    none, one = proportion(0 * n, n), proportion(ints(1, *[0] * 1534), n)
    assert none.high == pytest.approx(1 - 0.025 ** (1 / 1535))
    assert (none.high or 0) < (one.high or 0) < 0.01


def test_too_few_rows_are_unsupported() -> None:
    assert not proportion(*single(1, LEAST - 1)).supported
    assert proportion(*single(1, LEAST)).supported
    assert not proportion(ints(50, 0), ints(50, 50)).supported, "a hundred rows of two clusters"


def test_nothing_to_divide_by_is_no_figure() -> None:
    assert proportion(ints(0), ints(0)) == NOTHING
    assert NOTHING.value is None


def test_p_of_a_share_is_the_exact_binomial_test() -> None:
    """scipy.stats.binomtest, one-sided, on both sides."""
    found = proportion(*single(12, 90))
    assert found.p_below(0.2) == pytest.approx(binomtest(12, 90, 0.2, "less").pvalue)
    assert found.p_above(0.1) == pytest.approx(binomtest(12, 90, 0.1, "greater").pvalue)


@given(SIZES, st.data())
def test_p_is_the_level_at_which_the_bound_is_met(sizes: list[int], data: st.DataObject) -> None:
    n = ints(*sizes)
    found = proportion(ints(*[data.draw(st.integers(0, size)) for size in sizes]), n)
    if found.high is not None and 0 < found.high < 1:
        assert found.p_below(found.high) == pytest.approx(0.025, rel=1e-3)
    if found.low is not None and 0 < found.low < 1:
        assert found.p_above(found.low) == pytest.approx(0.025, rel=1e-3)


def test_f1_of_nothing_right_has_an_upper_bound() -> None:
    found = f1(ints(*[0] * 40), ints(*[1] * 20, *[0] * 20), ints(*[0] * 20, *[1] * 20))
    assert found.value == found.low == 0
    assert found.high is not None
    assert 0.1 < found.high < 0.2


def test_f1() -> None:
    found = f1(ints(*[1] * 30, *[0] * 20), ints(*[0] * 30, *[1] * 10, *[0] * 10), ints(*[0] * 40, *[1] * 10))
    assert found.value == pytest.approx(2 * 30 / (60 + 10 + 10))
    assert found.low is not None
    assert found.high is not None
    assert found.low < 0.75 < found.high
    share = proportion(ints(*[1] * 30, *[0] * 20), ints(*[1] * 50))
    assert (found.k, found.n, found.effective_n) == (30, 50, 50)
    assert found.high == pytest.approx(2 * (share.high or 0) / (1 + (share.high or 0)))


def test_a_difference_of_none_still_allows_one() -> None:
    found = difference(ints(*[0] * 250), ints(*[0] * 250), ints(*[1] * 250))
    assert found.value == 0
    assert found.high == pytest.approx(0.0146, abs=1e-4)
    assert found.low == pytest.approx(-0.0146, abs=1e-4)


def test_a_difference_is_in_points_and_near_that_of_tango() -> None:
    """M. W. Fagerland, S. Lydersen and P. Laake, Recommended tests and confidence intervals for paired binomial
    proportions, Stat. Med. 33, 2014, table II: 7 gained and 1 lost of 21, 0.286, Tango's interval 0.026 to 0.517 and
    Newcombe's 0.026 to 0.507, McNemar's exact p 0.0703.  Ours holds 0, as that p is above 0.05."""
    change = ints(*[1] * 7, -1, *[0] * 13)
    found = difference(np.maximum(change, 0), np.maximum(-change, 0), ints(*[1] * 21))
    assert found.difference
    assert found.value == pytest.approx(0.286, abs=5e-4)
    assert found.low == pytest.approx(0.0, abs=0.026)
    assert found.high == pytest.approx(0.517, abs=0.03)
    assert p_value(change) == pytest.approx(0.0703, abs=5e-5)


@given(st.lists(st.integers(-5, 5), min_size=10, max_size=60))
def test_a_difference_leaves_zero_out_where_its_test_does(changes: list[int]) -> None:
    change = ints(*changes)
    found = difference(np.maximum(change, 0), np.maximum(-change, 0), ints(*[6] * len(changes)))
    assert found.low is not None
    assert found.high is not None
    p = p_value(change)
    assert (found.low > 0 or found.high < 0) == (p is not None and p < 0.05)


def test_projection_to_another_base_rate() -> None:
    """D. M. Eddy, Probabilistic reasoning in clinical medicine, 1982: 80 %, 9.6 % and 1 % make 7.8 %."""
    assert projected_precision(0.8, 0.096, 0.01) == pytest.approx(0.078, abs=5e-4)
    assert projected_precision(0.0, 0.0, 0.01) is None


def test_holm() -> None:
    """The step-down of S. Holm, Scandinavian Journal of Statistics 6, 1979, by hand on four values."""
    assert adjusted([0.01, 0.04, None, 0.03, 0.005], "holm") == [
        pytest.approx(0.03), pytest.approx(0.06), None, pytest.approx(0.06), pytest.approx(0.02),
    ]  # fmt: skip


NEUHAUS = [
    0.0001,
    0.0004,
    0.0019,
    0.0095,
    0.0201,
    0.0278,
    0.0298,
    0.0344,
    0.0459,
    0.3240,
    0.4262,
    0.5719,
    0.6528,
    0.7590,
    1.0,
]


def test_false_discovery_rate() -> None:
    """Y. Benjamini and Y. Hochberg, JRSS B 57, 1995, section 4: of 15 values four are rejected, by Bonferroni three."""
    fdr, holm = adjusted(NEUHAUS, "fdr_bh"), adjusted(NEUHAUS, "holm")
    assert [p is not None and p <= 0.05 for p in fdr] == [True] * 4 + [False] * 11
    assert [p is not None and p <= 0.05 for p in holm] == [True] * 3 + [False] * 12
    assert fdr[3] == pytest.approx(15 / 4 * 0.0095)


@pytest.mark.parametrize(
    "table",
    [((3, 17), (9, 11)), ((0, 10), (10, 0)), ((0, 40), (0, 20)), ((25, 0), (12, 3)), ((3, 20_000), (40, 90_000))],
)
def test_two_shares_have_fishers_exact_test(table: tuple[tuple[int, int], tuple[int, int]]) -> None:
    a, b = (proportion(*single(hit, hit + missed)) for hit, missed in table)
    assert fisher(a, b) == pytest.approx(fisher_exact(table)[1], rel=1e-7)


def test_corrections_are_those_of_statsmodels(monkeypatch: pytest.MonkeyPatch) -> None:
    """To the bit, ties too: `statsmodels.stats.multitest`."""
    # For each correction it would collect the garbage of the whole process, with all its tests.
    monkeypatch.setattr("gc.collect", int)
    drawn = np.random.default_rng(3)
    for size in range(1, 60):
        p = np.round(drawn.uniform(size=size) ** 3, 2 + size % 9)
        methods: tuple[Literal["holm"], Literal["fdr_bh"]] = ("holm", "fdr_bh")
        for method in methods:
            assert adjusted(p.tolist(), method) == multipletests(p, method=method)[1].tolist()


def test_nothing_tested_is_nothing_corrected() -> None:
    assert adjusted([None, None], "holm") == [None, None]


@given(
    st.lists(st.integers(0, 6), min_size=1, max_size=30).flatmap(
        lambda codes: st.tuples(
            st.just(codes),
            st.lists(st.booleans(), min_size=len(codes), max_size=len(codes)),
            st.lists(st.sets(st.integers(0, len(codes) - 1)), min_size=1, max_size=6),
        )
    )
)
def test_shares_of_the_same_rows_are_those_that_each_has_alone(
    made: tuple[list[int], list[bool], list[set[int]]],
) -> None:
    codes, among = np.array(made[0], np.int64), np.array(made[1], np.bool_)
    rates = Rates(codes, among)
    for rows in made[2]:
        hit = np.isin(np.arange(len(codes)), list(rows))
        assert rates.of(np.flatnonzero(hit)) == rate(codes, hit, among)


def test_a_margin_is_tested_as_tango_does() -> None:
    """T. Tango, Statistics in Medicine 17, 1998: lens disinfection, of 44 pairs none gained and one lost; against a
    margin of 10 points z is 1.709, p 0.044.  His interval: M. W. Fagerland and others, Stat. Med. 33, 2014, table II.
    """
    lenses = PairedScore(0, 1, 44)
    assert (lenses.z(-0.1), lenses.p_above(-0.1)) == pytest.approx((1.709, 0.044), abs=5e-4)
    assert PairedScore(7, 1, 21).limits(0.025) == pytest.approx((0.026, 0.517), abs=5e-4)
    assert PairedScore(1, 7, 21).limits(0.025) == pytest.approx((-0.517, -0.026), abs=5e-4)


@given(st.integers(0, 30), st.integers(0, 30), st.integers(0, 200))
def test_the_limits_of_a_difference_are_those_at_which_its_test_turns(gained: int, lost: int, others: int) -> None:
    if gained + lost + others == 0:
        return
    tested = PairedScore(gained, lost, gained + lost + others)
    low, high = tested.limits(0.05)
    assert -1 <= low <= (gained - lost) / tested.n <= high <= 1
    if low > -1:
        assert tested.p_above(low) == pytest.approx(0.05, abs=1e-3)
    if high < 1:
        assert tested.p_below(high) == pytest.approx(0.05, abs=1e-3)


def test_rows_that_lie_in_clusters_tell_less_of_a_margin() -> None:
    rows = np.arange(400)
    b, a = rows % 20 == 0, rows % 20 == 1
    alone = paired_score(rows, a, b, np.ones(400, bool))
    assert alone == PairedScore(20, 20, 400)
    for clusters in (rows // 40, rows % 10):
        together = paired_score(clusters, a, b, np.ones(400, bool))
        assert together is not None
        assert together.n < 400
        assert together.p_above(-0.05) > alone.p_above(-0.05)
