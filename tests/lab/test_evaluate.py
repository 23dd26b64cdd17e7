"""What `eval` measures, with canaries that prove that it can fail."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import msgspec
import pytest
from scipy.stats import binomtest, fisher_exact

from modengine.engine.engine import Engine
from modengine.errors import InputError
from modengine.lab.data.corpus import Corpus
from modengine.lab.report.render import as_text
from modengine.lab.report.table import JOINED, show
from modengine.lab.report.views.evaluate import tables, view
from modengine.lab.stats.intervals import proportion
from modengine.lab.stats.metrics import ALL, Figures, project
from modengine.lab.studies.evaluate import Evaluation, evaluate
from modengine.policy.model import Longer
from tests.build import engine, rule, text
from tests.lab.corpora import MakeCorpus, blocks_everything, never_acts, rows, single, sound

LABELLED = {"label": "label"}


@pytest.fixture
def mixed(corpus: MakeCorpus) -> Corpus:
    """60 rows of fraud of which 40 are caught, 100 harmless of which 5 are hit, 20 of violence."""
    counts = (("骗", "fraud", 40), ("好", "fraud", 20), ("好", "none", 95), ("骗", "none", 5), ("打", "violence", 20))
    return corpus(rows(*counts), **LABELLED)


def figure(result: Evaluation, category: str, action: str, stratum: str = ALL) -> Figures:
    (figures,) = (f for f in result.figures if (f.category, f.action, f.stratum) == (category, action, stratum))
    return figures


def test_figures(mixed: Corpus) -> None:
    figures = figure(evaluate(sound(), [mixed]), "fraud", "review")
    assert (figures.rows, figures.positives) == (180, 60)
    assert figures.recall.value == pytest.approx(40 / 60)
    assert figures.precision.value == pytest.approx(40 / 45)
    assert figures.f1.value == pytest.approx(80 / (60 + 45))
    assert figures.over_blocking.value == pytest.approx(0.05)
    assert (figures.others_hit.k, figures.others_hit.n) == (5, 120)


def test_each_action_has_its_own_figures(mixed: Corpus) -> None:
    result = evaluate(sound(), [mixed])
    assert [figure(result, "fraud", level).recall.k for level in ("label", "review", "block")] == [40, 40, 0]
    assert figure(result, "violence", "label").recall.value == 1
    assert figure(result, "violence", "review").recall.value == 0


def test_over_blocking_is_by_any_category(mixed: Corpus) -> None:
    (label,) = (o for o in evaluate(sound(), [mixed]).over_blocking if o.action == "label")
    assert (label.share.k, label.share.n) == (5, 100)


def test_a_policy_that_blocks_everything_blocks_all_that_is_harmless(mixed: Corpus) -> None:
    result = evaluate(blocks_everything(), [corpus_of(mixed, "fraud")])
    assert [blocking.share.value for blocking in result.over_blocking] == [1.0, 1.0, 1.0]
    figures = figure(result, "fraud", "block")
    assert (figures.recall.value, figures.over_blocking.value) == (1.0, 1.0)
    assert figures.precision.value == pytest.approx(figures.base_rate), "the base rate is all that it can reach"
    assert result.worst_rules[0].rule == "fraud.all"
    assert result.worst_rules[0].share.value == 1.0


def test_a_policy_that_never_acts_catches_nothing(mixed: Corpus) -> None:
    result = evaluate(never_acts(), [corpus_of(mixed, "fraud")])
    figures = figure(result, "fraud", "label")
    assert figures.recall.value == 0
    assert figures.recall.high == pytest.approx(0.0596, abs=1e-3), "0 of 60 allows that much"
    assert figures.precision.value is None
    assert result.worst_rules == ()


def corpus_of(made: Corpus, *categories: str) -> Corpus:
    """The rows whose label a policy of these categories knows."""
    import numpy as np

    return made.take(np.array([label in (*categories, "none") for label in made.labels]))


def test_a_policy_that_hits_one_stratum_is_found_out(corpus: MakeCorpus) -> None:
    made = corpus([
        *({**row, "group": "a"} for row in rows(("骗", "none", 40))),
        *({**row, "id": f"b{i}", "group": "b"} for i, row in enumerate(rows(("好", "none", 40)))),
    ], stratum="group", **LABELLED)  # fmt: skip
    a, b = evaluate(sound(), [made]).explored
    assert (a.stratum, a.inside.value, a.outside.value, a.differs) == ("a", 1.0, 0.0, True)
    assert b.differs
    assert a.p_bh is not None
    assert a.p_bh < 1e-9


def test_strata_that_are_alike_do_not_differ(corpus: MakeCorpus) -> None:
    made = corpus(
        [{**row, "group": "ab"[i % 2]} for i, row in enumerate(rows(("骗", "none", 10), ("好", "none", 90)))],
        stratum="group", **LABELLED,
    )  # fmt: skip
    assert [comparison.differs for comparison in evaluate(sound(), [made]).explored] == [False, False]


def test_a_stratum_with_too_few_rows_is_not_tested(corpus: MakeCorpus) -> None:
    made = corpus([
        *({**row, "group": "few"} for row in rows(("骗", "none", 3))),
        *({**row, "group": "many"} for row in rows(("好", "none", 60))),
    ], stratum="group", **LABELLED)  # fmt: skip
    few = evaluate(sound(), [made]).explored[0]
    assert (few.inside.value, few.inside.supported, few.p, few.differs) == (1.0, False, None, False)


def test_one_class_only_gives_no_precision(corpus: MakeCorpus) -> None:
    harmless = figure(evaluate(sound(), [corpus(rows(("骗", "none", 30)), **LABELLED)]), "fraud", "label")
    assert (harmless.recall.value, harmless.precision.value, harmless.f1.value) == (None, None, None)
    assert not harmless.precision.supported
    harmful = figure(evaluate(sound(), [corpus(rows(("骗", "fraud", 30)), **LABELLED)]), "fraud", "label")
    assert harmful.recall.value == 1
    assert (harmful.precision.value, harmful.over_blocking.value) == (None, None)


def test_what_a_card_forbids_is_not_given(corpus: MakeCorpus) -> None:
    made = corpus(rows(("骗", "fraud", 30), ("好", "none", 30)), forbidden=("precision", "over-blocking"), **LABELLED)
    result = evaluate(sound(), [made], prevalence=0.01)
    figures = figure(result, "fraud", "label")
    assert figures.recall.value == 1
    for forbidden in (
        figures.precision,
        figures.f1,
        figures.projected,
        figures.over_blocking,
        result.over_blocking[0].share,
    ):
        assert forbidden is not None
        assert (forbidden.value, forbidden.method) == (None, "forbidden")
    assert result.choices == ()
    assert "forbidden by the card" in "\n".join(map(str, shown(result)))


def shown(result: Evaluation) -> list[str]:
    from modengine.lab.report.table import show

    return [show(cell) for table in tables(result) for row in table.rows for cell in row]


def test_precision_is_projected(mixed: Corpus) -> None:
    figures = figure(evaluate(sound(), [mixed], prevalence=0.001), "fraud", "label")
    assert figures.projected is not None
    recall, wrong = 40 / 60, 5 / 120
    assert figures.projected.value == pytest.approx(recall * 0.001 / (recall * 0.001 + wrong * 0.999))
    assert figures.projected.low is not None
    assert figures.projected.high is not None
    assert figures.projected.low < figures.projected.value < figures.projected.high


def test_each_category_is_projected_to_its_own_rate(mixed: Corpus) -> None:
    """Bayes' rule at each rate; a category that none is given for is not projected."""
    rates = {"fraud": 0.001, "violence": 0.05}
    both, one = evaluate(sound(), [mixed], prevalence=rates), evaluate(sound(), [mixed], prevalence={"fraud": 0.001})
    assert both.prevalence == rates
    for category, rate in rates.items():
        alone = figure(evaluate(sound(), [mixed], prevalence=rate), category, "label")
        assert figure(both, category, "label") == alone
        assert alone.projected is not None
    assert figure(one, "violence", "label").projected is None
    text = shown(both)
    assert {"0.1 %", "5.0 %"} <= set(text)


