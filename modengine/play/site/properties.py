"""The table of characters for `device/properties.py`: asked of the installed `regex`, whose Unicode it has."""

from __future__ import annotations

import sys
from array import array
from itertools import pairwise
from typing import Any

import regex
from regex import _regex

from modengine.play.site.device.expressions import core

compiled: Any = _regex
_SURROGATES, _END = (0xD800, 0xE000), 0x110000
_WRITTEN = ("GENERALCATEGORY", "SCRIPT")
"""Besides the properties that a character has or has not."""
_FOLDED = ("LOWERCASE", "UPPERCASE", "LOWERCASELETTER", "UPPERCASELETTER", "TITLECASELETTER")
"""What means another thing where case is ignored."""


def table() -> dict[str, Any]:
    """`properties` and their numbers, the `cases` of letters, and `ranges`: the characters of a value, by the number of
    it and its property.

    A range is told by how far its edges lie from the one before.
    """
    text = _every_character()
    found, ignoring = dict[str, list[int]](), dict[str, list[int]]()
    for number, (name, values) in core.PROPERTY_NAMES.items():
        for value, value_name in values.items():
            if name not in _WRITTEN and value_name != "TRUE":
                continue
            key, source = str(number << 16 | value), rf"\p{{{name}={value_name}}}+"
            found[key] = _steps(source, text, 0)
            if name in _FOLDED or value_name in _FOLDED:
                ignoring[key] = _steps(source, text, int(regex.IGNORECASE))
    cases = {tuple(sorted(compiled.get_all_cases(core.IGNORECASE, code))) for code in range(_END)}
    return {
        "properties": compiled.get_properties(),
        "cases": sorted(codes for codes in cases if len(codes) > 1),
        "expanding": compiled.get_expand_on_folding(),
        "ranges": found,
        "ignoring": ignoring,
    }


def _every_character() -> str:
    """All but halves of characters, of which no text is made."""
    codes = array("I", range(_SURROGATES[0]))
    codes.extend(range(_SURROGATES[1], _END))
    return codes.tobytes().decode(f"utf-32-{sys.byteorder[0]}e")


def _steps(source: str, text: str, flags: int) -> list[int]:
    gap = _SURROGATES[1] - _SURROGATES[0]
    edges = [0]
    for found in regex.finditer(source, text, flags):
        first, last = found.start(), found.end() - 1
        edges += (place + gap * (place >= _SURROGATES[0]) for place in (first, last))
        edges[-1] += 1
    return [after - before for before, after in pairwise(edges)]
