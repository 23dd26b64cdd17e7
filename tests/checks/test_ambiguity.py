"""Which regexes are catastrophic: told by their form."""

from __future__ import annotations

import pytest
import regex

from modengine.checks.ambiguity import is_exponential

EXPONENTIAL = {
    "(a+)+b": "a",
    "(a*)*b": "a",
    "(?:a|a)*b": "a",
    r"(?:\d|\w)*!": "1",
    "(?:a|ab|b)*c": "ab",
    "(?:[a-z]+\\s*)*!": "a",
    "(?:加?微?)*信": "加微",
    "(?:.*加)*微": "加",
    "(?:a+){25,}b": "a",
    "(?:加|[加微])*信": "加",
    "(?:(?:加|微)+群?)*信": "加",
}
"""Expressions, each with what a text repeats to make them slow."""
HARMLESS = (
    "a+b",
    "(?:ab)*c",
    ".*x.*y",
    "(?:a|b)*c",
    r"(?:\d+,)*x",
    "(?>a+)*b",
    "(?:a++)*b",
    r"(?:加\w)*x",
    "(?:加.{0,8}微){2,5}",
    r"(?:[a-z]+\s)*!",
    "加(?:微|信|群)+",
    "(?<=加)(?:a+)b",
    "(?:a{1,3}b)*c",
    r"(a)\1*b",
)


@pytest.mark.parametrize("source", EXPONENTIAL)
def test_a_repeat_that_reads_a_text_in_two_ways_is_told(source: str) -> None:
    assert is_exponential(source)


@pytest.mark.parametrize("source", HARMLESS)
def test_what_reads_every_text_in_one_way_is_not(source: str) -> None:
    assert not is_exponential(source)


@pytest.mark.parametrize("source", ["(?:a{50}){50}(?:b|c)*", "(?:" + "|".join("abcdefghij" * 30) + ")*x"])
def test_nothing_is_said_of_what_is_too_large(source: str) -> None:
    assert not is_exponential(source)


@pytest.mark.parametrize("source", ["(?:a|a)*b", "(?:a|ab|b)*c"])
def test_the_matcher_runs_into_its_limit_on_what_is_told(source: str) -> None:
    with pytest.raises(TimeoutError):
        regex.compile(source).search(EXPONENTIAL[source] * 40 + "?" + source[-1], timeout=0.25)
