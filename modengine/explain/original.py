"""The original text for a terminal, with a row of brackets under each line for what was found."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rich.cells import cell_len
from rich.text import Text

from modengine.explain.marks import BRACKETS, Kind, Mark, windows
from modengine.explain.visible import Glyph, glyphs

LONGEST = 2000
"""Code points of a part that are shown whole; of a longer one, the beginning and what is marked."""
STYLES: dict[Kind, str] = {"hit": "bold red", "found": "cyan", "dropped": "dim"}
_RAIL = "  │ "
_MARGIN = "    "


@dataclass(frozen=True, slots=True)
class _Placed:
    """A glyph and the cells `[left, right)` of its row."""

    glyph: Glyph
    left: int
    right: int


def original(text: str, marks: Sequence[Mark], width: int) -> Iterator[Text]:
    """The lines of one part, at most `width` cells wide."""
    room = width - cell_len(_RAIL)
    before = 0
    for start, end in windows(text, marks, LONGEST):
        if start > before:
            yield _left_out(start - before)
        for row in _rows(glyphs(text, start, end), room):
            yield from _with_marks(row, marks, room)
        before = end
    if before < len(text):
        yield _left_out(len(text) - before)
    if not text:
        yield Text(_RAIL).append("(empty)", "dim")


def _left_out(count: int) -> Text:
    return Text(_RAIL).append(f"… {count:,} characters are not shown …", "dim")


def _rows(stream: Iterator[Glyph], room: int) -> Iterator[list[_Placed]]:
    row: list[_Placed] = []
    column = 0
    for glyph in stream:
        cells = cell_len(glyph.shown)
        if column + cells > room and row:
            yield row
            row, column = [], 0
        row.append(_Placed(glyph, column, column + cells))
        column += cells
        if glyph.breaks:
            yield row
            row, column = [], 0
    if row:
        yield row


def _with_marks(row: list[_Placed], marks: Sequence[Mark], room: int) -> Iterator[Text]:
    start, end = row[0].glyph.start, row[-1].glyph.end
    mine = [mark for mark in marks if mark.start < end and mark.end > start]
    line = Text(_RAIL)
    for placed in row:
        over = [mark for mark in mine if mark.start < placed.glyph.end and mark.end > placed.glyph.start]
        style = STYLES[min(over, key=lambda m: list(STYLES).index(m.kind)).kind] if over else ""
        line.append(placed.glyph.shown, f"reverse {style}".strip() if placed.glyph.odd else style)
    yield line
    rows: list[tuple[Text, int]] = []
    for mark in sorted(mine, key=lambda m: (m.start, -m.end)):
        left, drawn = _bracket(mark, row, room)
        for i, (under, used) in enumerate(rows):
            if used <= left:
                rows[i] = _drawn(under, used, left, drawn, mark)
                break
        else:
            rows.append(_drawn(Text(_MARGIN), 0, left, drawn, mark))
    yield from (under for under, _ in rows)


def _drawn(under: Text, used: int, left: int, drawn: str, mark: Mark) -> tuple[Text, int]:
    under.append(" " * (left - used))
    under.append(drawn, STYLES[mark.kind])
    return under, left + len(drawn)


def _bracket(mark: Mark, row: list[_Placed], room: int) -> tuple[int, str]:
    """Where the bracket of a mark begins in a row, and the bracket: `[─2──]`."""
    under = [p for p in row if p.glyph.start < mark.end and p.glyph.end > mark.start]
    left, right = under[0].left, under[-1].right
    begins, ends = mark.start >= row[0].glyph.start, mark.end <= row[-1].glyph.end
    first, last = BRACKETS[mark.kind]
    number = str(mark.number)
    inside = right - left - begins - ends
    label = (first if begins else "─") + number + (last if ends else "─")
    if inside < len(number):
        return max(0, min(left, room - len(label))), label
    return left, (first if begins else "") + number.center(inside, "─") + (last if ends else "")
