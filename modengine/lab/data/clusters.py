"""Near-duplicates: which texts are versions of one another.

MinHash over shingles of four characters of the reduced text (letters folded, digits alike), with
locality-sensitive hashing at a Jaccard similarity of 0.7 (A. Broder, On the resemblance and
containment of documents, 1997; datasketch).  Texts that are linked, directly or through others, are
one cluster.  A corpus of more than 200,000 rows is clustered by equal reduced text alone, and the
result says so.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from hashlib import sha256

import numpy as np
from datasketch import MinHash, MinHashLSH
from numpy.typing import NDArray

from modengine.engine.match.part import reduce
from modengine.text.normalize import plain

SIMILARITY = 0.7
SHINGLE = 4
PERMUTATIONS = 64
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
        for i, j in _similar([(i, form) for form, i in first.items()]):
            a, b = find(i), find(j)
            parent[max(a, b)] = min(a, b)
    numbers: dict[int, int] = {}
    codes = np.fromiter((numbers.setdefault(find(i), len(numbers)) for i in range(len(forms))), np.int64, len(forms))
    names = [""] * len(numbers)
    for code, form in zip(codes, forms, strict=True):
        digest = sha256(form.encode("utf-8", "surrogatepass")).hexdigest()
        names[code] = min(names[code] or digest, digest)
    return codes, tuple(names)


def _similar(forms: list[tuple[int, str]]) -> list[tuple[int, int]]:
    """Pairs of numbers whose forms are similar; enough of them to link every cluster."""
    index = MinHashLSH(threshold=SIMILARITY, num_perm=PERMUTATIONS)
    pairs: list[tuple[int, int]] = []
    for number, form in forms:
        shingles = {
            form[i : i + SHINGLE].encode("utf-8", "surrogatepass") for i in range(max(1, len(form) - SHINGLE + 1))
        }
        if len(form) < 2 * SHINGLE:
            continue  # so short a text shares a shingle with thousands by chance
        sketch = MinHash(num_perm=PERMUTATIONS, seed=1)
        sketch.update_batch(list(shingles))
        pairs += ((int(other), number) for other in index.query(sketch))
        index.insert(number, sketch)
    return pairs


def half(name: str) -> int:
    """0 or 1: the half of the data that a cluster belongs to, by a hash of its name."""
    return sha256(b"modengine half\n" + name.encode()).digest()[0] & 1


def fold(name: str, folds: int, seed: int) -> int:
    """0 to `folds` - 1: where a cluster is put for cross-validation, by a hash of its name and the seed."""
    digest = sha256(f"modengine fold {seed}\n{name}".encode("utf-8", "surrogatepass")).digest()
    return int.from_bytes(digest[:8], "big") % folds
