"""The view of sounds: toneless syllables, each one character."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings, strategies as st

from modengine.text.normalize import plain
from modengine.text.sounds import LONGEST_RUN, pinyin, sound_view, term_sounds


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("微信", "薇芯"),
        ("微信", "weixin"),
        ("微信", "微xin"),
        ("微信", "wei信"),
        ("女", "nv"),
        ("绿", "lv"),
        ("加.v", "佳.v"),
    ],
)
def test_texts_that_sound_alike_have_one_view(left: str, right: str) -> None:
    assert sound_view(left).text == sound_view(right).text


@pytest.mark.parametrize(
    ("left", "right"),
    [("微信", "为人"), ("微信", "vx"), ("微信", "weixinx"), ("银行", "音响"), ("微", "w"), ("、", ","), ("一", "1")],
)
def test_texts_that_do_not_sound_alike_have_two(left: str, right: str) -> None:
    assert sound_view(left).text != sound_view(right).text


@pytest.mark.parametrize(
    ("letters", "expected"),
    [
        ("weixin", ("wei", "xin")),
        ("xian", ("xian",)),
        ("nanguo", ("nan", "guo")),  # nang is longer, but uo is no syllable
        ("nv", ("nv",)),
        ("vx", None),
        ("weixinx", None),
        ("weixinv", ("wei", "xi", "nv")),
        ("hello", None),
    ],
)
def test_letters_are_read_longest_syllable_first(letters: str, expected: tuple[str, ...] | None) -> None:
    assert pinyin(letters) == expected


def test_a_run_of_the_longest_length_is_read() -> None:
    assert pinyin("weixin" * (LONGEST_RUN // 6)) == ("wei", "xin") * (LONGEST_RUN // 6)


def test_a_longer_run_is_not_read() -> None:
    assert pinyin("weixin" * (LONGEST_RUN // 6) + "a") is None


def test_a_syllable_of_letters_spans_all_of_them() -> None:
    view = sound_view("加weixin啊")
    assert [view.span(i, i + 1) for i in range(len(view.text))] == [(0, 1), (1, 4), (4, 7), (7, 8)]


def test_letters_that_are_no_pinyin_keep_their_places() -> None:
    view = sound_view("vx加wei")
    assert [view.span(i, i + 1) for i in range(len(view.text))] == [(0, 1), (1, 2), (2, 3), (3, 6)]


def test_a_private_character_is_no_syllable() -> None:
    symbol = sound_view("微").text
    assert sound_view(symbol).text == "\ufffd"


def test_a_term_sounds_as_its_characters_and_as_a_whole() -> None:
    assert set(term_sounds("银行")) == {sound_view("银航").text, sound_view("银").text + sound_view("行").text}


def test_a_term_with_one_reading_has_one_sound() -> None:
    assert len(term_sounds("微信")) == 1


def test_a_term_may_mix_han_and_letters() -> None:
    assert term_sounds("加wei信") == (sound_view("加微信").text,)


@settings(max_examples=300, deadline=None)
@given(st.text("微信女a1vxweinguo.❤，", max_size=25))
def test_the_map_of_sounds_covers_the_text_in_order(text: str) -> None:
    view = sound_view(plain(text))
    spans = [view.span(i, i + 1) for i in range(len(view.text))]
    assert list(pairwise([0, *(end for _, end in spans)])) == spans
