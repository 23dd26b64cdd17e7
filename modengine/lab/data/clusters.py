"""Near-duplicates: which texts are versions of one another.

Two texts are near-duplicates where the sets of their shingles, four characters each of the reduced text
(letters folded, digits alike), have a Jaccard similarity of 0.7 or more.  Candidates are found by MinHash
and locality-sensitive hashing (A. Broder, On the resemblance and containment of documents, 1997;
datasketch), and each is verified by its shingles.  Texts that are linked, directly or through others, are
one cluster.  A corpus of more than 200,000 rows is clustered by equal reduced text alone, and the
result says so.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from hashlib import sha256

import numpy as np
from datasketch import MinHash, MinHashLSH
from numpy.typing import NDArray

from modengine.engine.match.part import reduce
from modengine.text.normalize import plain

SIMILARITY = 0.7
SHINGLE = 4
BANDS, ROWS = 21, 3
"""Of a sketch: two texts are candidates where a band is alike, at a similarity of 0.7 in 99.98 % of pairs."""
MOST = 200_000
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
    index = MinHashLSH(num_perm=BANDS * ROWS, params=(BANDS, ROWS))
    texts, empty = dict(forms), MinHash(num_perm=BANDS * ROWS, seed=1)
    for number, form in forms:
        if len(form) < 2 * SHINGLE:
            continue  # so short a text shares a shingle with thousands by chance
        mine = _shingles(form)
        sketch = empty.copy()  # a new one draws its permutations anew
        sketch.update_batch(list(mine))
        for other in index.query(sketch):
            a, b = find(int(other)), find(number)
            if a != b and _jaccard(mine, _shingles(texts[int(other)])) >= SIMILARITY:
                parent[max(a, b)] = min(a, b)
        index.insert(number, sketch)


def _shingles(form: str) -> set[bytes]:
    return {form[i : i + SHINGLE].encode("utf-8", "surrogatepass") for i in range(max(1, len(form) - SHINGLE + 1))}


def _jaccard(a: set[bytes], b: set[bytes]) -> float:
    if min(len(a), len(b)) < SIMILARITY * max(len(a), len(b)):
        return 0.0
    both = len(a & b)
    return both / (len(a) + len(b) - both)


def half(name: str) -> int:
    """0 or 1: the half of the data that a cluster belongs to, by a hash of its name."""
    return sha256(b"modengine half\n" + name.encode()).digest()[0] & 1


def fold(name: str, folds: int, seed: int) -> int:
    """0 to `folds` - 1: where a cluster is put for cross-validation, by a hash of its name and the seed."""
    digest = sha256(f"modengine fold {seed}\n{name}".encode("utf-8", "surrogatepass")).digest()
    return int.from_bytes(digest[:8], "big") % folds
