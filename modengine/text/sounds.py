"""The `sounds` view: the plain view as toneless syllables.

Every syllable is one character of the private use area, so that a sequence of syllables is a string
like any other.  A Han character is read in its commonest way; a run of Latin letters that can be
read wholly as pinyin (weixin) is read so, longest syllable first; all else stays as it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache, lru_cache

from modengine.text.tables import syllable, syllable_set, syllables_of
from modengine.text.view import View, replaced

_PRIVATE = range(0xE000, 0xF900)
LATIN = re.compile(r"[a-z]+")
LONGEST_RUN = 24
"""Longer runs of letters are not read as pinyin."""
MOST_TERMS = 65536
"""Of so many terms it is remembered how they sound: a policy is compiled again at every edit."""


@cache
def symbols() -> dict[str, str]:
    """Each toneless syllable with the character of the private use area that stands for it."""
    return {sound: chr(_PRIVATE[number]) for number, sound in enumerate(sorted(syllable_set()))}


@cache
def written_syllables() -> frozenset[str]:
    """The syllables that are read from letters: those with a vowel (n and m are cries, and letters of other words)."""
    return frozenset(sound for sound in syllable_set() if not set("aeiouv").isdisjoint(sound))


@cache
def _longest() -> int:
    return max(map(len, written_syllables()))


class _Symbols(dict[int, str]):
    """Code point to the symbol of its syllable, learnt at first sight."""

    def __missing__(self, code: int) -> str:
        if code in _PRIVATE:
            return "\ufffd"  # a private character of the text is no syllable
        char = chr(code)
        sound = syllable(char)
        out = self[code] = symbols()[sound] if sound else char
        return out


_SYMBOLS = _Symbols()


@lru_cache(maxsize=4096)
def pinyin(letters: str) -> tuple[str, ...] | None:
    """A run of letters as syllables, longest first, or None if it cannot be read wholly so."""
    if len(letters) > LONGEST_RUN:
        return None
    known = written_syllables()
    dead: set[int] = set()

    def read(at: int) -> tuple[str, ...] | None:
        if at == len(letters):
            return ()
        for end in range(min(len(letters), at + _longest()), at, -1):
            if end not in dead and letters[at:end] in known:
                rest = read(end)
                if rest is not None:
                    return (letters[at:end], *rest)
                dead.add(end)
        return None

    return read(0)


def sound_view(plain: str) -> View:
    """The sounds of a plain view.  `span` gives places in that view."""
    return replaced(plain.translate(_SYMBOLS), _written(plain))


def _written(plain: str) -> Iterator[tuple[int, int, str]]:
    """`[start, end)` of every syllable that is written in letters, and its symbol."""
    for found in LATIN.finditer(plain):
        at = found.start()
        for sound in pinyin(found.group()) or ():
            yield at, at + len(sound), symbols()[sound]
            at += len(sound)


@lru_cache(maxsize=MOST_TERMS)
def initials(term: str) -> str | None:
    """The first letters of a plain term of two or more Han characters, read as a whole (银行: yh); None for others."""
    if len(term) < 2 or not all(map(syllable, term)):
        return None
    return "".join(str(sound)[0] for sound in syllables_of(term))


def pronunciations(term: str) -> Iterator[str]:
    """How a plain term may sound, one way at a time: what reads it as a whole is loaded where the first does not do."""
    yield sound_view(term).text
    yield from term_sounds(term)[1:]


@lru_cache(maxsize=MOST_TERMS)
def term_sounds(term: str) -> tuple[str, ...]:
    """How a plain term may sound: character by character, and as it is read as a whole (银行)."""
    view, whole = sound_view(term), syllables_of(term) if any(map(syllable, term)) else ()
    symbol = symbols()
    in_context = list(view.text)
    for i in range(len(view.text)):
        start, end = view.span(i, i + 1)
        if whole and end - start == 1 and whole[start] in symbol:
            in_context[i] = symbol[str(whole[start])]
    return tuple(dict.fromkeys((view.text, "".join(in_context))))
