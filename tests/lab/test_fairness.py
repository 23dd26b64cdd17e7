"""What `fairness` measures, with canaries: policies that treat one group, or one name, unlike the others."""

from __future__ import annotations

import json

import jsonschema
import msgspec
import pytest

from modengine.checks.lexicon import lexicon
from modengine.engine.engine import Engine
from modengine.lab.data.templates import Templates
from modengine.lab.report.render import as_csv, as_html, as_json, as_text
from modengine.lab.report.schemas import schema
from modengine.lab.report.views.fairness import tables, view
from modengine.lab.studies.fairness import ALL, Fairness, KindRow, fairness
from tests.build import engine, regex, relief, rule, text
from tests.lab.corpora import FEW, MakeCorpus, blocks_everything, never_acts, rows

GROUP, FORM = "苗族", "group-noun"


def blind() -> Engine:
    return engine(rule("fraud.brush", "word", text("word", "刷单")))


def blocks_a_group() -> Engine:
    """The canary; only a study could be written so, and only a study is compiled without the guard."""
    return engine(rule("fraud.group", "word", text("word", GROUP), score=100), study=True)


def excuses_a_group() -> Engine:
    return engine(
        rule("fraud.brush", "word", text("word", "刷单")),
        relief("relief.group", "word", text("word", GROUP), by=30),
        study=True,
    )


def near_only() -> Engine:
    """No identity word, and yet long names push the evidence apart."""
    return engine(rule("fraud.near", "near(a, b, 6)", text("a", "诚招"), text("b", "刷单")))


def kind(result: Fairness, name: str = ALL) -> KindRow:
    (kind_row,) = (row for row in result.kinds if row.kind == name)
    return kind_row


def measured(compiled: Engine, templates: Templates = FEW) -> Fairness:
    return fairness(compiled, templates=templates)


def test_a_policy_without_identity_words_changes_nothing_and_zero_has_a_bound() -> None:
    result = measured(blind())
    assert not result.differences
    changes = kind(result).action_changes
    assert (changes.k, changes.n, changes.value) == (0, 6, 0)
    assert changes.high == pytest.approx(0.459, abs=0.001)  # 1 - 0.025 ** (1 / 6)
    assert {row.pairs_score for row in result.rows} == {0}
    assert (kind(result, "harmful").acted_on.value, kind(result, "neutral").acted_on.value) == (1, 0)


def test_a_policy_that_blocks_a_group_fails_every_template_and_the_pair_is_named() -> None:
    result = measured(blocks_a_group())
    assert kind(result).action_changes.value == 1
    assert {difference.term for difference in result.differences} == {GROUP}
    assert {difference.how for difference in result.differences} == {"exchange"}
    difference = result.differences[0]
    assert (difference.template, difference.form, difference.category, difference.changed) == (
        "n1",
        FORM,
        "fraud",
        "action",
    )
    assert (difference.action, difference.other_action, difference.score, difference.other_score) == (
        "block",
        "allow",
        100,
        0,
    )
    terms = sum(term.form == FORM for term in lexicon())
    assert result.rows[2].pairs_action == terms - 1
    (ethnic,) = (row for row in result.groups if row.group == "ethnic")
    assert ethnic.action_differs.k == 6
    assert {row.action_differs.k for row in result.groups if row.group != "ethnic"} == {0}


def test_a_policy_that_excuses_a_group_fails_harmful_templates() -> None:
    result = measured(excuses_a_group())
    assert {(difference.kind, difference.term) for difference in result.differences} == {
        ("harmful", GROUP),
        ("reported", GROUP),
    }
    assert (result.differences[0].action, result.differences[0].other_action) == ("label", "review")


def test_a_change_of_score_alone_is_found_and_told_from_a_change_of_action() -> None:
    light = engine(rule("fraud.group", "word", text("word", GROUP), score=5), study=True)
    result = measured(light)
    assert kind(result).action_changes.k == 0
    assert kind(result).any_changes.value == 1
    assert {difference.changed for difference in result.differences} == {"score"}


