"""The identity words that stand in texts, by letter and by sound, gaps closed."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from functools import cache
from itertools import accumulate
from typing import NamedTuple

from modengine.checks.lexicon import IdentityTerm, identity_forms
from modengine.engine.match.literals import Automaton
from modengine.engine.match.part import reduce
from modengine.text.normalize import SEPARATOR, plain
from modengine.text.sounds import sound_view, symbols

AT_ONCE = 256
"""So many texts are read together: one that is hard to normalise makes the others slow too."""
SHORT, LONG = 2, 4
"""Syllables of the shortest words that are heard, and of those that nobody says by accident."""

Words = tuple[IdentityTerm, ...]


class Read(NamedTuple):
    """The identity words of a text."""

    held: Words
    """Those that stand in it, letter by letter."""
    sounding: Words
    """Those that sound in it beyond doubt: of four syllables, or of three where these are the whole text."""
    maybe: Words
    """Those that sound in it, of three syllables, or of two where these are the whole text."""


NOTHING = Read((), (), ())


def read_words(texts: Sequence[str]) -> list[Read]:
    """The identity words that many texts hold and sound like; Latin letters that can be pinyin are read so."""
    if not texts:
        return []
    pieces = reduced(texts)
    sounds = sound_view(SEPARATOR.join(pieces)).text.split(SEPARATOR)
    long, shorter = (_found(sounds, *_sounds_of(length)) for length in (LONG, LONG - 1))
    return [_read(*row) for row in zip(pieces, sounds, _written(pieces), long, shorter, strict=True)]


def _read(piece: str, sound: str, held: Words, long: Words, shorter: Words) -> Read:
    whole = _sounds().get(sound, ())
    if not (whole or long or shorter):
        return Read(held, (), ()) if held else NOTHING
    sounding, maybe = {*long}, {*shorter}
    (sounding if len(sound) > SHORT else maybe).update(whole)
    free = {word for word in sounding | maybe if any(other in piece for other in word.besides)}
    return Read(held, tuple(sounding - free), tuple(maybe - sounding - free))


def reduced(texts: Sequence[str]) -> list[str]:
    """Texts in their plain form, gaps closed."""
    found: list[str] = []
    for at in range(0, len(texts), AT_ONCE):
        joined = plain(SEPARATOR.join(text.replace(SEPARATOR, " ") for text in texts[at : at + AT_ONCE]))
        found += map(reduce, joined.split(SEPARATOR))
    return found


def _written(pieces: Sequence[str]) -> list[Words]:
    """The words in reduced texts, outside the longer words that are free."""
    found = _found(pieces, *_letters())
    return [
        tuple(word for word in words if not word.besides or _stands_alone(word, piece))
        for piece, words in zip(pieces, found, strict=True)
    ]


def _stands_alone(word: IdentityTerm, piece: str) -> bool:
    for longer in word.besides:
        piece = piece.replace(longer, " ")
    return any(form in piece for form in word.forms)


def _found(pieces: Sequence[str], automaton: Automaton, terms: Sequence[Words]) -> list[Words]:
    found: list[dict[IdentityTerm, None]] = [{} for _ in pieces]
    ends = list(accumulate(len(piece) + 1 for piece in pieces))
    for start, _, number in automaton.find(SEPARATOR.join(pieces)):
        found[bisect_right(ends, start)].update(dict.fromkeys(terms[number]))
    return list(map(tuple, found))


@cache
def _letters() -> tuple[Automaton, tuple[Words, ...]]:
    forms = identity_forms()
    return Automaton(list(forms)), tuple((term,) for term in forms.values())


@cache
def _sounds() -> dict[str, Words]:
    """How the words of Han characters sound, and which."""
    syllables = set(symbols().values())
    forms = identity_forms()
    found: dict[str, dict[IdentityTerm, None]] = {}
    for term, sound in zip(forms.values(), sound_view(SEPARATOR.join(forms)).text.split(SEPARATOR), strict=True):
        if len(sound) >= SHORT and syllables.issuperset(sound):
            found.setdefault(sound, {})[term] = None
    return {sound: tuple(terms) for sound, terms in found.items()}


@cache
def _sounds_of(length: int) -> tuple[Automaton, tuple[Words, ...]]:
    """The sounds of so many syllables; of `LONG` and more."""
    chosen = {sound: terms for sound, terms in _sounds().items() if min(len(sound), LONG) == length}
    return Automaton(list(chosen)), tuple(chosen.values())
