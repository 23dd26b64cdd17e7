"""Whether a regular expression is catastrophic, read from its parse tree.

It is where a repeat may read one text in two ways and come back to the same place: then every further
round doubles what must be tried before a match fails.  (`regex` remembers some of what failed, which
takes the worst from some of them; none of them is fast.)  In the automaton of positions
(Glushkov) that is a loop that holds two ways to read one string from a position back to itself: two
edges between the same positions, or a pair of different positions that is reached from a position
paired with itself, and leads back.

Source: A. Weber, H. Seidl, "On the degree of ambiguity of finite automata" (1991), the criterion EDA.
What backtracking cannot enter again (atomic groups, possessive repeats) and what is not known here
counts as one character unlike all others, so that nothing is said in doubt.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from typing import Any, TypeVar

from modengine.engine.match.expression import children, parse, steps

Node = TypeVar("Node", bound=Hashable)

FEW = 20
"""A counted repeat of fewer rounds is written out; of more, it is as good as without end."""
MOST = 200
"""An expression of more positions is not judged."""
MOST_PAIRS = 2500
"""Nor is a loop that has more pairs of them."""
SAMPLE = "az09_加的，。、 \n!-.@/é"
"""Characters of several kinds, besides those that the expression names."""


@dataclass(frozen=True, slots=True)
class _Piece:
    """A part of the expression: whether it can be empty, and the positions it begins and ends with."""

    nullable: bool
    first: tuple[int, ...] = ()
    last: tuple[int, ...] = ()


EMPTY = _Piece(nullable=True)


class _TooLarge(ValueError):
    pass


@lru_cache(maxsize=4096)
def is_exponential(source: str) -> bool:
    """Whether some repeat can read a text in two ways.  `source` must compile.  Raises CostlyRegex."""
    tree = parse(source)
    steps(source)
    if not any(_is_loop(node) for node in _all(tree)):
        return False
    positions = _Positions(tree)
    try:
        positions.read(tree)
    except _TooLarge:
        return False
    following = positions.following()
    return any(positions.is_ambiguous(loop, following) for loop in _components(following))


class _Positions:
    """The automaton: what each position reads, as bits, and how often each edge was drawn."""

    def __init__(self, tree: Any) -> None:
        named = {chr(value) for node in _all(tree) for value in _values(node)}
        self._alphabet = sorted(named | set(SAMPLE))
        self.reads: list[int] = []
        self.edges: Counter[tuple[int, int]] = Counter()

    def following(self) -> dict[int, list[int]]:
        found: dict[int, list[int]] = {number: [] for number in range(len(self.reads))}
        for before, after in self.edges:
            found[before].append(after)
        return found

    def read(self, node: Any) -> _Piece:
        kind = type(node).__name__
        if kind == "Sequence":
            return self._sequence(map(self.read, node.items))
        if kind == "Branch":
            return _either([self.read(item) for item in node.branches])
        if kind == "Conditional":
            return _either([self.read(node.yes_item), self.read(node.no_item)])
        if kind == "Group":
            return self.read(node.subpattern)
        if _is_repeat(node) and not (_is_loop(node) and _is_fixed(node)):
            return self._repeat(node)
        if hasattr(node, "matches"):
            return EMPTY if node.zerowidth else self._position(self._read_by(node))
        if kind.startswith("Any"):
            return self._position((1 << len(self._alphabet)) - 1)
        if kind in ("LookAround", "RefGroup", "Keep", "SearchAnchor") or kind.endswith("Boundary") or "Of" in kind:
            return EMPTY  # ends of words, lines and texts among them; a group that is read again is one of no new way
        return self._position(1 << len(self._alphabet) + len(self.reads))

    def _repeat(self, node: Any) -> _Piece:
        if not _is_loop(node):
            # Written out as a(a(a)?)?: a round is there only where those before it are.
            whole = EMPTY
            for at, piece in reversed(list(enumerate([self.read(node.subpattern) for _ in range(node.max_count)]))):
                whole = self._sequence([piece, whole])
                whole = _Piece(whole.nullable or at >= node.min_count, whole.first, whole.last)
            return whole
        piece = self.read(node.subpattern)
        self.edges.update(product(piece.last, piece.first))
        return _Piece(piece.nullable or node.min_count == 0, piece.first, piece.last)

    def _sequence(self, pieces: Iterable[_Piece]) -> _Piece:
        whole = EMPTY
        for piece in pieces:
            self.edges.update(product(whole.last, piece.first))
            whole = _Piece(
                whole.nullable and piece.nullable,
                whole.first + piece.first if whole.nullable else whole.first,
                whole.last + piece.last if piece.nullable else piece.last,
            )
        return whole

    def _position(self, reads: int) -> _Piece:
        if len(self.reads) >= MOST:
            raise _TooLarge
        self.reads.append(reads)
        number = (len(self.reads) - 1,)
        return _Piece(False, number, number)

    def _read_by(self, node: Any) -> int:
        return sum(1 << at for at, char in enumerate(self._alphabet) if node.matches(ord(char)))

    def is_ambiguous(self, loop: frozenset[int], following: Mapping[int, Sequence[int]]) -> bool:
        """Whether positions that lead to each other read some string in two ways."""
        inside = {position: [after for after in following[position] if after in loop] for position in loop}
        if any(self.edges[position, after] > 1 for position in loop for after in inside[position]):
            return True
        if len(loop) ** 2 > MOST_PAIRS:
            return False
        pairs = {
            (left, right): [
                (a, b) for a, b in product(inside[left], inside[right]) if self.reads[a] & self.reads[b]
            ]
            for left, right in product(loop, loop)
        }  # fmt: skip
        return any(
            any(left == right for left, right in found) and any(left != right for left, right in found)
            for found in _components(pairs)
        )


def _either(pieces: Sequence[_Piece]) -> _Piece:
    return _Piece(
        any(piece.nullable for piece in pieces),
        tuple(number for piece in pieces for number in piece.first),
        tuple(number for piece in pieces for number in piece.last),
    )


def _is_loop(node: Any) -> bool:
    return _is_repeat(node) and (node.max_count is None or node.max_count >= FEW)


def _is_repeat(node: Any) -> bool:
    return type(node).__name__ in ("GreedyRepeat", "LazyRepeat")


def _is_fixed(node: Any) -> bool:
    """Whether all repeats in it have one number of rounds."""
    return all(inner.min_count == inner.max_count for inner in _all(node) if _is_repeat(inner))


def _all(tree: Any) -> Iterable[Any]:
    yield tree
    for child in children(tree):
        yield from _all(child)


def _values(node: Any) -> Iterable[int]:
    kind = type(node).__name__
    if kind == "Character":
        yield node.value
    elif kind == "Range":
        yield from (node.lower, node.upper)


def _components(graph: Mapping[Node, Sequence[Node]]) -> Iterator[frozenset[Node]]:
    """The strongly connected components that have an edge (S. R. Kosaraju), without recursion."""
    backwards: dict[Node, list[Node]] = {node: [] for node in graph}
    for node, others in graph.items():
        for other in others:
            backwards[other].append(node)
    seen: set[Node] = set()
    order = [node for start in graph for node in _finished(graph, start, seen)]
    seen = set()
    for start in reversed(order):
        component = frozenset(_finished(backwards, start, seen))
        if len(component) > 1 or any(node in graph[node] for node in component):
            yield component


def _finished(graph: Mapping[Node, Sequence[Node]], start: Node, seen: set[Node]) -> Iterator[Node]:
    """What is reached from a node and was not seen, each when all behind it was."""
    if start in seen:
        return
    seen.add(start)
    stack = [(start, iter(graph[start]))]
    while stack:
        node, others = stack[-1]
        other = next((other for other in others if other not in seen), None)
        if other is None:
            stack.pop()
            yield node
        else:
            seen.add(other)
            stack.append((other, iter(graph[other])))
