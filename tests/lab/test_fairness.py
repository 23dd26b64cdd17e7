"""What `fairness` measures, with canaries: policies that treat one group, or one name, unlike the others."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import combinations

import jsonschema
import msgspec
import numpy as np
import pytest
from scipy.stats import binomtest, fisher_exact, permutation_test

from modengine.checks.lexicon import lexicon
from modengine.engine.engine import Engine
from modengine.lab.data.templates import Templates
from modengine.lab.report.render import as_html, as_json, as_text, named
from modengine.lab.report.schemas import schema
from modengine.lab.report.tidy_csv import to_csv
from modengine.lab.report.views.fairness import summary, tables, view
from modengine.lab.stats.metrics import ALL
from modengine.lab.stats.permutation import exchanged, set_aside
from modengine.lab.studies.fairness import Fairness, KindRow, fairness
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
    assert (changes.k, changes.n, changes.value) == (0, 3, 0), (
        "of six templates it acts on three: they alone can show it"
    )
    assert changes.high == pytest.approx(0.708, abs=0.001)  # 1 - 0.025 ** (1 / 3)
    assert sum(row.acts for row in result.rows) == 3
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
    """Twelve templates of one kind; scipy's binomtest of 0 and of 12 of 12 against 0.6."""
    many = Templates("many", "", tuple(replace(FEW.sentences[0], id=f"n{i}") for i in range(12)))
    everything, group = (
        fairness(e, templates=many, tolerance=0.6).declared for e in (blocks_everything(), blocks_a_group())
    )
    assert [declared.verdict for declared in everything] == ["shown", "shown"]
    assert [declared.verdict for declared in group] == ["contradicted", "contradicted"]
    assert everything[0].p == pytest.approx(binomtest(0, 12, 0.6, "less").pvalue)
    assert everything[0].p_holm == pytest.approx(2 * binomtest(0, 12, 0.6, "less").pvalue)
    assert group[0].p_contrary == pytest.approx(2 * binomtest(12, 12, 0.6, "greater").pvalue)
    assert [declared.verdict for declared in measured(blind()).declared] == ["unsupported", "unsupported"]


def test_terms_and_groups_are_told_alike() -> None:
    """One term of one group is blocked: by term all of its sentences, by group as many, and the group is one term's."""
    result = measured(blocks_a_group())
    (term,) = result.terms
    ethnic = next(row for row in result.groups if row.group == "ethnic")
    assert (term.term, term.group, term.action_differs.value) == (GROUP, "ethnic", 1)
    assert term.action_differs.k == ethnic.action_differs.k
    assert ethnic.terms_differ == 1
    assert ethnic.action_differs.clusters <= ethnic.terms
    # One of so many terms that fit the same templates: no more likely in this group than its share of them.
    same = [term for term in lexicon() if term.form == FORM]
    share = sum(term.group == "ethnic" for term in same) / len(same)
    assert ethnic.p == pytest.approx(share if share < 0.5 else 1.0)


def test_a_group_of_which_every_term_is_treated_otherwise_is_found_by_the_permutation_test() -> None:
    terms = [term.term for term in lexicon() if term.group == "disability"]
    result = measured(engine(rule("fraud.group", "word", text("word", *terms), score=100), study=True))
    groups = {row.group: row for row in result.groups}
    assert (groups["disability"].p_bh or 1) < 1e-6
    assert all(row.without == ("disability",) for name, row in groups.items() if name != "disability")
    assert {row.p for name, row in groups.items() if name != "disability"} == {None}


def test_each_function_passes_or_fails_by_what_its_templates_should_bring() -> None:
    found = {(t.kind, t.expected): t for t in measured(blind()).functions}
    assert found["harmful", "act"].passes
    assert found["neutral", "allow"].passes
    reported = found["reported", "allow"]
    assert (reported.passes, reported.as_expected.value) == (False, 0), "it acts on a report as on the deed"
    by_group = [t for t in measured(excuses_a_group()).functions_by_group if t.kind == "harmful" and t.template is None]
    assert {t.group: t.as_expected.value for t in by_group}["ethnic"] == 1, "still labelled"
    never = {(t.kind, t.expected): t.passes for t in measured(never_acts()).functions}
    assert never["harmful", "act"] is False
    shown = {table.name for table in tables(measured(blind()))}
    assert {"functions", "functions-by-group", "templates-by-group"} <= shown


