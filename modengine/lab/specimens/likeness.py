"""What lists share: pairs of lists, and what stands together.

Of sets A and B of entries, Jaccard's index is |A ∩ B| / |A ∪ B| (P. Jaccard, Étude comparative de la distribution
florale, 1901), containment of A in B is |A ∩ B| / |A| (A. Broder, On the resemblance and containment of documents,
1997).  Lists are whole populations and no samples, so that no figure has an interval.  None says who copied whom:
both may have copied a third.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Literal

import msgspec
import numpy as np
from numpy.typing import NDArray
from scipy.cluster.hierarchy import fcluster, leaves_list, linkage
from scipy.sparse import csr_matrix
from scipy.spatial.distance import squareform

from modengine.lab.data.stamp import Stamp
from modengine.lab.specimens.card import Specimen
from modengine.lab.specimens.entries import ListEntry, fold
from modengine.lab.specimens.stamped import SpecimenStamp, about, specimen_stamp
from modengine.lab.stats.intervals import Floats
from modengine.text.normalize import plain

Form = Literal["written", "plain"]
CUT = 0.3
"""The mean Jaccard index between two groups of lists from which they are one cluster."""


class Pair(msgspec.Struct, frozen=True):
    """Two lists that share an entry."""

    a: str
    b: str
    entries_a: int
    entries_b: int
    shared: int
    jaccard: float
    a_in_b: float
    """The share of the entries of A that B has."""
    b_in_a: float


class Cluster(msgspec.Struct, frozen=True):
    """Lists that are alike, by average linkage of 1 - Jaccard's index."""

    number: int
    """From 1, in the order of the heat map."""
    lists: tuple[str, ...]
    mean_jaccard: float | None
    """Over its pairs; null for a list alone."""
    common: int
    """Entries that all of them have."""


class Everywhere(msgspec.Struct, frozen=True):
    """An entry that many lists have."""

    text: str
    """Masked, unless terms may be shown."""
    lists: int
    category: str


class Likeness(msgspec.Struct, frozen=True):
    """All that `specimen compare` finds."""

    stamp: Stamp
    specimens: tuple[SpecimenStamp, ...]
    terms_shown: bool
    form: Form
    """`written`: entries alike but for case and the order of components; `plain`: also for width and traditional."""
    cut: float
    pairs: int
    """Pairs of lists, those among them that share nothing."""
    sharing: tuple[Pair, ...]
    """The pairs that share an entry, the most alike first."""
    clusters: tuple[Cluster, ...]
    order: tuple[str, ...]
    """The lists so that those alike stand together."""
    matrix: tuple[tuple[float, ...], ...]
    """Jaccard's index of all pairs in that order; of more than `MOST_MAPPED` lists, the means between clusters."""
    mapped: tuple[str, ...]
    """What the rows of the matrix are: lists, or clusters."""
    widespread: tuple[Everywhere, ...]
    """The entries that most lists have."""


MOST_MAPPED = 60
WIDESPREAD = 50


def compare_specimens(
    specimens: Sequence[Specimen],
    *,
    form: Form = "written",
    cut: float = CUT,
    show_terms: bool = False,
    command: str = "",
) -> Likeness:
    """Compares all pairs of two lists or more.  Nothing is random."""
    keys: dict[Hashable, int] = {}
    rows: list[int] = []
    columns: list[int] = []
    entries: list[ListEntry] = []
    for number, specimen in enumerate(specimens):
        for entry in specimen.entries:
            at = keys.setdefault(_key(entry, form), len(keys))
            if at == len(entries):
                entries.append(entry)
            rows.append(number)
            columns.append(at)
    has = csr_matrix((np.ones(len(rows), np.int32), (rows, columns)), (len(specimens), len(keys)))
    has.data[:] = 1  # an entry that a list has twice in this form counts once
    shared = (has @ has.T).toarray().astype(np.int64)
    sizes = shared.diagonal()
    union = sizes[:, None] + sizes[None, :] - shared
    jaccard = shared / np.maximum(union, 1)
    names = tuple(specimen.name for specimen in specimens)
    numbers, order = _clustered(jaccard, cut)
    clusters = tuple(_clusters(names, numbers, order, jaccard, has))
    mapped, matrix = _mapped(names, numbers, order, jaccard)
    n = len(specimens)
    return Likeness(
        specimen_stamp("specimen-compare", specimens, (), 1, command), tuple(map(about, specimens)), show_terms,
        form, cut, n * (n - 1) // 2, tuple(_pairs(names, shared, sizes, jaccard)), clusters,
        tuple(names[i] for i in order), matrix, mapped, tuple(_widespread(has, entries, show_terms)),
    )  # fmt: skip


