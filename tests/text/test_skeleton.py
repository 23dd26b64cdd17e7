"""The confusable skeleton: small shapes that look-alikes share."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from modengine.text.normalize import ignorable
from modengine.text.skeleton import MOST, skeleton
from modengine.text.tables import all_lookalikes


def test_many_look_alikes_share_a_shape_and_no_shape_is_large() -> None:
    shapes = Counter(skeleton(char) for char in all_lookalikes())
    assert max(shapes.values()) <= MOST
    assert len(shapes) < 0.7 * len(all_lookalikes())
    assert skeleton("未") == skeleton("末")


@given(st.text())
def test_a_character_stays_a_character_and_an_ignorable_one_itself(body: str) -> None:
    view = skeleton(body)
    assert len(view) == len(body)
    assert view == "".join(map(skeleton, body))
    assert skeleton(view) == view
    for char, shape in zip(body, view, strict=True):
        assert shape == char if ignorable(char) else not ignorable(shape)
