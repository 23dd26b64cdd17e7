"""Needs: asked of one message as of many."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modengine.engine.compile.need import ALWAYS, NEVER, AtLeast, Need, bits, both, either, possible, possible_in
from modengine.engine.match.walk import forms, prefixes
from modengine.text.looks import look_view

needs = st.recursive(
    st.builds(AtLeast, st.integers(-1, 3), st.lists(st.integers(0, 5), max_size=4).map(tuple)),
    lambda inner: st.builds(AtLeast, st.integers(0, 3), st.lists(inner | st.integers(0, 5), max_size=3).map(tuple)),
    max_leaves=6,
)


def plainly(need: Need, there: set[int]) -> bool:
    """A need asked by plain counting."""
    return sum(plainly(one, there) if isinstance(one, AtLeast) else one in there for one in need.items) >= need.n


@given(needs, st.lists(st.sets(st.integers(0, 5)), min_size=1, max_size=5))
def test_one_message_and_many_are_asked_alike(need: Need, messages: list[set[int]]) -> None:
    columns = [bits(at for at, there in enumerate(messages) if thing in there) for thing in range(6)]
    expected = [plainly(need, there) for there in messages]
    assert [possible(need)(bits(there)) for there in messages] == expected
    assert possible_in(need)(columns, (1 << len(messages)) - 1) == bits(at for at, yes in enumerate(expected) if yes)


@pytest.mark.parametrize(
    ("need", "there", "expected"),
    [
        (ALWAYS, set(), True),
        (NEVER, {0, 1}, False),
        (both([0, 1]), {0}, False),
        (both([0, 1]), {0, 1}, True),
        (either([0, 1]), {1}, True),
        (either([]), {1}, False),
        (AtLeast(2, (0, both([1, 2]), 3)), {1, 2}, False),
        (AtLeast(2, (0, both([1, 2]), 3)), {1, 2, 3}, True),
    ],
)
def test_so_many_must_be_there(need: Need, there: set[int], expected: bool) -> None:
    assert possible(need)(bits(there)) is expected


def test_every_leaf_of_a_need_is_told() -> None:
    assert list(both([either([0, 1]), 2]).leaves()) == [0, 1, 2]


def test_a_beginning_has_all_forms_of_its_characters_as_they_look() -> None:
    assert set(prefixes("不刷", repeats=True)) == {look_view(a + b) for a in forms("不") for b in forms("刷")}


def test_with_repeats_a_character_of_several_forms_ends_the_beginning() -> None:
    assert len(forms("不")) > 1
    longest = {len(one) for one in prefixes("一不一一", repeats=True)}
    assert max(longest) <= max(map(len, forms("一"))) + max(map(len, forms("不")))
