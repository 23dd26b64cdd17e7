"""What the tables say of each character, as plain records: the compiled core asks for them block by block."""

from __future__ import annotations

import re
from array import array

from modengine.text.looks import look_code
from modengine.text.normalize import BREAKS, ignorable, is_presentation, joins, normal_code
from modengine.text.segment import BLOCK
from modengine.text.sounds import symbol_code

SIZE = 256
"""So many characters are a block."""

_TESTS = (
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
    """The records of 256 code points: plain form, sound, shape and flags of each, little-endian unsigned 32 bits.

    The plain form is U+FFFE where it depends on other characters or is not one; sound, shape and most flags
    are those of a character of the plain view.
    """
    out = array("I")
    for code in range(number * SIZE, (number + 1) * SIZE):
        char = chr(code)
        flags = sum(1 << bit for bit, test in enumerate(_TESTS) if test(char))
        out.extend((normal_code(code), symbol_code(code), look_code(code), flags))
    if out.itemsize != 4:
        raise SystemError("unsigned int has not 32 bits here")
    return out.tobytes()