def test_a_rate_of_a_category_that_is_none_is_an_error(mixed: Corpus) -> None:
    with pytest.raises(InputError, match="no category `spam` to project"):
        evaluate(sound(), [mixed], prevalence={"spam": 0.1})


def test_a_projection_without_false_alarms_is_still_uncertain() -> None:
    found = project(proportion(*single(20, 40)), proportion(*single(0, 100)), 0.01)
    assert (found.value, found.high) == (1.0, 1.0)
    assert found.low is not None
    assert found.low < 0.2


def test_thresholds_are_judged_on_the_other_half(corpus: MakeCorpus) -> None:
    made = corpus(rows(("骗", "fraud", 150), ("好", "fraud", 50), ("好", "none", 200), ("骗", "none", 4)), **LABELLED)
    (choice,) = (c for c in evaluate(sound(), [made]).choices if c.category == "fraud")
    assert choice.criterion == "F1"
    assert choice.threshold == 60
    assert choice.positives_chosen_on + choice.positives_judged_on == 200
    assert {judged.origin for judged in choice.judged} == {"chosen", "label", "review", "block"}
    assert choice.judged[0].recall.n == choice.positives_judged_on


def test_thresholds_are_those_of_a_short_text(corpus: MakeCorpus) -> None:
    """In a long text a policy that asks for 15 points more acts on 60 as on 45 in a short one."""
    made = corpus(rows(("骗", "fraud", 200), ("好", "none", 200)), **LABELLED)
    longer = engine(rule("fraud.word", "word", text("word", "骗")), longer=(Longer(3, 15),))
    found = evaluate(longer, [made])
    assert {point.threshold for point in found.sweep} == {45}
    (choice,) = found.choices
    assert choice.threshold == 45
    assert {judged.origin: judged.recall.value for judged in choice.judged} == {
        "chosen": 1.0, "label": 1.0, "review": 0.0, "block": 0.0,
    }  # fmt: skip


