"""Does a term begin here?  The exact answer for gaps, repeats and look-alikes.

The automaton only says where to try.  A walk is deterministic: a character that the term owns is
never skipped, so there is one way at most to read the term from a given start.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from modengine.engine.match.part import reduce
from modengine.text.normalize import IGNORABLE
from modengine.text.rarity import chance
from modengine.text.tables import lookalikes, splits

MOST, LONGEST = 150, 8
"""So many beginnings of one term are looked for at the most, if its first character has not more forms, and so many of
its characters."""
RARE = 3e-4
"""A beginning that so few characters of ordinary text start is rare enough."""


class Letter(NamedTuple):
    """What one character of a term is met by."""

    char: str
    splits: tuple[str, ...] = ()
    """Before the look-alikes: the first that stands there."""
    others: frozenset[str] = frozenset()

    def met(self, text: str, at: int) -> int:
        """How many characters are met there, 0 for none."""
        if at >= len(text):
            return 0
        found = text[at]
        if found == self.char:
            return 1
        for way in self.splits:
            if text.startswith(way, at):
                return len(way)
        return 1 if found in self.others else 0


@lru_cache(16384)
def _itself(char: str) -> Letter:
    return Letter(char)


@lru_cache(16384)
def _alike(char: str) -> Letter:
    return Letter(char, splits(char), lookalikes(char))


@dataclass(frozen=True, slots=True)
class Spelling:
    """A term with what each of its characters is met by."""

    term: str
    letters: tuple[Letter, ...]


def same(term: str) -> Spelling:
    """Characters are met by themselves."""
    return Spelling(term, tuple(map(_itself, term)))


def alike(term: str) -> Spelling:
    """Characters are met by themselves, by their components, or by a look-alike."""
    return Spelling(term, tuple(map(_alike, term)))


class Alignment(NamedTuple):
    """A term as it is read in a text, with each place where it may begin and end: several where its first or last
    character is repeated."""

    starts: tuple[int, ...]
    ends: tuple[int, ...]

    @property
    def widest(self) -> tuple[int, int]:
        return self.starts[0], self.ends[-1]

    def within(self, is_edge: Callable[[int], bool]) -> tuple[int, int]:
        """The narrowest `[start, end)` with both ends at edges where there are any.

        A term of one character that is repeated has no narrowest: it stands between the outermost edges.
        """
        starts = tuple(filter(is_edge, self.starts)) or self.starts
        if self.starts[-1] < self.ends[0]:
            return starts[-1], (tuple(filter(is_edge, self.ends)) or self.ends)[0]
        ends = tuple(end for end in self.ends if end > starts[0] and is_edge(end)) or self.ends
        return starts[0], ends[-1]


@dataclass(frozen=True, slots=True)
class Walk:
    """The options of one pattern."""

    gaps: int
    repeats: bool

    def readings(self, text: str, spelling: Spelling, low: int, high: int, known: set[int]) -> list[Alignment]:
        """Every reading that begins in `[low, high]`, but at no place of `known`, to which those of the runs that were
        walked are added.  With `repeats`, the term is squeezed already.

        Repeats of the first and last character belong to a reading only where they stand beside it, with nothing
        between: those farther off may be part of another word.
        """
        found: list[Alignment] = []
        first = spelling.letters[0]
        for start in range(low, high + 1):
            met = first.met(text, start)
            if not met or start in known:
                continue
            run = self._run(text, first, start, start + met)
            starts = tuple(at for at, _ in run)
            known.update(starts)
            if ends := self._ends(text, spelling, run):
                found.append(Alignment(starts, ends))
        return found

    def reads(self, text: str, spelling: Spelling) -> bool:
        """Whether a text, all of it, is read as a term."""
        return any(len(text) in reading.ends for reading in self.readings(text, spelling, 0, 0, set()))

    def _ends(self, text: str, spelling: Spelling, run: list[tuple[int, int]]) -> tuple[int, ...]:
        """Where a reading may end whose first character is met by a run."""
        term, last = spelling.term, len(spelling.letters) - 1
        for k in range(1, len(spelling.letters)):
            letter = spelling.letters[k]
            at, met = self._next(text, term, letter, run[-1][1])
            if not met:
                return ()
            run = self._run(text, letter, at, at + met)
            while self.repeats and k < last:
                at, met = self._next(text, term, letter, run[-1][1])
                if not met:
                    break
                run = [(at, at + met)]
        return tuple(end for _, end in run)

    def _run(self, text: str, letter: Letter, at: int, end: int) -> list[tuple[int, int]]:
        """Where a letter is met, and its repeats directly behind it."""
        run = [(at, end)]
        while self.repeats and (met := letter.met(text, end)):
            run.append((end, end + met))
            end += met
        return run

    def _next(self, text: str, term: str, letter: Letter, at: int) -> tuple[int, int]:
        """Where a letter is met behind what may be skipped, and by how many characters, 0 for none.

        A stroke that is ignorable, as in 弓 (㇆一㇉), is met before it is skipped.
        """
        stop = min(len(text), at + self.gaps)
        while not (met := letter.met(text, at)) and at < stop and IGNORABLE[text[at]] and text[at] not in term:
            at += 1
        return at, met


@lru_cache(8192)
def forms(char: str) -> tuple[str, ...]:
    """A character in all the ways that are read as it by look: itself, its components, its look-alikes."""
    return (char, *splits(char), *sorted(lookalikes(char)))


@lru_cache(8192)
def beginnings(term: str, repeats: bool) -> tuple[str, ...]:
    """How a term that is looked for by look may begin: each way by as many characters as make it rare.

    As it is written it is found by itself.  With `repeats`, what begins so is the last of the repeated first
    characters; and as a character may be repeated in several forms, it is followed by the next one for certain
    only if it has but one.
    """
    rare: list[str] = []
    ways = [""]
    for k, char in enumerate(term[:LONGEST]):
        is_repeated = repeats and k > 1 and len(forms(term[k - 1])) > 1
        if not ways or is_repeated or (k and len(rare) + len(ways) * len(forms(char)) > MOST):
            break
        longer = [way + form for way in ways for form in forms(char)]
        ways = []
        for way in longer:
            (rare if _is_rare(way) else ways).append(way)
    return tuple(way for way in (*rare, *ways) if repeats or way != term)


def _is_rare(beginning: str) -> bool:
    """Whether it is rare to those who look for it, without ignorables and repeats; no character is by itself."""
    seen = reduce(beginning)
    return len(seen) > 1 and chance(seen) < RARE
