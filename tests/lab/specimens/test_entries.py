"""What lists write: combinations, wildcards, and what is no entry."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from modengine.lab.specimens.entries import Component, Notation, fold, has_wildcards, masked, read_entry
from tests.lab.specimens.lists import entry

BOTH = Notation()


def texts(written: str, notation: Notation = BOTH) -> object:
    found = read_entry(written, notation)
    return found if isinstance(found, str) else [component.text for component in found]


@pytest.mark.parametrize(
    ("written", "components"),
    [
        ("苹果", ["苹果"]),
        ("  苹果 ", ["苹果"]),
        ("苹果+梨+桃", ["苹果", "梨", "桃"]),
        ("苹果 + 梨", ["苹果", "梨"]),
        ("梨+梨", ["梨"]),
        ("=_=", ["=_="]),
        ("-apple", ["-apple"]),
        ("", "empty"),
        (" ", "empty"),
        ("+", "nothing but plus signs"),
        ("+++", "nothing but plus signs"),
        ("a++b", "an empty component"),
        ("a+", "an empty component"),
        ("*", "nothing but wildcards"),
        ("苹果+**", "nothing but wildcards"),
        ("苹果\ufffd", "undecodable"),
        ("苹\x07果", "control characters"),
        ("=SUM(A1:A9)", "a formula"),
        ("=HYPERLINK(1)", "a formula"),
        ("@SUM(1)", "a formula"),
        ("+cmd|x", "a formula"),
        ("=1+1", "a formula"),
        ("=A1", "a formula"),
        ("果" * 201, "longer than 200 characters"),
        ("+".join(chr(0x4E00 + i) for i in range(100)), "more than 50 components"),
    ],
)
def test_what_is_written_is_an_entry_or_says_why_not(written: str, components: object) -> None:
    assert texts(written) == components


def test_a_plus_sign_may_be_a_character() -> None:
    assert texts("C++", Notation(combinations=False)) == ["C++"]


@pytest.mark.parametrize(
    ("written", "begins", "ends"),
    [("*apple*", False, False), ("apple*", True, False), ("*apple", False, True), ("apple", None, None)],
)
def test_a_wildcard_leaves_its_end_open_and_closes_the_other(
    written: str, begins: bool | None, ends: bool | None
) -> None:
    assert read_entry(written, Notation()) == (Component("apple", begins, ends),)


@pytest.mark.parametrize(
    ("terms", "found"),
    [(["*apple*"], True), (["pear", "apple*"], True), (["a*e"], False), (["***"], False), ([], False)],
)
def test_wildcards_are_seen_where_a_list_has_them(terms: list[str], found: bool) -> None:
    assert has_wildcards(terms) is found


@pytest.mark.parametrize(
    ("text", "shown"), [("梨", "＊"), ("苹果", "＊＊"), ("红苹果", "红＊＊"), ("x" * 90, "x" + "＊" * 12)]
)
def test_a_mask_gives_no_short_entry_away(text: str, shown: str) -> None:
    assert masked(text) == shown


def test_entries_are_masked_component_by_component_unless_they_may_be_shown() -> None:
    one = entry("红苹果+*梨", wildcards=True)
    assert (one.masked(False), one.masked(True)) == ("红＊＊+＊", "红苹果+*梨")


@given(st.text())
def test_folding_keeps_places(text: str) -> None:
    assert len(fold(text)) == len(text)
    assert fold(fold(text)) == fold(text)
