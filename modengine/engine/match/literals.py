"""The automaton: every literal of a policy, sought in one pass.

daachorse where it has a wheel, else ahocorasick_rs (Linux on ARM).  Both give the same hits; which
one runs can change no decision and so stands in no revision.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

Hit = tuple[int, int, int]
"""`[start, end)` in code points and the number of the literal."""


class Automaton:
    """Finds all occurrences, overlapping ones included, of a set of distinct, non-empty literals."""

    __slots__ = ("find",)

    find: Callable[[str], list[Hit]]

    def __init__(self, literals: Sequence[str]) -> None:
        self.find = _build(list(literals)) if literals else _nothing


def _nothing(_text: str) -> list[Hit]:
    return []


def _build(literals: list[str]) -> Callable[[str], list[Hit]]:
    try:
        from daachorse import CharwiseDoubleArrayAhoCorasick  # noqa: PLC0415  (one of two, by platform)
    except ImportError:
        return build_ahocorasick_rs(literals)
    return CharwiseDoubleArrayAhoCorasick(literals).find_overlapping


def build_ahocorasick_rs(literals: list[str]) -> Callable[[str], list[Hit]]:
    """The same by ahocorasick_rs."""
    from ahocorasick_rs import AhoCorasick  # noqa: PLC0415

    automaton = AhoCorasick(literals)

    def find(text: str) -> list[Hit]:
        return [(start, end, index) for index, start, end in automaton.find_matches_as_indexes(text, overlapping=True)]

    return find
