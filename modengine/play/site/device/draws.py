"""What the page's studies ask of `numpy`: the generator that disguises are drawn with, and lists for arrays.

Bit by bit that of numpy (PCG64 seeded by its SeedSequence), so that a message is disguised as everywhere else.
Held to it by tests/play/site.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from types import SimpleNamespace

_32, _64, _128 = (1 << 32) - 1, (1 << 64) - 1, (1 << 128) - 1
_STEP = 0x2360ED051FC65DA44385DF649FCCF645
int64, float64, bool_ = int, float, bool


class NDArray:
    """A name in annotations."""

    def __class_getitem__(cls, _item: object) -> type[NDArray]:
        return cls


def array(values: Sequence[int], _kind: type = int) -> list[int]:
    return [int(value) for value in values]


def ones(count: int, _kind: type = int) -> list[int]:
    return [1] * count


def _hashing(value: int, factor: int) -> Callable[[int], int]:
    """A hash that changes with every use."""

    def hashed(word: int) -> int:
        nonlocal value
        word ^= value
        value = value * factor & _32
        word = word * value & _32
        return word ^ word >> 16

    return hashed


def _mixed(one: int, other: int) -> int:
    found = (0xCA01F9DD * one - 0x4973F715 * other) & _32
    return found ^ found >> 16


def _seeds(entropy: int) -> Iterator[int]:
    """Four numbers of 64 bits."""
    words = [entropy >> shift & _32 for shift in range(0, max(entropy.bit_length(), 1), 32)]
    hashed = _hashing(0x43B0D7E5, 0x931E8875)
    pool = [hashed(word) for word in (words + [0] * 4)[:4]]
    for source in range(4):
        for target in range(4):
            if source != target:
                pool[target] = _mixed(pool[target], hashed(pool[source]))
    for word in words[4:]:
        pool = [_mixed(kept, hashed(word)) for kept in pool]
    hashed = _hashing(0x8B51F9DD, 0x58F38DED)
    state = [hashed(pool[at % 4]) for at in range(8)]
    return (low | high << 32 for low, high in zip(state[::2], state[1::2], strict=True))


class Generator:
    """What modengine asks of `numpy.random.Generator`."""

    def __init__(self, seed: int) -> None:
        high, low, step_high, step_low = _seeds(seed)
        self._half: int | None = None
        self._add = (step_high << 64 | step_low) << 1 & _128 | 1
        self._state = (self._add + (high << 64 | low)) & _128
        self._next()

    def _next(self) -> int:
        self._state = (self._state * _STEP + self._add) & _128
        turn, word = self._state >> 122, (self._state >> 64 ^ self._state) & _64
        return (word >> turn | word << (64 - turn)) & _64

    def _next_half(self) -> int:
        if self._half is not None:
            found, self._half = self._half, None
            return found
        word = self._next()
        self._half = word >> 32
        return word & _32

    def integers(self, below: int) -> int:
        """A number from 0 on (D. Lemire, Fast random integer generation in an interval, 2019)."""
        if below == 1:
            return 0
        product = self._next_half() * below
        while product & _32 < (1 << 32) % below:
            product = self._next_half() * below
        return product >> 32

    def permutation(self, count: int) -> list[int]:
        """The numbers below `count` in a random order."""
        found = list(range(count))
        for at in range(count - 1, 0, -1):
            mask = (1 << at.bit_length()) - 1
            while (other := self._next_half() & mask) > at:
                pass
            found[at], found[other] = found[other], found[at]
        return found


random = SimpleNamespace(default_rng=Generator)