def test_no_threshold_is_chosen_from_too_few_rows(corpus: MakeCorpus) -> None:
    assert evaluate(sound(), [corpus(rows(("骗", "fraud", 8), ("好", "none", 100)), **LABELLED)]).choices == ()


def test_the_sweep_falls_with_the_threshold(mixed: Corpus) -> None:
    points = [point for point in evaluate(sound(), [mixed]).sweep if point.category == "fraud"]
    recalls = [point.recall.value or 0 for point in points]
    assert recalls == sorted(recalls, reverse=True)


@pytest.mark.parametrize(
    ("claim", "verdict"),
    [
        ("fraud.recall@label>=0.5", "shown"),
        ("fraud.recall@label>=0.9", "contradicted"),
        ("fraud.recall@label>=0.66", "open"),
        ("any.over-blocking@label<=0.2", "shown"),
        ("any.over-blocking@label<=0.01", "contradicted"),
        ("fraud.precision@review>=0.7", "shown"),
    ],
)
def test_declared_outcomes(claim: str, verdict: str, mixed: Corpus) -> None:
    (tested,) = evaluate(sound(), [mixed], declare=[claim]).declared
    assert tested.verdict == verdict


def test_a_p_too_small_for_a_float_is_not_0(corpus: MakeCorpus) -> None:
    made = corpus(rows(("骗", "fraud", 700), ("好", "none", 20)), **LABELLED)
    (tested,) = evaluate(blocks_everything(), [made], declare=["fraud.recall@label>=0.1"]).declared
    assert tested.p is not None
    assert 0 < tested.p < 1e-300


def test_a_contradiction_is_corrected_as_a_claim_is(corpus: MakeCorpus) -> None:
    """26 of 60 against 0.55: scipy's binomtest says p 0.045 of the contrary, which with ten claims is nothing."""
    made = corpus(rows(("骗", "fraud", 26), ("哦", "fraud", 34), ("好", "none", 20)), **LABELLED)
    claim = "fraud.recall@label>=0.55"
    alone = evaluate(sound(), [made], declare=[claim]).declared[0]
    others = [f"any.over-blocking@label<=0.{i}" for i in range(1, 10)]
    many = evaluate(sound(), [made], declare=[claim, *others]).declared[0]
    assert alone.p_contrary == pytest.approx(binomtest(26, 60, 0.55, "less").pvalue)
    assert (alone.verdict, many.verdict) == ("contradicted", "open")


def test_a_stratum_far_off_does_not_make_the_others_differ(corpus: MakeCorpus) -> None:
    """Three strata are alike and one is always hit: against a rest that holds it, all four would differ."""
    made = corpus(
        [
            {**row, "id": f"{group}{i}", "group": group}
            for group, hit in (("a", 4), ("b", 4), ("c", 4), ("odd", 60))
            for i, row in enumerate(rows(("骗", "none", hit), ("好", "none", 60 - hit)))
        ],
        stratum="group", **LABELLED,
    )  # fmt: skip
    found = {c.stratum: c for c in evaluate(sound(), [made]).explored}
    assert {name: c.differs for name, c in found.items()} == {"a": False, "b": False, "c": False, "odd": True}
    assert {name: c.without for name, c in found.items()} == {"a": ("odd",), "b": ("odd",), "c": ("odd",), "odd": ()}
    assert found["odd"].p == pytest.approx(fisher_exact([[60, 0], [12, 168]])[1])


