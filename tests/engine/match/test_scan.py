"""What the hits of the automata touch."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modengine.engine.compile.need import bits, members
from modengine.engine.match.part import PartText, Runs
from modengine.engine.match.scan import turned
from modengine.engine.match.terms import squeeze
from modengine.engine.match.walk import Walk, alike
from modengine.policy.model import Pattern
from tests import build
from tests.build import compile_policy, rule, text

LETTERS = "不否刷木林强弓虽一x×"
"""Characters that look like others, are made of others among these, or have no other form; and a sign."""


def touched(pattern: Pattern, body: str) -> bool:
    """Whether a body touches the matcher of a pattern."""
    program = compile_policy(build.policy(rule("r", pattern.name, pattern)))
    return program.scan(PartText("text", 0, body, lambda: program.segmenter))[0] & 1 == 1


@pytest.mark.parametrize(
    ("pattern", "body", "expected"),
    [
        (text("t", "小✈", gaps=2), "小明", False),
        (text("t", "小✈", gaps=2), "小 明", False),
        (text("t", "小✈", gaps=2), "小 ✈", True),
        (text("t", "✈群", gaps=2), "一群", False),
        (text("t", "✈群", gaps=2), "✈ 群", True),
        (text("t", "快快", gaps=1), "快来", False),
        (text("t", "快快", gaps=1), "快 快", True),
        (text("t", "刷强弓木", looks_like=True), "刷强弓一", False),
        (text("t", "刷强弓木", looks_like=True), "刷弓虽弓木", True),
        (text("t", "不刷", looks_like=True, repeats=True), "否不刷", True),
        # The second character looks as the third does here, and is one with it in what is passed over.
        (text("t", "刷木林", looks_like=True), "刷林林", True),
        # Before the third the second comes again, in another form.
        (text("t", "强否木", looks_like=True, repeats=True), "强否不否木", True),
    ],
)
def test_a_hit_touches_where_what_it_is_part_of_stands(pattern: Pattern, body: str, expected: bool) -> None:
    assert touched(pattern, body) is expected


@settings(deadline=None)
@given(
    st.text(LETTERS, min_size=1, max_size=4).filter(lambda term: term.strip("×")),
    st.text(LETTERS, min_size=1, max_size=9),
    st.booleans(),
    st.integers(0, 2),
)
def test_whatever_a_walk_reads_touches(term: str, body: str, repeats: bool, gaps: int) -> None:
    """However soon a hit is done with: tried from every place of the text, without an automaton."""
    spelling = alike(squeeze(term) if repeats else term)
    read = Walk(gaps, repeats).ends(body, spelling, 0, len(body) - 1)
    pattern = text("t", term, looks_like=True, repeats=repeats, gaps=gaps)
    assert touched(pattern, body) or not read


@given(st.lists(st.integers(0, 2**11 - 1), min_size=1, max_size=20))
def test_turned_columns_are_rows(columns: list[int]) -> None:
    pytest.importorskip("numpy")
    rows = [bits(at for at, column in enumerate(columns) if column >> number & 1) for number in range(11)]
    assert turned(columns, 11) == rows
    assert sum(len(list(members(row))) for row in rows) == sum(column.bit_count() for column in columns)


def test_the_places_of_a_text_reduced_with_others_are_its_own() -> None:
    together = Runs([0, 2, 4, 5], first=2, base=3)
    assert [together.starts(k) for k in range(2)] == [(0, 1), (2, 2)]
