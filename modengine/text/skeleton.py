"""The confusable skeleton: the plain view with one character for several that look alike (after UTS #39).

What is read as alike is decided character by character (`engine/match/walk.py`), and look-alikes are no
classes; the skeleton has small ones, so that fewer literals tell where to look.
"""

from __future__ import annotations

from functools import cache

from modengine.text.normalize import LEARN, ignorable
from modengine.text.rarity import chance
from modengine.text.tables import all_lookalikes

MOST = 8
"""So many characters share one shape at the most,"""
RARE = 0.01
"""and so few characters of ordinary text: else the shape is met everywhere."""


@cache
def _shapes() -> dict[str, str]:
    """Each character that shares a shape, to the one that stands for it: the least of them."""
    sharing: dict[str, list[str]] = {}
    for char, others in all_lookalikes().items():
        for other in sorted(others):
            left, right = sharing.get(char, [char]), sharing.get(other, [other])
            both = left + right
            if left is right or ignorable(char) or ignorable(other):
                continue
            if len(both) <= MOST and sum(map(chance, both)) <= RARE:
                sharing.update(dict.fromkeys(both, both))
    return {char: min(shared) for char, shared in sharing.items()}


class _Shapes(dict[int, str]):
    """Code point to the character that stands for its shape, learnt at first sight."""

    def __missing__(self, code: int) -> str:
        out = _shapes().get(chr(code), chr(code))
        if code < LEARN:
            self[code] = out
        return out


_SHAPES = _Shapes()


def skeleton(plain: str) -> str:
    """The skeleton of a plain view, a character for a character; an ignorable one stays what it is."""
    return plain.translate(_SHAPES)
