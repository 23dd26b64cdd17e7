"""Corpora pooled by design, and any number of policies side by side."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.optimize import minimize
from statsmodels.stats.proportion import proportion_confint

from modengine.engine.compile.program import Program
from modengine.engine.engine import Engine
from modengine.lab.data.corpus import Corpus
from modengine.lab.report.render import as_text
from modengine.lab.report.views.together import view
from modengine.lab.stats.intervals import NOTHING, Estimate, proportion
from modengine.lab.stats.pooled import pooled
from modengine.lab.studies.compare import compare
from modengine.lab.studies.together import MADE_UP, POOLED, SideBySide, TogetherShare, together
from tests.lab.corpora import MakeCorpus, blocks_everything, ints, never_acts, rows, single, sound


def part(k: int, n: int) -> Estimate:
    return proportion(*single(k, n))


def test_one_corpus_is_its_own_pool() -> None:
    alone = proportion(ints(3, 0, 1, 0, 0, 2, 0, 0, 0, 0, 0, 0), ints(5, 2, 1, 1, 1, 2, 1, 3, 4, 1, 2, 1))
    found = pooled([alone], [7])
    assert (found.value, found.k, found.n, found.clusters) == (alone.value, alone.k, alone.n, alone.clusters)
    assert (found.low, found.high) == pytest.approx((alone.low, alone.high))
    assert found.effective_n == pytest.approx(alone.effective_n)


@pytest.mark.parametrize("weights", [(1, 1, 1), (60, 120, 40), (1, 5, 2)])
def test_bounds_are_recovered_from_those_of_the_corpora(weights: tuple[float, ...]) -> None:
    """The formula of Zou, Huang and Zhang (2009), on the exact bounds of statsmodels."""
    counts = ((26, 60), (48, 120), (31, 40))
    w = np.array(weights) / sum(weights)
    p = np.array([k / n for k, n in counts])
    low, high = np.array([proportion_confint(k, n, method="beta") for k, n in counts]).T
    found = pooled([part(k, n) for k, n in counts], weights)
    assert found.value == pytest.approx(w @ p)
    assert found.low == pytest.approx(w @ p - np.sqrt(((w * (p - low)) ** 2).sum()), abs=2e-3)
    assert found.high == pytest.approx(w @ p + np.sqrt(((w * (high - p)) ** 2).sum()), abs=2e-3)
    assert (found.k, found.n, found.method) == (105, 220, "mover")


def test_no_hit_in_corpora_that_count_by_their_rows_is_no_hit_in_all_of_them() -> None:
    found = pooled([part(0, 100), part(0, 300), part(0, 50)], [100, 300, 50])
    assert (found.low, found.high) == pytest.approx((0, part(0, 450).high))
    turned = pooled([part(100, 100), part(300, 300)], [100, 300])
    assert (turned.low, turned.high) == pytest.approx((part(400, 400).low, 1))


def test_no_hit_with_other_weights_allows_the_most_that_the_level_does() -> None:
    """Against scipy's constrained maximum of sum W p with prod (1 - p)^n at 2.5 %."""
    sizes, weights = np.array([20, 300, 100]), np.array([0.5, 0.3, 0.2])
    found = minimize(
        lambda t: -(weights * -np.expm1(-t / sizes)).sum(), np.full(3, -np.log(0.025) / 3), bounds=[(0, None)] * 3,
        constraints={"type": "eq", "fun": lambda t: t.sum() + np.log(0.025)}, method="SLSQP",
        options={"ftol": 1e-12},
    )  # fmt: skip
    assert pooled([part(0, int(n)) for n in sizes], list(weights)).high == pytest.approx(-found.fun, rel=1e-5)


def test_a_hit_never_allows_less_than_none() -> None:
    none, one = (pooled([part(k, 100), part(0, 900)], [1, 1]) for k in (0, 1))
    assert one.high is not None
    assert none.high is not None
    assert one.high > none.high


def test_few_hits_in_each_of_many_corpora_are_as_uncertain_as_all_together() -> None:
    """Thirteen corpora with a hit or none: of 6 hits in 13,000 rows the exact bounds are 2.2 and 13.06."""
    found = pooled([part(int(i < 6), 1000) for i in range(13)], [1000] * 13)
    exact = proportion_confint(6, 13_000, method="beta")
    assert found.low == pytest.approx(exact[0], rel=0.01)
    assert found.high is not None
    assert found.high >= exact[1] * 0.999


def test_nothing_to_pool_is_nothing() -> None:
    assert pooled([], []) == NOTHING


