"""Does a term begin here?  The exact answer for gaps, repeats and look-alikes.

The automaton only says where to try.  A walk is deterministic: a character that the term owns is
never skipped, so there is one way at most to read the term from a given start.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from modengine.text.looks import look_view
from modengine.text.normalize import ignorable
from modengine.text.rarity import chance_of, then
from modengine.text.tables import lookalikes, splits

MOST = 100
"""So many beginnings of one term are sought at the most."""
RARE = 1e-4
"""A beginning that so few characters of ordinary text start is rare enough."""

Step = Callable[[str, int, int], int]
"""Of a text, a place in it and a place in the term: how many characters are met there, 0 for none."""


@dataclass(frozen=True, slots=True)
class Walk:
    """The options of one pattern."""

    gaps: int
    repeats: bool

    def ends(self, text: str, term: str, low: int, high: int, step: Step) -> Iterator[tuple[int, int]]:
        """Every match `(start, end)` that begins in `[low, high]`.

        With `repeats`, `term` is squeezed already, and of matches with one end only the first to
        start is given.
        """
        at = low
        while at <= high:
            if not step(text, at, 0):
                at += 1
                continue
            end, run = self._from(text, term, at, step)
            if end is not None:
                yield at, end
            at = run + 1

    def _from(self, text: str, term: str, start: int, step: Step) -> tuple[int | None, int]:
        """Where a match from `start` ends, or None; and the last place of the first run."""
        at = start + step(text, start, 0)
        run = start
        for k in range(len(term)):
            if k:
                at = self._skip(text, term, at)
                met = step(text, at, k)
                if not met:
                    return None, run
                at += met
            if self.repeats:
                while met := step(text, then := self._skip(text, term, at), k):
                    if k == 0:
                        run = then
                    at = then + met
        return at, run

    def _skip(self, text: str, term: str, at: int) -> int:
        stop = min(len(text), at + self.gaps)
        while at < stop and ignorable(text[at]) and text[at] not in term:
            at += 1
        return at


def same(term: str) -> Step:
    """Characters are met by themselves."""

    def step(text: str, at: int, k: int) -> int:
        return 1 if at < len(text) and text[at] == term[k] else 0

    return step


def alike(term: str) -> Step:
    """Characters are met by themselves, by their components, or by a look-alike."""
    ways_of = [(char, splits(char), lookalikes(char)) for char in term]

    def step(text: str, at: int, k: int) -> int:
        if at >= len(text):
            return 0
        char, ways, others = ways_of[k]
        found = text[at]
        if found == char:
            return 1
        for way in ways:
            if text.startswith(way, at):
                return len(way)
        return 1 if found in others else 0

    return step


def forms(char: str) -> tuple[str, ...]:
    """A character in all the ways that are read as it by look: itself, its components, its look-alikes."""
    return (char, *splits(char), *sorted(lookalikes(char)))


@lru_cache(8192)
def _begins(char: str) -> tuple[tuple[str, ...], float]:
    """The forms of a character as they stand in the `looks` view, and how often one of them stands in a text."""
    return tuple(dict.fromkeys(map(look_view, forms(char)))), chance_of(forms(char))


def prefixes(term: str, repeats: bool) -> list[str]:
    """How a term sought by look may begin in the `looks` view: as many of its characters as make it rare.

    With `repeats`, what begins so is the last of the repeated first characters; and as a character may be
    repeated in several forms, it is followed by the next one for certain only if it has but one.
    """
    looks, share = _begins(term[0])
    found = list(looks)
    for k in range(1, len(term)):
        more, chance = _begins(term[k])
        if len(found) * len(more) > MOST or (repeats and k > 1 and len(_begins(term[k - 1])[0]) > 1):
            break
        found = [a + b for a in found for b in more]
        share = then(share, chance)
        if share < RARE:
            break
    return found
