"""What `evade` measures, with canaries: a policy of exact strings must lose what a tolerant one keeps."""

from __future__ import annotations

import json
from dataclasses import replace

import jsonschema
import msgspec
import pytest

from modengine.engine.engine import Engine
from modengine.errors import InputError
from modengine.lab.data.perturb_tables import DISGUISES
from modengine.lab.report.charts import Lines
from modengine.lab.report.render import as_html, as_json, as_text
from modengine.lab.report.schemas import schema
from modengine.lab.report.views.evade import tables, view
from modengine.lab.stats.metrics import ALL
from modengine.lab.studies.evade import Evasion, evade
from modengine.lab.studies.price import STEPS, switched
from modengine.model import Message
from modengine.policy.model import Example, Examples
from tests.build import HERE, engine, regex, relief, rule, text
from tests.lab.corpora import MakeCorpus, never_acts, rows

TERMS = ("刷单返利", "垫付佣金")
TERM_ROWS = (("刷单返利", "fraud", 20), ("垫付佣金", "fraud", 20), ("今天天气很好", "none", 20))


def exact() -> Engine:
    return engine(rule("fraud.exact", "word", text("word", *TERMS, weight=1.0)))


def tolerant() -> Engine:
    return engine(
        rule(
            "fraud.tolerant",
            "word",
            text("word", *TERMS, gaps=2, repeats=True, sounds_like=True, looks_like=True, weight=1.0),
        )
    )


def kept(result: Evasion, kind: str, strength: int) -> float:
    (still_caught,) = (k for k in result.kept if (k.category, k.kind, k.strength) == (ALL, kind, strength))
    assert still_caught.kept.value is not None
    return still_caught.kept.value


@pytest.mark.parametrize(
    ("kind", "least"),
    [
        ("zero-width", 0.85),
        ("emoji", 0.85),
        ("repeats", 0.85),
        ("homophone", 0.4),  # some characters that stand for others are everyday words, and count as these
        ("pinyin", 0.85),  # a run of pinyin can be read in two ways
        ("split", 0.7),
    ],
)
def test_exact_strings_lose_what_matching_options_keep(corpus: MakeCorpus, kind: str, least: float) -> None:
    made = corpus(rows(*TERM_ROWS), label="label")
    strict, loose = (evade(compiled, [made], kinds=[kind], price=False) for compiled in (exact(), tolerant()))
    assert kept(strict, kind, 5) == 0
    assert kept(loose, kind, 5) >= least
    assert kept(strict, kind, 1) <= 0.9


@pytest.mark.parametrize("kind", ["width", "traditional"])
def test_normalising_alone_resists_characters_written_otherwise(corpus: MakeCorpus, kind: str) -> None:
    result = evade(exact(), [corpus(rows(*TERM_ROWS), label="label")], kinds=[kind], price=False)
    assert all(still_caught.kept.value in (1.0, None) for still_caught in result.kept)


def test_recall_falls_with_strength(corpus: MakeCorpus) -> None:
    result = evade(exact(), [corpus(rows(*TERM_ROWS), label="label")], kinds=["homophone"], price=False)
    curve = [kept(result, "homophone", strength) for strength in range(1, 6)]
    assert curve == sorted(curve, reverse=True)
    assert curve[0] > curve[-1] == 0


def test_who_knows_the_rules_evades_at_once(corpus: MakeCorpus) -> None:
    made = corpus(rows(*TERM_ROWS), label="label")
    blind, informed = (
        evade(exact(), [made], kinds=["homophone"], price=False, where=where) for where in ("anywhere", "matched")
    )
    assert kept(informed, "homophone", 1) == 0 < kept(blind, "homophone", 1)


def test_only_caught_rows_are_disguised_and_the_clean_recall_stands_beside(corpus: MakeCorpus) -> None:
    made = corpus(rows(("刷单返利", "fraud", 30), ("不认识", "fraud", 10)), label="label")
    result = evade(exact(), [made], kinds=["pinyin"], price=False)
    assert (result.clean[0].recall.k, result.clean[0].recall.n, result.clean[0].disguised) == (30, 40, 30)
    assert {still_caught.kept.n for still_caught in result.kept} == {30 * result.draws}


def test_a_row_that_cannot_be_changed_is_in_no_figure(corpus: MakeCorpus) -> None:
    latin = engine(rule("fraud.latin", "word", regex("word", "scam[a-z]+")))
    made = corpus([{"text": f"scam {'ab' * (i + 1)}", "label": "fraud"} for i in range(12)], label="label")
    latin = engine(rule("fraud.latin", "word", regex("word", "scam")))
    result = evade(latin, [made], kinds=["pinyin", "width"], price=False)
    pinyin = [still_caught for still_caught in result.kept if still_caught.kind == "pinyin"]
    assert {(still_caught.kept.value, still_caught.unchangeable) for still_caught in pinyin} == {(None, 12)}
    assert kept(result, "width", 5) == 1


