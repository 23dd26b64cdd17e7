"""Candidates: where the automata say that a pattern may stand."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from modengine.engine.budget import Patience
from modengine.engine.match.matcher import Candidate
from modengine.engine.match.part import PartText, TextForm
from modengine.engine.match.terms import squeeze
from modengine.engine.match.walk import Walk, alike, beginnings, forms
from modengine.policy.model import Pattern
from modengine.text.skeleton import skeleton
from tests import build
from tests.build import compile_policy, rule, text

LETTERS = "不否刷木林强弓虽一x×"
"""Characters that look like others, are made of others among these, or have no other form; and a sign."""


def candidates(pattern: Pattern, body: str) -> list[Candidate]:
    """The candidates of a pattern in a body."""
    program = compile_policy(build.policy(rule("r", pattern.name, pattern)))
    return program.index.find(PartText("text", 0, body, program.segmenter(), Patience())).get(0, [])


def test_every_place_of_a_literal_is_a_candidate() -> None:
    found = candidates(text("t", "微微", "微信"), "微微微信")
    assert sorted(found) == [(TextForm.PLAIN, 0, 2, 0), (TextForm.PLAIN, 1, 3, 0), (TextForm.PLAIN, 2, 4, 1)]


def test_a_term_is_looked_for_in_the_text_that_its_options_ask_for() -> None:
    found = candidates(text("t", "微信", gaps=1, sounds_like=True), "微 信 weixin")
    assert [form for form, *_ in found] == [TextForm.REDUCED, TextForm.SOUNDS, TextForm.SOUNDS]


@settings(deadline=None)
@given(
    st.text(LETTERS, min_size=2, max_size=4).filter(lambda term: term.strip("×") and len(set(term)) > 1),
    st.text(LETTERS, min_size=1, max_size=9),
    st.booleans(),
    st.integers(0, 2),
)
def test_whatever_a_walk_reads_has_a_candidate(term: str, body: str, repeats: bool, gaps: int) -> None:
    """Tried from every place of the text, without an automaton."""
    spelling = alike(squeeze(term) if repeats else term)
    read = Walk(gaps, repeats).readings(body, spelling, 0, len(body) - 1)
    pattern = text("t", term, looks_like=True, repeats=repeats, gaps=gaps)
    assert candidates(pattern, body) or not read


def test_a_beginning_has_all_forms_of_its_characters_as_they_look() -> None:
    assert set(beginnings("不刷", repeats=True)) == {skeleton(a + b) for a in forms("不") for b in forms("刷")}


def test_with_repeats_a_character_of_several_forms_ends_the_beginning() -> None:
    assert len(forms("不")) > 1
    longest = {len(beginning) for beginning in beginnings("一不一一", repeats=True)}
    assert max(longest) <= max(map(len, forms("一"))) + max(map(len, forms("不")))