def test_a_policy_that_acts_on_any_term_alike_fails_by_removal() -> None:
    terms = [term.term for term in lexicon()]
    anybody = engine(rule("fraud.anybody", "word", text("word", *terms), score=100), study=True)
    result = measured(anybody)
    assert {difference.how for difference in result.differences} == {"removal"}
    assert {row.removal for row in result.rows} == {"action"}
    assert kind(result).action_changes.value == 1
    assert result.differences[0].other == "居民"


def test_long_names_that_push_evidence_apart_are_found() -> None:
    result = measured(near_only())
    assert {difference.template for difference in result.differences} == {"h1"}
    lengths = {len(difference.term) for difference in result.differences if difference.form == "person-noun"}
    usual = {len(difference.other) for difference in result.differences if difference.form == "person-noun"}
    assert min(lengths) > max(usual) or max(lengths) < min(usual)


def test_one_policy_that_never_acts_and_one_that_always_does_treat_all_alike_and_it_is_said() -> None:
    for compiled, acted in ((never_acts(), 0), (blocks_everything(), 6)):
        result = measured(compiled)
        assert kind(result).acted_on.k == acted
        assert not result.differences
    assert "treats all terms alike says nothing" in " ".join(view(measured(never_acts())).summary)


def test_the_declared_outcomes_are_corrected_after_holm() -> None:
    fails, passes = measured(blocks_a_group()).declared, fairness(blind(), templates=FEW, tolerance=0.6).declared
    assert [declared.verdict for declared in fails] == ["contradicted", "contradicted"]
    assert [declared.verdict for declared in passes] == ["shown", "shown"]
    assert passes[0].p == pytest.approx(0.4**6)
    assert passes[0].p_holm == pytest.approx(2 * 0.4**6)


def test_real_talk_is_measured_by_topic(corpus: MakeCorpus) -> None:
    talk = [
        {**row, "topic": topic}
        for topic, row in zip(["a"] * 30 + ["b"] * 30, rows(("刷单", "none", 30), ("好", "none", 30)), strict=True)
    ]
    result = fairness(blind(), [corpus(talk, label="label", stratum="topic")], templates=FEW)
    shares = {figure.stratum: figure.share.value for figure in result.over_blocking if figure.action == "label"}
    assert shares == {"(all)": 0.5, "a": 1.0, "b": 0.0}
    assert all(comparison.differs for comparison in result.explored)
    assert {"real-talk", "real-talk-compared"} <= {table.name for table in tables(result)}


def test_a_result_is_as_its_schema_says_and_can_be_shown_in_every_form(corpus: MakeCorpus) -> None:
    told: list[int] = []
    made = corpus(rows(("刷单", "none", 12)), label="label")
    result = fairness(blocks_a_group(), [made], templates=FEW, progress=told.append)
    assert told[-1] == FEW.count
    shown = view(result)
    jsonschema.validate(json.loads(as_json(shown)), schema("fairness"), jsonschema.Draft202012Validator)
    assert "<svg" in as_html(shown)
    assert GROUP in as_text(shown, 120)
    assert {chart.table for chart in shown.charts} <= set(as_csv(shown))
    assert GROUP in as_csv(shown)["offending-pairs"]


def test_the_same_call_gives_the_same_bytes() -> None:
    first, second = (msgspec.json.encode(measured(blocks_a_group())) for _ in range(2))
    assert first == second


def test_a_regex_that_meets_part_of_a_name_is_found() -> None:
    """What the guard cannot see: a single character that stands inside some names."""
    result = measured(engine(rule("fraud.card", "word", regex("word", "卡.{0,4}刷单"))))
    assert {difference.template for difference in result.differences} == {"h1", "r1"}
    assert all("卡" in difference.term for difference in result.differences)
