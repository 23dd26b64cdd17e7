"""The engines say the same: of 5,000 generated pairs of a policy and a message; tests/nightly has 100,000."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from modengine.engine.budget import BUDGET, Budget
from modengine.engine.engine import Engine
from modengine.model import Message
from modengine.policy.model import Pattern, Policy, Relief, Token
from tests import naive
from tests.agreement import agree, agree_on_pairs, agree_on_samples, seen
from tests.build import compile_policy, pattern, policy_of, rule, ruleset
from tests.strategies import cases, policies


@settings(max_examples=20, suppress_health_check=list(HealthCheck))
@given(policies(), st.integers(0, 1 << 32))
def test_the_core_and_the_python_engine_decide_as_the_naive_engine_does(policy: Policy, seed: int) -> None:
    agree_on_pairs(policy, 100, seed)


@settings(max_examples=15, suppress_health_check=list(HealthCheck))
@given(cases(), st.integers(0, 4), st.integers(0, 12))
def test_what_a_budget_cuts_off_is_undetermined_in_all(
    case: tuple[Policy, list[Message]], candidates: int, opaque_length: int
) -> None:
    policy, messages = case
    budget = Budget(candidates=candidates, opaque_length=opaque_length)
    agree(Engine(compile_policy(policy, budget)), policy, messages)


@pytest.mark.parametrize(("name", "first"), [("campaign-2014.yaml", 3), ("campaign-2014-reposts.yaml", 17)])
def test_the_shipped_policies_decide_samples_as_the_naive_engine_does(name: str, first: int) -> None:
    agree_on_samples(name, slice(first, None, 30))


def agree_on_rule(when: str, patterns: Sequence[Pattern], texts: Iterable[str]) -> None:
    """The engines decide texts alike by a policy of one rule."""
    made = rule("a.r", when, *patterns, category="a", ruleset="a", score=10)
    policy = policy_of(ruleset("a", "a", [made]))
    agree(Engine(compile_policy(policy)), policy, [Message(text) for text in texts])


LOOKS = {"terms": ("不刷",), "looks_like": True}
QUOTED = {"terms": ("微",), "outside": ("quotes",)}
NAMED = {"terms": ("微",), "outside": ("mentions",)}


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
        ("林㇆一㇉林", {"terms": ("林弓林",), "looks_like": True, "gaps": 1}),
        ("林.㇆一㇉ ㇆一㇉。", {"terms": ("林弓",), "looks_like": True, "gaps": 1, "repeats": True}),
        ("乂木殳木", {"terms": ("杀木", "杀殳木"), "looks_like": True}),
        ("““薇”微”", QUOTED),
        ("“微\n”微", QUOTED),
        ('"\n微"', QUOTED),
        ("﹁微﹂微", QUOTED),
        ("@微 @a-_微", NAMED),
        ("‘it’s 微’ 微 ‘微’微", QUOTED),
        ("@\u0307微", NAMED),
        ("@x\u200d微", NAMED),
        ("@①Ⅳ\U00031350微", NAMED),
        ("@" + "x" * 29 + "微微", NAMED),
    ],
)
def test_matches_are_those_of_the_naive_engine(text: str, options: dict[str, Any]) -> None:
    agree_on_rule("p", [pattern("p", "text", **options)], [text])


@pytest.mark.parametrize("terms", [("加微信", "谢谢你"), ("谢谢",), ("品",)])
def test_repeats_beside_a_term_are_read_as_the_naive_engine_reads_them(terms: tuple[str, ...]) -> None:
    for options in ({}, {"sounds_like": True}, {"looks_like": True}):
        named = pattern("p", "words", terms=terms, repeats=True, gaps=2, **options)
        texts = (
            "参加加微信信用卡",
            "参加，加微信，信用卡",
            "答谢谢谢你",
            "道谢谢谢",
            "产品品",
            "力口加微薇信信用",
            "佳加微信芯片",
        )
        agree_on_rule("p", [named], texts)


def test_initials_are_read_as_the_naive_engine_reads_them() -> None:
    for kind in ("words", "text"):
        named = pattern("p", kind, terms=("微信", "无信", "欧卡", "银行"), initials=True, weight=0.7)
        texts = ("加WX号", "wx88", "卡拉ok", "微信ｗｘ", "wx wx", "yh_", "éyh", "yhß", "yh\u0301")
        agree_on_rule("p", [named], texts)


def test_terms_spelled_in_part_are_read_as_the_naive_engine_reads_them() -> None:
    for kind in ("words", "text"):
        named = pattern("p", kind, terms=("弄死你", "微信", "学校", "西安人", "银行", "a你"), spelled=True, weight=0.7)
        texts = (
            "nong死你 N死你 弄si你 弄s你们 弄死n2 弄死n",
            "加v信 w信号 微xin 微x 1w信 w信2",
            "xue校门口 x校 学X 学xiao",
            "xian人 xi安人 西an人 xan人 西a人",
            "y行 yin行 银hang 银xing yhang",
            "弄s ni 弄.死n nsn n死n",
            "a你 ａni",
        )
        agree_on_rule("p", [named], texts)


def test_of_equally_likely_readings_all_engines_take_the_same() -> None:
    """A last bit of the dictionary's total decides."""
    agree_on_rule("p", [pattern("p", "words", terms=("木木",))], ["木" * size for size in range(2, 30)])


