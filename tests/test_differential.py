"""The engine says what the naive engine says, which was written from the specification alone.

10,000 generated pairs: 1,000 policies of 10 messages each, the same ones on every run.  Set
`MODENGINE_EXAMPLES` to try other numbers of policies, then chosen at random.
"""

from __future__ import annotations

import os
from dataclasses import replace
from typing import Any

import pytest
import rjieba
from hypothesis import HealthCheck, given, settings

import modengine
from modengine.engine.engine import Engine
from modengine.model import Decision, Message, RuleHit
from modengine.policy.model import Policy, Relief, Token
from modengine.run.jsonl import message_from
from tests import naive
from tests.build import compile_policy
from tests.paths import ROOT
from tests.strategies import cases, make_pattern, make_policy, make_rule, make_ruleset

EXAMPLES = int(os.environ.get("MODENGINE_EXAMPLES", "1000"))

settings.register_profile(
    "differential",
    max_examples=EXAMPLES,
    derandomize="MODENGINE_EXAMPLES" not in os.environ,
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)


def hit(one: RuleHit) -> dict[str, Any]:
    matches = sorted((m.pattern, m.part_index, m.start, m.end, m.weight) for m in one.matches)
    return {
        "rule": one.rule,
        "category": one.category,
        "points": one.points,
        "counted": one.counted,
        "matches": [list(match) for match in matches],
    }


def seen(decision: Decision) -> dict[str, Any]:
    """What the naive engine says too of a decision."""
    return {
        "action": decision.action,
        "taken": decision.taken,
        "in_scope": decision.in_scope,
        "flagged": decision.flagged,
        "categories": {
            name: {"score": c.score, "action": c.action, "in_scope": c.in_scope, "shadow": sorted(c.shadow)}
            for name, c in decision.categories.items()
        },
        "hits": [hit(one) for one in decision.hits],
        "shadow_hits": [hit(one) for one in decision.shadow_hits],
        "relief": [{"rule": r.rule, "category": r.category, "points": r.points} for r in decision.relief],
        "raised": sorted([r.category, r.action, sorted(r.rules)] for r in decision.raised),
        "undetermined": list(decision.undetermined),
    }


class Fast:
    """rjieba with the words of a policy, in the shape of jieba."""

    def __init__(self, policy: Policy) -> None:
        self._words = rjieba.Jieba()
        for word, frequency in naive.own_words(policy).items():
            self._words.add_word(word, frequency, "")

    def cut(self, text: str, HMM: bool) -> list[str]:  # noqa: N803
        return self._words.cut(text, HMM)


def agree(engine: Engine, policy: Policy, messages: list[Message]) -> None:
    """Every other message is decided as if it lay in scope.

    With words added, rjieba and jieba rarely differ (加加加加加 has two equally likely readings).
    Where they do, the naive engine may have its words from rjieba, set up here and not there.
    """
    words = naive.segmenter(policy)
    for at, message in enumerate(messages):
        ignore_scope = bool(at % 2)
        real = seen(engine.decide(message, ignore_scope=ignore_scope))
        expected = naive.decide(policy, message, ignore_scope=ignore_scope, words=words)
        if real != expected and policy.segmenter == "rjieba":
            fast = Fast(policy)
            if any(
                naive.cut(naive.plain(p.text), fast) != naive.cut(naive.plain(p.text), words)
                for p in message.all_parts()
            ):
                expected = naive.decide(policy, message, ignore_scope=ignore_scope, words=fast)
        assert real == expected, message


@pytest.mark.slow
@settings(settings.get_profile("differential"))
@given(cases())
def test_the_engine_decides_as_the_naive_engine_does(case: tuple[Policy, list[Message]]) -> None:
    policy, messages = case
    agree(Engine(compile_policy(policy)), policy, messages)


@pytest.mark.slow
@pytest.mark.parametrize("quarter", range(4))
@pytest.mark.parametrize("name", ["campaign-2014.yaml", "campaign-2014-reposts.yaml"])
def test_the_shipped_policies_decide_the_samples_as_the_naive_engine_does(name: str, quarter: int) -> None:
    """In quarters, that processes may share the work."""
    engine = modengine.load(ROOT / "rules" / name)
    lines = (ROOT / "samples" / "messages.jsonl").read_text("utf-8").splitlines()[quarter::4]
    agree(engine, engine.policy, [message_from(line) for line in lines])


