"""Conditions of more than a line: `when: >-`, broken before `and` and `or`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import yaml

from modengine.policy.grammar import MAX_LENGTH
from modengine.policy.layout.order import placed
from modengine.policy.layout.spans import Edit, WrittenYaml
from modengine.policy.nodes.record import Record

WIDTH = 100
"""Characters of a line that a condition may fill."""
CONDITIONS = frozenset({"when", "unless"})
_INDENT = 2


def wrap(written: WrittenYaml, shape: Record) -> list[Edit]:
    """What breaks the conditions with a longer line than `WIDTH`, as far as they can be broken.

    Left as they are: conditions in braces, those beside a waiver, which covers one line, and those that are too long
    to be read.
    """
    edits: list[Edit] = []
    for node, _ in placed(written.root, shape):
        if node.flow_style:
            continue
        for key, value in node.value:
            if key.value in CONDITIONS and isinstance(value, yaml.ScalarNode) and value.value.strip():
                edits += _wrapped(written, key, value)
    return edits


def _wrapped(written: WrittenYaml, key: Any, value: Any) -> Iterator[Edit]:
    start, end = value.start_mark.index, written.end(value)
    first, last = written.line_of(key.start_mark.index), written.line_of(max(end - 1, start))
    begins = written.starts[first]
    longest = max(len(line) for line in written.text[begins:end].splitlines())
    condition = value.value.strip("\n")
    if len(condition) > MAX_LENGTH:
        return
    if longest <= WIDTH or "\n" in condition or condition != condition.strip() or _is_waived(written, first, last):
        return
    indent = " " * (key.start_mark.column + _INDENT)
    behind = written.text[end : written.starts[last + 1]].strip()
    lines = [f">-{' ' if behind else ''}{behind}", *(indent + line for line in broken(condition, WIDTH - len(indent)))]
    ends = end + len(written.text[end : written.starts[last + 1]].rstrip("\r\n"))
    told = written.line_end.join(lines)
    if len(lines) > 2 and told != written.text[start:ends]:
        yield Edit(start, ends, told)


def _is_waived(written: WrittenYaml, first: int, last: int) -> bool:
    """Whether a waiver stands on these lines or above them."""
    above = first
    while above and written.is_remark(above - 1):
        above -= 1
    return any("modengine:" in line for line in written.lines[above : last + 1])


def broken(condition: str, width: int) -> list[str]:
    """The lines of a condition: each as long as fits, broken where the fewest brackets are open, rather before `or`."""
    lines: list[str] = []
    rest = condition
    while len(rest) > width:
        places = list(_places(rest))
        fitting = [place for place in places if place[1] <= width] or places[:1]
        if not fitting:
            break
        _, at = min(fitting, key=lambda place: (place[0], _binds(rest, place[1]), -place[1]))
        lines.append(rest[:at])
        rest = rest[at + 1 :]
    return [*lines, rest]


_PIECE = re.compile(r'"[^"]*"|\'[^\']*\'|[()]| (?=(?:and|or) )')


def _binds(condition: str, blank: int) -> bool:
    """Whether the word behind a blank is `and`, which binds more tightly than `or`."""
    return condition.startswith("and", blank + 1)


def _places(condition: str) -> Iterator[tuple[int, int]]:
    """The blanks before `and` and `or`, each with how many brackets are open there."""
    depth = 0
    for found in _PIECE.finditer(condition):
        depth += {"(": 1, ")": -1}.get(found[0], 0)
        # Between two blanks a line would begin with one, which is not folded.
        if found[0] == " " and condition[found.start() - 1] != " ":
            yield depth, found.start()