def test_a_full_stop_ends_a_sentence_for_all_engines() -> None:
    first, second = pattern("p", "text", terms=("微",)), pattern("q", "text", terms=("信", "x"))
    bodies = (
        "微. 信",
        "微.信",
        "微 a. 信",
        "微 u.s. 信",
        "微 5.\t信",
        "微). 信",
        "微’. 信",
        ". 微. .信",
        "微é. x",
        "微яй. x",
        "微². x",
    )
    agree_on_rule("together(p, q)", [first, second], bodies)


@pytest.mark.parametrize("tag", ["m", "eng", "n", "x"])
def test_words_that_the_dictionary_lacks_have_the_tag_of_their_characters(tag: str) -> None:
    texts = ("jiawei11,000张", "加11,000张", "abc女子", "a1b2", "x.000.y")
    agree_on_rule("p", [pattern("p", "tokens", tokens=(Token(pos=tag),))], texts)


def test_a_run_of_end_marks_ends_one_sentence() -> None:
    steps = (Token(like="latin"), Token(text="。", low=0, high=1 << 30))
    texts = ("x。。员", "x。a", "。。x", "x？！。", "x。\n。")
    agree_on_rule("p", [pattern("p", "tokens", tokens=steps)], texts)


@pytest.mark.parametrize(
    ("when", "unless"),
    [
        ("message.pinned == true", "p"),
        ("message.pinned == true or near(absent, p, 3)", None),
        ("message.pinned == true or 2 of (absent, p)", None),
        ("message.pinned == true", "rule(a.other)"),
        ("message.pinned == true and not rule(relief.r)", None),
        ("message.pinned == true or rule(relief.r)", None),
        ("sounds and (q or message.pinned == true)", "message.reposts > 1 or 2 of (absent, p)"),
    ],
)
def test_a_rule_that_lacks_a_field_is_undetermined_where_any_of_its_patterns_fails(
    when: str, unless: str | None
) -> None:
    """Also where the condition could do without it."""
    patterns = [pattern(name, "text", terms=(term,)) for name, term in (("p", "微"), ("q", "。"), ("absent", "无无"))]
    patterns.append(pattern("sounds", "words", terms=("信",), sounds_like=True, weight=0.5))
    ids = ("a.other", "a.r", "relief.r")
    other = rule("a.other", "p and message.pinned == true", *patterns, category="a", ruleset="a", rules=ids)
    made = rule("a.r", when, *patterns, unless=unless, category="a", ruleset="a", score=10, rules=ids)
    relieving = rule("relief.r", "p or q", *patterns, category=None, ruleset="relief", relief=Relief("a", (), 5))
    policy = policy_of(ruleset("a", "a", [other, made]), ruleset("relief", None, [relieving]))
    for candidates in (0, 1, 2):
        engine = Engine(compile_policy(policy, Budget(candidates=candidates)))
        agree(engine, policy, [Message(text) for text in ("微微", "微", "无", "微新", "微微新", "微微信", "信。")])


def test_a_shadow_relief_is_worth_its_weight() -> None:
    named = pattern("p", "words", terms=("微信",), sounds_like=True, weight=0.5)
    relief = rule("relief.r", "p", named, category=None, ruleset="relief", score=0, status="test")
    relief = replace(relief, relief=Relief(category="a", rules=(), by=5))
    made = rule("a.r", "p", pattern("p", "text", terms=("吃",)), category="a", ruleset="a", score=10)
    engine = Engine(compile_policy(policy_of(ruleset("a", "a", [made]), ruleset("relief", None, [relief]))))
    agree(engine, engine.policy, [Message("吃威信"), Message("吃微信")])


def test_a_message_that_is_too_long_is_not_decided_at_all() -> None:
    made = rule("a.r", "p", pattern("p", "text", terms=("微",)), category="a", ruleset="a", score=10)
    engine = Engine(compile_policy(policy_of(ruleset("a", "a", [made]))))
    for text in ("微" * BUDGET.characters, "微" * (BUDGET.characters + 1)):
        real, expected = seen(engine.decide(text)), naive.decide(engine.policy, Message(text))
        expected = {key: value for key, value in expected.items() if key != "undetermined"}
        assert {key: real[key] for key in expected} == expected
        assert bool(real["undetermined"]) == (len(text) > BUDGET.characters)
