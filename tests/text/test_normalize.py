"""The plain view: what a text is turned into, and where each of its characters comes from."""

from __future__ import annotations

import unicodedata
from itertools import pairwise

import pytest
from hypothesis import given, settings, strategies as st

from modengine.text import normalize
from modengine.text.normalize import (
    clusters,
    ignorable,
    joins,
    normal,
    plain,
    plain_view,
    replace_surrogates,
    sentence_starts,
    steps,
)
from modengine.text.view import View

FAMILY = "\N{WOMAN}\u200d\N{GIRL}"

VIEWS = {
    "nothing": ("", "", []),
    "plain text": ("明天见a1", "明天见a1", [(0, 1), (1, 2), (2, 3), (3, 4), (4, 5)]),
    "a square unit": ("5㎏", "5kg", [(0, 1), (1, 2), (1, 2)]),
    "a fraction": ("½杯", "1\u20442杯", [(0, 1), (0, 1), (0, 1), (1, 2)]),
    "half-width kana with its mark": ("ｶﾞﾑ", "ガム", [(0, 2), (2, 3)]),
    "sharp s": ("ß!", "ss!", [(0, 1), (0, 1), (1, 2)]),
    "dotted capital i": ("İx", "ix", [(0, 1), (1, 2)]),
    "a composed capital": ("É", "e", [(0, 1)]),
    "a decomposed capital": ("E\u0301x", "ex", [(0, 2), (2, 3)]),
    "two marks": ("a\u0323\u0301", "a", [(0, 3)]),
    "marks on another script": ("か\u0301й", "か\u0301й", [(0, 2), (0, 2), (2, 3)]),
    "a struck letter": ("v\u0338x", "vx", [(0, 2), (2, 3)]),
    "a curly apostrophe": ("it’s ʼn", "it's 'n", [(i, i + 1) for i in range(7)]),
    "hyphens and minus": ("a‐b‑c‒d−1", "a-b-c-d-1", [(i, i + 1) for i in range(9)]),
    "pinyin with its tones": ("wéixìn", "weixin", [(i, i + 1) for i in range(6)]),
    "a Cantonese variant": ("畀我 俾我", "俾我 俾我", [(i, i + 1) for i in range(5)]),
    "hangul by its letters": ("\u1112\u1161\u11ab글", "한글", [(0, 3), (3, 4)]),
    "traditional": ("網銀", "网银", [(0, 1), (1, 2)]),
    "a traditional compatibility form": ("\uf90a", "金", [(0, 1)]),
    "full width": ("ＶＸ：１", "vx:1", [(0, 1), (1, 2), (2, 3), (3, 4)]),
    "circled": ("①ⓥ", "1v", [(0, 1), (1, 2)]),
    "white on black, circled twice, sans-serif": ("➊🅥🆅⓵➀⓿", "1vv110", [(i, i + 1) for i in range(6)]),
    "keycaps": ("1\ufe0f\u20e3天3\u20e3", "1天3", [(0, 3), (3, 4), (4, 6)]),
    "an emoticon's tag": ("兼[em]e163[/em]职", "兼☺职", [(0, 1), (1, 14), (14, 15)]),
    "an emoticon's tag at the start, with a selector": ("[em]e1[/em]\ufe0fx", "☺x", [(0, 12), (12, 13)]),
    "two tags": ("[em]e1[/em][em]e2[/em]", "☺☺", [(0, 11), (11, 22)]),
    "what is no tag": ("[em]x[em]e1[/EM]", "[em]x[em]e1[/em]", [(i, i + 1) for i in range(16)]),
    "a ligature": ("ﬁt", "fit", [(0, 1), (0, 1), (1, 2)]),
    "an ellipsis": ("等…", "等…", [(0, 1), (1, 2)]),
    "two ellipses": ("……", "……", [(0, 1), (1, 2)]),
    "an emoji with its selector": ("薇❤\ufe0f芯", "薇❤芯", [(0, 1), (1, 3), (3, 4)]),
    "a selector at the start": ("\ufe0f加", "加", [(1, 2)]),
    "a mark at the start": ("\u0301加", "\u0301加", [(0, 1), (1, 2)]),
    "a joined emoji": (FAMILY, FAMILY, [(0, 1), (1, 2), (2, 3)]),
    "a noncharacter": ("甲\ufffe乙", "甲\ufffe乙", [(0, 1), (1, 2), (2, 3)]),
    "a noncharacter beside an expansion": ("\ufffeß", "\ufffess", [(0, 1), (1, 2), (1, 2)]),
    "beyond the basic plane": ("\U00020000ｘ", "\U00020000x", [(0, 1), (1, 2)]),
}


