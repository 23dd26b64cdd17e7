"""Terms of which some characters, not all, are spelled in letters: nong死你, n死你.

A character is spelled by its toneless syllable or the first letter of it, as the whole term is read.  A run of letters
is all spelling, and no part of a longer one of letters and digits.  Where the first run of a term begins, one look into
a table tells which terms may stand there: a text without letters costs nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from modengine.text.tables import syllable, syllables_of

MOST = 16
"""Longer terms are not looked for: letters can be read in several ways."""
_RUN = re.compile(r"[a-z0-9]+")

Ways = tuple[tuple[str, ...], ...]


def spelling(term: str) -> Ways:
    """How each character of a plain term may be spelled; nothing for a term that is not of 2 to MOST Han characters."""
    if not 2 <= len(term) <= MOST or not all(map(syllable, term)):
        return ()
    return tuple(_ways(str(sound), len(term)) for sound in syllables_of(term))


def _ways(sound: str, size: int) -> tuple[str, ...]:
    """The syllable, its first letter, and V for *wei*, as people write 微; in a term of two no X, which is a blank."""
    first = () if size == 2 and sound[0] == "x" else (sound[0],)
    return tuple(dict.fromkeys((sound, *first, *(("v",) if sound == "wei" else ()))))


class SpelledTerms:
    """Finds where terms are spelled in part."""

    def __init__(self, terms: Mapping[str, Ways]) -> None:
        """Terms, numbered in their order, with their `spelling`."""
        self._terms = list(terms.items())
        self._at: dict[str, list[tuple[int, int]]] = {}
        for number, (term, ways) in enumerate(self._terms):
            for pair, place in _pairs(term, ways):
                self._at.setdefault(pair, []).append((number, place))

    def find(self, text: str) -> list[tuple[int, int, int]]:
        """`[start, end)` and the number of every term that is spelled in part."""
        found: dict[tuple[int, int, int], None] = {}
        for run in _RUN.finditer(text):
            first, last = run.span()
            if not run[0].isalpha():
                continue
            for number, place in self._at.get(text[first - 1 : first + 1], ()) if first else ():
                start = first - place
                if start >= 0 and text.startswith(self._terms[number][0][:place], start):
                    found |= dict.fromkeys((start, end, number) for end in self._ends(text, number, place, first))
            for number, _ in self._at.get(text[first] + text[last], ()) if last < len(text) else ():
                ends = (end for end in self._ends(text, number, 0, first) if end > last)
                found |= dict.fromkeys((first, end, number) for end in ends)
        return list(found)

    def _ends(self, text: str, number: int, place: int, at: int) -> Iterator[int]:
        """Where readings end whose character at `place` begins at `at`."""
        term, ways = self._terms[number]
        if place == len(term):
            if at == len(text) or not _RUN.fullmatch(text, at - 1, at + 1):
                yield at
        elif text.startswith(term[place], at):
            yield from self._ends(text, number, place + 1, at + 1)
        else:
            for way in ways[place]:
                if text.startswith(way, at):
                    yield from self._ends(text, number, place + 1, at + len(way))


def _pairs(term: str, ways: Ways) -> set[tuple[str, int]]:
    """A character and the letter behind it, where the first run of letters begins in a term; or the first letter of a
    run that begins one, and the character behind the run, with place 0."""
    behind = {(term[place - 1] + way[0], place) for place in range(1, len(ways)) for way in ways[place]}
    return behind | {(way[0] + char, 0) for way in ways[0] for char in term[1:]}
