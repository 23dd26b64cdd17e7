"""Matching step by step: the matches of the `regex` package, in bounded time."""

from __future__ import annotations

import pytest
import regex
from hypothesis import given, settings

from modengine.engine.match.linear import Linear, linear
from modengine.engine.match.nfa import automaton
from tests import expressions


@pytest.mark.parametrize(
    ("source", "text", "expected"),
    [
        ("a|ab", "xab", [(1, 2)]),
        ("ab|a", "xab", [(1, 3)]),
        ("a+?b?", "aab", [(0, 1), (1, 3)]),
        ("a*?", "aab", [(0, 1), (1, 2)]),
        ("加.{0,2}信", "加微信 加  信", [(0, 3), (4, 8)]),
        ("(?<=加)微(?=信)", "加微信 加微 微信", [(1, 2)]),
        ("a(?!.*b)", "aaba a", [(3, 4), (5, 6)]),
        (r"\bvx\b", "vx: devxy", [(0, 2)]),
        ("k", "kK\u212a", [(0, 1), (1, 2), (2, 3)]),
        ("a$", "a\n", [(0, 1)]),
        ("(?m)^a", "a\na", [(0, 1), (2, 3)]),
        (r"\b|微", "加微", [(1, 2)]),
    ],
)
def test_the_leftmost_matches_and_the_first_way(source: str, text: str, expected: list[tuple[int, int]]) -> None:
    automaton = linear(source, False)
    assert automaton is not None
    assert list(automaton.spans(text)) == expected == expressions.spans((source, False), text)


@settings(max_examples=200)  # tests/nightly has thousands
@given(expressions.sources(), expressions.short_texts())
def test_the_matches_are_those_of_the_package(source: expressions.Source, text: str) -> None:
    expressions.steps_agree(source, text)


def test_the_shipped_expressions_match_as_in_the_package() -> None:
    texts = [text for text in expressions.texts(2000) if len(text) < 100]
    assert len(texts) >= 10
    differing = 0
    # Every one of them on some of the texts: on all it takes minutes.
    for number, source in enumerate(expressions.shipped()):
        automaton = linear(*source)
        assert automaton is not None
        for text in texts[number % 20 :: 20]:
            differing += list(automaton.spans(text)) != expressions.spans(source, text)
    assert differing == 0  # the texts themselves are not shown


@pytest.mark.parametrize("source", ["(?:哈|哈哈)+啊", "(?:哈+)+啊", "哈*哈*哈*啊", "(?:.*)(?=啊)啊"])
def test_the_steps_are_never_more_than_text_times_program(source: str, monkeypatch: pytest.MonkeyPatch) -> None:
    charsets, made = automaton(source, False)
    assert made is not None
    steps = 0
    takes = Linear._takes

    def counted(self: Linear, charset: int, char: str) -> bool:
        nonlocal steps
        steps += 1
        return takes(self, charset, char)

    monkeypatch.setattr(Linear, "_takes", counted)
    text = "哈" * 1000
    program = len(made.steps) + sum(max(1, len(look.steps)) for look in made.looks)
    assert list(Linear(made, charsets).spans(text)) == []
    assert 0 < steps <= len(text) * program


def test_the_package_itself_gives_up_on_such_a_text() -> None:
    with pytest.raises(TimeoutError):
        regex.search("(?:哈|哈哈)+啊", "哈" * 1000, timeout=0.05)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (r"(微)\1", True),
        ("(?P<a>微)(?P=a)", True),
        ("(?:微信){e<=1}", True),
        ("(?:(微)|信)(?(1)信|微)", True),
        ("(微(?R)?信)", True),
        ("微(?=(信)\\1)", True),
        ("微信|网.{0,9}银", False),
        ("(?<!加)微(?=信)", False),
        (r"\b微(?>信+)\b", True),
    ],
)
def test_an_expression_that_no_automaton_can_say_has_none(source: str, expected: bool) -> None:
    assert (linear(source, exact_case=False) is None) is expected
