"""The view of looks: small shapes that look-alikes share."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from modengine.text.looks import MOST, look_code, look_view
from modengine.text.normalize import ignorable
from modengine.text.tables import all_lookalikes


def test_many_look_alikes_share_a_shape_and_no_shape_is_large() -> None:
    shapes = Counter(look_view(char) for char in all_lookalikes())
    assert max(shapes.values()) <= MOST
    assert len(shapes) < 0.7 * len(all_lookalikes())
    assert look_view("未") == look_view("末")


@given(st.text())
def test_a_character_stays_a_character_and_an_ignorable_one_itself(body: str) -> None:
    view = look_view(body)
    assert len(view) == len(body)
    assert view == "".join(chr(look_code(ord(char))) for char in body)
    assert look_view(view) == view
    for char, look in zip(body, view, strict=True):
        assert look == char if ignorable(char) else not ignorable(look)