def places(view: View) -> list[tuple[int, int]]:
    return [view.span(i, i + 1) for i in range(len(view.text))]


@pytest.mark.parametrize(("original", "expected", "_"), VIEWS.values(), ids=VIEWS)
def test_the_plain_view_reads(original: str, expected: str, _: object) -> None:
    assert plain_view(original).text == expected


@pytest.mark.parametrize(("original", "_", "expected"), VIEWS.values(), ids=VIEWS)
def test_every_character_of_the_view_knows_its_cluster(original: str, _: str, expected: list[tuple[int, int]]) -> None:
    assert places(plain_view(original)) == expected


def test_equal_lengths_do_not_make_an_identity_map() -> None:
    view = plain_view("ßｶﾞ")  # one longer, one shorter
    assert places(view) == [(0, 1), (0, 1), (1, 3)]


def test_a_partial_hit_grows_to_its_whole_cluster() -> None:
    assert plain_view("重5㎏整").span(2, 3) == (2, 3)  # the k of kg


def test_an_empty_stretch_stays_empty() -> None:
    assert plain_view("ßx").span(1, 1) == (1, 1)


@pytest.mark.parametrize(
    ("original", "expected"),
    [("Éｘ", "Ex"), ("ＶＸ", "VX"), ("ß", "ß"), ("網", "网"), ("E\u0301", "E"), ("㎏", "kg"), ("❤\ufe0f", "❤")],
)
def test_without_folding_only_case_is_kept(original: str, expected: str) -> None:
    assert plain_view(original, fold=False).text == expected


@pytest.mark.parametrize("mark", ["\u0323", "\u0301", "\u3099"])
def test_of_a_run_of_marks_thirty_are_kept(mark: str) -> None:
    assert plain("か" + mark * 45) == unicodedata.normalize("NFKC", "か" + mark * 30)


def test_all_of_a_capped_run_maps_to_its_cluster() -> None:
    view = plain_view("a" + "\u0323" * 45 + "b")
    assert {*places(view)[:-1]} == {(0, 46)}


def test_many_alternating_marks_are_capped_too() -> None:
    assert len(plain("a" + "\u0323\u0301" * 50_000)) <= 31


def test_variation_selectors_do_not_use_up_the_cap() -> None:
    assert plain("か" + "\ufe0f" * 40 + "\u3099") == "が"


@pytest.mark.parametrize(
    ("original", "expected"),
    [
        ("甲\ud800乙", "甲\ufffd乙"),
        ("\udfff", "\ufffd"),
        ("\ud83d\ude00", "\ufffd\ufffd"),
        ("甲乙", "甲乙"),
        ("a", "a"),
    ],
)
def test_lone_surrogates_are_replaced_one_to_one(original: str, expected: str) -> None:
    assert replace_surrogates(original) == expected


def test_a_term_is_normalised_like_a_text() -> None:
    assert plain("薇❤\ufe0f") == plain("薇❤")


def test_a_surrogate_in_a_term_is_replaced_too() -> None:
    assert plain("\ud800甲") == "\ufffd甲"


@pytest.mark.parametrize(
    ("original", "expected"),
    [
        ("网银", ()),
        ("ｘ", ("width",)),
        ("Ｘ", ("width", "case")),
        ("X", ("case",)),
        ("ß", ("case",)),
        ("網", ("traditional",)),
        ("①", ("width",)),
        ("㎏", ("width",)),
        ("e\u0301", ("width", "marks")),
        ("É", ("case", "marks")),
        ("’", ("marks",)),
        ("畀", ("traditional",)),
        ("ＡＢ網", ("width", "case", "traditional")),
        ("…", ()),
        ("薇❤\ufe0f", ()),
    ],
)
def test_steps_name_every_normalisation_that_changes_something(original: str, expected: tuple[str, ...]) -> None:
    assert steps(original) == expected


IGNORABLE = [
    *" \t\u3000·.,，、-_*|~+=$￥❤★│",
    "\u200b",
    "\u200d",
    "\ufeff",
    "\u00ad",
    "\u0301",
    "\u20dd",
    "“",
    "(",
    "\xa0",
]
KEPT = [*"微a1１一々ん", "\U00020000", "\n", "\r", "\v", "\f", "\x85", "\u2028", "\u2029", "。", "!", "?", "…", "\0"]


@pytest.mark.parametrize("char", IGNORABLE, ids=ascii)
def test_signs_and_spaces_may_stand_in_a_gap(char: str) -> None:
    assert ignorable(char)


