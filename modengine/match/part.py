"""One part of a message with all that is derived from it, each thing made when first asked for."""

from __future__ import annotations

import re
from array import array
from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass
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


class Reduced:
    """A reduced text whose characters know where they come from.

    The places are worked out when the automaton has found something.
    """

    __slots__ = ("_last", "source")

    def __init__(self, source: str, last: array[int] | None = None) -> None:
        self.source = source
        self._last = last

    @property
    def text(self) -> str:
        return reduce(self.source)

    def starts(self, k: int) -> tuple[int, int]:
        """Where in the source a match that begins with character `k` can begin: `[low, high]`."""
        if self._last is None:
            self._last = self._places()
        return (self._last[k - 1] + 1 if k else 0), self._last[k]

    def _places(self) -> array[int]:
        """The last place of each character's run."""
        source = self.source
        places = [i for i, char in enumerate(source) if not IGNORABLE[char]]
        return array("I", [i for i, after in pairwise(places) if source[i] != source[after]] + places[-1:])


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

    __slots__ = ("_cased", "_known_reduced", "_looks_reduced", "_outside", "_reduced", "_sentences", "_sounds",
                 "_sounds_reduced", "_tokens", "_words", "index", "kind", "original", "segmenter", "view")  # fmt: skip

    def __init__(
        self,
        kind: PartKind,
        index: int,
        original: str,
        segmenter: Callable[[], Segmenter],
        plain: str | None = None,
        reduced: Callable[[], Reduced | None] = lambda: None,
    ) -> None:
        """`plain` is the text of the plain view where that is known, and one character for one.

        `reduced` gives the reduced text where that is known too.
        """
        self.kind, self.index, self.original, self.segmenter = kind, index, original, segmenter
        self.view = plain_view(original) if plain is None else View(plain)
        self._cased: View | None = None
        self._reduced: Reduced | None = None
        self._known_reduced = reduced
        self._sounds: View | None = None
        self._sounds_reduced: Reduced | None = None
        self._looks_reduced: Reduced | None = None
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

    @property
    def reduced(self) -> Reduced:
        if self._reduced is None:
            self._reduced = self._known_reduced() or Reduced(self.plain)
        return self._reduced

    @property
    def sounds(self) -> View:
        """The syllables of the plain view; its spans are places in the plain view."""
        if self._sounds is None:
            self._sounds = sound_view(self.plain)
        return self._sounds

    @property
    def sounds_reduced(self) -> Reduced:
        if self._sounds_reduced is None:
            self._sounds_reduced = Reduced(self.sounds.text)
        return self._sounds_reduced

    @property
    def looks_reduced(self) -> Reduced:
        """Its places are those of the plain view."""
        if self._looks_reduced is None:
            self._looks_reduced = Reduced(look_view(self.plain))
        return self._looks_reduced

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