def test_a_category_that_cannot_reach_the_action_counts_at_its_strictest(corpus: MakeCorpus) -> None:
    mild = engine(rule("fraud.mild", "word", text("word", "骗"), score=40), actions={"fraud": {"label": 30}})
    result = evade(mild, [corpus(rows(("骗", "fraud", 12)), label="label")], kinds=["pinyin"], price=False)
    assert result.clean[0].caught_by == "label or more"
    assert result.clean[0].recall.value == 1


def test_most_caps_the_rows_of_a_category(corpus: MakeCorpus) -> None:
    made = corpus(rows(*TERM_ROWS), label="label")
    result = evade(exact(), [made], kinds=["pinyin"], price=False, most=15)
    assert {still_caught.kept.n for still_caught in result.kept} == {15 * result.draws}


def test_the_price_of_an_option_is_paid_by_harmless_rows(corpus: MakeCorpus) -> None:
    """Harmless rows hold homophones of a term: `sounds_like` on blocks them all, and brings the disguised back."""
    made = corpus(rows(("刷单返利", "fraud", 20), ("唰耽璠莉", "none", 30)), label="label")
    result = evade(exact(), [made])
    prices = {(p.option, p.state): p for p in result.prices}
    gains = {(g.option, g.state): g.kept.value or 0 for g in result.gains}
    off, asis, on = (prices["sounds_like", state] for state in ("off", "as it is", "on"))
    assert (off.over_blocking.value, asis.over_blocking.value, on.over_blocking.value) == (0, 0, 1)
    assert on.added.value == 1
    assert (on.p, on.p_bh) == (None, None), "without reliefs an option can only add hits: there is nothing to test"
    assert gains["sounds_like", "on"] > gains["sounds_like", "as it is"] == gains["sounds_like", "off"]
    assert prices["gaps", "on"].over_blocking.value == 0
    assert (prices["gaps", "off"].patterns, prices["gaps", "on"].patterns) == (0, 1)


def test_the_price_has_a_p_where_an_option_can_go_both_ways(corpus: MakeCorpus) -> None:
    both = engine(
        rule("fraud.exact", "word", text("word", *TERMS, weight=1.0)),
        relief("relief.ask", "w", text("w", "请问"), by=10),
    )
    made = corpus(rows(("刷单返利", "fraud", 20), ("唰耽璠莉", "none", 30)), label="label")
    prices = {(p.option, p.state): p for p in evade(both, [made]).prices}
    assert (prices["sounds_like", "on"].p_bh or 1) < 0.001
    assert prices["gaps", "on"].p is None, "nothing changes"


def test_disguises_are_drawn_several_times_and_the_spread_is_said(corpus: MakeCorpus) -> None:
    made = corpus(rows(*TERM_ROWS), label="label")
    once, often = (evade(exact(), [made], kinds=["homophone"], price=False, draws=draws) for draws in (1, 5))
    for result, draws in ((once, 1), (often, 5)):
        first = next(k for k in result.kept if k.category == ALL and k.strength == 1)
        assert (result.draws, first.kept.n, first.kept.clusters) == (draws, 40 * draws, 40)
        assert first.lowest is not None
        assert first.highest is not None
        assert first.kept.value is not None
        assert first.lowest <= first.kept.value <= first.highest
        assert (first.lowest < first.highest) == (draws > 1)
    assert any("disguised 5 times" in line for line in view(often).summary)


def test_the_curve_of_an_option_finds_where_it_begins_to_cost(corpus: MakeCorpus) -> None:
    """Planted: the harmless rows hold homophones of the short term alone, the disguised rows the long one."""
    terms = {"long": "刷单返利", "short": "代考"}
    both = engine(*(rule(f"fraud.{name}", name, text(name, term), score=100) for name, term in terms.items()))
    made = corpus(rows(("刷单返利", "fraud", 20), ("黛栲", "none", 30)), label="label")
    result = evade(both, [made], steps=True)
    curve = {point.state: point for point in result.costs if point.option == "sounds_like"}
    assert [point.state for point in result.costs if point.option == "sounds_like"] == list(STEPS)
    assert {state: point.patterns for state, point in curve.items()} == {
        "off": 0, "6 or more": 0, "4 or more": 1, "3 or more": 1, "2 or more": 2, "on": 2, "as it is": 0,
    }  # fmt: skip
    kept = {state: point.kept.value for state, point in curve.items()}
    assert kept["off"] == kept["6 or more"] == kept["as it is"]
    assert kept["4 or more"] > kept["off"]  # type: ignore[operator]
    assert kept["4 or more"] == kept["on"]
    cost = {state: point.over_blocking.value for state, point in curve.items()}
    assert cost["off"] == cost["4 or more"] == cost["3 or more"] == 0
    assert cost["2 or more"] == cost["on"] == 1
    (chart,) = [chart for chart in view(result).charts if chart.name == "cost"]
    assert isinstance(chart, Lines)
    assert [len(line.points) for line in chart.lines] == [len(STEPS) - 1] * 4


