"""One automaton over many lists finds what the naive reading finds."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from modengine.lab.specimens.card import Specimen
from modengine.lab.specimens.engine import SpecimenEngine
from modengine.lab.specimens.entries import Component, ListEntry
from modengine.lab.specimens.matcher import SpecimenMatcher
from tests.lab.specimens.lists import entry, naive, specimen

LETTERS = "果梨aAİσςΣ帶來源 b"


def matched(made: Specimen, text: str, words: bool = False) -> list[int]:
    """Numbers from 1."""
    matcher = SpecimenMatcher([made])
    hits = next(matcher.hits([text], "words" if words else "as written"))
    return sorted(int(i) + 1 for i in hits.indices)


@pytest.mark.parametrize(
    ("entries", "text", "numbers"),
    [
        (["帶來+來源"], "帶來源頭", [1]),  # components may overlap
        (["帶來+來源"], "來源帶來", [1]),  # in any order
        (["帶來+來源"], "帶來", []),
        (["苹果+梨+桃"], "桃，梨，苹果", [1]),
        (["Apple", "aPPLE pie"], "an APPLE PIE", [1, 2]),
        (["果", "苹果", "苹果+果"], "苹果", [1, 2, 3]),
        (["梨"], "", []),
    ],
)
def test_all_components_must_stand_there(entries: list[str], text: str, numbers: list[int]) -> None:
    assert matched(specimen(*entries), text) == numbers


@pytest.mark.parametrize(
    ("written", "text", "hit"),
    [
        ("*app*", "zappy", True),
        ("app*", "zappy", False),
        ("app*", "an apple", True),
        ("*app", "zapp", True),
        ("*app", "apple", False),
        ("*苹果", "苹果园", False),
        ("*кот", "скот", True),
        ("кот*", "скоты", False),
        ("кот*", "мой котик", True),
    ],
)
def test_an_end_without_a_wildcard_is_that_of_a_word(written: str, text: str, hit: bool) -> None:
    assert bool(matched(specimen(entry(written, wildcards=True)), text)) is hit


@pytest.mark.parametrize(
    ("written", "text", "anywhere", "word"),
    [
        ("苹果", "苹果园地铁站", True, False),
        ("苹果", "买了苹果", True, True),
        ("車站", "火車站", True, False),  # the dictionary is simplified; the text need not be
        ("cat", "concatenate", True, False),
        ("cat", "a cat!", True, True),
    ],
)
def test_a_list_may_be_read_as_words(written: str, text: str, anywhere: bool, word: bool) -> None:
    assert bool(matched(specimen(written), text)) is anywhere
    assert bool(matched(specimen(written), text, words=True)) is word
    assert bool(matched(specimen(written, match="word"), text)) is word


def test_case_may_count() -> None:
    made = specimen("Pear", case="exact")
    assert (matched(made, "Pear"), matched(made, "pear"), matched(made, "PEAR")) == ([1], [], [])


def test_an_extenuating_combination_switches_off_what_it_names_and_no_more() -> None:
    made = specimen("苹果+毒", "毒", "梨", entry("童话+故事", (1, 2)))
    assert matched(made, "毒苹果和梨") == [1, 2, 3]
    assert matched(made, "童话故事里的毒苹果和梨") == [3]
    assert matched(made, "童话里的毒苹果") == [1, 2]


def test_lists_do_not_touch_one_another() -> None:
    """Nor does a relief of one list relieve another, or a rule of case or words."""
    lists = [
        specimen("苹果", name="a"),
        specimen("苹果", entry("园", (1,)), name="b"),
        specimen("苹果", name="c", match="word"),
        specimen("苹果", name="d", case="exact"),
    ]
    matcher = SpecimenMatcher(lists)
    hits = next(matcher.hits(["苹果园"]))
    assert [lists[int(matcher.of_entry[i])].name for i in hits.indices] == ["a", "d"]


components = st.lists(st.text(LETTERS, min_size=1, max_size=3), min_size=1, max_size=3)


@st.composite
def listed(draw: st.DrawFn) -> tuple[ListEntry, ...]:
    plain = draw(st.lists(components, min_size=1, max_size=8))
    reliefs = draw(st.lists(st.tuples(components, st.integers(1, len(plain))), max_size=2))
    made = [ListEntry(tuple(map(Component, texts))) for texts in plain]
    return (*made, *(ListEntry(tuple(map(Component, texts)), (named,)) for texts, named in reliefs))


@given(st.lists(listed(), min_size=1, max_size=3), st.lists(st.text(LETTERS, max_size=12), min_size=1, max_size=4))
def test_matcher_and_engine_agree_with_the_naive_reading(lists: list[tuple[ListEntry, ...]], texts: list[str]) -> None:
    made = [Specimen(f"list{n}", entries, path=f"{n}.yaml") for n, entries in enumerate(lists)]
    matcher = SpecimenMatcher(made)
    hits = next(matcher.hits(texts)).toarray()
    engine = SpecimenEngine(made)
    for t, text in enumerate(texts):
        decision = engine.decide(text)
        for number, entries in enumerate(lists):
            wanted = naive(entries, text)
            first, last = matcher.offsets[number], matcher.offsets[number + 1]
            assert set(hits[t, first:last].nonzero()[0]) == wanted
            assert decision.categories[f"list{number}"].score == len(wanted)
