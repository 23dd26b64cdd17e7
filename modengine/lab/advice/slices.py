"""Slices in which errors gather: strata, lengths and words, each against all other rows of its kind.

As the slice finder of the Language Interpretability Tool (I. Tenney and others, EMNLP 2020, demonstrations) does, with
a correction.  On the writing half each slice is compared by Fisher's exact test on effective counts with the rows
outside of it; all are corrected together by the false discovery rate (Benjamini and Hochberg 1995).  Those in which
errors are more frequent, and significantly, are told with what the checking half says of them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Literal

import msgspec
import numpy as np

from modengine.lab.advice.rows import AdvisedRows
from modengine.lab.data.corpus import Corpus
from modengine.lab.stats.claims import adjusted, fisher
from modengine.lab.stats.intervals import LEAST, NOTHING, Estimate
from modengine.lab.stats.metrics import ANY, Flags, rate
from modengine.lab.stats.permutation import ALPHA
from modengine.model import Action
from modengine.text.segment import BLOCK, entries, make

LENGTHS = (10, 20, 50, 140, 500)
"""Bands end at so many characters."""
MOST_WORDS = 1_000
"""Words that are looked at for each kind of error: the most frequent ones."""
Errors = Literal["misses", "false alarms"]
SlicedBy = Literal["stratum", "length", "word"]


class ErrorSlice(msgspec.Struct, frozen=True):
    """Rows with something in common, among which errors are more frequent than among the others."""

    errors: Errors
    category: str
    """Whose rows are missed; `(any)` for false alarms, by whatever category."""
    by: SlicedBy
    value: str
    inside: Estimate
    """The share of errors on the writing half, in the slice."""
    outside: Estimate
    p: float
    p_bh: float
    checked_inside: Estimate
    """The same on the checking half, which had no part in finding it."""
    checked_outside: Estimate


class Slices(msgspec.Struct, frozen=True):
    """What was found, of how many that were tested."""

    tested: int
    found: tuple[ErrorSlice, ...]
    """By kind of error and category; the least p first."""


def error_slices(rows: AdvisedRows, corpora: Sequence[Corpus], categories: Sequence[str], at: Action) -> Slices:
    """Looks for slices of misses of each category, and of false alarms."""
    parts = {**_strata(corpora), **_lengths(rows)}
    words = _words(rows.texts)
    kinds: list[tuple[Errors, str, Flags, Flags]] = [
        ("misses", category, ~rows.hit(category, at), rows.own(category)) for category in categories if category != ANY
    ]
    kinds.append(("false alarms", ANY, rows.hit(ANY, at), rows.harmless))
    tried = [tested for kind in kinds for tested in _tested(rows, *kind, {**parts, **_frequent(words, rows, kind[3])})]
    corrected = adjusted([this.p for this, _, _ in tried], "fdr_bh")
    found = [
        _checked(rows, this, wrong, (among, inside), p_bh)
        for (this, (wrong, among), inside), p_bh in zip(tried, corrected, strict=True)
        if p_bh is not None and p_bh < ALPHA and (this.inside.value or 0) > (this.outside.value or 0)
    ]
    order = {(errors, category): number for number, (errors, category, _, _) in enumerate(kinds)}
    return Slices(len(tried), tuple(sorted(found, key=lambda s: (order[s.errors, s.category], s.p, s.by, s.value))))


_Parts = Mapping[tuple[SlicedBy, str], Flags]
_Tried = tuple[ErrorSlice, tuple[Flags, Flags], Flags]


def _tested(
    rows: AdvisedRows, errors: Errors, category: str, wrong: Flags, among: Flags, parts: _Parts
) -> Iterator[_Tried]:
    """Every slice with enough rows on both sides."""
    there = among & rows.writing
    if not (wrong & there).any() or not (~wrong & there).any():
        return
    for (by, value), inside in parts.items():
        if min((there & inside).sum(), (there & ~inside).sum()) < LEAST:
            continue
        here, rest = (rate(rows.clusters, wrong, there & side) for side in (inside, ~inside))
        p = fisher(here, rest)
        if p is not None:
            yield (
                ErrorSlice(errors, category, by, value, here, rest, p, 1.0, NOTHING, NOTHING),
                (wrong, among),
                inside,
            )


def _checked(rows: AdvisedRows, found: ErrorSlice, wrong: Flags, sides: tuple[Flags, Flags], p_bh: float) -> ErrorSlice:
    among, inside = sides
    there = among & ~rows.writing
    here, rest = (rate(rows.clusters, wrong, there & side) for side in (inside, ~inside))
    return msgspec.structs.replace(found, p_bh=p_bh, checked_inside=here, checked_outside=rest)


def _strata(corpora: Sequence[Corpus]) -> _Parts:
    """The strata of each corpus, and the corpora themselves where there are several."""
    size, first = sum(map(len, corpora)), 0
    found: dict[tuple[SlicedBy, str], Flags] = {}
    for corpus in corpora:
        place = slice(first, first + len(corpus))
        parts = list(corpus.parted())
        if len(corpora) > 1:
            parts = [("", np.ones(len(corpus), np.bool_)), *parts]
        for name, mine in parts:
            flags = np.zeros(size, np.bool_)
            flags[place] = mine
            shown = name if len(corpora) == 1 else f"{corpus.name}: {name}" if name else corpus.name
            found["stratum", shown] = flags
        first += len(corpus)
    return found


def _lengths(rows: AdvisedRows) -> _Parts:
    lengths = np.array([len(text) for text in rows.texts], np.int64)
    bounds = (0, *LENGTHS, None)
    found: dict[tuple[SlicedBy, str], Flags] = {}
    for low, high in pairwise(bounds):
        least = 0 if not low else low + 1
        name = f"{least} or more characters" if high is None else f"{least}–{high} characters"
        found["length", name] = (lengths >= least) & (lengths <= (high or np.inf))
    return found


def _words(texts: Sequence[str]) -> list[frozenset[str]]:
    """The words of each text, by the dictionary of the segmenter alone; single characters are none."""
    cut = make("rjieba", entries(())).cut
    return [
        frozenset(word for block in BLOCK.findall(text) for word in cut(block) if len(word) > 1 and word.isalpha())
        for text in texts
    ]


def _frequent(words: Sequence[frozenset[str]], rows: AdvisedRows, among: Flags) -> _Parts:
    """The words of so many rows of the writing half, the most frequent first."""
    there = among & rows.writing
    counted = Counter(word for i in np.flatnonzero(there) for word in words[int(i)])
    kept = sorted((-count, word) for word, count in counted.items() if count >= LEAST)[:MOST_WORDS]
    return {("word", word): np.array([word in found for found in words], np.bool_) for _, word in kept}