def _key(entry: ListEntry, form: Form) -> Hashable:
    """Entries with one key ask for components that are the same in this form, at the same ends."""
    alike = plain if form == "plain" else fold
    found = [(alike(c.text), bool(c.begins), bool(c.ends)) for c in entry.components]
    only = found[0] if len(found) == 1 else frozenset(found)
    return (only, True) if entry.relieves else only


def _pairs(names: Sequence[str], shared: NDArray[np.int64], sizes: NDArray[np.int64], jaccard: Floats) -> list[Pair]:
    i, j = np.nonzero(np.triu(shared, 1))
    order = np.lexsort((j, i, -jaccard[i, j]))
    return [
        Pair(
            names[a], names[b], int(sizes[a]), int(sizes[b]), int(shared[a, b]), float(jaccard[a, b]),
            float(shared[a, b] / sizes[a]), float(shared[a, b] / sizes[b]),
        )
        for a, b in zip(i[order].tolist(), j[order].tolist(), strict=True)
    ]  # fmt: skip


def _clustered(jaccard: Floats, cut: float) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The cluster of each list, and the lists in the order of the tree."""
    if len(jaccard) == 1:
        return np.ones(1, np.int64), np.zeros(1, np.int64)
    apart = 1 - jaccard
    np.fill_diagonal(apart, 0)
    tree = linkage(squareform(apart, checks=False), "average", optimal_ordering=len(jaccard) <= 500)
    numbers = fcluster(tree, 1 - cut, "distance")
    return np.asarray(numbers, np.int64), np.asarray(leaves_list(tree), np.int64)


def _clusters(
    names: Sequence[str], numbers: NDArray[np.int64], order: NDArray[np.int64], jaccard: Floats, has: csr_matrix
) -> list[Cluster]:
    found = []
    for at, number in enumerate(dict.fromkeys(numbers[order].tolist()), 1):
        mine = [i for i in order.tolist() if numbers[i] == number]
        block = jaccard[np.ix_(mine, mine)]
        pairs = len(mine) * (len(mine) - 1)
        mean = float((block.sum() - np.trace(block)) / pairs) if pairs else None
        common = int((np.asarray(has[mine].sum(axis=0)).ravel() == len(mine)).sum())
        found.append(Cluster(at, tuple(names[i] for i in mine), mean, common))
    return found


def _mapped(
    names: Sequence[str], numbers: NDArray[np.int64], order: NDArray[np.int64], jaccard: Floats
) -> tuple[tuple[str, ...], tuple[tuple[float, ...], ...]]:
    if len(names) <= MOST_MAPPED:
        block = jaccard[np.ix_(order, order)]
        return tuple(names[i] for i in order), tuple(map(tuple, block.tolist()))
    groups = [np.flatnonzero(numbers == number) for number in dict.fromkeys(numbers[order].tolist())]
    places = {id(group): at for at, group in enumerate(groups, 1)}
    largest = sorted(sorted(groups, key=len, reverse=True)[:MOST_MAPPED], key=lambda group: places[id(group)])
    said = tuple(f"cluster {places[id(group)]}: {len(group)}" for group in largest)
    means = [[float(jaccard[np.ix_(a, b)].mean()) for b in largest] for a in largest]
    return said, tuple(map(tuple, means))


def _widespread(has: csr_matrix, entries: Sequence[ListEntry], show: bool) -> list[Everywhere]:
    counts = np.asarray(has.sum(axis=0)).ravel()
    order = np.argsort(-counts, kind="stable")[:WIDESPREAD]
    return [
        Everywhere(entries[i].masked(show), int(counts[i]), entries[i].category)
        for i in order.tolist()
        if counts[i] > 1
    ]
