"""The character tables, and that the views can reach all that stands in them."""

from __future__ import annotations

import pytest
from pypinyin import Style, lazy_pinyin

from modengine.text import tables
from modengine.text.normalize import ignorable, plain


@pytest.mark.parametrize(("char", "expected"), [("網", "网"), ("産", "产"), ("网", "网"), ("a", "a"), ("❤", "❤")])
def test_a_character_has_one_simplified_form(char: str, expected: str) -> None:
    assert tables.simplified(char) == expected


CHAIN = {"薴": "苧"}
"""The one character whose simplified form is another's traditional one (OpenCC: 苧 becomes 苎)."""


def test_simplifying_twice_changes_nothing_more() -> None:
    table = tables._simplified()
    assert {old: new for old, new in table.items() if tables.simplified(new) != new} == CHAIN


@pytest.mark.parametrize(("char", "way"), [("强", "弓虽"), ("好", "女子"), ("张", "弓长"), ("骗", "马扁")])
def test_a_character_splits_into_its_components(char: str, way: str) -> None:
    assert way in tables.splits(char)


def test_the_longest_split_comes_first() -> None:
    assert all([len(way) for way in ways] == sorted(map(len, ways), reverse=True) for ways in tables._splits().values())


def test_splits_are_of_two_or_three() -> None:
    assert {len(way) for ways in tables._splits().values() for way in ways} == {2, 3}


@pytest.mark.parametrize(("char", "other"), [("未", "末"), ("o", "о"), ("l", "1"), ("0", "o")])
def test_a_character_has_look_alikes(char: str, other: str) -> None:
    assert other in tables.lookalikes(char)


def test_looking_alike_goes_both_ways() -> None:
    table = tables.all_lookalikes()
    pairs = [(a, b) for a, others in table.items() for b in others if not ignorable(a)]
    assert [(a, b) for a, b in pairs if a not in table.get(b, ())] == []


def test_what_a_gap_may_skip_looks_like_nothing() -> None:
    assert [b for others in tables.all_lookalikes().values() for b in others if ignorable(b)] == []


def test_nothing_looks_like_itself() -> None:
    assert [char for char, others in tables.all_lookalikes().items() if char in others] == []


@pytest.mark.parametrize("table", ["_splits", "all_lookalikes"])
def test_every_form_is_one_that_the_plain_view_can_show(table: str) -> None:
    rows = getattr(tables, table)()
    forms = {form for char, others in rows.items() for form in (char, *others)}
    assert sorted(form for form in forms if plain(form) != form and form not in CHAIN.values()) == []


@pytest.mark.parametrize("absent", ["a", "1", "❤", "。"])
def test_what_is_not_han_has_no_syllable(absent: str) -> None:
    assert tables.syllable(absent) is None


@pytest.mark.parametrize("char", "微信女绿银行重长的了着儿")
def test_a_syllable_is_the_default_reading_of_pypinyin(char: str) -> None:
    assert [tables.syllable(char)] == lazy_pinyin(char, style=Style.NORMAL, v_to_u=False)


def test_a_term_is_read_as_a_whole() -> None:
    assert tables.syllables_of("银行") == ("yin", "hang")


def test_only_the_han_characters_of_a_term_have_syllables() -> None:
    assert tables.syllables_of("加v微❤") == ("jia", None, "wei", None)


def test_the_digest_covers_every_table(monkeypatch: pytest.MonkeyPatch) -> None:
    content = {name: tables.data(name) for name in tables.FILES}
    seen = set()
    for changed in (None, *tables.FILES):
        altered = {name: data + b"\n" if name == changed else data for name, data in content.items()}
        monkeypatch.setattr(tables, "data", lambda name, _package, altered=altered: altered[name])
        seen.add(tables.digest.__wrapped__())
    assert len(seen) == 1 + len(tables.FILES)
