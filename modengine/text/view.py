"""A view: a normalised text whose every character knows its place in the original."""

from __future__ import annotations

from collections.abc import Sequence
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
