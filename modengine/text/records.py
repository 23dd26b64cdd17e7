"""What the tables say of each character, as plain records: the compiled core asks for them block by block."""

from __future__ import annotations

from array import array
from collections.abc import Callable

from modengine.text.normalize import BREAKS, CLAUSE_ENDS, alone, ignorable, is_presentation, joins
from modengine.text.segment import BLOCK
from modengine.text.sounds import sound_view, symbols, written_syllables
from modengine.text.tables import is_everyday
from modengine.text.undisguised import begins

SIZE = 256
"""So many characters are a block."""

_TESTS: tuple[Callable[[str], bool], ...] = (
    ignorable,
    joins,
    is_presentation,
    str.isalnum,
    lambda char: BLOCK.match(char) is not None,
    BREAKS.__contains__,
    str.isdecimal,
    begins,
    is_everyday,
    CLAUSE_ENDS.__contains__,
)
"""The flags of a record, the first as the lowest bit; above them whether the sound is ignorable."""


def block(number: int) -> bytes:
    """The records of 256 code points: plain form, sound and flags of each, little-endian unsigned 32 bits.

    The plain form is U+FFFE where it depends on other characters or is not one; sound and most flags are
    those of a character of the plain view.
    """
    chars = "".join(map(chr, range(number * SIZE, (number + 1) * SIZE)))
    # A letter sounds as those beside it tell, so that letters alone are no syllables here.
    sounds = chars if chars[0] == "\0" else sound_view(chars).text
    out = array("I")
    for char, plain, sound in zip(chars, alone(chars), sounds, strict=True):
        flags = sum(1 << bit for bit, test in enumerate(_TESTS) if test(char)) + (ignorable(sound) << len(_TESTS))
        out.extend((ord(plain), ord(sound), flags))
    if out.itemsize != 4:
        raise SystemError("unsigned int has not 32 bits here")
    return out.tobytes()


def syllables() -> list[tuple[str, int]]:
    """Every syllable that is read from letters, with the code point that stands for it in the sounds of a text."""
    return [(syllable, ord(symbols()[syllable])) for syllable in sorted(written_syllables())]
