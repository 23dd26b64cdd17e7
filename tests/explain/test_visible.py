"""What is shown for characters that cannot be seen."""

from __future__ import annotations

import pytest
from hypothesis import given, settings, strategies as st

from modengine.explain.visible import glyphs, inline, is_mark

ANYTHING = st.text(st.characters(codec=None))


def shown(text: str) -> str:
    return "".join(glyph.shown for glyph in glyphs(text))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a\u200bb", "a‹ZWSP›b"),
        ("a\u202eb", "a‹RLO›b"),
        ("\x1b[31m", "‹ESC›[31m"),
        ("\x00", "‹NUL›"),
        ("a\tb", "a⇥b"),
        ("a\nb", "a⏎b"),
        ("a\r\nb", "a⏎b"),
        ("\ud800", "‹U+D800›"),
        ("\ue000", "‹U+E000›"),
        ("\u3164", "‹U+3164›"),
        ("\x7f", "‹DEL›"),
        ("\x85", "‹NEL›"),
        ("\u00a0", "‹NBSP›"),
        ("\u200b" * 3, "‹ZWSP›" * 3),
        ("\u200b" * 1000, "‹ZWSP × 1,000›"),
        ("e" + "\u0301" * 5, "e\u0301\u0301‹+3 marks›"),
        ("普通的字，标点。Ａ①㎏", "普通的字，标点。Ａ①㎏"),
    ],
)
def test_shown(text: str, expected: str) -> None:
    assert shown(text) == expected


@settings(deadline=None)
@given(ANYTHING)
def test_glyphs_cover_the_text_without_gaps(text: str) -> None:
    at = 0
    for glyph in glyphs(text):
        assert glyph.start == at
        assert glyph.end > at
        at = glyph.end
    assert at == len(text)


@settings(deadline=None)
@given(ANYTHING)
def test_what_is_shown_shows_itself(text: str) -> None:
    once = shown(text)
    assert all(is_mark(char) or not glyph.odd for glyph in glyphs(once) for char in glyph.shown) or "marks›" in once


@settings(deadline=None)
@given(ANYTHING, st.integers(10, 80))
def test_inline_is_one_line_within_its_limit(text: str, limit: int) -> None:
    assert len(inline(text, limit)) <= limit
    assert "\n" not in inline(text, limit)


def test_joiners_stay_in_emoji_for_a_browser() -> None:
    family = "👨\u200d👩"
    assert "".join(glyph.shown for glyph in glyphs(family, keep_joiners=True)) == family
    assert "ZWJ" in shown(family)
    assert "ZWJ" in "".join(glyph.shown for glyph in glyphs("失\u200d效", keep_joiners=True))
