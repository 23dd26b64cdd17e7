"""The automaton gives the hits that plain search gives."""

from __future__ import annotations

from hypothesis import given, settings, strategies as st

from modengine.engine.match.literals import Automaton

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


def test_without_literals_nothing_is_found() -> None:
    assert Automaton([]).find("加微") == []