@pytest.mark.parametrize("char", KEPT, ids=ascii)
def test_letters_digits_line_ends_and_sentence_ends_may_not(char: str) -> None:
    assert not ignorable(char)


@pytest.mark.parametrize("char", ["！", "？", "｡"])
def test_full_width_sentence_ends_end_a_gap_once_normalised(char: str) -> None:
    assert not ignorable(plain(char))


@pytest.mark.parametrize(
    ("original", "expected"),
    [
        ("", [0]),
        ("甲乙", [0]),
        ("甲。乙！丙？丁", [0, 2, 4, 6]),
        ("甲.乙,丙;丁", [0]),
        ("one two. three.\tfour.", [0, 8, 15]),
        ("甲乙. 丙. 丁", [0, 3, 6]),
        ("(yes). 'no'. 5. x", [0, 6, 12, 15]),
        ("e.g. this, U.S. law, J. Doe", [0]),
        ("3.5 v1.2, a.com wait... . x", [0]),
        ("one.  Two", [0, 4]),
        ("甲……乙", [0, 3]),
        ("甲?!乙", [0, 3]),
        ("甲\n乙\r\n丙", [0, 2, 5]),
        ("甲\u2028乙\x85丙", [0, 2, 4]),
        ("甲。", [0]),
        ("。甲", [0, 1]),
    ],
)
def test_sentences_end_at_marks_and_at_line_ends(original: str, expected: list[int]) -> None:
    assert sentence_starts(plain(original)) == expected


# --------------------------------------------------------------------------- invariants

SEASONING = (
    "ßİ㎏½ｶﾞÉe\u0301\u0323網銀ＶＸ…！\ufe0f\ufffe\u200d❤\u1112\u1161\u11abǅ㈱ﷺ\U0001d15e\U00020000\u0344\u0390가\u3099"
)
texts = st.text(st.one_of(st.sampled_from(SEASONING), st.characters(exclude_categories=["Cs"])), max_size=30)
many = settings(max_examples=500, deadline=None)


@many
@given(texts)
def test_the_map_never_goes_back(original: str) -> None:
    assert all(a <= c and b <= d for (a, b), (c, d) in pairwise(places(plain_view(original))))


@many
@given(texts)
def test_every_span_lies_within_the_text_and_is_not_empty(original: str) -> None:
    assert all(0 <= start < end <= len(original) for start, end in places(plain_view(original)))


@many
@given(texts, st.booleans())
def test_the_view_is_its_clusters_normalised_one_by_one(original: str, fold: bool) -> None:
    assert plain_view(original, fold).text == "".join(normal(original[a:b], fold) for a, b in clusters(original))


@many
@given(texts)
def test_clusters_cover_the_text(original: str) -> None:
    edges = [0, *(end for _, end in clusters(original))]
    assert list(pairwise(edges)) == list(clusters(original))
    assert edges[-1] == len(original)


@many
@given(texts)
def test_a_cluster_is_one_character_and_what_joins_it(original: str) -> None:
    starts = [i for i, char in enumerate(original) if i == 0 or not joins(char)]
    assert [start for start, _ in clusters(original)] == starts


@many
@given(texts)
def test_the_translated_and_the_clustered_view_are_one(original: str) -> None:
    quick = plain_view(original)
    slow = plain_view(original + "ß")  # an expansion at the end sends all of it the slow way
    assert (quick.text, places(quick)) == (slow.text[:-2], places(slow)[:-2])


@many
@given(texts)
def test_a_plain_text_stays_as_it_is_but_for_what_folding_leaves_open(original: str) -> None:
    once = plain(original)
    assert plain(once) == plain(plain(once))


def test_whatever_composes_with_the_character_before_it_joins_it() -> None:
    seconds = set()
    for code in range(0x110000):
        parts = unicodedata.decomposition(chr(code)).split()
        if len(parts) == 2 and not parts[0].startswith("<"):
            whole = "".join(chr(int(part, 16)) for part in parts)
            if unicodedata.normalize("NFC", whole) == chr(code):
                seconds.add(whole[1])
    assert [hex(ord(char)) for char in sorted(seconds) if not joins(char)] == []


def test_a_character_is_normalised_alike_whatever_was_met_before(monkeypatch: pytest.MonkeyPatch) -> None:
    sample = "甲ＶＸ網銀，！\U00020000x"
    learnt = plain(sample)
    monkeypatch.setattr(normalize, "_FORMS", {True: normalize._Forms(True), False: normalize._Forms(False)})
    assert plain(sample) == learnt
