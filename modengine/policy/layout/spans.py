"""A YAML text as characters and lines: where its values stand, and texts put in the place of others."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import yaml

from modengine.policy.nodes.malformed import LOADER

_LINE = re.compile("[^\n\r\x85\u2028\u2029]*(?:\r\n|[\n\r\x85\u2028\u2029])|[^\n\r\x85\u2028\u2029]+")
_KEPT_BLANKS = re.compile(r"[|>]\d?\+|[|>]\+\d?")


@dataclass(frozen=True, slots=True)
class Edit:
    """What is written in the place of the characters from `start` to `end`."""

    start: int
    end: int
    text: str


class WrittenYaml:
    """A text that `parse` had nothing to say against, with its lines and the nodes of PyYAML."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.lines: list[str] = _LINE.findall(text)
        """With their ends."""
        self.starts = [0]
        for line in self.lines:
            self.starts.append(self.starts[-1] + len(line))
        self.root: Any = yaml.compose(text, Loader=LOADER)

    @property
    def line_end(self) -> str:
        """The first line's, for lines that are new."""
        first = self.lines[0] if self.lines else ""
        return first[len(first.rstrip("\r\n")) :] or "\n"

    def line_of(self, index: int) -> int:
        """The number of the line with the character at `index`, from 0."""
        return bisect_right(self.starts, index, hi=len(self.lines)) - 1

    def raw(self, node: Any) -> str:
        """A node's characters."""
        return self.text[node.start_mark.index : node.end_mark.index]

    def end(self, node: Any) -> int:
        """Where a node's last character stands, and one more; PyYAML counts what is empty behind a block to it."""
        if isinstance(node, yaml.ScalarNode):
            raw = self.raw(node)
            if node.style in ("|", ">") and not _KEPT_BLANKS.match(raw):
                return int(node.start_mark.index) + len(raw.rstrip())
            return int(node.end_mark.index)
        if node.flow_style:
            return int(node.end_mark.index)
        inner = [part for pair in node.value for part in (pair if isinstance(pair, tuple) else (pair,))]
        return max((self.end(part) for part in inner[-2:]), default=int(node.end_mark.index))

    def last_line(self, node: Any) -> int:
        """The number of the line that a node ends on."""
        return self.line_of(max(self.end(node) - 1, int(node.start_mark.index)))

    def is_empty(self, line: int) -> bool:
        """Whether a line has no characters but blanks."""
        return not self.lines[line].strip()

    def is_remark(self, line: int) -> bool:
        """Whether a line is a comment alone, or empty; asked only of lines between values."""
        return self.lines[line].lstrip()[:1] in ("", "#")

    def depth(self, line: int) -> int:
        """The blanks that a line begins with."""
        return len(self.lines[line]) - len(self.lines[line].lstrip(" "))


def scalars(node: Any) -> Iterator[Any]:
    """Every scalar within a node."""
    if isinstance(node, yaml.ScalarNode):
        yield node
        return
    for pair in node.value:
        for part in pair if isinstance(pair, tuple) else (pair,):
            yield from scalars(part)


def edited(text: str, edits: Iterable[Edit]) -> str:
    """The text with all of the edits, none of which lies over another."""
    parts: list[str] = []
    at = 0
    for edit in sorted(edits, key=lambda edit: edit.start):
        parts += (text[at : edit.start], edit.text)
        at = edit.end
    return "".join([*parts, text[at:]])
