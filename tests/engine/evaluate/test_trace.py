"""The trace: the same decision, with everything that was looked at."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from modengine.engine.budget import BUDGET
from modengine.model import ConditionTrace, Part, RuleTrace, Trace
from tests import build
from tests.build import BROKEN, engine, failing, message, override, regex, relief, rule, text, words

A, B, C = text("a", "甲"), text("b", "乙"), text("c", "丙")


def rule_trace(traced: Trace, rule_id: str = "r") -> RuleTrace:
    return next(each for each in traced.rules if each.rule == rule_id)


def shape(node: ConditionTrace) -> Any:
    """A condition tree as nested tuples of text and value."""
    return (node.text, node.value, *map(shape, node.children))


# --------------------------------------------------------------------------- the decision

RICH = (
    rule("r", "a and near(b, c, 3)", A, B, C, score=40, group="g"),
    rule("s", "sound or (a and not b)", text("sound", "微信", sounds_like=True, gaps=1), A, B, score=45, group="g"),
    rule("t", "count(d) >= 2", regex("d", r"\d+"), C, score=10, category="rumour", unless="c"),
    rule("u", "rule(r) or w", words("w", "和服"), score=20, category="rumour"),
    rule("v", "together(a, c)", A, C, status="test"),
    rule("y", "message.reposts > 5 and a", A, score=5),
    relief("x", "b", B, by=30),
)
bodies = st.text("甲乙丙微薇信芯.。12产品和服务", max_size=12)


def rich(**options: Any) -> Any:
    return engine(*RICH, caps={"g": 60}, overrides=(override("y", action="review"),), **options)


@cache
def made() -> Any:
    return rich(scope={"default": 'message.channel == "group"'})


@settings(max_examples=300, deadline=None)
@given(bodies, bodies, st.sampled_from([{}, {"reposts": 9}, {"channel": "group"}]), st.booleans())
def test_the_decision_of_a_trace_is_the_decision(body: str, other: str, fields: Any, ignore_scope: bool) -> None:
    asked = message(body, Part("ocr", other), **fields)
    assert made().trace(asked, ignore_scope=ignore_scope).decision == made().decide(asked, ignore_scope=ignore_scope)


@settings(max_examples=300, deadline=None)
@given(bodies)
def test_a_waterfall_adds_up_to_the_score(body: str) -> None:
    traced = made().trace(body)
    for waterfall in traced.waterfalls:
        total = 0
        for step in waterfall.steps:
            total += step.points
            assert step.total == total
        assert total == waterfall.score == traced.decision.categories[waterfall.category].score


@settings(max_examples=300, deadline=None)
@given(bodies)
def test_the_outcomes_of_a_trace_are_the_hits_of_the_decision(body: str) -> None:
    traced = made().trace(body)
    decision = traced.decision
    hit = {each.rule for each in traced.rules if each.outcome == "hit" and each.kind != "relief"}
    assert hit == {each.rule for each in (*decision.hits, *decision.shadow_hits)}


@settings(max_examples=300, deadline=None)
@given(bodies)
def test_the_root_of_a_condition_tree_is_the_outcome(body: str) -> None:
    for each in made().trace(body).rules:
        cancelled = each.unless is not None and each.unless.value is True
        expected = {True: "cancelled" if cancelled else "hit", False: "no", None: "unknown"}[each.when.value]
        assert each.outcome == expected


def test_a_trace_ignores_scope_unless_told() -> None:
    assert made().trace("甲").decision.in_scope
    assert not made().trace("甲", ignore_scope=False).decision.in_scope


def test_a_trace_keeps_the_message() -> None:
    asked = message("甲", Part("ocr", "乙"))
    assert made().trace(asked).message == asked


def test_the_trace_of_a_message_that_is_too_long_has_its_decision_alone() -> None:
    traced = made().trace("甲" * (BUDGET.characters + 1))
    assert (traced.decision.action, traced.rules, traced.near_misses, traced.waterfalls) == ("review", (), (), ())


# --------------------------------------------------------------------------- rules


@pytest.mark.parametrize(
    ("made", "body", "kind", "outcome"),
    [
        (rule("r", "a", A), "甲", "score", "hit"),
        (rule("r", "a and b", A, B), "甲", "score", "no"),
        (rule("r", "a", A, B, unless="b"), "甲乙", "score", "cancelled"),
        (rule("r", "a and message.reposts > 5", A), "甲", "score", "unknown"),
        (rule("r", "a", A, status="test"), "甲", "test", "hit"),
        (relief("r", "a", A), "甲", "relief", "hit"),
    ],
)
def test_a_rule_has_a_kind_and_an_outcome(made: Any, body: str, kind: str, outcome: str) -> None:
    traced = rule_trace(engine(made).trace(body))
    assert (traced.kind, traced.outcome, traced.category) == (kind, outcome, "fraud")


def test_a_rule_without_any_match_is_left_out() -> None:
    assert [each.rule for each in engine(rule("r", "a", A), rule("s", "b", B)).trace("甲").rules] == ["r"]


def test_rules_stand_in_the_order_of_the_policy() -> None:
    made = engine(rule("z", "a", A), rule("y", "a", A, category="rumour"), rule("x", "a", A))
    assert [each.rule for each in made.trace("甲").rules] == ["z", "y", "x"]


def test_a_rule_shows_the_matches_of_patterns_that_its_gates_left_alone() -> None:
    # `b` is not found, so that no decision needs to look for `d`.
    traced = rule_trace(engine(rule("r", "b and d", B, regex("d", r"\d+"))).trace("12"))
    assert [match.text for match in traced.matches] == ["12"]


# --------------------------------------------------------------------------- condition trees


@pytest.mark.parametrize(
    ("when", "body", "expected"),
    [
        ("a", "甲", ("a", True)),
        ("a and b", "甲", ("and", False, ("a", True), ("b", False))),
        ("b or a or c", "甲", ("or", True, ("b", False), ("a", True), ("c", False))),
        ("a and not b", "甲", ("and", True, ("a", True), ("not", True, ("b", False)))),
        ("2 of (a, b)", "甲", ("2 of (a, b)", False, ("a", True), ("b", False))),
        ("all of them", "甲乙丙", ("all of them", True, ("a", True), ("b", True), ("c", True))),
        ("a and message.reposts > 5", "甲", ("and", None, ("a", True), ("message.reposts > 5", None))),
        ("a and near(a, b, 3)", "甲", ("and", False, ("a", True), ("near(a, b, 3)", False))),
        ("b and (a or c)", "甲", ("and", False, ("b", False), ("or", True, ("a", True), ("c", False)))),
    ],
)
def test_a_condition_tree_has_the_value_of_every_node(when: str, body: str, expected: Any) -> None:
    assert shape(rule_trace(engine(rule("r", when, A, B, C)).trace(body)).when) == expected


def test_unless_has_a_tree_of_its_own() -> None:
    traced = rule_trace(engine(rule("r", "a", A, B, unless="b or b")).trace("甲"))
    assert traced.unless is not None
    assert shape(traced.unless) == ("or", False, ("b", False), ("b", False))


def test_a_rule_without_unless_has_none() -> None:
    assert rule_trace(engine(rule("r", "a", A)).trace("甲")).unless is None


@pytest.mark.parametrize(
    ("when", "body", "fields", "note"),
    [
        ("message.reposts > 5", "甲", {}, "the message has no reposts"),
        ("message.reposts > 5", "甲", {"reposts": 3}, "reposts is 3"),
        ("count(a) > 5", "甲甲", {}, "2 found"),
        ("length > 5", "甲，乙", {}, "2 characters"),
        ("near(a, b, 3)", "甲", {}, "no b"),
        ("near(c, b, 3)", "甲", {}, "no c and no b"),
        ("near(a, b, 3)", "甲一二三四乙", {}, "4 characters apart"),
        ("near(a, b, 3)", "甲乙", {}, "0 characters apart"),
        ("before(a, b, 3)", "乙甲", {}, "in no part in this order"),
        ("near(a, b, 0 words)", "甲说乙", {}, "further apart"),
        ("near(a, b, 1 words)", "甲说乙", {}, "within 1 word"),
        ("together(a, b)", "甲。乙", {}, "not in one sentence"),
        ("together(a, b)", "甲", {}, "no b"),
        ("together(a, b)", "甲乙", {}, ""),
        ("rule(s)", "甲乙", {}, "s hit"),
        ("rule(s)", "甲", {}, ""),
        ("a", "甲", {}, ""),
    ],
)
def test_a_node_says_why(when: str, body: str, fields: Any, note: str) -> None:
    made = engine(rule("r", f"a and {when}", A, B, C), rule("s", "b", B))
    assert rule_trace(made.trace(message(body, **fields))).when.children[1].note == note


def test_two_matches_in_two_parts_say_so() -> None:
    made = engine(rule("r", "near(a, b, 3)", A, B))
    assert rule_trace(made.trace(message("甲", Part("ocr", "乙")))).when.note == "in no part both"


def test_a_failed_matcher_says_why() -> None:
    with failing():
        traced = rule_trace(engine(rule("r", "a and broken", A, BROKEN)).trace("甲坏"))
    assert traced.when.children[1].note == "the tokens took more than 0 steps"


# --------------------------------------------------------------------------- suppressed


@pytest.mark.parametrize(
    ("pattern", "body", "expected"),
    [
        (words("p", "和服"), "产品和服务", [("和服", "word boundary")]),
        (text("p", "微信", outside=("quotes",)), "“微信”", [("微信", "inside quotes")]),
        (text("p", "vx", outside=("urls",)), "www.vx.cn", [("vx", "inside urls")]),
        (text("p", "小明", outside=("mentions",)), "@小明", [("小明", "inside mentions")]),
        (text("p", "VX", exact_case=True), "vx", []),
        (text("p", "微信"), "微信", []),
    ],
)
def test_a_dropped_match_is_shown_with_its_reason(pattern: Any, body: str, expected: Any) -> None:
    assert build.suppressed(pattern, body) == expected


def test_a_rule_with_nothing_but_dropped_matches_is_shown() -> None:
    traced = engine(rule("r", "w", words("w", "和服"))).trace("产品和服务")
    assert (rule_trace(traced).outcome, rule_trace(traced).matches, traced.decision.hits) == ("no", (), ())


# --------------------------------------------------------------------------- near misses


def missing(when: str, body: str, *patterns: Any, **options: Any) -> list[str]:
    traced = engine(rule("r", when, *patterns, **options)).trace(body)
    return [each.missing for each in traced.near_misses]


@pytest.mark.parametrize(
    ("when", "body", "expected"),
    [
        ("a and b", "甲", ["b"]),
        ("a and b", "甲乙", []),
        ("a and b", "好", []),
        ("a and b and c", "甲", []),
        ("a and b and c", "甲丙", ["b"]),
        ("a and (b or c)", "甲", ["b"]),
        ("near(a, b, 2)", "甲一二三乙", ["near(a, b, 2)"]),
        ("near(a, b, 2)", "甲", ["near(a, b, 2)"]),
        ("together(a, b)", "甲。乙", ["together(a, b)"]),
        ("together(a, b, c)", "甲", []),
        ("2 of (a, b, c)", "甲", ["2 of (a, b, c)"]),
        ("3 of (a, b, c)", "甲", []),
        ("a and message.reposts > 5 and b", "甲乙", ["message.reposts > 5"]),
        ("a and not b", "甲乙", []),
        ("a and length > 5", "甲乙", []),
        ("a and count(b) >= 2", "甲乙", ["count(b) >= 2"]),
    ],
)
def test_a_rule_that_one_thing_would_make_hit_is_a_near_miss(when: str, body: str, expected: list[str]) -> None:
    assert missing(when, body, A, B, C) == expected


def test_a_rule_of_one_pattern_is_never_a_near_miss() -> None:
    assert missing("count(a) >= 2", "甲", A) == []


@pytest.mark.parametrize(("hidden", "expected"), [("b", []), ("a", ["b"])])
def test_a_pattern_may_ask_not_to_be_offered(hidden: str, expected: list[str]) -> None:
    patterns = [text(name, term, near_miss=name != hidden) for name, term in (("a", "甲"), ("b", "乙"))]
    assert missing("a and b", "甲", *patterns) == expected


@pytest.mark.parametrize("options", [{"unless": "a"}, {"status": "draft"}])
def test_a_cancelled_rule_and_a_draft_are_no_near_misses(options: Any) -> None:
    assert missing("a and b", "甲" if "status" in options else "甲乙", A, B, **options) == []


def test_a_relief_is_no_near_miss() -> None:
    assert engine(relief("x", "a and b", A, B)).trace("甲").near_misses == ()


def test_near_misses_come_by_points_and_at_most_ten() -> None:
    rules = [rule(f"r{n:02}", "a and b", A, B, score=n % 7) for n in range(14)]
    near = engine(*rules).trace("甲").near_misses
    assert [(each.rule, each.points) for each in near[:4]] == [("r06", 6), ("r13", 6), ("r05", 5), ("r12", 5)]
    assert len(near) == 10


# --------------------------------------------------------------------------- waterfalls


def test_a_waterfall_has_a_step_for_every_hit_and_relief() -> None:
    rules = (rule("r", "a", A, score=50, group="g"), rule("s", "a", A, score=40, group="g"), relief("x", "b", B, by=30))
    made = engine(*rules, caps={"g": 60})
    [waterfall] = made.trace("甲乙").waterfalls
    assert [(step.label, step.points, step.total) for step in waterfall.steps] == [
        ("r", 50, 50),
        ("s (of 40, group `g` is capped)", 10, 60),
        ("x", -30, 30),
    ]
    assert (waterfall.category, waterfall.score, waterfall.thresholds) == ("fraud", 30, build.LADDER)


def test_a_category_without_points_has_no_waterfall() -> None:
    made = engine(rule("r", "a", A), rule("s", "b", B, category="rumour"))
    assert [each.category for each in made.trace("甲").waterfalls] == ["fraud"]


def test_a_rule_on_test_is_no_step() -> None:
    made = engine(rule("r", "a", A), rule("s", "a", A, status="test"))
    assert [step.label for step in made.trace("甲").waterfalls[0].steps] == ["r"]
