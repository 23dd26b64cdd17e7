"""Near-duplicates: which texts are versions of one another.

Two texts are near-duplicates where the sets of their shingles, four characters each of the reduced text
(letters folded, digits alike), have a Jaccard similarity of 0.7 or more.  Candidates are found by MinHash
and locality-sensitive hashing (A. Broder, On the resemblance and containment of documents, 1997; J. Leskovec,
A. Rajaraman and J. Ullman, Mining of Massive Datasets, 3rd ed. 2020, chapter 3), and each is verified by its
shingles.  Texts that are linked, directly or through others, are one cluster.  A corpus of more than 200,000
rows is clustered by equal reduced text alone, and the result says so.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from hashlib import sha256
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from modengine.engine.match.part import reduce
from modengine.text.normalize import plain

SIMILARITY = 0.7
SHINGLE = 4
BANDS, ROWS = 21, 3
"""Of a sketch: two texts are candidates where a band is alike, at a similarity of 0.7 in 99.98 % of pairs."""
MOST = 200_000
_AT_ONCE = 1_000_000
"""Characters that are sketched together."""
_KEPT = 1_000
"""Sets of shingles that are kept."""
_DIGITS = re.compile(r"\d+")


def reduced(text: str) -> str:
    """What two near-duplicates have in common: no marks, no case, no numbers, no repeats."""
    return reduce(_DIGITS.sub("0", plain(text)))


def clusters(texts: Sequence[str]) -> tuple[NDArray[np.int64], tuple[str, ...]]:
    """A cluster number for each text, from 0 in order of appearance, and a name for each cluster.

    The name is the least digest of the reduced texts in it: it does not depend on their order.
    """
    forms = [reduced(text) for text in texts]
    parent = list(range(len(forms)))

    def find(i: int) -> int:
        while parent[i] != i:
            parent[i] = parent[parent[i]]
            i = parent[i]
        return i

    first: dict[str, int] = {}
    for i, form in enumerate(forms):
        parent[i] = first.setdefault(form, i)
    if len(forms) <= MOST:
        _linked([(i, form) for form, i in first.items()], find, parent)
    numbers: dict[int, int] = {}
    codes = np.fromiter((numbers.setdefault(find(i), len(numbers)) for i in range(len(forms))), np.int64, len(forms))
    names = [""] * len(numbers)
    for code, form in zip(codes, forms, strict=True):
        digest = sha256(form.encode("utf-8", "surrogatepass")).hexdigest()
        names[code] = min(names[code] or digest, digest)
    return codes, tuple(names)


def _linked(forms: list[tuple[int, str]], find: Callable[[int], int], parent: list[int]) -> None:
    """Links the numbers of forms whose similarity is `SIMILARITY` or more: of candidates each is counted out."""
    # So short a text shares a shingle with thousands by chance.
    long = [(number, form) for number, form in forms if len(form) >= 2 * SHINGLE]
    shingles = lru_cache(_KEPT)(lambda at: _shingles(long[at][1]))
    apart: set[tuple[int, int]] = set()

    def are_near(one: int, other: int) -> bool:
        if (one, other) in apart:
            return False
        found = _jaccard(shingles(one), shingles(other)) >= SIMILARITY
        if not found and len(apart) < MOST:
            apart.add((one, other))
        return found

    for alike in _alike([form for _, form in long]):
        linked: list[list[int]] = []
        for at in alike:
            mine, others = [at], []
            for those in linked:
                a, b = find(long[those[0]][0]), find(long[at][0])
                if a == b or any(are_near(other, at) for other in those):
                    parent[max(a, b)] = min(a, b)
                    those += mine
                    mine = those
                else:
                    others.append(those)
            linked = [*others, mine]


def _alike(forms: Sequence[str]) -> Iterator[list[int]]:
    """The places of forms a band of whose sketches is equal, in order; two forms may be told of by several bands."""
    if not forms:
        return
    bands = np.concatenate([_bands(part) for part in _parts(forms)])
    for band in bands.T:
        order = np.argsort(band, kind="stable")
        edges = np.flatnonzero(np.diff(band[order])) + 1
        for start, end in pairwise((0, *edges.tolist(), len(order))):
            if end - start > 1:
                yield order[start:end].tolist()


def _parts(forms: Sequence[str]) -> Iterator[list[str]]:
    """Some at a time: what sketching them takes is held no longer."""
    part: list[str] = []
    held = 0
    for form in forms:
        part.append(form)
        held += len(form)
        if held >= _AT_ONCE:
            yield part
            part, held = [], 0
    if part:
        yield part


def _bands(forms: Sequence[str]) -> NDArray[np.uint64]:
    """(forms, BANDS): a number of each band of the sketch of a form; none is shorter than a shingle."""
    codes = np.frombuffer("".join(forms).encode("utf-32-le", "surrogatepass"), np.uint32).astype(np.uint64)
    hashes = codes[: 1 - SHINGLE]
    for at in range(1, SHINGLE):
        hashes = _mixed(hashes) + codes[at : len(codes) + 1 - SHINGLE + at]
    lengths = np.array([len(form) for form in forms])
    starts = np.cumsum(lengths) - lengths
    whole = np.ones(len(hashes), np.bool_)  # not of two texts
    for back in range(1, SHINGLE):
        whole[starts[1:] - back] = False
    hashes = _mixed(hashes)[whole]
    starts -= (SHINGLE - 1) * np.arange(len(forms))
    draws = np.random.default_rng(1).integers(0, 2**64, (BANDS, ROWS, 2), np.uint64)
    bands = np.zeros((len(forms), BANDS), np.uint64)
    for band, rows in enumerate(draws):
        for times, more in rows:
            least = np.minimum.reduceat(hashes * (times | np.uint64(1)) + more, starts)
            bands[:, band] = _mixed(bands[:, band] + least)
    return bands


def _mixed(values: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Each value stirred, no two alike (S. Vigna, SplitMix64)."""
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return values ^ (values >> np.uint64(31))


def _shingles(form: str) -> set[str]:
    return {form[i : i + SHINGLE] for i in range(len(form) - SHINGLE + 1)}


def _jaccard(a: set[str], b: set[str]) -> float:
    if min(len(a), len(b)) < SIMILARITY * max(len(a), len(b)):
        return 0.0
    both = len(a & b)
    return both / (len(a) + len(b) - both)


def numbered(corpora: Iterable[NDArray[np.int64]]) -> NDArray[np.int64]:
    """The clusters of all rows of several corpora, one after another; no two corpora share one."""
    found: list[NDArray[np.int64]] = []
    before = 0
    for codes in corpora:
        found.append(codes + before)
        before += int(codes.max(initial=-1)) + 1
    return np.concatenate(found)


def half(name: str) -> int:
    """0 or 1: the half of the data that a cluster belongs to, by a hash of its name."""
    return sha256(b"modengine half\n" + name.encode()).digest()[0] & 1


def fold(name: str, folds: int, seed: int) -> int:
    """0 to `folds` - 1: where a cluster is put for cross-validation, by a hash of its name and the seed."""
    digest = sha256(f"modengine fold {seed}\n{name}".encode("utf-8", "surrogatepass")).digest()
    return int.from_bytes(digest[:8], "big") % folds
