"""`ahocorasick_rs` in the browser: every occurrence of some literals, overlapping ones included, by a tree of dicts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

_END = ""


class AhoCorasick:
    """What modengine asks of it."""

    def __init__(self, literals: Sequence[str]) -> None:
        self._tree: dict[str, Any] = {}
        for number, literal in enumerate(literals):
            node = self._tree
            for char in literal:
                node = node.setdefault(char, {})
            node[_END] = number

    def find_matches_as_indexes(self, text: str, overlapping: bool) -> list[tuple[int, int, int]]:
        """The number of the literal and `[start, end)`, by where they end, the longest first."""
        assert overlapping  # all that is asked for
        found = []
        for start, first in enumerate(text):
            node, at = self._tree.get(first), start + 1
            while node is not None:
                if _END in node:
                    found.append((node[_END], start, at))
                node = node.get(text[at]) if at < len(text) else None
                at += 1
        return sorted(found, key=lambda hit: (hit[2], hit[1]))
