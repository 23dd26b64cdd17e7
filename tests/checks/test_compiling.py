"""What keeps a pattern from compiling is said with its place."""

from __future__ import annotations

import pytest

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
