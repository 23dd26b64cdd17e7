"""The automaton: both libraries give the hits that plain search gives."""

from __future__ import annotations

import pytest
from hypothesis import given, settings, strategies as st

from modengine.engine.match import literals
from modengine.engine.match.literals import Automaton, build_ahocorasick_rs

ALPHABET = "ab加微❤\U00020000ß"
sets_of_literals = st.lists(st.text(ALPHABET, min_size=1, max_size=3), min_size=1, max_size=8, unique=True)
several = settings(max_examples=300, deadline=None)


def naive(terms: list[str], text: str) -> list[tuple[int, int, int]]:
    return sorted(
        (start, start + len(term), number)
        for number, term in enumerate(terms)
        for start in range(len(text))
        if text.startswith(term, start)
    )


@several
@given(sets_of_literals, st.text(ALPHABET, max_size=20))
def test_the_automaton_finds_every_occurrence(terms: list[str], text: str) -> None:
    assert sorted(Automaton(terms).find(text)) == naive(terms, text)


@several
@given(sets_of_literals, st.text(ALPHABET, max_size=20))
def test_the_other_library_finds_the_same(terms: list[str], text: str) -> None:
    assert sorted(build_ahocorasick_rs(terms)(text)) == sorted(Automaton(terms).find(text))


def test_without_literals_nothing_is_found() -> None:
    assert Automaton([]).find("加微") == []


def test_the_other_library_stands_in_where_the_first_has_no_wheel(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "daachorse", None)
    assert sorted(literals.Automaton(["加微", "微"]).find("加微信")) == [(0, 2, 0), (1, 2, 1)]
