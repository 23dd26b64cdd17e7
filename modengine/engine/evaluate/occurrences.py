"""Where matches stand, and how far apart: what conditions compare."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Sequence
from itertools import accumulate
from typing import NamedTuple

from modengine.engine.match.part import PartText


class Occurrence(NamedTuple):
    """A match with its part."""

    part: int
    first: int
    last: int
    sentence_at: int
    """Where it starts in the plain view, for the sentence."""
    weight: float


Occurrences = Sequence[Occurrence]
"""Sorted by part and place."""


def disjoint(found: Iterable[Occurrence]) -> int:
    """How many matches do not overlap, taken by earliest end."""
    total, part, end = 0, -1, 0
    for place in sorted(found, key=lambda p: (p.part, p.last, p.first)):
        if place.part != part or place.first >= end:
            total, part, end = total + 1, place.part, place.last
    return total


def near(
    left: Occurrences, right: Occurrences, distance: int, ordered: bool, parts: Sequence[PartText] | None = None
) -> bool:
    """Whether a left and a right match of one part are at most `distance` code points apart; with the `parts` given, at
    most so many words that hold a letter or digit and stand wholly between the two.

    Where it is `ordered`, the right match starts behind the left one.
    """
    for part, ours, theirs in _by_part(left, right):
        latest, earliest = _limits(distance, None if parts is None else parts[part].word_tokens)
        if not ordered:
            if _within(theirs, [(latest(p.last), earliest(p.first)) for p in ours]):
                return True
            continue
        starts = [p.first for p in theirs]
        for place in ours:
            i = bisect_left(starts, place.last)
            if i < len(starts) and starts[i] <= latest(place.last):
                return True
    return False


def inside(inner: Occurrences, outer: Occurrences) -> bool:
    """Whether an inner match lies wholly within an outer one."""
    return any(_within(theirs, [(p.first, p.last) for p in ours]) for _, ours, theirs in _by_part(inner, outer))


def _within(theirs: Occurrences, limits: Iterable[tuple[int, int]]) -> bool:
    """Whether one of theirs starts at the first of some limits at the most and ends at the second at the least."""
    starts = [p.first for p in theirs]
    furthest = list(accumulate([p.last for p in theirs], max))
    for latest, earliest in limits:
        upto = bisect_right(starts, latest)
        if upto and furthest[upto - 1] >= earliest:
            return True
    return False


def _by_part(left: Occurrences, right: Occurrences) -> Iterable[tuple[int, Occurrences, Occurrences]]:
    """The found of the two in each part that has some of both.  They are sorted by part, and mostly of one."""
    if not left or not right:
        return
    part = left[0].part
    if part == left[-1].part == right[0].part == right[-1].part:
        yield part, left, right
        return
    for part in {p.part for p in left} & {p.part for p in right}:
        yield part, [p for p in left if p.part == part], [p for p in right if p.part == part]


def _limits(
    distance: int, tokens: Sequence[tuple[int, int]] | None
) -> tuple[Callable[[int], int], Callable[[int], int]]:
    """By the end of a match, the last place where a near one behind it can start; and by the start, the first where one
    before it can end.  Near by words where there are `tokens`, else by code points.
    """
    if tokens is None:
        return lambda after: after + distance, lambda before: before - distance
    starts, ends = [start for start, _ in tokens], [end for _, end in tokens]

    def latest(after: int) -> int:
        i = bisect_left(starts, after) + distance
        return ends[i] - 1 if i < len(ends) else 1 << 60

    def earliest(before: int) -> int:
        i = bisect_right(ends, before) - 1 - distance
        return starts[i] + 1 if i >= 0 else -(1 << 60)

    return latest, earliest


def gap(left: Occurrences, right: Occurrences, ordered: bool) -> int | None:
    """The least distance in code points between a left and a right match; for explanations."""
    least: int | None = None
    for a in left[:200]:
        for b in right[:200]:
            if a.part != b.part or (ordered and b.first < a.last):
                continue
            apart = max(0, b.first - a.last, a.first - b.last)
            least = apart if least is None else min(least, apart)
    return least
