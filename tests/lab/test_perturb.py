"""Disguises: what is changed, how much, and that it grows."""

from __future__ import annotations

import pytest
from hypothesis import given, settings, strategies as st

from modengine.engine.match.part import reduce
from modengine.lab.data.perturb import SHARES, disguise
from modengine.lab.data.perturb_tables import DISGUISES, is_han
from modengine.model import Message, Part
from modengine.text.normalize import plain, replace_surrogates

TEXT = "招人刷单，加微信返佣金，银行卡强制提现，打开链接"
ANY_TEXT = st.text(st.one_of(st.sampled_from("刷单加微信银行卡打开强，。 aV1❤"), st.characters()), max_size=40)


def at(kind: str, strength: int, text: str = TEXT, seed: int = 1) -> str:
    return disguise(Message(text), DISGUISES[kind], seed).at(strength).text


@pytest.mark.parametrize("kind", ["width", "traditional"])
def test_a_character_written_otherwise_is_the_same_when_normalised(kind: str) -> None:
    for strength in SHARES:
        assert at(kind, strength) != TEXT
        assert plain(at(kind, strength)) == plain(TEXT)


@pytest.mark.parametrize("kind", ["zero-width", "emoji", "repeats"])
def test_what_is_inserted_goes_away_with_ignorables_and_repeats(kind: str) -> None:
    assert reduce(plain(at(kind, 5))) == reduce(plain(TEXT))


def test_insertions_stand_between_two_letters_only() -> None:
    made = at("zero-width", 5, "刷单，加")
    assert [is_han(char) for char in made] == [True, False, True, False, True]


def test_full_strength_changes_all_that_can_be_changed() -> None:
    assert at("pinyin", 5, "加微信") == "jiaweixin"
    assert at("letters", 5, "加信").lower() == "jx"
    assert set(at("letters", 5, "微").lower()) <= {"w", "v"}
    assert at("split", 5, "加") == "力口"


def test_a_reading_depends_on_the_words_around_it() -> None:
    assert at("pinyin", 5, "银行") == "yinhang"
    assert at("pinyin", 5, "步行") == "buxing"


@pytest.mark.parametrize("kind", DISGUISES)
def test_a_stronger_variant_holds_the_weaker_one(kind: str) -> None:
    made = disguise(Message(TEXT), DISGUISES[kind], 1)
    counts = [made.count(strength) for strength in SHARES]
    assert counts == sorted(counts)
    assert counts[0] >= 1
    assert counts[-1] == len(made.changes)


def test_strength_is_a_share_rounded_up() -> None:
    made = disguise(Message("天地玄黄宇宙洪荒日月"), DISGUISES["pinyin"], 1)
    assert [made.count(strength) for strength in SHARES] == [1, 3, 5, 8, 10]


@pytest.mark.parametrize("kind", DISGUISES)
def test_the_seed_and_the_text_alone_decide(kind: str) -> None:
    assert at(kind, 3, seed=4) == at(kind, 3, seed=4)
    with_fields = Message(TEXT, "another id", (), {"reposts": 7})
    assert disguise(with_fields, DISGUISES[kind], 4).at(3).text == at(kind, 3, seed=4)


def test_another_seed_makes_another_variant() -> None:
    assert len({at("homophone", 3, seed=seed) for seed in range(5)}) > 1


def test_an_informed_evader_changes_only_what_matched() -> None:
    made = disguise(Message("请来刷单"), DISGUISES["pinyin"], 1, spans=((0, 2, 4),))
    assert made.at(5).text == "请来shuadan"
    assert made.characters == 2


def test_an_informed_evader_inserts_inside_the_match() -> None:
    made = disguise(Message("请来刷单吧"), DISGUISES["punctuation"], 1, spans=((0, 2, 4),))
    assert [change.at for change in made.changes] == [2]


def test_all_parts_of_a_message_are_disguised_and_the_rest_is_kept() -> None:
    message = Message("刷单", "m1", (Part("ocr", "加微信"),), {"reposts": 3})
    made = disguise(message, DISGUISES["pinyin"], 1).at(5)
    assert [part.text for part in made.all_parts()] == ["shuadan", "jiaweixin"]
    assert (made.id, made.parts[0].kind, made.fields) == ("m1", "ocr", {"reposts": 3})


@settings(max_examples=60, deadline=None)
@given(text=ANY_TEXT, kind=st.sampled_from(sorted(DISGUISES)), strength=st.sampled_from(sorted(SHARES)))
def test_any_text_can_be_disguised(text: str, kind: str, strength: int) -> None:
    made = disguise(Message(text), DISGUISES[kind], 1)
    variant = made.at(strength).text
    assert (variant == replace_surrogates(text)) == (not made.changes)
    assert len(made.changes) <= made.characters <= len(text)
