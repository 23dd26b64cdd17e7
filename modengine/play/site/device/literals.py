"""`daachorse` in the browser: every occurrence of some literals, overlapping ones included, by a tree of dicts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

_END = ""


class CharwiseDoubleArrayAhoCorasick:
    """What modengine asks of it."""

    def __init__(self, literals: Sequence[str]) -> None:
        self._tree: dict[str, Any] = {}
        for number, literal in enumerate(literals):
            node = self._tree
            for char in literal:
                node = node.setdefault(char, {})
            node[_END] = number

    def find_overlapping(self, text: str) -> list[tuple[int, int, int]]:
        """`[start, end)` and the number of the literal, by where they end, the longest first."""
        found = []
        for start, first in enumerate(text):
            node, at = self._tree.get(first), start + 1
            while node is not None:
                if _END in node:
                    found.append((start, at, node[_END]))
                node = node.get(text[at]) if at < len(text) else None
                at += 1
        return sorted(found, key=lambda hit: (hit[1], hit[0]))
