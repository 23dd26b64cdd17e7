"""Intervals and tests against worked examples that others have published."""

from __future__ import annotations

import numpy as np
import pytest

from modengine.lab.stats.claims import adjusted
from modengine.lab.stats.intervals import (
    LEAST,
    NOTHING,
    difference,
    f1,
    projected_precision,
    proportion,
    resample,
)
from tests.lab.corpora import ints, single


@pytest.mark.parametrize(
    ("k", "n", "low", "high"), [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (1, 29, 0.0061, 0.1718)]
)
def test_wilson(k: int, n: int, low: float, high: float) -> None:
    """R. G. Newcombe, Two-sided confidence intervals for the single proportion, Stat. Med. 17, 1998, table I."""
    found = proportion(*single(k, n))
    assert found.method == "wilson"
    assert (found.low, found.high) == pytest.approx((low, high), abs=5e-5)


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
def test_the_effective_n_of_clustered_rows(group: str) -> None:
    """J. N. K. Rao and A. J. Scott, Biometrics 48, 1992, table 1 (litters of C. S. Weil): their design effects."""
    n, k, design_effect = WEIL[group]
    found = proportion(ints(*k), ints(*n))
    assert sum(n) / found.effective_n == pytest.approx(design_effect, abs=1e-6)


@pytest.mark.parametrize("group", WEIL)
def test_the_cluster_bootstrap_has_the_spread_of_the_ratio_estimator(group: str) -> None:
    """W. G. Cochran, Sampling Techniques, 3rd ed., 1977, section 3.12: the variance of a proportion over clusters."""
    n, k, _ = WEIL[group]
    rate = sum(k) / sum(n)
    variance = sum((a - rate * b) ** 2 for a, b in zip(k, n, strict=True)) * len(n) / (len(n) - 1) / sum(n) ** 2
    drawn = resample((ints(*k), ints(*n)), 1, lambda a, b: a / b)
    assert drawn.std() == pytest.approx(variance**0.5, rel=0.08)
    found = proportion(ints(*k), ints(*n))
    assert found.low is not None
    assert found.high is not None
    assert found.high - found.low == pytest.approx(2 * 1.96 * variance**0.5, rel=0.12)


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
    assert clustered.effective_n == pytest.approx(50, abs=1.5)
    assert clustered.high - clustered.low > 2.5 * (independent.high - independent.low)  # type: ignore[operator]


def test_few_clusters_with_hits_have_an_interval_of_the_effective_n() -> None:
    found = proportion(ints(2, *[0] * 99), ints(*[2] * 100))
    assert found.method == "wilson, effective n"
    assert found.low is not None
    assert 0 < found.low < 0.01


def test_too_few_rows_are_unsupported() -> None:
    assert not proportion(*single(1, LEAST - 1)).supported
    assert proportion(*single(1, LEAST)).supported
    assert not proportion(ints(50, 0), ints(50, 50)).supported, "a hundred rows of two clusters"


def test_nothing_to_divide_by_is_no_figure() -> None:
    assert proportion(ints(0), ints(0)) == NOTHING
    assert NOTHING.value is None


def test_resampling_is_decided_by_the_seed() -> None:
    n, k, _ = WEIL["treated"]
    same = [proportion(ints(*k), ints(*n)) for _ in range(2)]
    assert same[0] == same[1]
    assert same[0] != proportion(ints(*k), ints(*n))


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


def test_a_difference_of_none_still_allows_one() -> None:
    found = difference(ints(*[0] * 250), ints(*[0] * 250), ints(*[1] * 250))
    assert found.value == 0
    assert found.high == pytest.approx(0.0146, abs=1e-4)
    assert found.low == pytest.approx(-0.0146, abs=1e-4)


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


def test_nothing_tested_is_nothing_corrected() -> None:
    assert adjusted([None, None], "holm") == [None, None]
