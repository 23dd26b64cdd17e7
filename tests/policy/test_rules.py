"""Rules and patterns: what every key of a ruleset becomes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from modengine.policy.condition import walk
from modengine.policy.load import read
from modengine.policy.model import MANY, Pattern, Token
from tests.policy.loading import HEAD, RULE, clean, codes, rule_of


def pattern_of(write: Any, written: str, more: str = "") -> Pattern:
    """The one pattern of a rule of a lone ruleset."""
    rule = f"  - id: demo.a\n    title: A\n    score: 10\n    patterns:\n      a: {written}\n    when: a\n"
    text = f"{HEAD}{more}rules:\n{rule}"
    return rule_of(clean(write(r=text))).patterns[0]


def test_a_rule_is_stable_without_a_word_about_it(write: Any) -> None:
    rule = rule_of(clean(write(r=HEAD + "rules:\n" + RULE)))
    assert (rule.status, rule.category, rule.score, rule.ruleset) == ("stable", "fraud", 10, "demo")
    assert (rule.clause, rule.group, rule.unless, rule.relief) == (None, None, None, None)


def test_a_pattern_keeps_all_its_options(write: Any) -> None:
    pattern = pattern_of(
        write,
        "{words: [加微信], gaps: 2, repeats: true, sounds_like: true, looks_like: true, weight: 0.25, "
        "outside: [quotes, urls], part: [ocr], case: exact, near_miss: false}",
    )
    assert (pattern.gaps, pattern.repeats, pattern.sounds_like, pattern.looks_like) == (2, True, True, True)
    assert (pattern.weight, pattern.outside, pattern.parts) == (0.25, ("quotes", "urls"), ("ocr",))
    assert (pattern.exact_case, pattern.near_miss) == (True, False)


def test_a_pattern_has_no_option_that_it_does_not_ask_for(write: Any) -> None:
    pattern = pattern_of(write, "{text: [加微信]}")
    assert pattern == Pattern("a", "text", pattern.place, ("加微信",), term_places=pattern.term_places)


def test_forms_stand_behind_the_terms_that_are_written_and_are_placed_there(write: Any) -> None:
    pattern = pattern_of(write, "{words: [won, Prize, 'WeChat'], inflect: true}")
    assert pattern.terms == ("won", "Prize", "WeChat", "win", "winning", "wins", "Prized", "Prizes", "Prizing")
    assert [place.column for place in pattern.term_places] == [19, 24, 31]
    assert pattern_of(write, "{words: [win, wins], inflect: true}").terms == ("win", "wins", "winning", "won")


@pytest.mark.parametrize(
    ("term", "says"),
    [("中奖", "has no forms"), (" ".join(["go"] * 5), "more than 1,000 forms")],
)
def test_what_has_no_forms_is_refused_where_it_stands(write: Any, term: str, says: str) -> None:
    text = HEAD + "rules:\n" + RULE.replace("[加微信]", f"[prize, {term}], inflect: true")
    [found] = read(write(r=text)).diagnostics
    assert (found.code, says in found.message) == ("ME409", True)
    assert found.location.column == text.splitlines()[-1].index(term) + 1


@pytest.mark.parametrize("written", ["{words: {list: bank}}", "{words: [{list: bank}]}"])
def test_a_pattern_takes_its_terms_from_a_list(write: Any, written: str) -> None:
    pattern = pattern_of(write, written, "lists: {bank: [中国银行, 工行]}\n")
    assert (pattern.terms, pattern.lists) == (("中国银行", "工行"), ("bank",))


def test_terms_and_lists_mix_in_their_order_and_know_their_places(write: Any) -> None:
    pattern = pattern_of(write, "{words: [甲, {list: bank}, 乙]}", "lists:\n  bank: [中国银行, 工行]\n")
    assert pattern.terms == ("甲", "中国银行", "工行", "乙")
    assert [(place.line, place.column) for place in pattern.term_places] == [(11, 19), (5, 10), (5, 16), (11, 36)]


def test_a_list_may_be_a_file_beside_the_rules(write: Any) -> None:
    path = write(
        r=HEAD + "lists: {bank: {file: lists/bank_list.txt}}\nrules:\n" + RULE.replace("[加微信]", "{list: bank}"),
        lists__bank_list="\ufeff# banks\r\n\r\n  工行  # ICBC\r\n#\r\nC#\r\n#话题\r\nA B\r\n",
    )
    pattern = rule_of(clean(path)).patterns[0]
    assert pattern.terms == ("工行", "C#", "A B")
    assert [(Path(p.file).name, p.line, p.column) for p in pattern.term_places] == [
        ("bank_list.txt", 3, 3), ("bank_list.txt", 5, 1), ("bank_list.txt", 7, 1),
    ]  # fmt: skip


def test_a_list_in_a_regex_is_escaped_and_its_longest_term_comes_first(write: Any) -> None:
    pattern = pattern_of(
        write, "{regex: '^{list: bank}[0-9]{3}'}", "lists: {bank: [工行, a.b, 中国工行, Ｖ信, 工行]}\n"
    )
    assert pattern.regex == r"^(?:中国工行|a\.b|v信|工行)[0-9]{3}"
    assert pattern.lists == ("bank",)


def test_the_blanks_behind_a_list_that_is_not_closed_are_read_once(write: Any) -> None:
    """A reader that tries each of them as the last one is at it for half a minute."""
    read(write(r=HEAD + "rules:\n" + RULE.replace("words: [加微信]", "regex: 'a{list:" + " " * 3_900 + "'")))


def test_a_regex_may_be_as_long_as_the_limit(write: Any) -> None:
    assert len(pattern_of(write, "{regex: " + "a" * 4000 + "}").regex or "") == 4000
    assert codes(read(write(r=HEAD + "rules:\n" + RULE.replace("words: [加微信]", "regex: " + "a" * 4001)))) == [
        "ME402"
    ]


def test_tokens_become_steps(write: Any) -> None:
    pattern = pattern_of(
        write,
        "{tokens: [{text: 加, op: '?'}, {in: act, op: '*'}, {like: handle, op: '+'}, {pos: v, op: '{2}'}, "
        "{op: '{0,3}'}, {text: x, pos: n, op: '{2,}'}, {text: z, op: '{,4}'}]}",
        "lists: {act: [登录]}\n",
    )
    assert pattern.tokens == (
        Token(text="加", low=0, high=1),
        Token(among=("登录",), low=0, high=MANY),
        Token(like="handle", low=1, high=MANY),
        Token(pos="v", low=2, high=2),
        Token(low=0, high=3),
        Token(text="x", pos="n", low=2, high=MANY),
        Token(text="z", low=0, high=4),
    )
    assert len(pattern.term_places) == len(pattern.tokens)


def test_a_shared_pattern_serves_every_rule_and_is_kept_only_where_it_is_used(write: Any) -> None:
    policy = clean(
        write(
            r=HEAD
            + "patterns: {never: {words: [不会]}}\nrules:\n"
            + RULE
            + RULE.replace("demo.a", "demo.b").replace("when: a", "when: a, unless: 'near(never, a, 5)'")
        )
    )
    assert [pattern.name for pattern in rule_of(policy).patterns] == ["a"]
    assert [(p.name, p.shared) for p in rule_of(policy, "demo.b").patterns] == [("never", True), ("a", False)]


def test_them_are_the_patterns_of_the_rule_and_a_glob_reaches_the_shared_ones(write: Any) -> None:
    text = (
        HEAD
        + "patterns: {a2: {words: [不会]}, c: {words: [请勿]}}\nrules:\n"
        + RULE.replace("when: a", "when: any of them and 1 of (a*)")
    )
    when = rule_of(clean(write(r=text))).when
    assert [node.names for node in walk(when) if hasattr(node, "names")] == [("a",), ("a", "a2")]


def test_a_relief_has_no_category_of_its_own(write: Any) -> None:
    policy = clean(
        write(
            r=HEAD + "rules:\n" + RULE + "  - {id: demo.r, title: R, relieve: {category: fraud, by: 40}, when: any}\n"
            "  - {id: demo.s, title: S, relieve: {rules: ['demo.?'], by: all}, when: any}\n"
        )
    )
    first, second = rule_of(policy, "demo.r"), rule_of(policy, "demo.s")
    assert (first.category, first.relief.category, first.relief.by) == (None, "fraud", 40)  # type: ignore[union-attr]
    assert (second.relief.category, second.relief.rules, second.relief.by) == ("fraud", ("demo.?",), None)  # type: ignore[union-attr]


def test_a_ruleset_of_reliefs_alone_needs_no_category(write: Any) -> None:
    text = "ruleset: relief\ntitle: R\nrules:\n  - {id: r.a, title: R, relieve: {category: fraud, by: 40}, when: any}\n"
    assert codes(read(write(r=text))) == []


def test_examples_are_messages(write: Any) -> None:
    text = (
        HEAD
        + "rules:\n"
        + RULE.rstrip("}\n")
        + """, examples: {match: [加微信, {text: x, id: one, channel: group, size: 480, rate: 0.5,
      viral: true, nothing: ~, time: 2014-05-30T08:00:00+08:00, parts: [{kind: ocr, text: y}]}], pass: [z]}}\n"""
    )
    examples = rule_of(clean(write(r=text))).examples
    first, second = (example.message for example in examples.match)
    assert (first.text, first.fields, first.parts) == ("加微信", {}, ())
    assert (second.text, second.id, [(part.kind, part.text) for part in second.parts]) == ("x", "one", [("ocr", "y")])
    assert second.fields == {
        "channel": "group", "size": 480, "rate": 0.5, "viral": True, "time": "2014-05-30T08:00:00+08:00",
    }  # fmt: skip
    assert [example.message.text for example in examples.passes] == ["z"]


def test_groups_and_clauses_are_kept_with_their_places(write: Any) -> None:
    text = (
        HEAD
        + "clauses:\n  F4: Posing as a bank\ngroups: {links: {cap: 60}}\nrules:\n"
        + RULE.replace("score: 10", "score: 10, group: links, clause: F4")
    )
    (ruleset,) = clean(write(r=text)).rulesets
    assert (ruleset.caps, ruleset.clauses, ruleset.clause_places["F4"].line) == (
        {"links": 60},
        {"F4": "Posing as a bank"},
        5,
    )
    assert (ruleset.rules[0].group, ruleset.rules[0].clause) == ("links", "F4")
