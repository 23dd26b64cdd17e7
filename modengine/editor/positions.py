"""Places in files, and positions as an editor counts them: lines from 0, and UTF-16 units unless it asks for others."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable

from modengine.errors import Location

_EDITOR_LINE_END = re.compile("\r\n|[\n\r]")
_YAML_LINE_END = re.compile("\r\n|[\n\r\x85\u2028\u2029]")
_WORD = re.compile(r"[\w][\w.*?-]*")
YAML = (".yaml", ".yml")

Units = Callable[[str], int]
"""How many units of an editor a text has."""


def utf16_units(text: str) -> int:
    """The length of a text in UTF-16."""
    return len(text) + sum(char > "\uffff" for char in text)


class Positions:
    """The lines of one text, as the places of problems count them and as an editor does."""

    def __init__(self, text: str, is_yaml: bool = True, units: Units = utf16_units) -> None:
        self.text, self._units = text, units
        self._lines = _starts(text, _EDITOR_LINE_END)
        self._rows = _starts(text, _YAML_LINE_END) if is_yaml else self._lines
        self._last = 0, 0, 0
        """The line, offset and units of the last position: the next one is often behind it, in a line of 100 KB too."""

    def offset_of(self, place: Location) -> int:
        """The offset of a place in the text; its end for one beyond it."""
        if place.line > len(self._rows):
            return len(self.text)
        return min(self._rows[max(place.line, 1) - 1] + max(place.column, 1) - 1, len(self.text))

    def place_of(self, offset: int, file: str) -> Location:
        """The place of an offset."""
        row = bisect_right(self._rows, offset) - 1
        return Location(file, row + 1, offset - self._rows[row] + 1)

    def position_of(self, offset: int) -> tuple[int, int]:
        """The line of an editor and the units in it before an offset."""
        line = bisect_right(self._lines, offset) - 1
        on, start, units = self._last
        if on != line or start > offset:
            start, units = self._lines[line], 0
        units += self._units(self.text[start:offset])
        self._last = line, offset, units
        return line, units

    def offset_at(self, line: int, character: int) -> int:
        """The offset of a position; the end of the line for one beyond it, and that of the text."""
        if line >= len(self._lines):
            return len(self.text)
        offset = self._lines[max(line, 0)]
        end = self._lines[line + 1] if line + 1 < len(self._lines) else len(self.text)
        end = offset + len(self.text[offset:end].rstrip("\r\n"))
        while character > 0 and offset < end:
            character -= self._units(self.text[offset])
            offset += 1
        return offset

    def word_end(self, offset: int) -> int:
        """Where the word that begins at an offset ends; one character on where there is none."""
        found = _WORD.match(self.text, offset)
        rest = self.text[offset : offset + 1]
        return found.end() if found else offset + (1 if rest and rest not in "\r\n" else 0)


def _starts(text: str, end: re.Pattern[str]) -> list[int]:
    return [0, *(found.end() for found in end.finditer(text))]
