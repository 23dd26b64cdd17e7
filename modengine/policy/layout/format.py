"""A rule file as `modengine format` writes it: keys in order, conditions in lines, no blanks at ends of lines.

All is done by edits of the text, so that comments, quotation marks and the author's lines stay.  PyYAML tells where
things stand; what was read before is read again behind the last edit.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from modengine.errors import Diagnostic, Location
from modengine.policy.files import Files
from modengine.policy.layout.order import order
from modengine.policy.layout.spans import WrittenYaml, edited, scalars
from modengine.policy.layout.wrap import CONDITIONS, wrap
from modengine.policy.load import neither
from modengine.policy.nodes.diagnostics import Diagnostics, ReadingEnds
from modengine.policy.nodes.record import Record
from modengine.policy.nodes.yaml import Mapping, Node, Scalar, Sequence, parse
from modengine.policy.schema import POLICY, RULESET

MOST_TURNS = 20
"""Deeper than any mapping of given keys: each turn orders one more level."""


@dataclass(frozen=True, slots=True)
class FormattedFile:
    """A file before and after, without a byte order mark; where something is wrong with it, both are empty."""

    path: Path
    before: str
    after: str
    problems: tuple[Diagnostic, ...] = ()
    mark: bool = False
    """It begins with a byte order mark, which stays."""

    @property
    def changed(self) -> bool:
        return self.before != self.after

    @property
    def data(self) -> bytes:
        """What it is to hold."""
        return self.after.encode("utf-8-sig" if self.mark else "utf-8")


def format_file(path: Path) -> FormattedFile:
    """The file formatted, and not written."""
    report = Diagnostics()
    files = Files(str(path), report)
    before = after = ""
    mark = False
    try:
        text = files.text(str(path), None)
        if text is not None and (shape := _shape(parse(text, str(path), report), path, report)) and not report.count:
            before, after = text, formatted(text, shape)
            mark = files.read[0].data.startswith(b"\xef\xbb\xbf")
    except ReadingEnds:
        pass
    return FormattedFile(path, before, after, report.found, mark)


def _shape(root: Node | None, path: Path, report: Diagnostics) -> Record | None:
    """What the file is to hold."""
    keys = {key.value for key, _ in root.entries} if isinstance(root, Mapping) else set()
    if root is None or report.count:
        return None
    if ("policy" in keys) == ("ruleset" in keys):
        report.add("ME206", *neither(keys, root.place if isinstance(root, Mapping) else Location(str(path))))
        return None
    return POLICY if "policy" in keys else RULESET


def formatted(text: str, shape: Record) -> str:
    """A text that is sound YAML, formatted; as it was, should it say anything else then."""
    new = text
    for _ in range(MOST_TURNS):
        written = WrittenYaml(new)
        edits = order(written, shape)
        if not edits:
            break
        new = edited(new, edits)
    written = WrittenYaml(new)
    new = _tidy(WrittenYaml(edited(new, wrap(written, shape))))
    return new if says_the_same(text, new) else text


def _tidy(written: WrittenYaml) -> str:
    """Without blanks at the ends of lines, two empty lines in a row, or any at the end of the file."""
    within: set[int] = set()
    for scalar in scalars(written.root):
        first, last = written.line_of(scalar.start_mark.index), written.last_line(scalar)
        if last > first:
            within.update(range(first, last + 1))
    kept: list[str] = []
    for number, line in enumerate(written.lines):
        if number in within:
            kept.append(line)
            continue
        content = line.rstrip("\r\n\x85\u2028\u2029")
        new = content.rstrip(" \t") + (line[len(content) :] or written.line_end)
        if new.strip() or (kept and kept[-1].strip()):
            kept.append(new)
    while kept and not kept[-1].strip() and len(written.lines) - 1 not in within:
        kept.pop()
    return "".join(kept)


def says_the_same(before: str, after: str) -> bool:
    """Whether two texts hold the same values under the same keys, whatever the order of these."""
    report = Diagnostics()
    one, two = parse(before, "before", report), parse(after, "after", report)
    return not report.count and one is not None and two is not None and _same(one, two)


def _same(one: Node, two: Node) -> bool:
    match one, two:
        case Scalar(), Scalar():
            return one.value == two.value and one.reading == two.reading
        case Sequence(), Sequence():
            return len(one.items) == len(two.items) and all(map(_same, one.items, two.items))
        case Mapping(), Mapping():
            others = {key.value: value for key, value in two.entries}
            return len(others) == len(one.entries) and all(
                key.value in others and (_same(value, others[key.value]) or _same_condition(key, value, others))
                for key, value in one.entries
            )
    return False


def _same_condition(key: Scalar, value: Node, others: dict[str, Node]) -> bool:
    """What a condition begins and ends with, and its quotation marks, are none of it."""
    other = others[key.value]
    return (
        key.value in CONDITIONS
        and isinstance(value, Scalar)
        and isinstance(other, Scalar)
        and value.value.strip() == other.value.strip()
    )
