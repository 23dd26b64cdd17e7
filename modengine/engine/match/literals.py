"""The automaton: every literal of a policy, sought in one pass."""

from __future__ import annotations

from collections.abc import Sequence

from ahocorasick_rs import AhoCorasick

Hit = tuple[int, int, int]
"""`[start, end)` in code points and the number of the literal."""


class Automaton:
    """Finds all occurrences, overlapping ones included, of a set of distinct, non-empty literals."""

    __slots__ = ("_automaton",)

    def __init__(self, literals: Sequence[str]) -> None:
        self._automaton = AhoCorasick(literals)

    def find(self, text: str) -> list[Hit]:
        """The hits by where they end, the longest first."""
        found = self._automaton.find_matches_as_indexes(text, overlapping=True)
        return [(start, end, literal) for literal, start, end in found]
