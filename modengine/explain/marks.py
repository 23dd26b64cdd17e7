"""Which places of a message to mark, and how to tell them apart without colour."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from modengine.explain.visible import run_end, run_start
from modengine.model import Match, RuleTrace, Trace

Kind = Literal["hit", "found", "dropped"]
"""Evidence of a rule that hit; found, but its rule did not hit; found and not counted."""
BRACKETS: dict[Kind, tuple[str, str]] = {"hit": ("[", "]"), "found": ("{", "}"), "dropped": ("(", ")")}
MEANING: dict[Kind, str] = {
    "hit": "evidence of a rule that hit",
    "found": "found, but its rule did not hit",
    "dropped": "found and not counted",
}
_ORDER: tuple[Kind, ...] = ("hit", "found", "dropped")
MOST = 80
"""Marks of one message; what is beyond is counted and not marked."""

Where = tuple[int, int, int]
"""Part, start, end."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A marked stretch of one part, with the number that the rules refer to."""

    number: int
    kind: Kind
    part: int
    start: int
    end: int

    @property
    def label(self) -> str:
        left, right = BRACKETS[self.kind]
        return f"{left}{self.number}{right}"


class Marks(NamedTuple):
    """All marks of a message, numbered in reading order, and how many were left out."""

    by_place: dict[Where, Mark]
    left_out: int

    def of_part(self, index: int) -> tuple[Mark, ...]:
        return tuple(mark for mark in self.by_place.values() if mark.part == index)

    def label(self, match: Match) -> str:
        """The label of a match; empty where it is not marked."""
        mark = self.by_place.get(where(match))
        return mark.label if mark else ""

    def kinds(self) -> tuple[Kind, ...]:
        found = {mark.kind for mark in self.by_place.values()}
        return tuple(kind for kind in _ORDER if kind in found)


def where(match: Match) -> Where:
    return match.part_index, match.start, match.end


def marks_of(trace: Trace, everything: bool = False) -> Marks:
    """One mark for each distinct stretch; where several rules share it, the strongest kind counts.

    Unless `everything` is wanted, what was found for a rule that came nowhere near is left unmarked.
    """
    kinds: dict[Where, Kind] = {}
    near = None if everything else {miss.rule for miss in trace.near_misses}
    for kind, match in _all(trace.rules, near):
        place = where(match)
        if place not in kinds or _ORDER.index(kind) < _ORDER.index(kinds[place]):
            kinds[place] = kind
    kept = sorted(kinds, key=lambda place: (_ORDER.index(kinds[place]), place))[:MOST]
    ordered = sorted(kept, key=lambda place: (place[0], place[1], -place[2]))
    return Marks(
        {place: Mark(n, kinds[place], *place) for n, place in enumerate(ordered, 1)},
        len(kinds) - len(kept),
    )


def _all(rules: Sequence[RuleTrace], near: set[str] | None) -> Iterator[tuple[Kind, Match]]:
    for rule in rules:
        kind: Kind = "hit" if rule.outcome == "hit" else "found"
        if rule.outcome != "no" or near is None or rule.rule in near:
            for match in rule.matches:
                yield kind, match
        for suppressed in rule.suppressed:
            yield "dropped", suppressed.match


_AROUND = 60
"""So many characters are shown on both sides of what is marked."""


def windows(text: str, marks: Sequence[Mark], most: int) -> tuple[tuple[int, int], ...]:
    """The stretches of a part to show: all of it, or its beginning, its end and what is marked.

    None begins or ends inside a run of what is invisible: the run is shown as one, with its length.
    """
    length = len(text)
    if length <= most:
        return ((0, length),)
    wanted = [(0, min(length, 2 * _AROUND)), (length - _AROUND, length)]
    wanted += [(max(0, m.start - _AROUND), min(length, m.end + _AROUND)) for m in marks]
    joined: list[tuple[int, int]] = []
    for start, end in sorted((run_start(text, a), run_end(text, b)) for a, b in wanted):
        if joined and start <= joined[-1][1]:
            joined[-1] = joined[-1][0], max(end, joined[-1][1])
        else:
            joined.append((start, end))
    return tuple(joined)
