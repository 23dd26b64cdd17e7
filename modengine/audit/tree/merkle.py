"""The Merkle tree of RFC 6962 (section 2.1) and RFC 9162: roots, proofs, and their verification.

A leaf is SHA-256(0x00 ‖ record), a node SHA-256(0x01 ‖ left ‖ right).  Leaves are streamed: no
function holds more than O(log n) hashes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from hashlib import sha256

Hash = bytes
"""32 bytes."""
Range = tuple[int, int]
"""Leaves `[low, high)`."""

EMPTY: Hash = sha256(b"").digest()
"""The root of a tree without leaves."""


_LEAF, _NODE = sha256(b"\x00"), sha256(b"\x01")
"""Kept and copied: to begin anew costs more than to hash two nodes."""


def leaf_hashes(records: Iterable[bytes]) -> list[Hash]:
    begun = _LEAF.copy
    found = []
    for record in records:
        digest = begun()
        digest.update(record)
        found.append(digest.digest())
    return found


def leaf_hash(record: bytes) -> Hash:
    return leaf_hashes((record,))[0]


def node_hash(left: Hash, right: Hash) -> Hash:
    digest = _NODE.copy()
    digest.update(left + right)
    return digest.digest()


class Frontier:
    """The complete subtrees at the right edge of a growing tree: all that is needed to go on.

    The subtrees' sizes are the powers of two in `size`, largest first.
    """

    __slots__ = ("nodes", "size")

    def __init__(self, size: int = 0, nodes: Iterable[Hash] = ()) -> None:
        self.size, self.nodes = size, list(nodes)

    def add(self, leaf: Hash) -> None:
        """Appends the hash of one leaf.  Amortised O(1)."""
        self.nodes.append(leaf)
        self.size += 1
        size = self.size
        while size % 2 == 0:
            right = self.nodes.pop()
            self.nodes[-1] = node_hash(self.nodes[-1], right)
            size //= 2

    def extend(self, leaves: Iterable[Hash]) -> None:
        """Appends the hashes of many leaves, level by level."""
        nodes, begun, level = [*leaves], _NODE.copy, self.size
        self.size += len(nodes)
        left: list[Hash] = []
        while nodes or level:
            if level % 2:
                nodes.insert(0, self.nodes.pop())
            if len(nodes) % 2:
                left.append(nodes.pop())
            above = []
            pairs = iter(nodes)
            for node in pairs:
                digest = begun()
                digest.update(node + next(pairs))
                above.append(digest.digest())
            nodes, level = above, level // 2
        self.nodes = left[::-1]

    def root(self) -> Hash:
        """The root of the tree so far."""
        if not self.nodes:
            return EMPTY
        root = self.nodes[-1]
        for node in reversed(self.nodes[:-1]):
            root = node_hash(node, root)
        return root

    def copy(self) -> Frontier:
        return Frontier(self.size, self.nodes)


def root(leaves: Iterable[Hash]) -> Hash:
    frontier = Frontier()
    for leaf in leaves:
        frontier.add(leaf)
    return frontier.root()


def _split(size: int) -> int:
    """The largest power of two below `size` (2 or more)."""
    return 1 << (size - 1).bit_length() - 1


def inclusion_ranges(index: int, size: int) -> list[Range]:
    """The subtrees whose roots prove leaf `index` of a tree of `size`, from the leaf upwards."""
    if not 0 <= index < size:
        raise ValueError(f"leaf {index} is not in a tree of {size}")
    ranges: list[Range] = []
    low, high = 0, size
    while high - low > 1:
        middle = low + _split(high - low)
        if index < middle:
            ranges.append((middle, high))
            high = middle
        else:
            ranges.append((low, middle))
            low = middle
    return ranges[::-1]


def consistency_ranges(old: int, new: int) -> list[Range]:
    """The subtrees whose roots prove that a tree of `new` leaves begins with one of `old`."""
    if not 0 <= old <= new:
        raise ValueError(f"a tree of {old} is no beginning of one of {new}")
    if old in (0, new):
        return []
    ranges: list[Range] = []
    low, high, whole = 0, new, True
    while old - low != high - low:
        middle = low + _split(high - low)
        if old <= middle:
            ranges.append((middle, high))
            high = middle
        else:
            ranges.append((low, middle))
            low, whole = middle, False
    if not whole:
        ranges.append((low, high))
    return ranges[::-1]


def verify_inclusion(leaf: Hash, index: int, size: int, proof: Sequence[Hash], root: Hash) -> bool:
    """RFC 9162, section 2.1.3.2."""
    if not 0 <= index < size:
        return False
    at, last, found = index, size - 1, leaf
    for node in proof:
        if last == 0:
            return False
        if at % 2 or at == last:
            found = node_hash(node, found)
            while at % 2 == 0 and at:
                at, last = at // 2, last // 2
        else:
            found = node_hash(found, node)
        at, last = at // 2, last // 2
    return last == 0 and found == root


def verify_consistency(old: int, new: int, old_root: Hash, new_root: Hash, proof: Sequence[Hash]) -> bool:
    """RFC 9162, section 2.1.4.2; a tree of 0 leaves is the beginning of any."""
    if not 0 <= old <= new:
        return False
    if old == new:
        return not proof and old_root == new_root
    if old == 0:
        return not proof and old_root == EMPTY
    path = list(proof)
    if old & (old - 1) == 0:
        path.insert(0, old_root)
    if not path:
        return False
    at, last = old - 1, new - 1
    while at % 2:
        at, last = at // 2, last // 2
    first = second = path[0]
    for node in path[1:]:
        if last == 0:
            return False
        if at % 2 or at == last:
            first, second = node_hash(node, first), node_hash(node, second)
            while at % 2 == 0 and at:
                at, last = at // 2, last // 2
        else:
            second = node_hash(second, node)
        at, last = at // 2, last // 2
    return last == 0 and first == old_root and second == new_root
