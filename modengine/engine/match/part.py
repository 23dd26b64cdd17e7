"""One part of a message with all that is derived from it, each thing made when first asked for."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from enum import IntEnum
from functools import cached_property
from itertools import pairwise
from operator import itemgetter

from modengine.engine.budget import Patience
from modengine.engine.match.outside import OUTSIDE, Spans
from modengine.model import Failure
from modengine.text.normalize import IGNORABLE, LEARN, ignorable, plain_view, sentence_starts
from modengine.text.segment import BLOCK, Segmenter, Words
from modengine.text.sounds import sound_view
from modengine.text.undisguised import undisguised_view
from modengine.text.view import View


class TextForm(IntEnum):
    """The texts of a part in which literals are looked for."""

    PLAIN = 0
    REDUCED = 1
    """plain without ignorables, repeats once: where gaps, repeats and look-alikes are allowed."""
    SOUNDS = 2
    """the same of the syllables."""
    SPELLED = 3
    """plain, where terms are looked for that are spelled in part."""


KnownSpans = dict[str, list[tuple[int, int]] | Failure]
"""What each expression of an entity found in a text, once it was asked for."""


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
    return _RUN.sub(_FIRST, text.translate(_KEPT))


class Runs:
    """The offset map of a reduced text: where in its source the run of each character ended."""

    __slots__ = ("_last",)

    def __init__(self, source: str) -> None:
        places = [i for i, char in enumerate(source) if not IGNORABLE[char]]
        self._last: Sequence[int] = [i for i, after in pairwise(places) if source[i] != source[after]] + places[-1:]

    def starts(self, k: int) -> tuple[int, int]:
        """Where in the source a match that begins with character `k` can begin: `[low, high]`."""
        return (self._last[k - 1] + 1 if k else 0), self._last[k]


class PartText:
    """A part, its plain view, and whatever else the rules ask of it."""

    def __init__(
        self,
        kind: str,
        index: int,
        original: str,
        segmenter: Segmenter,
        patience: Patience,
        view: View | None = None,
    ) -> None:
        """With another `view` of the original than its plain one, that is read in its place."""
        self.kind, self.index, self.original = kind, index, original
        self.patience = patience
        self.entity_spans: KnownSpans = {}
        self._segmenter = segmenter
        self.view = view or plain_view(original)
        self.plain = self.view.text
        self._runs: dict[TextForm, Runs] = {}
        self._outside: dict[str, Spans] = {}

    @cached_property
    def cased(self) -> View:
        """The plain view before folding case."""
        return plain_view(self.original, fold=False)

    @cached_property
    def undisguised(self) -> UndisguisedText | None:
        """The part with its undisguised view in place of the plain one; None where the two are alike."""
        view = undisguised_view(self.plain)
        return None if view is None else UndisguisedText(self, view, self._segmenter)

    @cached_property
    def sounds(self) -> View:
        """The syllables of the plain view; its spans are places in the plain view."""
        return sound_view(self.plain)

    def form(self, form: TextForm) -> str:
        """The text that the automaton of a form passes over."""
        return self.plain if form in (TextForm.PLAIN, TextForm.SPELLED) else reduce(self._source(form))

    def runs(self, form: TextForm) -> Runs:
        """Where the characters of a form that is reduced come from."""
        if form not in self._runs:
            self._runs[form] = Runs(self._source(form))
        return self._runs[form]

    def _source(self, form: TextForm) -> str:
        return self.sounds.text if form is TextForm.SOUNDS else self.plain

    @cached_property
    def words(self) -> Words:
        return Words(self.plain, self._segmenter.cut, self._segmenter.own)

    @cached_property
    def word_tokens(self) -> list[tuple[int, int]]:
        """The tokens that hold a letter or digit, in original places."""
        tokens = self.words.all_tokens()
        return [self.view.span(a, b) for a, b in tokens if any(char.isalnum() for char in self.plain[a:b])]

    @cached_property
    def sentences(self) -> list[int]:
        """Where sentences begin, in the plain view."""
        return sentence_starts(self.plain)

    def sentence(self, place: int) -> int:
        """The number of the sentence that holds a place of the plain view."""
        return bisect_right(self.sentences, place) - 1

    def tokens(self, start: int, end: int, *, tagged: bool) -> list[tuple[int, str, str]]:
        """Place, text and tag of the tokens of a stretch; characters outside all blocks stand alone."""
        found: list[tuple[int, str, str]] = []
        at = start
        for block in BLOCK.finditer(self.plain, start, end):
            found += [(i, self.plain[i], "x") for i in range(at, block.start())]
            at = block.start()
            words = self._segmenter.tag(block.group()) if tagged else _untagged(self._segmenter.cut(block.group()))
            for word, tag in words:
                found.append((at, word, tag))
                at += len(word)
        return found + [(i, self.plain[i], "x") for i in range(at, end)]

    def outside(self, what: str) -> Spans:
        """The stretches of the plain view that are quoted, URLs or mentions."""
        if what not in self._outside:
            self._outside[what] = Spans.of(OUTSIDE[what](self.plain))
        return self._outside[what]


class UndisguisedText(PartText):
    """A part as its undisguised view has it."""

    def __init__(self, part: PartText, view: View, segmenter: Segmenter) -> None:
        self.in_plain = view
        """The view with the places in the plain view."""
        places = [part.view.span(*view.span(at, at + 1)) for at in range(len(view.text))]
        own = View(view.text, [start for start, _ in places], [end for _, end in places])
        super().__init__(part.kind, part.index, part.original, segmenter, part.patience, own)
        self._disguised = part.plain

    def is_undone(self, start: int, end: int) -> bool:
        """Whether a character of a stretch stands for something else in the plain view."""
        return self.plain[start:end] != self._disguised[slice(*self.in_plain.span(start, end))]


def _untagged(words: list[str]) -> list[tuple[str, str]]:
    return [(word, "x") for word in words]
