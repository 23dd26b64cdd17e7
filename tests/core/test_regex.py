"""The expressions of the compiled core: the matches of the `regex` package."""

from __future__ import annotations

import random
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings

from tests import expressions

core: Any = pytest.importorskip("modengine._core", reason="the compiled core is not built")


def compiled(*sources: expressions.Source) -> Any:
    return expressions.regexes(core, sources)


@settings(max_examples=300)  # tests/nightly has thousands
@given(expressions.sources(), expressions.short_texts(), expressions.short_texts())
def test_the_matches_are_those_of_the_package(source: expressions.Source, text: str, other: str) -> None:
    expressions.core_agrees(core, source, text, other)


def test_states_that_no_longer_have_a_row() -> None:
    """Each place of the text asks for another state, until all are forgotten and made anew."""
    source = ("a[ab]{17}c", False)
    drawn = random.Random(3)
    text = "".join(drawn.choices("abc", (20, 20, 1), k=150_000))
    regexes = compiled(source)
    assert regexes.find_all(text, 0) == expressions.spans(source, text) != []
    assert regexes.memory() > 1 << 20


def test_the_shipped_expressions_match_as_in_the_package() -> None:
    regexes = compiled(*expressions.shipped())
    texts = expressions.texts(300)
    assert len(texts) >= 50
    differing = found = 0
    for number, source in enumerate(expressions.shipped()):
        for text in texts[number % 4 :: 4]:
            expected = expressions.spans(source, text)
            found += len(expected)
            differing += regexes.find_all(text, number) != expected
    assert found > 100
    assert differing == 0  # the texts themselves are not shown


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("(?:哈|哈哈)+啊", "啊" + "哈" * 20_000),
        ("(?<!x)(?:哈+)+(?=啊|嗯嗯)", "哈" * 20_000 + "嗯嗯"),
        ("[哈嗯]*哈[哈嗯]{12}啊", "哈嗯嗯哈哈哈嗯" * 1000),
    ],
)
def test_a_hostile_text_is_read_once(source: str, text: str) -> None:
    # The package takes longer than anyone waits, so that there is nothing to compare with but the end.
    found = compiled((source, False)).find_all(text, 0)
    assert found == ([(0, 20_000)] if text.endswith("嗯嗯") else [])


def test_what_is_left_to_python_says_so() -> None:
    regexes = compiled((r"(a)\1", False), ("a", False))
    assert regexes.find_all("aa", 0) is None
    assert regexes.find_all("aa", 1) == [(0, 1), (1, 2)]


def test_an_astral_character_is_one() -> None:
    assert compiled(("b", False)).find_all("😀b\U0010ffffb", 0) == [(1, 2), (3, 4)]


@pytest.mark.parametrize("data", [b"", b"\xc1", msgspec.msgpack.encode([[], [[[], [], []]]])])
def test_data_that_is_none_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match="malformed"):
        core.Regexes(data)


def test_states_are_made_when_a_text_asks_for_them() -> None:
    regexes = compiled(("a+b", False))
    assert regexes.memory() == 0
    regexes.find_all("aab", 0)
    assert 0 < regexes.memory() < 100_000
