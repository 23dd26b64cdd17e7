"""A condition as a tree, for a terminal."""

from __future__ import annotations

from collections.abc import Iterator

from rich.text import Text

from modengine.explain.visible import inline
from modengine.explain.words import SIGNS, VALUES, children, condition_text
from modengine.model import ConditionTrace

_STYLES = {True: "green", False: "red", None: "yellow"}
_WORD = 8
"""Cells for a value in words."""


def tree(node: ConditionTrace, lead: str, rest: str) -> Iterator[Text]:
    """The lines of a condition: sign and value first, then the condition, then why.

    `lead` stands before the first line and `rest` before the others.
    """
    line = Text(lead)
    line.append(f"{SIGNS[node.value]} {VALUES[node.value]:<{_WORD}}", _STYLES[node.value])
    line.append(inline(condition_text(node.text, bool(node.children)), 200))
    if node.note:
        line.append(f"  ({inline(node.note, 200)})", "dim")
    yield line
    below = children(node)
    for i, child in enumerate(below):
        last = i == len(below) - 1
        yield from tree(child, rest + ("└ " if last else "├ "), rest + ("  " if last else "│ "))
