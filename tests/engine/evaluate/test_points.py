"""From hits to points: weights, caps of groups, relief, and never below 0."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from modengine.engine.engine import Engine
from modengine.model import Decision
from modengine.policy.model import Rule
from tests import build
from tests.build import compile_policy, engine, fraud, message, override, points_where, relief, rule, text

A, B, C = text("a", "甲"), text("b", "乙"), text("c", "丙")


def counted(decision: Decision) -> list[tuple[str, int, int]]:
    return [(hit.rule, hit.points, hit.counted) for hit in decision.hits]


def taken(decision: Decision) -> list[tuple[str, int]]:
    return [(taken_away.rule, taken_away.points) for taken_away in decision.relief]


# --------------------------------------------------------------------------- a rule


def test_a_rule_scores_once_however_often_it_is_found() -> None:
    assert fraud(engine(rule("r", "a", A, score=30)).decide("甲甲甲")).score == 30


def test_the_rules_of_a_category_add_up() -> None:
    assert fraud(engine(rule("r", "a", A, score=30), rule("s", "b", B, score=7)).decide("甲乙")).score == 37


def test_every_category_has_points_of_its_own() -> None:
    decision = engine(rule("r", "a", A, score=30), rule("s", "a", A, category="rumour", score=7)).decide("甲")
    assert {name: category.score for name, category in decision.categories.items()} == {"fraud": 30, "rumour": 7}


def test_a_category_without_hits_has_no_points() -> None:
    assert fraud(engine(rule("r", "a", A)).decide("好")).score == 0


# --------------------------------------------------------------------------- weights

SOUND = text("sound", "微信", sounds_like=True, weight=0.5)
LOOK = text("look", "加强", looks_like=True, weight=0.3)
OTHER = text("other", "银行", sounds_like=True, weight=0.7)


@pytest.mark.parametrize(
    ("when", "body", "points"),
    [
        ("sound", "微信", 45),
        ("sound", "薇芯", 22),  # floor of 22.5
        ("sound", "薇芯 微信", 45),
        ("sound and look", "微信加弓虽", 13),  # floor of 13.5
        ("sound and look", "薇芯加弓虽", 13),
        ("sound and look", "薇芯加强", 22),
        ("sound or look", "薇芯加弓虽", 22),
        ("sound or a", "薇芯甲", 45),
        ("sound and other", "薇芯银航", 22),
        ("2 of (sound, look, other)", "薇芯加弓虽银航", 22),
        ("all of (sound, look, other)", "薇芯加弓虽银航", 13),
        ("count(sound) >= 2", "微信薇芯", 22),
        ("count(sound) >= 2", "微信薇芯微信", 45),
        ("near(sound, a, 1)", "薇芯甲一一一一微信", 22),
        ("near(sound, a, 9)", "薇芯甲一一一一微信", 45),
        ("together(sound, a)", "薇芯甲。微信", 22),
        ("a and not b", "薇芯甲", 45),
    ],
)
def test_a_hit_is_worth_the_lowest_weight_that_it_needs(when: str, body: str, points: int) -> None:
    assert fraud(engine(rule("r", when, SOUND, LOOK, OTHER, A, B, score=45)).decide(body)).score == points


def test_a_fuzzy_match_cancels_in_full() -> None:
    made = engine(rule("r", "a", A, SOUND, unless="sound"))
    assert made.decide("甲薇芯").hits == ()


def test_a_weight_of_one_loses_nothing() -> None:
    pattern = replace(SOUND, weight=1.0)
    assert fraud(engine(rule("r", "sound", pattern, score=45)).decide("薇芯")).score == 45


# --------------------------------------------------------------------------- caps

GROUPED = (
    rule("r.b", "a", A, score=40, group="g"),
    rule("r.a", "a", A, score=40, group="g"),
    rule("r.c", "b", B, score=50, group="g"),
    rule("r.d", "b", B, score=10, group="h"),
    rule("r.e", "b", B, score=5),
)


@pytest.mark.parametrize(
    ("caps", "body", "expected"),
    [
        ({"g": 60, "h": 100}, "甲", [("r.a", 40, 40), ("r.b", 40, 20)]),
        ({"g": 40, "h": 100}, "甲", [("r.a", 40, 40), ("r.b", 40, 0)]),
        ({"g": 80, "h": 100}, "甲", [("r.a", 40, 40), ("r.b", 40, 40)]),
        (
            {"g": 60, "h": 100},
            "甲乙",
            [("r.c", 50, 50), ("r.a", 40, 10), ("r.b", 40, 0), ("r.d", 10, 10), ("r.e", 5, 5)],
        ),
        ({"g": 30, "h": 3}, "乙", [("r.c", 50, 30), ("r.d", 10, 3), ("r.e", 5, 5)]),
        ({}, "甲", [("r.a", 40, 40), ("r.b", 40, 40)]),
    ],
)
def test_a_group_counts_up_to_its_cap_most_points_first(caps: Any, body: str, expected: Any) -> None:
    assert counted(engine(*GROUPED, caps=caps).decide(body)) == expected


def test_the_cap_comes_after_the_weight() -> None:
    made = engine(rule("r", "sound", SOUND, score=90, group="g"), caps={"g": 50})
    assert counted(made.decide("薇芯")) == [("r", 45, 45)]


def test_groups_of_two_rulesets_with_one_name_are_two() -> None:
    rulesets = tuple(
        build.ruleset(name, "fraud", [rule(f"{name}.r", "a", A, score=50, group="g", ruleset=name)], caps={"g": 40})
        for name in ("one", "two")
    )
    made = Engine(compile_policy(build.policy_of(*rulesets, actions={"fraud": build.LADDER})))
    assert fraud(made.decide("甲")).score == 80


# --------------------------------------------------------------------------- relief

BASE = (rule("r.big", "a", A, score=60), rule("r.small", "a", A, score=20), rule("s.other", "a", A, score=15))


@pytest.mark.parametrize(
    ("reliefs", "left", "points"),
    [
        ([{"by": 40}], 55, [-40]),
        ([{"by": None}], 0, [-95]),
        ([{"by": 200}], 0, [-95]),
        ([{"by": 40}, {"by": 30}], 25, [-40, -30]),
        ([{"by": 60}, {"by": 60}], 0, [-60, -35]),
        ([{"by": 70, "rules": ("r.big",)}], 35, [-60]),
        ([{"by": 70, "rules": ("r.*",)}], 25, [-70]),
        ([{"by": None, "rules": ("r.*",)}], 15, [-80]),
        ([{"by": 10, "rules": ("r.small", "s.*")}], 85, [-10]),
        ([{"by": 10, "rules": ("r.absent",)}], 95, [0]),
        # Those with `rules` first: they find the points that the others would take.
        ([{"by": 90}, {"by": 60, "rules": ("r.big",)}], 0, [-60, -35]),
        ([{"by": None, "rules": ("s.other",)}, {"by": None}], 0, [-15, -80]),
        ([{"by": 50, "rules": ("r.big",)}, {"by": 50, "rules": ("r.big",)}], 35, [-50, -10]),
    ],
)
def test_relief_takes_points_away(reliefs: list[Any], left: int, points: list[int]) -> None:
    rules = [relief(f"x{n}", "b", B, **options) for n, options in enumerate(reliefs)]
    decision = engine(*BASE, *rules).decide("甲乙")
    assert (fraud(decision).score, [taken_away.points for taken_away in decision.relief]) == (left, points)


def test_reliefs_are_applied_those_of_rules_first_then_in_the_order_of_the_policy() -> None:
    rules = [
        relief("x.z", "b", B, by=1), relief("x.y", "b", B, by=1),
        relief("x.w", "b", B, by=1, rules=("r.*",)), relief("x.v", "b", B, by=1, rules=("s.*",)),
    ]  # fmt: skip
    assert [name for name, _ in taken(engine(*rules, *BASE).decide("甲乙"))] == ["x.w", "x.v", "x.z", "x.y"]


def test_relief_is_nothing_to_a_category_without_points() -> None:
    assert taken(engine(*BASE, relief("x", "b", B)).decide("乙")) == []


def test_relief_is_nothing_to_another_category() -> None:
    decision = engine(
        *BASE, rule("t", "a", A, category="rumour", score=40), relief("x", "b", B, category="rumour")
    ).decide("甲乙")
    assert {name: category.score for name, category in decision.categories.items()} == {"fraud": 95, "rumour": 0}


def test_relief_takes_from_what_the_cap_left() -> None:
    made = engine(rule("r", "a", A, score=60, group="g"), relief("x", "b", B, by=None, rules=("r",)), caps={"g": 50})
    assert taken(made.decide("甲乙")) == [("x", -50)]


@pytest.mark.parametrize(("by", "expected"), [(45, -22), (None, -30), (200, -60)])
def test_a_fuzzy_relief_takes_by_its_weight(by: int | None, expected: int) -> None:
    made = engine(rule("r", "a", A, score=60), relief("x", "sound", SOUND, by=by))
    assert taken(made.decide("甲薇芯")) == [("x", expected)]


def test_a_relief_can_be_cancelled() -> None:
    assert taken(engine(*BASE, relief("x", "b", B, C, unless="c")).decide("甲乙丙")) == []


def test_a_relief_names_its_matches() -> None:
    [applied] = engine(*BASE, relief("x", "b", B)).decide("甲乙").relief
    assert [(match.pattern, match.start) for match in applied.matches] == [("b", 1)]


def test_the_hits_keep_the_points_that_relief_took() -> None:
    decision = engine(*BASE, relief("x", "b", B, by=None)).decide("甲乙")
    assert [hit.counted for hit in decision.hits] == [60, 20, 15]


# --------------------------------------------------------------------------- invariants

PATTERNS = (A, B, C, SOUND, LOOK)
NAMES = st.sampled_from([pattern.name for pattern in PATTERNS])
rules_ = st.tuples(st.integers(0, 99), NAMES, st.integers(0, 100), st.sampled_from([None, "g", "h"]))
reliefs_ = st.tuples(
    NAMES,
    st.one_of(st.none(), st.integers(0, 120)),
    st.sampled_from([(), ("r.1*",), ("r.*",)]),
)
bodies = st.text("甲乙丙微信薇芯加强弓虽", max_size=8)


def made(rows: list[Any], eased: list[Any]) -> list[Rule]:
    first = {number: (name, score, group) for number, name, score, group in rows}
    return [
        *(rule(f"r.{n}", name, *PATTERNS, score=score, group=group) for n, (name, score, group) in first.items()),
        *(relief(f"x.{n}", name, *PATTERNS, by=by, rules=globs) for n, (name, by, globs) in enumerate(eased)),
    ]


several = settings(max_examples=150, deadline=None)
policies = st.tuples(st.lists(rules_, min_size=1, max_size=5), st.lists(reliefs_, max_size=3))
caps_ = st.fixed_dictionaries({"g": st.integers(0, 120), "h": st.integers(0, 120)})


@several
@given(policies, caps_, bodies)
def test_the_score_is_what_counted_less_what_was_taken(rows: Any, caps: Any, body: str) -> None:
    decision = engine(*made(*rows), caps=caps).decide(body)
    assert fraud(decision).score == sum(h.counted for h in decision.hits) + sum(r.points for r in decision.relief)


@several
@given(policies, caps_, bodies)
def test_points_never_fall_below_0(rows: Any, caps: Any, body: str) -> None:
    assert fraud(engine(*made(*rows), caps=caps).decide(body)).score >= 0


@several
@given(policies, caps_, bodies)
def test_no_group_counts_above_its_cap(rows: Any, caps: Any, body: str) -> None:
    rules = made(*rows)
    group = {rule.id: rule.group for rule in rules}
    decision = engine(*rules, caps=caps).decide(body)
    assert all(sum(h.counted for h in decision.hits if group[h.rule] == g) <= most for g, most in caps.items())


# --------------------------------------------------------------------------- points by condition

PRIVATE, GROUP = 'message.channel == "private"', 'message.channel == "group"'
BY_CHANNEL = (
    points_where(PRIVATE, r=12, s=0),
    points_where('message.channel != "public_account" and message.reposts > 10', r=90),
    points_where(GROUP, r=33),
)


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"channel": "private"}, [("r", 12, 12), ("s", 0, 0)]),
        ({"channel": "private", "reposts": 11}, [("r", 12, 12), ("s", 0, 0)]),  # the first that holds, and it alone
        ({"channel": "group", "reposts": 11}, [("r", 90, 90), ("s", 20, 20)]),
        ({"channel": "group"}, [("r", 33, 33), ("s", 20, 20)]),  # what lacks a field does not hold
        ({"channel": "public_account"}, [("r", 60, 60), ("s", 20, 20)]),
        ({}, [("r", 60, 60), ("s", 20, 20)]),
    ],
)
def test_the_first_entry_that_holds_replaces_the_scores_of_the_rules_that_it_names(fields: Any, expected: Any) -> None:
    made = engine(rule("r", "a", A), rule("s", "b", B, score=20), points=BY_CHANNEL)
    assert counted(made.decide(message("甲乙", **fields))) == expected


def test_a_rule_of_no_points_hits_all_the_same() -> None:
    made = engine(
        rule("r", "a", A), rule("t", "b and rule(r)", B, score=5), points=(points_where("any", r=0),),
        overrides=(override("r", action="review"),),
    )  # fmt: skip
    decision = made.decide("甲乙")
    assert counted(decision) == [("t", 5, 5), ("r", 0, 0)]
    assert (fraud(decision).score, decision.action) == (5, "review")


def test_weights_caps_and_reliefs_work_on_the_points_that_hold() -> None:
    rules = (rule("r", "sound", SOUND, score=90, group="g"), rule("s", "a", A, group="g"), relief("x", "a", A, by=5))
    made = engine(*rules, caps={"g": 40}, points=(points_where("any", r=25, s=30),))
    decision = made.decide("薇芯甲")
    assert (counted(decision), fraud(decision).score) == ([("s", 30, 30), ("r", 12, 10)], 35)


def test_a_rule_on_test_is_shown_with_the_points_that_hold() -> None:
    made = engine(rule("r", "a", A, status="test"), points=(points_where(PRIVATE, r=12),))
    assert [hit.points for hit in made.decide(message("甲", channel="private")).shadow_hits] == [12]


def test_a_trace_says_which_entry_gave_the_points() -> None:
    made = engine(
        rule("r", "a", A), rule("s", "a", A, score=33), rule("t", "a and b", A, B),
        points=(points_where(PRIVATE, r=12, s=33, t=7),),
    )  # fmt: skip
    trace = made.trace(message("甲", channel="private"))
    assert {told.rule: (told.score, told.instead) for told in trace.rules} == {
        "r": (12, '12 points in place of 60, where message.channel == "private"'),
        "s": (33, ""),
        "t": (7, '7 points in place of 60, where message.channel == "private"'),
    }
    assert [(miss.rule, miss.points) for miss in trace.near_misses] == [("t", 7)]
    assert {told.instead for told in made.trace("甲").rules} == {""}
