"""The keys of rule files in the order of `modengine.policy.schema`, with the comments that belong to them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import yaml

from modengine.policy.layout.spans import Edit, WrittenYaml
from modengine.policy.nodes.record import Either, Entries, Items, Kind, Record

_SEPARATOR = re.compile(r"\s*,\s*")


def placed(node: Any, shape: object) -> Iterator[tuple[Any, Record]]:
    """Every mapping of given keys, the outer before the inner; not messages, whose keys are their author's."""
    match shape:
        case Either():
            is_sequence = isinstance(node, yaml.SequenceNode)
            inner = shape.items if is_sequence else shape.mapping if isinstance(node, yaml.MappingNode) else None
            yield from placed(node, inner)
        case Kind():
            yield from placed(node, shape.more)
        case Items() if isinstance(node, yaml.SequenceNode):
            for item in node.value:
                yield from placed(item, shape.item)
        case Entries() if isinstance(node, yaml.MappingNode):
            for _, value in node.value:
                yield from placed(value, shape.value)
        case Record() if isinstance(node, yaml.MappingNode) and shape.extra is None:
            yield node, shape
            for key, value in node.value:
                if key.value in shape.keys:
                    yield from placed(value, shape.keys[key.value].shape)
        case _:
            return


def order(written: WrittenYaml, shape: Record) -> list[Edit]:
    """What brings the outermost mappings that are out of order into order; those within them are for another turn."""
    edits: list[Edit] = []
    for node, record in placed(written.root, shape):
        if edits and edits[-1].start <= node.start_mark.index < edits[-1].end:
            continue
        ranks = {name: rank for rank, name in enumerate(record.keys)}
        wanted = sorted(range(len(node.value)), key=lambda at: ranks.get(node.value[at][0].value, len(ranks)))
        if wanted != list(range(len(wanted))):
            edit = _in_braces(written, node, wanted) if node.flow_style else _on_lines(written, node, wanted)
            edits += [edit] if edit is not None else []
    return edits


def _in_braces(written: WrittenYaml, node: Any, wanted: Sequence[int]) -> Edit | None:
    """`{b: 1, a: 2}`; None where a comment or a mark of YAML's stands between the keys."""
    spans = [(key.start_mark.index, max(written.end(key), written.end(value))) for key, value in node.value]
    text = written.text
    between = [text[end:start] for (_, end), (start, _) in pairwise(spans)]
    if not all(map(_SEPARATOR.fullmatch, between)):
        return None
    pieces = [text[slice(*spans[at])] for at in wanted]
    joined = "".join(piece + sign for piece, sign in zip(pieces, [*between, ""], strict=True))
    return Edit(spans[0][0], spans[-1][1], joined)


@dataclass(frozen=True, slots=True)
class _Entry:
    """The lines of a key: the comments above it, its own with its value's and what is indented below them."""

    above: tuple[str, ...]
    first: str
    """From the key on."""
    rest: tuple[str, ...]


def _on_lines(written: WrittenYaml, node: Any, wanted: Sequence[int]) -> Edit | None:
    """None where something else than blanks or the `- ` of an item stands before a key."""
    firsts = [written.line_of(key.start_mark.index) for key, _ in node.value]
    starts = [written.starts[line] for line in firsts]
    before = [written.text[start : key.start_mark.index] for start, (key, _) in zip(starts, node.value, strict=True)]
    if before[0].strip(" -") or any(lead.strip(" ") for lead in before[1:]) or len(set(firsts)) < len(firsts):
        return None
    column = len(before[0])
    entries: list[_Entry] = []
    ends = firsts[0]
    for at, (key, value) in enumerate(node.value):
        above = tuple(written.lines[ends : firsts[at]])
        ends = max(written.last_line(value), written.line_of(key.end_mark.index)) + 1
        ends = _with_remarks_below(written, ends, column)
        lines = [line if line[-1:] in "\n\r\x85\u2028\u2029" else line + written.line_end
                 for line in written.lines[firsts[at] : ends]]  # fmt: skip
        entries.append(_Entry(above, lines[0][column:], tuple(lines[1:])))
    told: list[str] = []
    for rank, entry in enumerate(entries[at] for at in wanted):
        if rank:
            told += (*entry.above, " " * column + entry.first, *entry.rest)
            continue
        depth = len(before[0]) - len(before[0].lstrip(" "))  # of the `- `, where there is one
        told += [" " * depth + line.lstrip(" ") for line in entry.above if line.strip()]
        told += (before[0] + entry.first, *entry.rest)
    return Edit(starts[0], written.starts[ends], "".join(told))


def _with_remarks_below(written: WrittenYaml, line: int, column: int) -> int:
    """The line after the comments that are indented more than the key above them."""
    ends = line
    while line < len(written.lines) and written.is_remark(line):
        line += 1
        if not written.is_empty(line - 1):
            if written.depth(line - 1) <= column:
                break
            ends = line
    return ends
