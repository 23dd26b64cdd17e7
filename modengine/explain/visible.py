"""Text that can be looked at safely: what is invisible gets a name, what is endless gets a number.

Nothing that a message holds may steer the terminal or the page that shows it: controls, directional
marks, zero-width characters, lone surrogates and unassigned code points are all replaced by
something that stands still.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

MARKS = 2
"""Of a run of combining marks so many are shown; the rest is counted."""
RUN = 3
"""Of a run of one invisible character so many are shown; a longer run is shown once, with its length."""

_CONTROLS = (
    *("NUL", "SOH", "STX", "ETX", "EOT", "ENQ", "ACK", "BEL", "BS", "HT", "LF", "VT", "FF", "CR", "SO", "SI"),
    *("DLE", "DC1", "DC2", "DC3", "DC4", "NAK", "SYN", "ETB", "CAN", "EM", "SUB", "ESC", "FS", "GS", "RS", "US"),
)
_NAMES = {
    0x007F: "DEL",
    0x0085: "NEL",
    0x00A0: "NBSP",
    0x00AD: "SHY",
    0x034F: "CGJ",
    0x061C: "ALM",
    0x200B: "ZWSP",
    0x200C: "ZWNJ",
    0x200D: "ZWJ",
    0x200E: "LRM",
    0x200F: "RLM",
    0x2028: "LS",
    0x2029: "PS",
    0x202A: "LRE",
    0x202B: "RLE",
    0x202C: "PDF",
    0x202D: "LRO",
    0x202E: "RLO",
    0x202F: "NNBSP",
    0x2060: "WJ",
    0x2066: "LRI",
    0x2067: "RLI",
    0x2068: "FSI",
    0x2069: "PDI",
    0xFEFF: "BOM",
}
_BLANK_LETTERS = frozenset("\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
"""Letters and symbols that show nothing."""
LINE_END = "⏎"


def many(count: int, noun: str) -> str:
    """`1 row`, `1,200 rows`."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


class Glyph(NamedTuple):
    """What is shown for the characters `[start, end)` of the original."""

    start: int
    end: int
    shown: str
    odd: bool
    """Whether it stands for something that could not be seen."""
    breaks: bool = False
    """Whether a line ends after it."""


def name_of(char: str) -> str | None:
    """What is shown in the place of a character; None for one that shows itself."""
    code = ord(char)
    if code < 0x20:
        return LINE_END if char == "\n" else "⇥" if char == "\t" else f"‹{_CONTROLS[code]}›"
    if code < 0x7F:
        return None
    if code in _NAMES:
        return f"‹{_NAMES[code]}›"
    category = unicodedata.category(char)
    if category in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp") or char in _BLANK_LETTERS:
        return f"‹U+{code:04X}›"
    return None


def is_mark(char: str) -> bool:
    """Whether a character sits on the one before it and takes no room."""
    return char >= "\u0300" and unicodedata.category(char) in ("Mn", "Me")


def glyphs(text: str, start: int = 0, end: int | None = None, keep_joiners: bool = False) -> Iterator[Glyph]:
    """What to show for `text[start:end]`, in order, without gaps.

    With `keep_joiners`, joiners inside emoji stay (a browser makes one picture of them).
    """
    end = len(text) if end is None else end
    at = start
    while at < end:
        char = text[at]
        if is_mark(char):
            yield from _marks(text, at, end)
            at = _marks_end(text, at, end)
            continue
        name = name_of(char)
        if name is None:
            yield Glyph(at, at + 1, char, False)
            at += 1
            continue
        if keep_joiners and char == "\u200d" and _between_symbols(text, at):
            yield Glyph(at, at + 1, char, False)
            at += 1
            continue
        stop = _alike_end(text, at, end)
        if char == "\r" and stop == at + 1 and text[stop : stop + 1] == "\n" and stop < end:
            yield Glyph(at, stop + 1, LINE_END, True, True)
            stop += 1
        elif stop - at > RUN:
            yield Glyph(at, stop, f"‹{name.strip('‹›')} × {stop - at:,}›", True, name == LINE_END)
        else:
            for i in range(at, stop):
                yield Glyph(i, i + 1, name, True, name == LINE_END or char in "\u2028\u2029\x85")
        at = stop


def _marks(text: str, at: int, end: int) -> Iterator[Glyph]:
    stop = _marks_end(text, at, end)
    shown = min(stop, at + MARKS)
    for i in range(at, shown):
        yield Glyph(i, i + 1, text[i], False)
    if stop > shown:
        yield Glyph(shown, stop, f"‹+{stop - shown:,} marks›", True)


def _marks_end(text: str, at: int, end: int) -> int:
    while at < end and is_mark(text[at]):
        at += 1
    return at


def _alike_end(text: str, at: int, end: int) -> int:
    """The end of the run of the character at `at`."""
    rest = text[at:end]
    return at + len(rest) - len(rest.lstrip(text[at]))


def run_end(text: str, at: int) -> int:
    """`at`, or the end of the run of one invisible character, or of marks, that it would cut."""
    if not 0 < at < len(text):
        return at
    if is_mark(text[at]):
        return _marks_end(text, at, len(text))
    return _alike_end(text, at, len(text)) if _cut(text, at) else at


def run_start(text: str, at: int) -> int:
    """The same towards the beginning."""
    if not 0 < at < len(text):
        return at
    while at and is_mark(text[at]):
        at -= 1
    return len(text[:at].rstrip(text[at])) if _cut(text, at) else at


def _cut(text: str, at: int) -> bool:
    """Whether `at` stands inside a run of one invisible character."""
    return at > 0 and text[at - 1] == text[at] and name_of(text[at]) is not None


def _between_symbols(text: str, at: int) -> bool:
    before = text[at - 1 : at] if at else ""
    if before == "\ufe0f" and at > 1:
        before = text[at - 2]
    after = text[at + 1 : at + 2]
    return all(c and unicodedata.category(c) in ("So", "Sk") for c in (before, after))


@lru_cache(maxsize=1024)
def _shown(text: str) -> str:
    return "".join(glyph.shown for glyph in glyphs(text))


def inline(text: str, limit: int = 60) -> str:
    """A piece of text on one line, made visible, cut in the middle where it is long."""
    if len(text) > 4 * limit:
        text = text[: 2 * limit] + text[-2 * limit :]
    shown = _shown(text)
    if len(shown) <= limit:
        return shown
    half = (limit - 1) // 2
    return f"{shown[:half]}…{shown[-half:]}"