def test_one_made_up_corpus_does_not_stamp_the_others(corpus: MakeCorpus) -> None:
    real, made = (corpus(rows(("骗", "fraud", 12)), generated=flag, **LABELLED) for flag in (False, True))
    both = evaluate(sound(), [real, replace(made, name="second")])
    assert not both.stamp.simulation
    assert [c.simulation for c in both.stamp.corpora] == [False, True]
    text = as_text(view(both), 80)
    assert "Made up: messages or dates of second" in text
    assert "Simulation" not in text
    assert evaluate(sound(), [made]).stamp.simulation


def test_more_declared_outcomes_need_more_evidence(mixed: Corpus) -> None:
    alone = evaluate(sound(), [mixed], declare=["fraud.recall@label>=0.55"]).declared[0]
    many = evaluate(sound(), [mixed], declare=["fraud.recall@label>=0.55", "any.over-blocking@label<=0.09"]).declared[0]
    assert alone.p == many.p
    assert many.p_holm is not None
    assert alone.p_holm is not None
    assert many.p_holm > alone.p_holm


@pytest.mark.parametrize(
    ("claim", "message"),
    [
        ("fraud recall high", "declares no outcome"),
        ("gossip.recall@label>=0.5", "the category `gossip`"),
        ("any.recall@label>=0.5", "the category `any`"),
        ("elsewhere:fraud.recall@label>=0.5", "no corpus gives the figure"),
    ],
)
def test_outcomes_that_cannot_be_tested(claim: str, message: str, mixed: Corpus) -> None:
    with pytest.raises(InputError) as caught:
        evaluate(sound(), [mixed], declare=[claim])
    assert message in caught.value.message


def test_texts_are_shown_only_on_demand(corpus: MakeCorpus) -> None:
    made = corpus(rows(("骗", "none", 12)), **LABELLED)
    hidden, told = (evaluate(sound(), [made], show_text=flag) for flag in (False, True))
    assert {e.text for r in hidden.worst_rules for e in r.examples} == {None}
    assert all(e.text for r in told.worst_rules for e in r.examples)
    assert "骗" not in msgspec.json.encode(hidden).decode()


def test_of_several_texts_in_a_cell_each_is_cut_by_itself(corpus: MakeCorpus) -> None:
    made = rows(("骗" + "好" * 90 + "完", "none", 12))
    result = evaluate(sound(), [corpus(made, invented=True, **LABELLED)])
    (worst,) = (table for table in tables(result, frozenset({"corpus"})) if table.name == "worst-rules")
    cells = dict(zip(worst.columns, worst.rows[0], strict=True))
    shown = show(cells["texts"]).split(JOINED)
    assert len(shown) == len(result.worst_rules[0].examples) > 1
    assert all(one.startswith("骗") and "…" in one for one in shown)
    assert show(cells["rows"]).endswith(f" and {12 - len(shown)} more")


def test_texts_of_an_invented_corpus_may_be_shown(corpus: MakeCorpus) -> None:
    result = evaluate(sound(), [corpus(rows(("骗", "none", 12)), invented=True, **LABELLED)])
    assert all(e.text for r in result.worst_rules for e in r.examples)
    assert result.stamp.simulation


def test_the_same_call_gives_the_same_result(mixed: Corpus) -> None:
    assert evaluate(sound(), [mixed], seed=3) == evaluate(sound(), [mixed], seed=3)


def test_fields_that_mean_something_else_do_not_stop_it(corpus: MakeCorpus) -> None:
    made = corpus([{"text": "骗", "label": "fraud", "reposts": "many"}], **LABELLED)
    result = evaluate(sound(), [made])
    assert result.trouble[0].without_fields == 1
    assert any("without their fields" in line for line in view(result).summary)


@pytest.mark.parametrize("engine", [sound(), blocks_everything()], ids=["sound", "canary"])
def test_no_figure_stands_without_its_n(engine: Engine, mixed: Corpus) -> None:
    result = evaluate(engine, [corpus_of(mixed, *engine.policy.categories)], prevalence=0.01)
    for estimate in estimates(msgspec.to_builtins(result)):
        if estimate["value"] is not None:
            assert estimate["n"] > 0
            assert estimate["low"] <= estimate["value"] <= estimate["high"]


def estimates(value: Any) -> list[dict[str, Any]]:
    if isinstance(value, dict):
        here = [value] if "effective_n" in value else []
        return here + [estimate for inner in value.values() for estimate in estimates(inner)]
    return [estimate for inner in value for estimate in estimates(inner)] if isinstance(value, list) else []
