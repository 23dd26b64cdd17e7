"""Where matches stand, and how far apart: what conditions compare."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
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


def near(left: Occurrences, right: Occurrences, distance: int) -> bool:
    """Whether a left and a right match of one part are at most `distance` code points apart."""
    for _, ours, theirs in _by_part(left, right):
        latest = [p.last + distance for p in ours]
        earliest = [p.first - distance for p in ours]
        if _near(theirs, latest, earliest):
            return True
    return False


def inside(inner: Occurrences, outer: Occurrences) -> bool:
    """Whether an inner match lies wholly within an outer one."""
    for _, ours, theirs in _by_part(inner, outer):
        starts = [p.first for p in theirs]
        furthest = list(accumulate([p.last for p in theirs], max))
        for place in ours:
            upto = bisect_right(starts, place.first)
            if upto and furthest[upto - 1] >= place.last:
                return True
    return False


def near_words(left: Occurrences, right: Occurrences, distance: int, parts: Sequence[PartText]) -> bool:
    """The same with at most `distance` words, wholly between the two, that hold a letter or digit."""
    for part, ours, theirs in _by_part(left, right):
        starts, ends = _word_edges(parts[part])
        latest = [_start_limit(starts, ends, p.last, distance) for p in ours]
        earliest = [_end_limit(starts, ends, p.first, distance) for p in ours]
        if _near(theirs, latest, earliest):
            return True
    return False


def _near(theirs: Occurrences, latest: list[int], earliest: list[int]) -> bool:
    """Whether one of theirs starts at one of `latest` at the most and ends at that of `earliest` at the least."""
    starts = [p.first for p in theirs]
    furthest = list(accumulate([p.last for p in theirs], max))
    for i, most in enumerate(latest):
        upto = bisect_right(starts, most)
        if upto and furthest[upto - 1] >= earliest[i]:
            return True
    return False


def before(left: Occurrences, right: Occurrences, distance: int) -> bool:
    """Whether a right match starts at most `distance` code points after the end of a left one."""
    for _, ours, theirs in _by_part(left, right):
        starts = [p.first for p in theirs]
        for place in ours:
            i = bisect_left(starts, place.last)
            if i < len(starts) and starts[i] - place.last <= distance:
                return True
    return False


def before_words(left: Occurrences, right: Occurrences, distance: int, parts: Sequence[PartText]) -> bool:
    for part, ours, theirs in _by_part(left, right):
        starts = [p.first for p in theirs]
        edges = _word_edges(parts[part])
        for place in ours:
            i = bisect_left(starts, place.last)
            if i < len(starts) and starts[i] <= _start_limit(*edges, place.last, distance):
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


def _word_edges(part: PartText) -> tuple[list[int], list[int]]:
    tokens = part.word_tokens
    return [a for a, _ in tokens], [b for _, b in tokens]


def _start_limit(starts: list[int], ends: list[int], after: int, words: int) -> int:
    """The last place a match can start at so that at most `words` words stand between."""
    i = bisect_left(starts, after) + words
    return ends[i] - 1 if i < len(ends) else 1 << 60


def _end_limit(starts: list[int], ends: list[int], before_: int, words: int) -> int:
    """The first place a match can end at so that at most `words` words stand between."""
    i = bisect_right(ends, before_) - 1 - words
    return starts[i] + 1 if i >= 0 else -(1 << 60)


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