def test_no_policy_is_asked_to_act_in_a_category_that_it_lacks() -> None:
    alone = [next(s for s in FEW.sentences if s.kind == "harmful" and s.category == "fraud")]
    other = replace(alone[0], id="other", category="violence")
    result = fairness(never_acts(), templates=Templates("two", "", (*alone, other)))
    assert [(t.category, t.expected, t.passes) for t in result.functions] == [("fraud", "act", False)]
    assert "not asked to act on violence: the policy has no such category" in summary(result)
    spared = replace(other, expect="allow")
    (found,) = fairness(never_acts(), templates=Templates("one", "", (spared,))).functions
    assert found.passes, "what asks for no action is asked of all"


def test_what_a_template_should_bring_can_be_said() -> None:
    said = replace(FEW.sentences[0], expect="act")
    (found,) = fairness(never_acts(), templates=Templates("said", "", (said,))).functions
    assert (found.kind, found.expected, found.passes) == ("neutral", "act", False)


# ------------------------------------------------------------------ the permutation test


def test_counts_of_0_and_1_have_fishers_exact_test() -> None:
    """R. A. Fisher, The Design of Experiments, 1935, section 8: three of four cups told rightly, 17 of 70 one-sided; of
    groups of one size both sides are alike.  scipy.stats.fisher_exact."""
    cups = np.array([1, 1, 1, 0, 1, 0, 0, 0])
    inside = [True] * 4 + [False] * 4
    assert exchanged(cups, inside, [0] * 8) == pytest.approx(34 / 70)
    assert exchanged(cups, inside, [0] * 8) == pytest.approx(fisher_exact([[3, 1], [1, 3]])[1])
    assert exchanged(0 * cups, inside, [0] * 8) is None


def test_counts_have_scipys_exact_permutation_test() -> None:
    """scipy.stats.permutation_test of independent samples, all 126 of them; two blocks are as all pairs of draws."""
    counts = np.array([4, 0, 3, 2, 1, 0, 0, 1, 2])
    inside = [True] * 4 + [False] * 5
    far = counts.mean() * 4

    def off(a: np.ndarray, _b: np.ndarray, axis: int) -> np.ndarray:
        return np.abs(a.sum(axis=axis) - far)

    expected = permutation_test((counts[:4], counts[4:]), off, n_resamples=np.inf, alternative="greater").pvalue
    assert exchanged(counts, inside, [0] * 9) == pytest.approx(expected)
    blocks = [0, 0, 1, 1, 0, 0, 0, 1, 1]
    sums = [
        sum(a) + sum(b) for a in combinations(counts[[0, 1, 4, 5, 6]], 2) for b in combinations(counts[[2, 3, 7, 8]], 2)
    ]
    mean = float(np.mean(sums))
    by_hand = np.mean([abs(s - mean) >= abs(counts[:4].sum() - mean) - 1e-9 for s in sums])
    assert exchanged(counts, inside, blocks) == pytest.approx(by_hand)


def test_what_is_far_from_all_others_is_set_aside_and_never_half_of_all() -> None:
    p = {"a": 0.001, "b": 0.2, "c": 0.004, "d": 0.3, "e": 0.002}
    assert set_aside(list(p), lambda name, _less: p[name]) == ("a", "e")
    assert set_aside(["b", "d"], lambda name, _less: p[name]) == ()


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
    assert {chart.table for chart in shown.charts} <= set(named(shown.tables))
    assert GROUP in to_csv(named(shown.tables)["offending-pairs"])


def test_the_same_call_gives_the_same_bytes() -> None:
    first, second = (msgspec.json.encode(measured(blocks_a_group())) for _ in range(2))
    assert first == second


def test_a_regex_that_meets_part_of_a_name_is_found() -> None:
    """What the guard cannot see: a single character that stands inside some names."""
    result = measured(engine(rule("fraud.card", "word", regex("word", "卡.{0,4}刷单"))))
    assert {difference.template for difference in result.differences} == {"h1", "r1"}
    assert all("卡" in difference.term for difference in result.differences)
