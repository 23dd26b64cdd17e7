"""A view: a normalised text whose every character knows its place in the original."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class View:
    """A normalised form of one part.

    `starts[i]` and `ends[i]` bound, in code points of the original, the cluster that character `i`
    came from.  Both are None where every character stands for the one at its own place.
    """

    text: str
    starts: Sequence[int] | None = None
    ends: Sequence[int] | None = None

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The original `[start, end)` of the view's `[start, end)`, grown to whole clusters."""
        if self.starts is None or self.ends is None or start >= end:
            return start, end
        return self.starts[start], self.ends[end - 1]


def replaced(text: str, pieces: Iterable[tuple[int, int, str]]) -> View:
    """A text with another in the place of some `[start, end)`, from left to right; its spans are places of the text.

    Characters that are as many as those they stand for have each the place of one.
    """
    shown: list[str] = []
    starts, ends = array("I"), array("I")
    kept = 0
    for start, end, other in pieces:
        shown += (text[kept:start], other)
        upto = end if len(other) == end - start else start
        starts.extend(range(kept, upto))
        ends.extend(range(kept + 1, upto + 1))
        if upto < end:
            starts.extend([start] * len(other))
            ends.extend([end] * len(other))
        kept = end
    if not shown:
        return View(text)
    shown.append(text[kept:])
    starts.extend(range(kept, len(text)))
    ends.extend(range(kept + 1, len(text) + 1))
    return View("".join(shown), starts, ends)
