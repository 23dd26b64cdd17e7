"""Does a term begin here?  The exact answer for gaps, repeats and look-alikes.

The automaton only says where to try.  A walk is deterministic: a character that the term owns is
never skipped, so there is one way at most to read the term from a given start.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from typing import NamedTuple

from modengine.text.looks import look_view
from modengine.text.normalize import IGNORABLE, ignorable
from modengine.text.rarity import chance_of, then
from modengine.text.tables import lookalikes, splits

MOST = 100
"""So many beginnings of one term are sought at the most."""
RARE = 1e-4
"""A beginning that so few characters of ordinary text start is rare enough."""


class Letter(NamedTuple):
    """What one character of a term is met by."""

    char: str
    splits: tuple[str, ...]
    """Before the look-alikes: the first that stands there."""
    others: frozenset[str]
    sure: frozenset[str]
    """Those characters that meet it wherever they stand: they never belong to a gap and begin nothing longer."""
    begin: frozenset[str]
    """What begins anything that meets it."""

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
    only = frozenset(char)
    return Letter(char, (), frozenset(), only, only)


@lru_cache(16384)
def _alike(char: str) -> Letter:
    ways, others = splits(char), lookalikes(char)
    longer = {way[0] for way in ways}
    sure = {one for one in others - longer if not ignorable(one)}
    return Letter(char, ways, others, frozenset({char, *sure}), frozenset({char, *others, *longer}))


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


@dataclass(frozen=True, slots=True)
class Walk:
    """The options of one pattern."""

    gaps: int
    repeats: bool

    def ends(self, text: str, spelling: Spelling, low: int, high: int) -> list[tuple[int, int]]:
        """Every match `(start, end)` that begins in `[low, high]`.

        With `repeats`, the term is squeezed already, and of matches with one end only the first to
        start is given.
        """
        found = []
        first = spelling.letters[0]
        at = low
        while at <= high:
            char = text[at]
            met = 1 if char in first.sure else first.met(text, at) if char in first.begin else 0
            if not met:
                at += 1
                continue
            end, run = self._from(text, spelling, at, at + met)
            if end is not None:
                found.append((at, end))
            at = run + 1
        return found

    def _from(self, text: str, spelling: Spelling, start: int, at: int) -> tuple[int | None, int]:
        """Where a match ends whose first character stands in `[start, at)`, or None; and the last of its repeats."""
        term, repeats, gaps, size = spelling.term, self.repeats, self.gaps, len(text)
        run = start
        for k, letter in enumerate(spelling.letters):
            if k:
                if at >= size:
                    return None, run
                char = text[at]
                if char in letter.sure:
                    at += 1
                elif char in letter.begin or (gaps and IGNORABLE[char]):
                    at = self._skip(text, term, at)
                    met = letter.met(text, at)
                    if not met:
                        return None, run
                    at += met
                else:
                    return None, run
            if repeats:
                while met := letter.met(text, then := self._skip(text, term, at)):
                    if k == 0:
                        run = then
                    at = then + met
        return at, run

    def _skip(self, text: str, term: str, at: int) -> int:
        stop = min(len(text), at + self.gaps)
        while at < stop and IGNORABLE[text[at]] and text[at] not in term:
            at += 1
        return at


def forms(char: str) -> tuple[str, ...]:
    """A character in all the ways that are read as it by look: itself, its components, its look-alikes."""
    return (char, *splits(char), *sorted(lookalikes(char)))


@lru_cache(8192)
def _begins(char: str) -> tuple[tuple[str, ...], float]:
    """The forms of a character as they stand in the `looks` view, and how often one of them stands in a text."""
    return tuple(dict.fromkeys(map(look_view, forms(char)))), chance_of(forms(char))


def prefixes(term: str, repeats: bool) -> list[str]:
    """How a term sought by look may begin in the `looks` view: as many of its characters as make it rare."""
    looks = [_begins(char)[0] for char in term[: reach(term, repeats)]]
    return ["".join(way) for way in product(*looks)]


def reach(term: str, repeats: bool) -> int:
    """How many characters of a term its beginnings have.

    With `repeats`, what begins so is the last of the repeated first characters; and as a character may be
    repeated in several forms, it is followed by the next one for certain only if it has but one.
    """
    looks, share = _begins(term[0])
    ways = len(looks)
    for k in range(1, len(term)):
        more, chance = _begins(term[k])
        if ways * len(more) > MOST or (repeats and k > 1 and len(_begins(term[k - 1])[0]) > 1):
            return k
        ways *= len(more)
        share = then(share, chance)
        if share < RARE:
            return k + 1
    return len(term)


def next_looks(spelling: Spelling, repeats: bool, last: str) -> frozenset[str] | None:
    """What of the `looks` view stands behind a beginning of a term; None where anything may.

    `last` is the last character of the beginning: what looks like it is one with it, and hides what begins so.
    """
    at = reach(spelling.term, repeats)
    if at == len(spelling.term):
        return None
    before, letter = spelling.letters[at - 1 : at + 1]
    begin, hidden = letter.begin, letter.begin
    if repeats:  # the one before may come again in another form
        begin |= before.begin
        hidden |= {way[0] for way in before.splits}
    if last in look_view("".join(hidden)) or any(map(ignorable, begin)):
        return None
    return frozenset(map(look_view, begin))
