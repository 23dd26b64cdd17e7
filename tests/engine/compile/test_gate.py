"""Gates: which patterns must have been touched before a rule is worth looking at."""

from __future__ import annotations

from typing import Any

import pytest

from modengine.engine.compile.gate import cost, gates
from modengine.engine.compile.program import MATCHERS
from modengine.policy.model import Pattern, Token
from tests import build
from tests.build import condition, engine, regex, rule, text, tokens, words

PATTERNS = {
    p.name: p
    for p in (
        text("rare", "尊敬的用户"),
        text("some", "失效"),
        text("often", "我"),
        regex("shape", r"\d+"),
    )
}


def cost_of(pattern: Pattern) -> float:
    return cost(MATCHERS[pattern.kind](pattern, "not-straddling").literals())


COSTS = {name: cost_of(pattern) for name, pattern in PATTERNS.items()}


def asked(when: str) -> list[list[str]]:
    return [sorted(one) for one in gates(condition(when, tuple(PATTERNS), ("r.one", "r.two")), COSTS)]


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        ("rare", [["rare"]]),
        ("often and rare", [["rare"], ["often"]]),
        ("often or rare", [["often", "rare"]]),
        ("often or (rare and some)", [["often", "rare"]]),
        ("r*", [["rare"]]),
        ("not rare", []),
        ("rare and not some", [["rare"]]),
        ("rare or not some", []),
        ("any", []),
        ("near(often, rare, 5)", [["rare"], ["often"]]),
        ("before(some, often, 3 words)", [["some"], ["often"]]),
        ("together(often, some, rare)", [["rare"], ["some"], ["often"]]),
        ("all of (often, rare)", [["rare"], ["often"]]),
        ("2 of (often, some, rare)", [["rare", "some"]]),
        ("1 of (often, some, rare)", [["often", "rare", "some"]]),
        ("any of (often, rare)", [["often", "rare"]]),
        ("4 of (often, some, rare)", [[]]),
        ("count(some) >= 1", [["some"]]),
        ("count(some) > 0", [["some"]]),
        ("count(some) == 2", [["some"]]),
        ("count(some) >= 0", []),
        ("count(some) == 0", []),
        ("count(some) < 2", []),
        ("count(some) != 1", []),
        ("rule(r.*)", [["rule:r.one", "rule:r.two"]]),
        ("rule(r.one) and rare", [["rare"], ["rule:r.one"]]),
        ("message.reposts > 5", []),
        ("message.reposts > 5 and some", [["some"]]),
        ("message.reposts > 5 or some", []),
    ],
)
def test_a_condition_asks_for_these_rarest_first(when: str, expected: list[list[str]]) -> None:
    assert asked(when) == expected


@pytest.mark.parametrize(
    ("rarer", "commoner"),
    [
        (text("p", "尊敬的用户"), text("p", "我")),
        (text("p", "我"), text("p", "我", "你")),
        (text("p", "我们"), text("p", "我们", sounds_like=True)),
        (text("p", "我们"), text("p", "我们", looks_like=True)),
        (text("p", "薇"), text("p", "我")),
        (regex("p", "我们"), regex("p", "我们|你")),
        (regex("p", "[转传]了?[多个]?人"), regex("p", "人")),
        (tokens("p", Token(text="我们")), regex("p", r"\d")),
    ],
)
def test_a_pattern_that_is_touched_less_costs_less(rarer: Pattern, commoner: Pattern) -> None:
    assert cost_of(rarer) < cost_of(commoner)


# --------------------------------------------------------------------------- of whole policies


def live(body: str, *rules: Any) -> list[str]:
    """The rules that a text makes worth looking at."""
    made = engine(*rules)
    return [one.rule.id for one in made._outcomes(build.message(body), {})[0].live]


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
        ("shape", "好", []),
        ("a and shape", "好1", []),
        ("a and shape", "微信", []),
        ("a or shape", "微信", ["r"]),
        ("a or shape", "好1", ["r"]),
        ("a and not b", "失效", []),
    ],
)
def test_a_rule_is_looked_at_where_its_gates_are_touched(when: str, body: str, expected: list[str]) -> None:
    assert live(body, rule("r", when, A, B, SHAPE)) == expected


def test_patterns_that_share_a_matcher_count_one_by_one() -> None:
    same = text("b", "微信"), text("c", "失效")
    made = engine(rule("r", "2 of (a, b, c)", A, *same))
    assert [hit.rule for hit in made.decide("微信").hits] == ["r"]
    assert [len(one.hits) for one in made.decide_batch(["微信", "失效", "好"] * 3)] == [1, 0, 0] * 3


@pytest.mark.parametrize(("body", "expected"), [("微信", ["one", "two"]), ("失效", []), ("好", [])])
def test_a_rule_that_asks_for_another_is_gated_as_that_one(body: str, expected: list[str]) -> None:
    assert live(body, rule("one", "a", A), rule("two", "rule(one)", B)) == expected


@pytest.mark.parametrize("when", ["rule(draft)", "rule(draft) and a"])
def test_a_rule_that_asks_for_a_draft_is_never_looked_at(when: str) -> None:
    assert "two" not in live("微信", rule("draft", "a", A, status="draft"), rule("two", when, A))


def test_live_rules_stand_in_the_order_of_the_policy() -> None:
    rules = [rule(name, when, A, B, SHAPE) for name, when in (("z", "a"), ("y", "shape"), ("x", "b"), ("w", "a"))]
    assert live("微信失效1", *rules) == ["z", "y", "x", "w"]


def test_rules_with_one_pattern_share_its_matcher() -> None:
    made = engine(rule("r", "a", A), rule("s", "w", text("w", "微信")), rule("t", "a", words("a", "微信")))
    assert len(made._program.matchers) == 2


def test_a_gate_touched_in_one_part_and_another_in_the_next_opens_the_rule() -> None:
    made = engine(rule("r", "a and b", A, B))
    assert made.decide(build.message("微信", build.Part("ocr", "失效"))).hits
