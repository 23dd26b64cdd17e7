"""The upper bound: which rules may hit, of the patterns that have a candidate."""

from __future__ import annotations

from typing import Any

import pytest

from modengine.engine.evaluate.may_hit import may_hit
from tests import build
from tests.build import condition, engine, regex, rule, text, words

NAMES = {"one": 0, "two": 1, "three": 2, "same": 2}
RULES = {"r.x": 1 << 4, "r.y": 1 << 5}


@pytest.mark.parametrize(
    ("when", "possible", "expected"),
    [
        ("one", [0], True),
        ("one", [1], False),
        ("one and two", [0], False),
        ("one and two", [0, 1], True),
        ("one or two", [1], True),
        ("t*", [2], True),
        ("t*", [0], False),
        ("not one", [], True),
        ("one and not two", [0], True),
        ("one and not two", [1], False),
        ("any", [], True),
        ("near(one, two, 5)", [0], False),
        ("near(one, two, 5)", [0, 1], True),
        ("together(one, two, three)", [0, 2], False),
        ("all of (one, two)", [0], False),
        ("2 of (one, two, three)", [0, 2], True),
        ("2 of (one, two, three)", [2], False),
        ("2 of (one, three, same)", [2], True),
        ("4 of (one, two, three)", [0, 1, 2], False),
        ("count(one) >= 1", [], False),
        ("count(one) > 0", [], False),
        ("count(one) == 2", [0], True),
        ("count(one) >= 0", [], True),
        ("count(one) == 0", [], True),
        ("count(one) < 2", [], True),
        ("count(one) != 1", [], True),
        ("rule(r.*)", [], False),
        ("rule(r.*)", [5], True),
        ("message.reposts > 5", [], True),
        ("length > 5 and one", [], False),
    ],
)
def test_a_condition_may_hold(when: str, possible: list[int], expected: bool) -> None:
    bound = may_hit(condition(when, tuple(NAMES), tuple(RULES)), NAMES, RULES)
    assert bound(sum(1 << number for number in possible)) is expected


# --------------------------------------------------------------------------- of whole policies


def live(body: str, *rules: Any) -> list[str]:
    """The rules that a text makes worth looking at."""
    made = engine(*rules)
    return list(made.live(made.context(build.message(body))))


A, B = text("a", "微信"), text("b", "失效")
SHAPE = regex("shape", r"\d+")


@pytest.mark.parametrize(
    ("when", "body", "expected"),
    [
        ("a and b", "微信", []),
        ("a and b", "微信失效", ["r"]),
        ("a or b", "失效", ["r"]),
        ("not a", "好", ["r"]),
        ("shape", "好1", ["r"]),
        ("shape", "好", ["r"]),  # it has no literal
        ("a and shape", "好1", []),
        ("a and shape", "微信", ["r"]),
        ("a or shape", "微信", ["r"]),
        ("a or shape", "好1", ["r"]),
        ("a and not b", "失效", []),
    ],
)
def test_a_rule_is_looked_at_where_it_may_hit(when: str, body: str, expected: list[str]) -> None:
    assert live(body, rule("r", when, A, B, SHAPE)) == expected


def test_names_of_one_pattern_count_one_by_one() -> None:
    same = text("b", "微信"), text("c", "失效")
    made = engine(rule("r", "2 of (a, b, c)", A, *same))
    assert [hit.rule for hit in made.decide("微信").hits] == ["r"]
    assert [len(decision.hits) for decision in map(made.decide, ["微信", "失效", "好"])] == [1, 0, 0]


@pytest.mark.parametrize(("body", "expected"), [("微信", ["one", "two"]), ("失效", []), ("好", [])])
def test_a_rule_that_asks_for_another_may_hit_where_that_one_may(body: str, expected: list[str]) -> None:
    assert live(body, rule("one", "a", A), rule("two", "rule(one)", B)) == expected


@pytest.mark.parametrize("when", ["rule(draft)", "rule(draft) and a"])
def test_a_rule_that_asks_for_a_draft_is_never_looked_at(when: str) -> None:
    assert "two" not in live("微信", rule("draft", "a", A, status="draft"), rule("two", when, A))


def test_live_rules_stand_after_those_that_they_ask_for() -> None:
    rules = [rule("z", "rule(y) and rule(x)"), rule("y", "rule(x)"), rule("x", "a", A)]
    assert live("微信", *rules) == ["x", "y", "z"]


def test_a_chain_of_rules_is_asked_once_each() -> None:
    """Each asks twice for the one before it: written out, the last would have 2 to the 2,000 conditions."""
    rules = [rule("r0", "a", A)]
    rules += [rule(f"r{n}", f"rule(r{n - 1}) and rule(r{n - 1})", score=1) for n in range(1, 2000)]
    made = engine(*rules)
    assert len(made.decide("微信").hits) == 2000
    assert made.decide("好").hits == ()


def test_rules_with_one_pattern_share_it() -> None:
    made = engine(rule("r", "a", A), rule("s", "w", text("w", "微信")), rule("t", "a", words("a", "微信")))
    assert len(made.program.patterns) == 2


def test_patterns_may_stand_in_several_parts() -> None:
    made = engine(rule("r", "a and b", A, B))
    assert made.decide(build.message("微信", build.Part("ocr", "失效"))).hits
