"""Candidates: where the automata say that a pattern may stand."""

from __future__ import annotations

import pytest
from hypothesis import given, settings, strategies as st

from modengine.engine.budget import Patience
from modengine.engine.engine import Engine
from modengine.engine.match.matcher import Candidate
from modengine.engine.match.part import PartText, TextForm, reduce
from modengine.engine.match.terms import BY_LOOK, reads, squeeze
from modengine.engine.match.walk import LONGEST, MOST, Letter, Walk, alike, beginnings, forms
from modengine.policy.model import Pattern
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
    st.text(LETTERS, min_size=2, max_size=4).filter(lambda term: len(reduce(term)) > 1),
    st.text(LETTERS, min_size=1, max_size=9),
    st.booleans(),
    st.integers(0, 2),
)
def test_whatever_a_walk_reads_has_a_candidate(term: str, body: str, repeats: bool, gaps: int) -> None:
    """Tried from every place of the text, without an automaton; what is written as the term is found as such."""
    walk = Walk(gaps, repeats)
    read = walk.readings(body, alike(squeeze(term) if repeats else term), 0, len(body) - 1, set())
    found = candidates(text("t", term, looks_like=True, repeats=repeats, gaps=gaps), body)
    written = [reads(body[slice(*one.widest)], term, walk, "exact") for one in read]
    assert all(written) or any(payload >= BY_LOOK for *_, payload in found)
    assert not any(written) or any(payload < BY_LOOK for *_, payload in found)


def test_a_run_of_repeats_is_walked_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the number of places in it at which the term may begin."""
    walked = []
    run = Walk._run

    def counted(walk: Walk, body: str, letter: Letter, at: int, end: int) -> list[tuple[int, int]]:
        walked.append(run(walk, body, letter, at, end))
        return walked[-1]

    monkeypatch.setattr(Walk, "_run", counted)
    term = text("t", "机票", looks_like=True, repeats=True)
    engine = Engine(compile_policy(build.policy(rule("r", "t", term))))
    assert engine.trace("木几" * 500 + "票").decision.hits
    assert walked
    assert sum(map(len, walked)) < 1_500


def test_a_beginning_has_all_forms_of_its_characters_as_they_look() -> None:
    found = beginnings("不刷", repeats=True)
    assert all((a + b).startswith(found) for a in forms("不") for b in forms("刷"))
    assert all(any((a + b).startswith(beginning) for a in forms("不") for b in forms("刷")) for beginning in found)


def test_as_it_is_written_a_term_is_not_looked_for_by_its_look() -> None:
    assert "今天" not in beginnings("今天", repeats=False)
    assert "令天" in beginnings("今天", repeats=False)


def test_a_beginning_that_is_squeezed_to_a_common_character_goes_on() -> None:
    assert "木木" in forms("林")
    assert not {"木", "木木"} & set(beginnings("林中", repeats=False))


def test_no_character_is_a_beginning_by_itself_however_rare_it_is() -> None:
    assert "丕" in forms("不")
    assert min(len(reduce(beginning)) for beginning in beginnings("不删", repeats=False)) > 1


@pytest.mark.parametrize("term", ["※☆" * 500, "𝈒" * 8 + "※☆" * 500, "一不" * 500, "oil0" * 250])
def test_beginnings_are_few_and_short_however_long_the_term_is(term: str) -> None:
    found = beginnings(term, repeats=False)
    assert len(found) <= MOST
    assert max(map(len, found)) <= 3 * LONGEST


def test_with_repeats_a_character_of_several_forms_ends_the_beginning() -> None:
    assert len(forms("不")) > 1
    longest = {len(beginning) for beginning in beginnings("一不一一", repeats=True)}
    assert max(longest) <= max(map(len, forms("一"))) + max(map(len, forms("不")))