def test_the_price_of_all_corpora_together_weighs_each_row_alike(corpus: MakeCorpus) -> None:
    first = corpus(rows(("刷单返利", "fraud", 20), ("唰耽璠莉", "none", 30)), label="label")
    second = replace(corpus(rows(("好", "none", 60)), label="label"), name="second")
    cost = {(point.option, point.state): point for point in evade(exact(), [first, second]).costs}
    found = cost["sounds_like", "on"].over_blocking
    assert (found.k, found.n) == (30, 90)
    assert cost["sounds_like", "as it is"].over_blocking.k == 0


def test_what_the_policy_as_it_is_keeps_is_what_its_own_engine_says(corpus: MakeCorpus) -> None:
    made = corpus(rows(*TERM_ROWS), label="label")
    kept = [{g.option: g.kept for g in evade(exact(), [made], kinds=kinds).gains if g.state == "as it is"}
            for kinds in ((), ("width",))]  # fmt: skip
    assert kept[0] == kept[1]


def test_a_figure_that_the_card_forbids_is_not_given(corpus: MakeCorpus) -> None:
    made = corpus(rows(*TERM_ROWS), label="label", forbidden=("recall", "over-blocking"))
    result = evade(exact(), [made], kinds=["pinyin"])
    assert result.clean[0].recall.method == "forbidden"
    assert {price.over_blocking.method for price in result.prices} == {"forbidden"}


def test_switching_an_option_changes_words_and_texts_alone() -> None:
    policy = engine(rule("fraud.a", "any of (*)", text("word", "骗"), regex("sign", "骗.*"))).policy
    for pattern in switched(policy, "gaps", 0).rules[0].patterns:
        assert pattern.gaps == (0 if pattern.kind == "regex" else 2)
    assert switched(policy, "gaps", None) == policy


def examples_of(bare: Engine, *texts: str) -> Engine:
    examples = Examples(match=tuple(Example(Message(body), HERE) for body in texts))
    rules = tuple(replace(rule, examples=examples) for rule in bare.policy.rules)
    return engine(*rules)


def test_the_examples_of_the_rules_are_held_to_their_own_rule() -> None:
    made = examples_of(exact(), *(f"{word}，快来{i}" for i, word in enumerate(TERMS * 3)))
    result = evade(made, examples=True, kinds=["zero-width", "width"])
    assert result.stamp.corpora[0].rows == 6
    assert result.clean[0].caught_by == "its own rule"
    assert kept(result, "zero-width", 5) == 0
    assert not result.prices


def test_texts_are_shown_only_where_they_are_invented(corpus: MakeCorpus) -> None:
    shown = evade(exact(), [corpus(rows(*TERM_ROWS), label="label", invented=True)], price=False)
    hidden = evade(exact(), [corpus(rows(*TERM_ROWS), label="label")], price=False)
    assert shown.variants
    assert not hidden.variants
    assert "刷单返利" in as_json(view(shown))
    for form in (as_json(view(hidden)), as_html(view(hidden)), as_text(view(hidden), 100)):
        assert "刷单" not in form
    assert not evade(examples_of(exact(), "刷单返利"), examples=True).variants


def test_the_same_seed_gives_the_same_bytes(corpus: MakeCorpus) -> None:
    made = corpus(rows(*TERM_ROWS), label="label")
    first, again, reseeded = (msgspec.json.encode(evade(exact(), [made], seed)) for seed in (3, 3, 4))
    assert first == again != reseeded


def test_a_result_is_as_its_schema_says_and_every_kind_is_drawn(corpus: MakeCorpus) -> None:
    told: list[int] = []
    made = corpus(rows(*TERM_ROWS), label="label", invented=True)
    result = evade(exact(), [made], progress=told.append)
    shown = view(result)
    jsonschema.validate(json.loads(as_json(shown)), schema("evade"), jsonschema.Draft202012Validator)
    curves = [chart for chart in shown.charts if isinstance(chart, Lines) and chart.table == "kept"]
    names = {line.name for chart in curves for line in chart.lines}
    assert names <= set(DISGUISES)
    assert {"homophone", "zero-width", "width"} <= names
    assert {chart.table for chart in shown.charts} <= {table.name for table in tables(result)}
    assert "<svg" in as_html(shown)
    assert told == sorted(told)
    assert told[-1] == 100


@pytest.mark.parametrize(
    ("label", "kinds", "why"),
    [("label", ("rot13",), "no perturbation `rot13`"), ("label", (), "nothing is caught"), (None, (), "--label")],
)
def test_bad_input_is_said_plainly(corpus: MakeCorpus, label: str | None, kinds: tuple[str, ...], why: str) -> None:
    with pytest.raises(InputError, match=why):
        evade(never_acts(), [corpus(rows(*TERM_ROWS), label=label)], kinds=kinds)


def test_rules_without_examples_are_said_plainly() -> None:
    with pytest.raises(InputError, match="no rule that scores has a match example"):
        evade(exact(), examples=True)


def test_several_processes_give_the_same_figures(corpus: MakeCorpus) -> None:
    made = [corpus(rows(*TERM_ROWS), label="label", invented=True)]
    alone, shared = (msgspec.json.encode(evade(tolerant(), made, 3, jobs=jobs)) for jobs in (1, 2))
    assert alone == shared