LOOKS = {"terms": ("不刷",), "looks_like": True}
QUOTED = {"terms": ("微",), "outside": ("quotes",)}


@pytest.mark.parametrize(
    ("text", "options"),
    [
        # What the comparison once found, or what lies near it.
        ("..", {"terms": ("．",), "repeats": True}),
        ("不否", {"terms": ("不",), "looks_like": True, "repeats": True}),
        ("否不刷", {**LOOKS, "repeats": True}),
        ("不否刷", {**LOOKS, "repeats": True}),
        ("否否刷", {**LOOKS, "repeats": True}),
        ("否不 否否刷刷", {**LOOKS, "repeats": True, "gaps": 1}),
        ("否不。否刷", {**LOOKS, "repeats": True, "gaps": 1}),
        ("弓虽强 弓虽不", {"terms": ("强不林",), "looks_like": True, "repeats": True, "gaps": 1}),
        ("弓虽强 弓虽不否不木木林", {"terms": ("强不林",), "looks_like": True, "repeats": True, "gaps": 1}),
        ("强否否木木 木木", {"terms": ("强不林林",), "looks_like": True, "gaps": 2}),
        ("弓×", {"terms": ("弓x",), "looks_like": True, "gaps": 1}),
        ("i×x", {"terms": ("ix",), "looks_like": True, "gaps": 2}),
        ("木木木", {"terms": ("林木", "林林"), "looks_like": True}),
        ("产生品", {"terms": ("产品", "产"), "looks_like": True}),
        ("乂木殳木", {"terms": ("杀木", "杀殳木"), "looks_like": True}),
        ("““薇”微”", QUOTED),
        ("“微\n”微", QUOTED),
        ('"\n微"', QUOTED),
        ("﹁微﹂微", QUOTED),
    ],
)
def test_matches_are_those_of_the_naive_engine(text: str, options: dict[str, Any]) -> None:
    rule = make_rule("a.r", "p", [make_pattern("p", "text", **options)], category="a", ruleset="a", score=10)
    policy = make_policy(make_ruleset("a", "a", [rule]))
    agree(Engine(compile_policy(policy)), policy, [Message(text)])


def test_a_run_of_end_marks_ends_one_sentence() -> None:
    steps = (Token(like="latin"), Token(text="。", low=0, high=1 << 30))
    rule = make_rule("a.r", "p", [make_pattern("p", "tokens", tokens=steps)], category="a", ruleset="a", score=10)
    engine = Engine(compile_policy(make_policy(make_ruleset("a", "a", [rule]))))
    agree(engine, engine.policy, [Message(text) for text in ("x。。员", "x。a", "。。x", "x？！。", "x。\n。")])


def test_a_shadow_relief_is_worth_its_weight() -> None:
    pattern = make_pattern("p", "words", terms=("微信",), sounds_like=True, weight=0.5)
    relief = make_rule("relief.r", "p", [pattern], category=None, ruleset="relief", score=0, status="test")
    relief = replace(relief, relief=Relief(category="a", rules=(), by=5))
    rule = make_rule("a.r", "p", [make_pattern("p", "text", terms=("吃",))], category="a", ruleset="a", score=10)
    engine = Engine(compile_policy(make_policy(make_ruleset("a", "a", [rule]), make_ruleset("relief", None, [relief]))))
    agree(engine, engine.policy, [Message("吃威信"), Message("吃微信")])


def test_a_message_that_is_too_long_is_not_decided_at_all() -> None:
    rule = make_rule("a.r", "p", [make_pattern("p", "text", terms=("微",))], category="a", ruleset="a", score=10)
    engine = Engine(compile_policy(make_policy(make_ruleset("a", "a", [rule]))))
    for text in ("微" * naive.LIMIT, "微" * (naive.LIMIT + 1)):
        real, expected = seen(engine.decide(text)), naive.decide(engine.policy, Message(text))
        expected = {key: value for key, value in expected.items() if key != "undetermined"}
        assert {key: real[key] for key in expected} == expected
        assert bool(real["undetermined"]) == (len(text) > naive.LIMIT)