@pytest.fixture
def corpora(corpus: MakeCorpus) -> tuple[Corpus, Corpus, Corpus]:
    """Recall 30 of 40 and 10 of 40; over-blocking 4 of 50 and 0 of 150; the third's card forbids recall."""
    first = corpus(rows(("骗", "fraud", 30), ("好", "fraud", 10), ("骗", "none", 4), ("好", "none", 46)), label="label")
    second = corpus(rows(("骗", "fraud", 10), ("好", "fraud", 30), ("好", "none", 150)), label="label")
    third = corpus(rows(("骗", "fraud", 5), ("好", "none", 20)), label="label", forbidden=("recall",))
    return tuple(replace(one, name=name) for one, name in ((first, "a"), (second, "b"), (third, "c")))  # type: ignore[return-value]


def named(engine: Engine, name: str) -> Engine:
    return Engine(Program(replace(engine.policy, id=name)))


def share(result: SideBySide, policy: str, corpus: str, figure: str, category: str = "(any)") -> TogetherShare:
    (one,) = [
        s
        for s in result.shares
        if (s.policy, s.corpus, s.figure, s.category, s.action) == (policy, corpus, figure, category, "label")
    ]
    return one


def test_each_pooled_figure_says_of_which_corpora_and_how_many_rows(corpora: tuple[Corpus, ...]) -> None:
    result = together([sound()], corpora)
    name = sound().policy.id
    over, recall = share(result, name, POOLED, "over-blocking"), share(result, name, POOLED, "recall", "fraud")
    assert (over.corpora, over.share.n, over.share.value) == (("a", "b", "c"), 220, pytest.approx(4 / 220))
    assert over.corpora_alike is not None
    assert over.corpora_alike.value == pytest.approx((4 / 50) / 3)
    assert (recall.corpora, recall.share.n, recall.share.value) == (("a", "b"), 80, 0.5)
    weights = {(w.figure, w.category, w.of): (w.rows, w.by_rows, w.corpora_alike) for w in result.weights}
    assert weights["recall", "fraud", "b"] == (40, 0.5, 0.5)
    assert weights["over-blocking", "(any)", "a"] == (50, pytest.approx(50 / 220), pytest.approx(1 / 3))
    assert ("recall", "fraud", "c") not in weights
    text = " ".join(as_text(view(result), 80).split())
    assert "over-blocking of 3 corpora" in text
    assert "n 220" in text


def test_clusters_stay_clusters(corpus: MakeCorpus) -> None:
    """Twenty rows of one template count for one where they are pooled, too."""
    made = [
        replace(corpus([{**row, "t": f"t{i // 20}"} for i, row in enumerate(rows(("好", "none", 100)))],
                       label="label", cluster="t"), name=name)
        for name in "ab"
    ]  # fmt: skip
    found = share(together([sound()], made), sound().policy.id, POOLED, "over-blocking").share
    assert (found.n, found.clusters) == (200, 10)
    assert found.high == pytest.approx(part(0, 10).high)


def test_made_up_corpora_are_pooled_apart(corpora: tuple[Corpus, ...]) -> None:
    made_up = [replace(one, columns=replace(one.columns, invented=True)) for one in corpora]
    renamed = [replace(one, name=f"{one.name}2") for one in made_up]
    result = together([sound()], [*corpora, *renamed])
    assert {s.corpora for s in result.shares if s.corpus == POOLED and s.figure == "over-blocking"} == {("a", "b", "c")}
    assert {s.corpora for s in result.shares if s.corpus == MADE_UP and s.figure == "over-blocking"} == {
        ("a2", "b2", "c2")
    }
    one_of_each = together([sound()], [corpora[0], renamed[0]])
    assert {s.corpus for s in one_of_each.shares} == {"a", "a2"}


def test_all_pairs_of_policies_are_compared_and_corrected_together(corpora: tuple[Corpus, ...]) -> None:
    engines = [sound(), named(blocks_everything(), "all"), named(never_acts(), "none")]
    result = together(engines, corpora)
    pairs = {(d.policy, d.than) for d in result.differences}
    assert pairs == {("all", engines[0].policy.id), ("none", engines[0].policy.id), ("none", "all")}
    alone = {
        (t.rows_of, t.category, t.action): t.found for t in compare(engines[0], engines[1], corpora[0]).tests
    }["harmless", "(any)", "label"]  # fmt: skip
    (mine,) = [
        d for d in result.differences
        if (d.policy, d.corpus, d.figure, d.action) == ("all", "a", "over-blocking", "label") and d.than != "all"
    ]  # fmt: skip
    assert mine.found == alone
    (pooled_change,) = [
        d for d in result.differences
        if (d.policy, d.corpus, d.figure, d.action) == ("all", POOLED, "over-blocking", "label") and d.than != "all"
    ]  # fmt: skip
    assert (pooled_change.found.rows, pooled_change.found.gained) == (220, 216)
    tested = [d for d in result.differences if d.p_bh is not None]
    assert all(d.found.p is not None and d.p_bh is not None and d.p_bh >= d.found.p for d in tested)
    assert len(tested) > 3
