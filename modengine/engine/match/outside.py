"""Where a match may not count: quotations, URLs and mentions in the plain view."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass

URL = re.compile(
    r"(?:https?://|www\.)[a-z0-9./?=&%#:_~+@!,;\-]*[a-z0-9/=&%#_\-]"
    r"|(?<![a-z0-9@.\-])(?:[a-z0-9\-]+\.)+(?:com|cn|net|org|top|vip|cc|tk|xyz|club|site|info|io|me|tv|hk|tw)"
    r"(?![a-z0-9])(?:[/?][a-z0-9./?=&%#:_~+\-]*)?"
)
"""A URL in the plain view, with or without its scheme."""
MENTION = re.compile(r"@[\w\-]{1,30}")
_QUOTES = {"“": "”", "‘": "'", "「": "」", "『": "』", "﹁": "﹂"}


@dataclass(frozen=True, slots=True)
class Spans:
    """Disjoint `[start, end)`, sorted: answers whether a stretch lies wholly in one."""

    starts: tuple[int, ...]
    ends: tuple[int, ...]

    @staticmethod
    def of(spans: list[tuple[int, int]]) -> Spans:
        """Keeps the outermost of nested or overlapping spans."""
        outermost: list[tuple[int, int]] = []
        for start, end in sorted(spans, key=lambda s: (s[0], -s[1])):
            if not outermost or end > outermost[-1][1]:
                outermost.append((start, end))
        return Spans(tuple(s for s, _ in outermost), tuple(e for _, e in outermost))

    def hold(self, start: int, end: int) -> bool:
        i = bisect_right(self.starts, start) - 1
        return i >= 0 and end <= self.ends[i]


def quoted(text: str) -> list[tuple[int, int]]:
    """What stands between paired quotation marks, the marks not included."""
    spans: list[tuple[int, int]] = []
    open_at: dict[str, list[int]] = {}
    straight: int | None = None
    for i, char in enumerate(text):
        if char in _QUOTES:
            open_at.setdefault(_QUOTES[char], []).append(i + 1)
        elif open_at.get(char) and not (char == "'" and _is_apostrophe(text, i)):
            spans.append((open_at[char].pop(), i))
        elif char == '"':
            if straight is None:
                straight = i + 1
            else:
                spans.append((straight, i))
                straight = None
        elif char in "\n\r":
            straight = None
    return spans


def _is_apostrophe(text: str, at: int) -> bool:
    """Between two Latin letters, where no quotation ends."""
    return "a" <= text[at - 1] <= "z" and "a" <= text[at + 1 : at + 2] <= "z"


def urls(text: str) -> list[tuple[int, int]]:
    return [found.span() for found in URL.finditer(text)]


def mentions(text: str) -> list[tuple[int, int]]:
    return [found.span() for found in MENTION.finditer(text)]


OUTSIDE: dict[str, Callable[[str], list[tuple[int, int]]]] = {
    "quotes": quoted,
    "urls": urls,
    "mentions": mentions,
}
"""What `outside` may name, each with what finds its stretches."""
