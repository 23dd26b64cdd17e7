"""What the tables say of each character, as plain records: the compiled core asks for them block by block."""

from __future__ import annotations

import re
from array import array
from collections.abc import Callable

from modengine.text.normalize import BREAKS, COMPLEX, ignorable, is_presentation, joins, plain_view
from modengine.text.segment import BLOCK
from modengine.text.skeleton import skeleton
from modengine.text.sounds import sound_view, symbols

SIZE = 256
"""So many characters are a block."""

_TESTS: tuple[Callable[[str], bool], ...] = (
    ignorable,
    joins,
    is_presentation,
    str.isalnum,
    lambda char: BLOCK.fullmatch(char) is not None,
    BREAKS.__contains__,
    lambda char: re.fullmatch(r"\d", char) is not None,
)
"""The flags of a record, the first as the lowest bit."""


def block(number: int) -> bytes:
    """The records of 256 code points: plain form, sound, skeleton and flags of each, little-endian unsigned 32 bits.

    The plain form is U+FFFE where it depends on other characters or is not one; sound, skeleton and most flags
    are those of a character of the plain view.
    """
    out = array("I")
    for char in map(chr, range(number * SIZE, (number + 1) * SIZE)):
        flags = sum(1 << bit for bit, test in enumerate(_TESTS) if test(char))
        # A letter alone is no pinyin here: what letters sound like depends on those beside them.
        sound = char if "a" <= char <= "z" else sound_view(char).text
        out.extend((ord(_plain(char)), ord(sound), ord(skeleton(char)), flags))
    if out.itemsize != 4:
        raise SystemError("unsigned int has not 32 bits here")
    return out.tobytes()


def _plain(char: str) -> str:
    if joins(char) or "\ud800" <= char <= "\udfff":
        return COMPLEX
    form = plain_view(char).text
    return form if len(form) == 1 else COMPLEX


def syllables() -> list[tuple[str, int]]:
    """Every toneless syllable, with the code point that stands for it in the sounds of a text."""
    return [(syllable, ord(symbol)) for syllable, symbol in symbols().items()]
