"""What must be there for something to hold, as a tree: of some things, at least so many.

Asked of one message as a set of bits, or of many at once: then each thing is a column, an integer with a bit
for each message that has it.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

Leaf = TypeVar("Leaf", bound=Hashable)
Other = TypeVar("Other", bound=Hashable)


@dataclass(frozen=True, slots=True)
class AtLeast(Generic[Leaf]):
    """So many of the items: one of them is "or", all of them is "and", 0 is always, 1 of none is never.

    An item that stands there twice counts twice: two patterns may share a matcher.
    """

    n: int
    items: tuple[Leaf | AtLeast[Leaf], ...]

    def leaves(self) -> Iterator[Leaf]:
        """Every thing that is named, as often as it is."""
        for item in self.items:
            if isinstance(item, AtLeast):
                yield from item.leaves()
            else:
                yield item


Need = AtLeast[int]
"""What is needed, things being numbers."""
ALWAYS: Need = AtLeast(0, ())
NEVER: Need = AtLeast(1, ())

Possible = Callable[[int], bool]
"""Whether it is there, of the things that are there as a set of bits (thing n is `1 << n`)."""
Columns = Sequence[int]
"""For each thing, the messages that have it as a set of bits."""
PossibleIn = Callable[[Columns, int], int]
"""In which messages it is there, of the columns and the set of all messages."""


def both(items: Sequence[Leaf | AtLeast[Leaf]]) -> AtLeast[Leaf]:
    return AtLeast(len(items), tuple(items))


def either(items: Sequence[Leaf | AtLeast[Leaf]]) -> AtLeast[Leaf]:
    return AtLeast(1, tuple(items))


def flat(need: AtLeast[Leaf]) -> AtLeast[Leaf]:
    """The same with fewer trees: "and" within "and" and "or" within "or" are taken apart."""
    every = need.n == len(need.items) != 1  # of one thing, "and" and "or" are the same
    items: list[Leaf | AtLeast[Leaf]] = []
    for item in need.items:
        if not isinstance(item, AtLeast):
            items.append(item)
            continue
        inner = flat(item)
        if (every and inner.n == len(inner.items)) or need.n == inner.n == 1:
            items += inner.items
        else:
            items.append(inner)
    if len(items) == need.n == 1 and isinstance(items[0], AtLeast):
        return items[0]
    return AtLeast(len(items) if every else need.n, tuple(items))


def renamed(need: AtLeast[Leaf], name: Callable[[Leaf], Other]) -> AtLeast[Other]:
    """The same of other things."""
    return AtLeast(need.n, tuple(renamed(i, name) if isinstance(i, AtLeast) else name(i) for i in need.items))


def bits(numbers: Iterable[int]) -> int:
    """A set of numbers, one bit each."""
    mask = 0
    for number in numbers:
        mask |= 1 << number
    return mask


def members(mask: int) -> Iterator[int]:
    """The numbers of a set, lowest first."""
    while mask:
        lowest = mask & -mask
        yield lowest.bit_length() - 1
        mask ^= lowest


def possible(need: Need) -> Possible:
    """The question for one message."""
    need = flat(need)
    n = need.n
    things = [item for item in need.items if isinstance(item, int)]
    trees = [item for item in need.items if isinstance(item, AtLeast)]
    if n <= 0:
        return lambda _: True
    if n > len(need.items):
        return lambda _: False
    if n == 1:
        return _any(bits(things), list(map(possible, trees)))
    if n == len(need.items):
        # One of some things is what most conditions ask for several times: asked without a call.
        some = tuple(bits(members) for tree in trees if (members := _one_of(tree)) is not None)
        return _all(bits(things), some, [possible(tree) for tree in trees if _one_of(tree) is None])
    tests = list(map(possible, trees))
    return lambda touched: sum(touched >> thing & 1 for thing in things) + sum(test(touched) for test in tests) >= n


def _one_of(need: Need) -> list[int] | None:
    """The things of which one is all that is needed; None where it is another need."""
    things = [item for item in need.items if isinstance(item, int)]
    return things if need.n == 1 and len(things) == len(need.items) else None


def _any(mask: int, tests: list[Possible]) -> Possible:
    if not tests:
        return lambda touched: touched & mask != 0

    def test(touched: int) -> bool:
        if touched & mask:
            return True
        for one in tests:  # noqa: SIM110  (a loop: `any` of a generator takes three times as long)
            if one(touched):
                return True
        return False

    return test


def _all(mask: int, some: tuple[int, ...], tests: list[Possible]) -> Possible:
    def test(touched: int) -> bool:
        if touched & mask != mask:
            return False
        for one in some:
            if not touched & one:
                return False
        for other in tests:  # noqa: SIM110
            if not other(touched):
                return False
        return True

    return test


def possible_in(need: Need) -> PossibleIn:
    """The question for many messages."""
    need = flat(need)
    n = need.n
    things = [item for item in need.items if isinstance(item, int)]
    tests = [possible_in(item) for item in need.items if isinstance(item, AtLeast)]

    def some(columns: Columns, every: int) -> int:
        found = 0
        for thing in things:
            found |= columns[thing]
        for test in tests:
            if found == every:
                break
            found |= test(columns, every)
        return found

    def all_(columns: Columns, every: int) -> int:
        found = every
        for thing in things:
            found &= columns[thing]
        for test in tests:
            if not found:
                break
            found &= test(columns, every)
        return found

    def counted(columns: Columns, every: int) -> int:
        reached = [every] + [0] * n
        for one in [*(columns[thing] for thing in things), *(test(columns, every) for test in tests)]:
            for k in range(n, 0, -1):
                reached[k] |= reached[k - 1] & one
        return reached[n]

    if n <= 0:
        return lambda _, every: every
    return some if n == 1 else all_ if n == len(need.items) else counted
