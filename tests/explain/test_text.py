"""Explanations in a terminal."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings, strategies as st
from rich.cells import cell_len

from modengine.explain.text import as_text
from modengine.model import ConditionTrace as Node, Decision, Match, Message, RuleTrace, Trace
from modengine.policy.model import Override
from tests.build import engine, override, rule, text
from tests.explain.cases import BY_NAME, CASES, HERE, trace_of, undetermined


@pytest.mark.parametrize("name", BY_NAME)
def test_golden(name: str, golden: Callable[[Path, str], None]) -> None:
    trace, details = trace_of(name)
    golden(HERE / "goldens" / f"{name}.txt", as_text(trace, BY_NAME[name].width, details=details))


def test_golden_of_what_could_not_be_determined(golden: Callable[[Path, str], None]) -> None:
    golden(HERE / "goldens" / "undetermined.txt", as_text(undetermined()))


@pytest.mark.parametrize("name", BY_NAME)
@pytest.mark.parametrize("width", [60, 77, 160])
def test_no_line_is_wider_than_the_terminal(name: str, width: int) -> None:
    trace, details = trace_of(name)
    for line in as_text(trace, width, details=details).splitlines():
        assert cell_len(line) <= width, line


@pytest.mark.parametrize("name", BY_NAME)
def test_nothing_steers_the_terminal(name: str) -> None:
    trace, details = trace_of(name)
    text = as_text(trace, details=details)
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]", text)


@pytest.mark.parametrize("name", BY_NAME)
def test_explanations_stay_short_whatever_the_message(name: str) -> None:
    trace, details = trace_of(name)
    assert len(as_text(trace, details=details)) < 20_000


def test_color_changes_nothing_but_color() -> None:
    trace, details = trace_of("overlapping-matches")
    colored = as_text(trace, color=True, details=details)
    assert "\x1b[" in colored
    assert re.sub(r"\x1b\[[0-9;]*m", "", colored) == as_text(trace, details=details)


def test_no_color_is_honoured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    trace, _ = trace_of("hit-in-scope")
    assert not re.search(r"\x1b\[[0-9;]*3[0-9]m", as_text(trace, color=True))


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("hit-in-scope", "in scope: the action is taken"),
        ("nothing-found", "no category reaches a threshold"),
        ("outside-the-period", "shadow: no action is taken"),
        ("partly-in-scope", "shadow; taken is REVIEW, the highest action in scope"),
        ("study", "a study policy: shadow always, no action is ever taken"),
        ("scope-ignored", "scope and period were not looked at"),
    ],
)
def test_the_first_line_says_whether_an_action_is_taken(name: str, sentence: str) -> None:
    trace, details = trace_of(name)
    assert sentence in as_text(trace, details=details).splitlines()[0]


def _bare(text: str, *spans: tuple[int, int]) -> Trace:
    matches = tuple(Match(f"p{i}", "text", 0, s, e, text[s:e], text[s:e], ("text",)) for i, (s, e) in enumerate(spans))
    rule = RuleTrace("r", "Rule", "c", "score", "hit", Node("p0", True), None, matches)
    return Trace(Message(text), Decision(None, "allow", "allow", False, False, {}), (rule,), (), ())


_TEXTS = st.text(st.characters(codec=None), min_size=1, max_size=60)


@settings(deadline=None)
@given(_TEXTS, st.data())
def test_brackets_stand_under_what_was_found(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    shown = as_text(_bare(text, (start, end)), width=200)
    for line in shown.splitlines():
        assert cell_len(line) <= 200
    assert "[1]" in shown or re.search(r"\[─*1─*\]|\[─*1|1─*\]", shown)


def test_wide_characters_are_counted_as_two_cells() -> None:
    lines = as_text(_bare("ab网银cd失效", (2, 4), (6, 8))).splitlines()
    at = next(i for i, line in enumerate(lines) if "ab网银" in line)
    assert lines[at + 1] == "      [1─]  [2─]"


def test_a_match_that_is_wrapped_is_marked_on_both_lines() -> None:
    text = "a" * 50 + "b" * 20
    lines = as_text(_bare(text, (45, 60)), width=60).splitlines()
    under = [line for line in lines if set(line.strip()) & set("─") and "│" not in line]
    assert under[0].strip().startswith("[")
    assert under[1].strip().endswith("]")


def test_an_explanation_holds_the_clause_in_full() -> None:
    trace, details = trace_of("hit-in-scope")
    assert "F1: Messages that pose as a bank to obtain credentials." in as_text(trace, details=details)


def test_a_message_of_no_policy_is_explained() -> None:
    assert msgspec.json.encode(_bare("x", (0, 1)))
    assert "Rule" in as_text(_bare("x", (0, 1)))


def test_cases_are_many_enough() -> None:
    assert len(CASES) >= 20


def test_an_override_is_told_of_where_it_changed_the_action() -> None:
    def said(score: int, *overrides: Override) -> list[str]:
        made = engine(rule("r", "a", text("a", "甲"), score=score), overrides=overrides)
        return [line for line in as_text(made.trace("甲"), 100).splitlines() if "by an override" in line]

    label, review = override("r", action="label"), override("r", action="review")
    assert said(20, review) == ["  fraud raised to review by an override, because r hit"]
    assert said(30, label, review) == ["  fraud raised to review by an override, because r hit"]
    assert said(50, label, review) == said(90, review) == []


def test_a_near_miss_of_a_rule_on_test_gives_no_points() -> None:
    a, b = text("a", "甲"), text("b", "乙")
    made = engine(rule("r", "a and b", a, b, status="test"), rule("s", "a and b", a, b, score=40))
    shown = as_text(made.trace("甲"))
    assert "  r  is on test: it would give no points\n" in shown
    assert "  s  would give 40 to fraud\n" in shown
