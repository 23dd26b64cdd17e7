"""The draws of `numpy.random.default_rng`, in Python: the same numbers of the same seed, where there is no numpy.

PCG64 (M. E. O'Neill, PCG, 2014: XSL-RR of 128 bits), seeded by numpy's SeedSequence; whole numbers below a bound after
D. Lemire (Fast random integer generation in an interval, ACM TOMACS 29, 2019), orders by masks and rejection.
"""

from __future__ import annotations

_32, _64, _128 = (1 << 32) - 1, (1 << 64) - 1, (1 << 128) - 1
_STEP = 0x2360ED051FC65DA44385DF649FCCF645


class Draws:
    """A generator of its own for each seed, a number of at most 128 bits."""

    def __init__(self, seed: int) -> None:
        words = _state(seed)
        begin, stream = (words[at + 1] << 96 | words[at] << 64 | words[at + 3] << 32 | words[at + 2] for at in (0, 4))
        self._odd = (stream << 1 | 1) & _128
        self._now = ((self._odd + begin) * _STEP + self._odd) & _128
        self._half: int | None = None
        """The upper half of the last 64 bits, which is given next."""

    def below(self, bound: int) -> int:
        """A whole number from 0 on, below a bound of less than 2^32."""
        if bound == 1:
            return 0
        product = self._bits() * bound
        if product & _32 < bound:
            least = (_32 - bound + 1) % bound
            while product & _32 < least:
                product = self._bits() * bound
        return product >> 32

    def order(self, count: int) -> list[int]:
        """The numbers below `count` in a random order."""
        found = list(range(count))
        for last in range(count - 1, 0, -1):
            bits = (1 << last.bit_length()) - 1
            while (other := self._bits() & bits) > last:
                pass
            found[last], found[other] = found[other], found[last]
        return found

    def _bits(self) -> int:
        """32 of them."""
        if self._half is not None:
            bits, self._half = self._half, None
            return bits
        self._now = (self._now * _STEP + self._odd) & _128
        mixed, turn = (self._now >> 64) ^ (self._now & _64), self._now >> 122
        mixed = (mixed >> turn | mixed << (64 - turn)) & _64
        self._half = mixed >> 32
        return mixed & _32


def _state(seed: int) -> list[int]:
    """Eight words of 32 bits: numpy's SeedSequence of one number."""
    constant = 0x43B0D7E5

    def hashed(value: int, factor: int = 0x931E8875) -> int:
        nonlocal constant
        value ^= constant
        constant = constant * factor & _32
        value = value * constant & _32
        return value ^ value >> 16

    pool = [hashed(seed >> shift & _32) for shift in (0, 32, 64, 96)]
    for source in range(4):
        for target in range(4):
            if source != target:
                mixed = (0xCA01F9DD * pool[target] - 0x4973F715 * hashed(pool[source])) & _32
                pool[target] = mixed ^ mixed >> 16
    constant = 0x8B51F9DD
    return [hashed(pool[at % 4], 0x58F38DED) for at in range(8)]
