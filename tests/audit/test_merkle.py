"""The tree against the published vectors of RFC 6962 (certificate-transparency's own test data)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import pytest
from hypothesis import given, strategies as st

from modengine.audit.tree.merkle import (
    EMPTY,
    Frontier,
    Hash,
    Range,
    consistency_ranges,
    inclusion_ranges,
    leaf_hash,
    root,
    verify_consistency,
    verify_inclusion,
)

LEAVES = [
    bytes.fromhex(leaf)
    for leaf in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
INCLUSION = {
    (0, 8): [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ],
    (5, 8): [
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
    (2, 3): ["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"],
    (1, 5): [
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ],
}
CONSISTENCY = {
    (1, 8): INCLUSION[0, 8],
    (6, 8): [
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
    (2, 5): [
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ],
}
HASHES = [leaf_hash(leaf) for leaf in LEAVES]


def range_roots(leaves: Iterable[Hash], ranges: Sequence[Range]) -> list[Hash]:
    """The roots of disjoint ranges, in the order given, in one pass over the leaves from 0."""
    frontiers = {span: Frontier() for span in ranges}
    waiting = sorted(ranges, reverse=True)
    for index, leaf in enumerate(leaves):
        while waiting and index >= waiting[-1][1]:
            waiting.pop()
        if not waiting:
            break
        if index >= waiting[-1][0]:
            frontiers[waiting[-1]].add(leaf)
    for low, high in ranges:
        if frontiers[low, high].size != high - low:
            raise ValueError(f"there are fewer leaves than {high}")
    return [frontiers[span].root() for span in ranges]


def hexes(digests: list[bytes]) -> list[str]:
    return [digest.hex() for digest in digests]


def test_the_root_of_nothing_is_the_hash_of_nothing() -> None:
    assert EMPTY.hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert root([]) == EMPTY


@pytest.mark.parametrize("size", range(1, 9))
def test_roots_are_those_that_were_published(size: int) -> None:
    assert root(HASHES[:size]).hex() == ROOTS[size - 1]


@pytest.mark.parametrize(("index", "size"), INCLUSION)
def test_inclusion_proofs_are_those_that_were_published(index: int, size: int) -> None:
    proof = range_roots(HASHES[:size], inclusion_ranges(index, size))
    assert hexes(proof) == INCLUSION[index, size]
    assert verify_inclusion(HASHES[index], index, size, proof, root(HASHES[:size]))


@pytest.mark.parametrize(("old", "new"), CONSISTENCY)
def test_consistency_proofs_are_those_that_were_published(old: int, new: int) -> None:
    proof = range_roots(HASHES[:new], consistency_ranges(old, new))
    assert hexes(proof) == CONSISTENCY[old, new]
    assert verify_consistency(old, new, root(HASHES[:old]), root(HASHES[:new]), proof)


@given(st.integers(1, 70), st.data())
def test_every_leaf_can_be_proven_and_no_other_in_its_place(size: int, data: st.DataObject) -> None:
    leaves = [leaf_hash(b"%d" % i) for i in range(size)]
    index = data.draw(st.integers(0, size - 1))
    proof = range_roots(leaves, inclusion_ranges(index, size))
    assert verify_inclusion(leaves[index], index, size, proof, root(leaves))
    other = data.draw(st.integers(0, size - 1))
    if other != index:
        assert not verify_inclusion(leaves[other], index, size, proof, root(leaves))
        assert not verify_inclusion(leaves[index], other, size, proof, root(leaves))
    assert not verify_inclusion(leaves[index], index, size, [*proof, EMPTY], root(leaves))
    if proof:
        assert not verify_inclusion(leaves[index], index, size, proof[:-1], root(leaves))


@given(st.integers(0, 70), st.integers(0, 70))
def test_every_beginning_can_be_proven_and_no_other_tree(old: int, more: int) -> None:
    new = old + more
    leaves = [leaf_hash(b"%d" % i) for i in range(new)]
    proof = range_roots(leaves, consistency_ranges(old, new))
    assert verify_consistency(old, new, root(leaves[:old]), root(leaves), proof)
    assert not verify_consistency(old, new, leaf_hash(b"other"), root(leaves), proof)
    if old:
        assert not verify_consistency(old, new, root(leaves[:old]), leaf_hash(b"other"), proof)


@given(st.integers(0, 200))
def test_a_frontier_goes_on_where_another_stopped(size: int) -> None:
    first = Frontier()
    for i in range(size):
        first.add(leaf_hash(b"%d" % i))
    second = Frontier(first.size, first.nodes)
    second.add(leaf_hash(b"next"))
    assert second.root() == root([*(leaf_hash(b"%d" % i) for i in range(size)), leaf_hash(b"next")])
    assert first.size == size


@given(st.lists(st.integers(0, 70), max_size=6))
def test_many_leaves_at_once_are_the_same_tree(sizes: list[int]) -> None:
    single, many, number = Frontier(), Frontier(), 0
    for size in sizes:
        leaves = [leaf_hash(b"%d" % seq) for seq in range(number, number + size)]
        number += size
        for leaf in leaves:
            single.add(leaf)
        many.extend(leaves)
        assert (many.size, many.nodes, many.root()) == (single.size, single.nodes, single.root())
