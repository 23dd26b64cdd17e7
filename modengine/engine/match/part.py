"""One part of a message with all that is derived from it, each thing made when first asked for."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import IntEnum
from itertools import pairwise
from operator import itemgetter

from modengine.model import PartKind
from modengine.text.looks import look_view
from modengine.text.normalize import IGNORABLE, LEARN, ignorable, plain_view, sentence_starts
from modengine.text.segment import Segmenter, Words
from modengine.text.sounds import sound_view
from modengine.text.view import View

URL = re.compile(
    r"(?:https?://|www\.)[a-z0-9./?=&%#:_~+@!,;\-]*[a-z0-9/=&%#_\-]"
    r"|(?<![a-z0-9@.\-])(?:[a-z0-9\-]+\.)+(?:com|cn|net|org|top|vip|cc|tk|xyz|club|site|info|io|me|tv|hk|tw)"
    r"(?![a-z0-9])(?:[/?][a-z0-9./?=&%#:_~+\-]*)?"
)
"""A URL in the plain view, with or without its scheme."""
MENTION = re.compile(r"@[\w\-]{1,30}")
_QUOTES = {"“": "”", "‘": "’", "「": "」", "『": "』", "﹁": "﹂"}


class Scan(IntEnum):
    """The four texts of a part that the automata pass over."""

    PLAIN = 0
    REDUCED = 1
    """plain without ignorables, repeats once: where gaps and repeats are sought."""
    SOUNDS = 2
    """the same of the syllables."""
    LOOKS = 3
    """the same of the looks."""


class _Kept(dict[int, int | None]):
    """Code point to itself, or to None for an ignorable; learnt at first sight, for `str.translate`."""

    def __missing__(self, code: int) -> int | None:
        out = None if ignorable(chr(code)) else code
        if code < LEARN:
            self[code] = out
        return out


_KEPT = _Kept()
_RUN = re.compile(r"(.)\1+", re.DOTALL)
_FIRST = itemgetter(1)
"""A template `\\1` would be expanded in Python, match by match."""


def reduce(text: str) -> str:
    """A text without ignorables and with every run of one character squeezed to one."""
    kept = text if text.isalnum() else text.translate(_KEPT)  # no letter or digit is ignorable
    return _RUN.sub(_FIRST, kept)


class Runs:
    """Where the characters of a reduced text come from.

    `last` has the last place of each character's run.  The text may be one of several that were reduced together;
    then it begins at character `first` of the reduced text, and at place `base` of its source.
    """

    __slots__ = ("_base", "_first", "_last")

    def __init__(self, last: Sequence[int], first: int = 0, base: int = 0) -> None:
        self._last, self._first, self._base = last, first, base

    @staticmethod
    def of(source: str) -> Runs:
        places = [i for i, char in enumerate(source) if not IGNORABLE[char]]
        return Runs([i for i, after in pairwise(places) if source[i] != source[after]] + places[-1:])

    def starts(self, k: int) -> tuple[int, int]:
        """Where in the source a match that begins with character `k` can begin: `[low, high]`."""
        k += self._first
        return (self._last[k - 1] + 1 - self._base if k else 0), self._last[k] - self._base


@dataclass(frozen=True, slots=True)
class Spans:
    """Disjoint `[start, end)`, sorted: answers whether a stretch lies wholly in one."""

    starts: tuple[int, ...]
    ends: tuple[int, ...]

    @staticmethod
    def of(spans: list[tuple[int, int]]) -> Spans:
        """Keeps the outermost of nested or overlapping spans."""
        kept: list[tuple[int, int]] = []
        for start, end in sorted(spans, key=lambda s: (s[0], -s[1])):
            if not kept or end > kept[-1][1]:
                kept.append((start, end))
        return Spans(tuple(s for s, _ in kept), tuple(e for _, e in kept))

    def hold(self, start: int, end: int) -> bool:
        i = bisect_right(self.starts, start) - 1
        return i >= 0 and end <= self.ends[i]


class PartText:
    """A part, its plain view, and whatever else the rules ask of it."""

    __slots__ = ("_cased", "_known", "_outside", "_runs", "_sentences", "_sounds", "_tokens", "_words",
                 "index", "kind", "original", "segmenter", "view")  # fmt: skip

    def __init__(
        self,
        kind: PartKind,
        index: int,
        original: str,
        segmenter: Callable[[], Segmenter],
        plain: str | None = None,
        known: Callable[[Scan], Runs | None] = lambda _: None,
    ) -> None:
        """`plain` is the text of the plain view where that is known, and one character for one.

        `known` gives the places of the reduced texts where they are known.
        """
        self.kind, self.index, self.original, self.segmenter = kind, index, original, segmenter
        self.view = plain_view(original) if plain is None else View(plain)
        self._cased: View | None = None
        self._known = known
        self._runs: list[Runs | None] = [None] * len(Scan)
        self._sounds: View | None = None
        self._words: Words | None = None
        self._sentences: list[int] | None = None
        self._outside: dict[str, Spans] = {}
        self._tokens: list[tuple[int, int]] | None = None

    @property
    def plain(self) -> str:
        return self.view.text

    @property
    def cased(self) -> View:
        """The plain view before folding case."""
        if self._cased is None:
            self._cased = plain_view(self.original, fold=False)
        return self._cased

    def scanned(self, scan: Scan) -> str:
        """The text that the automaton of a scan passes over."""
        return self.plain if scan is Scan.PLAIN else reduce(self._source(scan))

    def runs(self, scan: Scan) -> Runs:
        """Where the characters of the text of a scan other than PLAIN come from."""
        known = self._runs[scan]
        if known is None:
            known = self._runs[scan] = self._known(scan) or Runs.of(self._source(scan))
        return known

    def _source(self, scan: Scan) -> str:
        match scan:
            case Scan.SOUNDS:
                return self.sounds.text
            case Scan.LOOKS:
                return look_view(self.plain)
            case _:
                return self.plain

    @property
    def sounds(self) -> View:
        """The syllables of the plain view; its spans are places in the plain view."""
        if self._sounds is None:
            self._sounds = sound_view(self.plain)
        return self._sounds

    @property
    def words(self) -> Words:
        if self._words is None:
            self._words = Words(self.plain, self.segmenter().cut)
        return self._words

    @property
    def word_tokens(self) -> list[tuple[int, int]]:
        """The tokens that hold a letter or digit, in original places."""
        if self._tokens is None:
            plain = self.plain
            self._tokens = [
                self.view.span(a, b) for a, b in self.words.all_tokens() if any(char.isalnum() for char in plain[a:b])
            ]
        return self._tokens

    @property
    def sentences(self) -> list[int]:
        """Where sentences begin, in the plain view."""
        if self._sentences is None:
            self._sentences = sentence_starts(self.plain)
        return self._sentences

    def sentence(self, place: int) -> int:
        """The number of the sentence that holds a place of the plain view."""
        return bisect_right(self.sentences, place) - 1

    def outside(self, what: str) -> Spans:
        """The stretches of the plain view that are quoted, URLs or mentions."""
        spans = self._outside.get(what)
        if spans is None:
            spans = self._outside[what] = Spans.of(_OUTSIDE[what](self.plain))
        return spans


def quoted(text: str) -> list[tuple[int, int]]:
    """What stands between paired quotation marks, the marks not included."""
    spans: list[tuple[int, int]] = []
    open_at: dict[str, list[int]] = {}
    straight: int | None = None
    for i, char in enumerate(text):
        if char in _QUOTES:
            open_at.setdefault(_QUOTES[char], []).append(i + 1)
        elif open_at.get(char):
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


def urls(text: str) -> list[tuple[int, int]]:
    return [found.span() for found in URL.finditer(text)]


def mentions(text: str) -> list[tuple[int, int]]:
    return [found.span() for found in MENTION.finditer(text)]


_OUTSIDE: dict[str, Callable[[str], list[tuple[int, int]]]] = {
    "quotes": quoted,
    "urls": urls,
    "mentions": mentions,
}
