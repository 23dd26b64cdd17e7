"""Finding many specimens in texts: one automaton over the components of all, one pass over each text.

A text is reduced to the set of components that stand in it; that entries have all of theirs there, and
lists an entry, are products of sparse matrices.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from modengine.engine.match.literals import Automaton
from modengine.lab.specimens.card import Specimen
from modengine.lab.specimens.entries import ListEntry, fold
from modengine.text import segment
from modengine.text.segment import Words
from modengine.text.tables import simplified

Reading = Literal["as written", "words"]
"""How a specimen is read: as its card says, or every component from the beginning of a word to the end of one."""
READINGS: tuple[Reading, ...] = ("as written", "words")
_CHUNK = 500
"""Texts whose products are held at a time."""


def _keys(entry: ListEntry, exact: bool, closed: bool) -> Iterator[str | _Wanted]:
    """The components of an entry as they are looked for: a folded text, or more where it may not stand anywhere."""
    for component in entry.components:
        text = fold(component.text)
        begins = closed if component.begins is None else component.begins
        ends = closed if component.ends is None else component.ends
        yield _Wanted(text, component.text if exact else None, begins, ends) if exact or begins or ends else text


class Edges:
    """Where words begin and end in a text.

    As the segmenter of the rule language cuts Chinese (no term of a list is added to its words); letters and
    digits of scripts that part words by blanks or points are never parted.
    """

    __slots__ = ("_cut", "_known", "_text", "_words")

    def __init__(self, text: str, segmenter: segment.Segmenter) -> None:
        self._text = text
        self._cut = segmenter.cut
        self._words: Words | None = None
        self._known: dict[int, bool] = {}

    def __contains__(self, place: int) -> bool:
        known = self._known.get(place)
        if known is None:
            known = self._known[place] = self._is_edge(place)
        return known

    def _is_edge(self, place: int) -> bool:
        if place in (0, len(self._text)):
            return True
        before, after = self._text[place - 1], self._text[place]
        if before.isalnum() and after.isalnum() and _spaced(before) and _spaced(after):
            return False
        if self._words is None:
            self._words = Words("".join(map(_simplified, self._text)), self._cut)
        return self._words.token_around(place) is None


@cache
def _simplified(char: str) -> str:
    """For the segmenter, whose dictionary is simplified; a character as long as it was."""
    found = simplified(char)
    return found if len(found) == 1 else char


def _spaced(char: str) -> bool:
    """Whether its script parts words: all but the ideographs and syllables of East Asia, Hangul apart."""
    return char < "\u2e80" or "\uac00" <= char <= "\ud7a3"


class _Wanted(NamedTuple):
    """A component that does not stand just anywhere, or in any case."""

    text: str
    """Folded."""
    exact: str | None
    """As it must be written, where case counts."""
    begins: bool
    ends: bool

    def stands(self, text: str, start: int, end: int, edges: Edges) -> bool:
        """Whether it is what stands at `[start, end)` of the text as it was written."""
        return (
            (self.exact is None or text[start:end] == self.exact)
            and (not self.begins or start in edges)
            and (not self.ends or end in edges)
        )


Span = tuple[int, int]


class SpecimenMatcher:
    """Specimens compiled together.  Immutable; components and entries are numbered over all of them."""

    def __init__(self, specimens: Sequence[Specimen]) -> None:
        self.specimens = tuple(specimens)
        numbers: dict[str | _Wanted, int] = {}
        rows: list[int] = []
        sizes: list[int] = []
        offsets = [0]
        for specimen in specimens:
            exact, closed = specimen.case == "exact", specimen.match == "word"
            for entry in specimen.entries:
                before = len(rows)
                rows += {numbers.setdefault(key, len(numbers)) for key in _keys(entry, exact, closed)}
                sizes.append(len(rows) - before)
            offsets.append(len(sizes))
        literals: dict[str, int] = {}
        self._anywhere: list[int] = []
        """For each literal, the component that may stand anywhere; -1 for none."""
        self._bound: dict[int, list[tuple[int, _Wanted]]] = {}
        """For some literals, the components that may not."""
        for key, number in numbers.items():
            text = key if isinstance(key, str) else key.text
            literal = literals.setdefault(text, len(literals))
            if literal == len(self._anywhere):
                self._anywhere.append(-1)
            if isinstance(key, str):
                self._anywhere[literal] = number
            else:
                self._bound.setdefault(literal, []).append((number, key))
        self._automaton = Automaton(list(literals))
        self._count = len(numbers)
        self.segmenter = segment.make("rjieba", {})
        self.entries = len(sizes)
        self.offsets = np.array(offsets, np.int64)
        """Specimen s has the entries `offsets[s]` to `offsets[s + 1]`."""
        self.sizes = np.array(sizes, np.int64)
        """Components of each entry, those alike counted once."""
        pointers = np.concatenate([[0], np.cumsum(self.sizes)])
        self._by_entry = csr_matrix((np.ones(len(rows), np.int32), rows, pointers), (len(sizes), len(numbers)))
        self._needs = self._by_entry.T.tocsr()
        self._relief, self._relieved = self._reliefs()

    def specimen_of(self, entry: int) -> int:
        """The number of the specimen that an entry is of."""
        return int(self.offsets.searchsorted(entry, "right")) - 1

    @property
    def of_entry(self) -> NDArray[np.int64]:
        """The specimen of each entry."""
        return np.repeat(np.arange(len(self.specimens)), np.diff(self.offsets))

    def _reliefs(self) -> tuple[NDArray[np.bool_], csr_matrix]:
        """Which entries are extenuating, and (entries, entries) what each switches off."""
        flags = np.zeros(self.entries, np.bool_)
        pairs: list[tuple[int, int]] = []
        for specimen, start in zip(self.specimens, self.offsets, strict=False):
            for number, entry in enumerate(specimen.entries):
                if entry.relieves:
                    flags[start + number] = True
                    pairs += ((start + number, start + named - 1) for named in entry.relieves)
        i, j = np.array(pairs, np.int64).reshape(-1, 2).T
        shape = (self.entries, self.entries)
        return flags, csr_matrix((np.ones(len(pairs), np.int32), (i, j)), shape, dtype=np.int32)

    def _present(self, text: str, words: bool) -> NDArray[np.int64]:
        """The numbers of the components that stand in a text, rising."""
        folded = fold(text)
        hits = self._automaton.find(folded)
        edges = Edges(folded, self.segmenter)
        if words:
            hits = [hit for hit in hits if hit[0] in edges and hit[1] in edges]
        literals = {hit[2] for hit in hits}
        found = set(map(self._anywhere.__getitem__, literals))
        found.discard(-1)
        if not self._bound.keys().isdisjoint(literals):
            for start, end, literal in hits:
                for number, wanted in self._bound.get(literal, ()):
                    if number not in found and wanted.stands(text, start, end, edges):
                        found.add(number)
        return np.array(sorted(found), np.int64)

    def places(self, text: str) -> dict[int, list[Span]]:
        """Where each component stands in a text, as the cards say."""
        folded = fold(text)
        edges = Edges(folded, self.segmenter)
        found: dict[int, list[Span]] = {}
        for start, end, literal in self._automaton.find(folded):
            if (number := self._anywhere[literal]) >= 0:
                found.setdefault(number, []).append((start, end))
            for number, wanted in self._bound.get(literal, ()):
                if wanted.stands(text, start, end, edges):
                    found.setdefault(number, []).append((start, end))
        return found

    def components(self, entry: int) -> tuple[int, ...]:
        """The components of an entry."""
        return tuple(map(int, self._by_entry.indices[self._by_entry.indptr[entry] : self._by_entry.indptr[entry + 1]]))

    def asking(self, component: int) -> NDArray[np.int64]:
        """The entries with a component."""
        return np.asarray(
            self._needs.indices[self._needs.indptr[component] : self._needs.indptr[component + 1]], np.int64
        )

    def hits(self, texts: Sequence[str], reading: Reading = "as written") -> Iterator[csr_matrix]:
        """(texts of a chunk, entries): which entries would match, extenuated ones and extenuating ones left out."""
        for start in range(0, len(texts), _CHUNK):
            rows = [self._present(text, reading == "words") for text in texts[start : start + _CHUNK]]
            pointers = np.concatenate([[0], np.cumsum([len(row) for row in rows])])
            indices = np.concatenate(rows) if rows else np.zeros(0, np.int64)
            shape = (len(rows), self._count)
            there = csr_matrix((np.ones(len(indices), np.int32), indices, pointers), shape)
            yield self._whole(there)

    def _whole(self, there: csr_matrix) -> csr_matrix:
        """The entries all of whose components are there, but for what is switched off."""
        counts = (there @ self._needs).tocsr()
        rows = np.repeat(np.arange(counts.shape[0]), np.diff(counts.indptr))
        kept = counts.data == self.sizes[counts.indices]
        rows, columns = rows[kept], counts.indices[kept].astype(np.int64)
        reliefs = self._relief[columns]
        if reliefs.any():
            ones = np.ones(int(reliefs.sum()), np.int32)
            off = csr_matrix((ones, (rows[reliefs], columns[reliefs])), counts.shape) @ self._relieved
            gone = np.repeat(np.arange(off.shape[0]), np.diff(off.indptr)) * self.entries + off.indices
            stay = ~reliefs & ~np.isin(rows * self.entries + columns, gone)
            rows, columns = rows[stay], columns[stay]
        return csr_matrix((np.ones(len(rows), np.int32), (rows, columns)), counts.shape)
