"""What lists do to ordinary speech: how many texts they would match, which entries cost most, and which alone.

A text is a row of a corpus.  Shares are of the rows of a corpus and stratum, with the intervals of
`stats.intervals`: rows of one cluster are not independent.  An entry's *unique* rows are those that no other
entry of its list would match.  What is left without the k costliest entries is of another half of the corpus
than the one by which they were chosen.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import msgspec
import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, vstack

from modengine.lab.data.corpus import Corpus
from modengine.lab.data.outcomes import Progress
from modengine.lab.data.stamp import Stamp
from modengine.lab.specimens.card import Specimen
from modengine.lab.specimens.entries import KINDS
from modengine.lab.specimens.matcher import READINGS, Reading, SpecimenMatcher
from modengine.lab.specimens.stamped import SpecimenStamp, about, specimen_stamp
from modengine.lab.stats.intervals import FORBIDDEN, Estimate
from modengine.lab.stats.metrics import Flags, Rates, strata

DROPPED = (0, 1, 2, 5, 10, 20, 50, 100)
"""How many of the costliest entries go."""
COSTLIEST = 20
"""Entries of a list that are named; all are counted."""
MOST_DETAILED = 50
"""Of more lists the shares and their spread are given; what entries cost, of so few alone."""
QUANTILES = (0.0, 0.1, 0.25, 0.5, 0.75, 0.9, 1.0)


class WouldMatch(msgspec.Struct, frozen=True):
    """The share of the texts of a stratum that a list would match."""

    specimen: str
    corpus: str
    stratum: str
    reading: Reading
    """`as written`: as the card says; `words`: every component from the beginning of a word to the end of one."""
    share: Estimate


class CostlyEntry(msgspec.Struct, frozen=True):
    """What an entry costs in one corpus."""

    specimen: str
    corpus: str
    entry: int
    """Its number in the specimen, from 1."""
    text: str
    """Masked, unless terms may be shown."""
    kind: str
    category: str
    share: Estimate
    """Texts that it would match."""
    alone: int
    """Of these, those that no other entry of the list would match."""
    inside: int
    """Of these, those in which it stands inside of words only."""


class KindCost(msgspec.Struct, frozen=True):
    """What the entries of one kind cost together."""

    specimen: str
    corpus: str
    kind: str
    entries: int
    share: Estimate
    alone: int
    """Texts that only entries of this kind would match."""
    inside: int
    """Texts in which they stand inside of words only."""


class WhatIsLeft(msgspec.Struct, frozen=True):
    """The share that a list still would match without its costliest entries."""

    specimen: str
    corpus: str
    dropped: int
    chosen_by: int
    """Texts of the half by which the costliest were chosen."""
    share: Estimate
    """Of the texts of the other half."""


class Spread(msgspec.Struct, frozen=True):
    """How shares are spread over several lists."""

    corpus: str
    reading: Reading
    lists: int
    quantiles: dict[str, float]
    """`0.5` is the median over the lists of the share of texts that each would match."""


class SpecimenMeasurement(msgspec.Struct, frozen=True):
    """All that `specimen measure` finds."""

    stamp: Stamp
    specimens: tuple[SpecimenStamp, ...]
    terms_shown: bool
    shares: tuple[WouldMatch, ...]
    kinds: tuple[KindCost, ...]
    costliest: tuple[CostlyEntry, ...]
    """At most so many of a list and corpus as were asked for."""
    never: dict[str, int]
    """For each list, its entries that would match no text of any corpus."""
    left: tuple[WhatIsLeft, ...]
    spread: tuple[Spread, ...]


@dataclass(frozen=True, slots=True)
class CorpusHits:
    """Which entries would match which texts of a corpus."""

    corpus: Corpus
    hits: csr_matrix
    """(texts, entries), as the cards say."""
    words: csr_matrix

    def lists(self, matcher: SpecimenMatcher, reading: Reading) -> csr_matrix:
        """(texts, lists): how many entries of a list would match a text."""
        hits = self.hits if reading == "as written" else self.words
        home = csr_matrix(
            (np.ones(matcher.entries, np.int32), (np.arange(matcher.entries), matcher.of_entry)),
            (matcher.entries, len(matcher.specimens)),
        )
        return (hits @ home).tocsc()


def measure_specimens(
    specimens: Sequence[Specimen],
    corpora: Sequence[Corpus],
    seed: int = 1,
    *,
    show_terms: bool = False,
    most: int = COSTLIEST,
    command: str = "",
    progress: Progress | None = None,
) -> SpecimenMeasurement:
    """Measures lists on corpora, whose rows are all taken as ordinary speech.

    `most` is how many of the costliest entries of each list are named.  Of more than `MOST_DETAILED` lists there
    are only `shares`, `never` and `spread`.  Progress is told 2 n rows.
    """
    matcher = SpecimenMatcher(specimens)
    found = []
    done = 0
    for corpus in corpora:
        found.append(_found(matcher, corpus, done, progress))
        done += 2 * len(corpus)
    shares, kinds, costliest, left, spread = [], [], [], [], []
    seen = np.zeros(matcher.entries, np.bool_)
    for one in found:
        per_list = {reading: one.lists(matcher, reading) for reading in READINGS}
        shares += list(_shares(matcher, one.corpus, per_list))
        spread += list(_spread(matcher, one.corpus, per_list))
        columns, words = one.hits.tocsc(), one.words.tocsc()
        seen |= np.diff(columns.indptr) > 0
        if len(specimens) > MOST_DETAILED:
            continue
        for number, (specimen, first, last) in enumerate(_slices(matcher)):
            its = _List(
                specimen,
                one.corpus,
                columns[:, first:last],
                words[:, first:last],
                _dense(per_list["as written"], number),
            )
            costliest += list(_costliest(its, most, show_terms))
            kinds += list(_kinds(its))
            left += list(_left(its))
    never = {s.name: int((~seen[a:b]).sum()) for s, a, b in _slices(matcher)}
    return SpecimenMeasurement(
        specimen_stamp("specimen-measure", specimens, corpora, seed, command), tuple(map(about, specimens)), show_terms,
        tuple(shares), tuple(kinds), tuple(costliest), never, tuple(left), tuple(spread),
    )  # fmt: skip


def _slices(matcher: SpecimenMatcher) -> Iterator[tuple[Specimen, int, int]]:
    for number, specimen in enumerate(matcher.specimens):
        yield specimen, int(matcher.offsets[number]), int(matcher.offsets[number + 1])


def _found(matcher: SpecimenMatcher, corpus: Corpus, done: int, progress: Progress | None) -> CorpusHits:
    texts = [corpus.text(i) for i in range(len(corpus))]
    made = []
    for reading in READINGS:
        chunks = []
        for chunk in matcher.hits(texts, reading):
            chunks.append(chunk)
            done += chunk.shape[0]
            if progress is not None:
                progress(done)
        made.append(vstack(chunks, format="csr"))
    return CorpusHits(corpus, *made)


def _dense(per_list: csr_matrix, number: int) -> NDArray[np.int64]:
    return np.asarray(per_list[:, [number]].toarray().ravel(), np.int64)


def _shares(matcher: SpecimenMatcher, corpus: Corpus, per_list: dict[Reading, csr_matrix]) -> Iterator[WouldMatch]:
    rows = [(stratum, _Shares(corpus, among)) for stratum, among in strata(corpus)]
    for number, specimen in enumerate(matcher.specimens):
        for reading, counts in per_list.items():
            hit = np.flatnonzero(_dense(counts, number))
            for stratum, shares in rows:
                yield WouldMatch(specimen.name, corpus.name, stratum, reading, shares.of(hit))


class _Shares:
    """Shares of the same texts of a corpus, by the numbers of those that are hit."""

    def __init__(self, corpus: Corpus, among: Flags) -> None:
        self._rates = None if "over-blocking" in corpus.columns.forbidden else Rates(corpus.clusters, among)

    def of(self, rows: NDArray[np.int64]) -> Estimate:
        return FORBIDDEN if self._rates is None else self._rates.of(rows)


def _spread(matcher: SpecimenMatcher, corpus: Corpus, per_list: dict[Reading, csr_matrix]) -> Iterator[Spread]:
    if len(matcher.specimens) < 2:
        return
    for reading, counts in per_list.items():
        shares = np.diff((counts > 0).tocsc().indptr) / len(corpus)
        quantiles = {f"{q:g}": float(np.quantile(shares, q)) for q in QUANTILES}
        yield Spread(corpus.name, reading, len(matcher.specimens), quantiles)


@dataclass(frozen=True, slots=True)
class _List:
    """One list on one corpus."""

    specimen: Specimen
    corpus: Corpus
    hits: csr_matrix
    """(texts, its entries)."""
    words: csr_matrix
    counts: NDArray[np.int64]
    """How many of its entries would match each text."""

    def rows(self, entry: int) -> NDArray[np.int64]:
        return np.asarray(self.hits.indices[self.hits.indptr[entry] : self.hits.indptr[entry + 1]], np.int64)

    def as_words(self, entry: int) -> NDArray[np.int64]:
        return np.asarray(self.words.indices[self.words.indptr[entry] : self.words.indptr[entry + 1]], np.int64)


def _everything(corpus: Corpus) -> _Shares:
    return _Shares(corpus, np.ones(len(corpus), np.bool_))


def _costliest(its: _List, most: int, show: bool) -> Iterator[CostlyEntry]:
    shares = _everything(its.corpus)
    costs = np.diff(its.hits.indptr)
    for entry in np.argsort(-costs, kind="stable")[:most].tolist():
        rows = its.rows(entry)
        if not len(rows):
            return
        written = its.specimen.entries[entry]
        share = shares.of(rows)
        alone = int((its.counts[rows] == 1).sum())
        inside = len(np.setdiff1d(rows, its.as_words(entry)))
        yield CostlyEntry(
            its.specimen.name, its.corpus.name, entry + 1, written.masked(show), written.kind, written.category, share,
            alone, inside,
        )  # fmt: skip


def _kinds(its: _List) -> Iterator[KindCost]:
    shares = _everything(its.corpus)
    kinds = np.array([KINDS.index(entry.kind) for entry in its.specimen.entries])
    for number, kind in enumerate(KINDS):
        mine = np.flatnonzero(kinds == number)
        if not len(mine) or kind == "extenuating":
            continue
        counts = np.asarray(its.hits[:, mine].sum(axis=1)).ravel()
        as_words = np.asarray(its.words[:, mine].sum(axis=1)).ravel()
        hit = counts > 0
        share = shares.of(np.flatnonzero(hit))
        alone = int((hit & (counts == its.counts)).sum())
        yield KindCost(
            its.specimen.name, its.corpus.name, kind, len(mine), share, alone, int((hit & (as_words == 0)).sum())
        )


def _left(its: _List) -> Iterator[WhatIsLeft]:
    """Chosen by the one half of the corpus, judged on the other; near-duplicates share a half."""
    halves = its.corpus.halves
    choosing, judging = np.asarray(halves == 0), np.asarray(halves == 1)
    if not (choosing.any() and judging.any()):
        return
    chosen = its.hits[choosing]
    order = np.argsort(-np.asarray(chosen.sum(axis=0)).ravel(), kind="stable")
    counts = its.counts.copy()
    gone, shares = 0, _Shares(its.corpus, judging)
    for k in DROPPED:
        if k > len(order):
            return
        for entry in order[gone:k].tolist():
            counts[its.rows(entry)] -= 1
        gone = k
        share = shares.of(np.flatnonzero(counts > 0))
        yield WhatIsLeft(its.specimen.name, its.corpus.name, k, int(choosing.sum()), share)
