"""What keeps a pattern from compiling is said with its place; what is said of many of them has a bound."""

from __future__ import annotations

import pytest

from modengine.checks import terms
from modengine.checks.compiling import pattern_problems
from tests import build


@pytest.mark.parametrize("source", [r"\ud800加", r"加[\U0000dfff微]", r"(?:加|\ud800+微)"])
def test_half_a_character_in_a_regex_is_refused(source: str) -> None:
    """No text of the core's has one: a literal with it was a UnicodeEncodeError."""
    [problem] = pattern_problems(build.policy(build.rule("a.b", "p", build.regex("p", source))))
    assert problem.code == "ME401"
    assert "half of a character" in problem.message


@pytest.mark.parametrize("source", [r"[\ud000-\uffff]加", r"\U0001f600加", r"[^a]加"])
def test_a_range_over_halves_and_whole_characters_are_fine(source: str) -> None:
    policy = build.policy(build.rule("a.b", "p", build.regex("p", source)))
    assert pattern_problems(policy) == ()
    build.engine(*policy.rules).decide("x加")


def test_of_many_patterns_in_one_condition_so_many_pairs_are_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    """200 shared patterns in each of 240 conditions took 10 s."""
    compared = 0

    def shared(*_: object) -> list[str]:
        nonlocal compared
        compared += 1
        return []

    monkeypatch.setattr(terms, "_shared", shared)
    made = [build.text(f"p{number}", f"词{number}") for number in range(100)]
    policy = build.policy(build.rule("a.b", "2 of them", *made))
    assert list(terms.TermsThatCountTwice().find(policy)) == []
    assert 0 < compared <= terms.MOST_PAIRS
