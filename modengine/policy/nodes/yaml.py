"""YAML to nodes with places, and limits against hostile files.

Events are read one by one and made into nodes of our own: nothing is ever constructed, aliases are
refused before they could be followed, and reading stops at the 51st level of nesting, so that work
and memory stay linear in a file of at most 5 MB.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping as Dict
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal, cast

import yaml

from modengine.errors import Location
from modengine.policy.limits import Quantity
from modengine.policy.nodes.diagnostics import Diagnostics, ReadingEnds, shown
from modengine.policy.nodes.malformed import LOADER, MAX_DEPTH, malformed

MAX_VALUES = 100_000
"""Scalars in one file.  Long lists of terms have files of their own."""

Reading = Literal["text", "number", "date", "boolean", "nothing"]

_READINGS = re.compile(
    r"(?P<nothing>~|null|Null|NULL|)"
    r"|(?P<boolean>(?i:yes|no|true|false|on|off))"
    r"|(?P<date>(?a:\d{4}-\d\d?-\d\d?(?:(?:[Tt]|[ \t]+)\d\d?:\d\d:\d\d.*)?))"
    r"|(?P<number>(?a:[-+]?(?:0b[01_]+|0x[\da-fA-F_]+|0o?[0-7_]+|\d[\d_]*(?::[0-5]?\d)+(?:\.[\d_]*)?"
    r"|(?:\d[\d_]*(?:\.[\d_]*)?|\.\d[\d_]*)(?:[eE][-+]?\d+)?"
    r"|\.(?:inf|Inf|INF)|\._*(?:[eE][-+]\d+)?)|\.(?:nan|NaN|NAN)))"
)
"""How YAML 1.1 (as PyYAML has it) or YAML 1.2 (as editors have it) reads an unquoted scalar."""

_UNPRINTABLE = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_UNITS = {"'": re.compile(r"''|[^']", re.S), '"': re.compile(r"\\(?:x..|u.{4}|U.{8}|.)|[^\\]", re.S)}
_ESCAPED_SPACE = frozenset("\\" + char for char in " ntr\t\n\r")


@dataclass(frozen=True, slots=True)
class Scalar:
    """A text, number, date ... : always its characters, never a constructed value."""

    value: str
    place: Location
    plain: bool = False
    """Written without quotation marks and without `|` or `>`."""
    raw: str = ""
    """The scalar as it stands in the file, quotation marks and all."""
    in_brackets: bool = False
    """It is an item of a list in `[ ]`."""

    @property
    def reading(self) -> Reading:
        """What YAML makes of it."""
        found = _READINGS.fullmatch(self.value) if self.plain else None
        return "text" if found is None else cast(Reading, found.lastgroup)

    def at(self, offset: int) -> Location:
        """The place in the file of the character at `offset` of the value."""
        return next(self.places((offset,)))

    def places(self, offsets: Iterable[int]) -> Iterator[Location]:
        """The places of many, which grow, in one walk.

        Folding changes white space alone, so the n-th character that is no white space is the same
        one in the value and in the file.
        """
        units = (unit for unit in self._units() if not self.raw[slice(*unit)].isspace())
        unit = next(units, None)
        length = len(self.value.rstrip())
        read = behind = 0
        counted = line = begins = 0
        for offset in offsets:
            wanted = offset if offset < length else len(self.value)
            for _ in range(len("".join(self.value[read:wanted].split()))):
                if unit is not None:
                    behind = unit[1]
                    unit = next(units, None)
            read = max(read, wanted)
            at = behind if unit is None else unit[0]
            line += self.raw.count("\n", counted, at)
            begins = max(begins, self.raw.rfind("\n", counted, at) + 1)
            counted = at
            yield Location(self.place.file, self.place.line + line, at - begins + (1 if line else self.place.column))

    def _units(self) -> Iterator[tuple[int, int]]:
        """The start and end in `raw` of each character of the value."""
        quote = self.raw[:1]
        if not self.plain and quote in _UNITS:
            for found in _UNITS[quote].finditer(self.raw, 1, len(self.raw) - 1):
                if found.group() not in _ESCAPED_SPACE:
                    yield found.span()
            return
        start = 0 if self.plain else self.raw.find("\n") + 1
        for at in range(start, len(self.raw)):
            yield at, at + 1


@dataclass(frozen=True, slots=True)
class Sequence:
    items: tuple[Node, ...]
    place: Location


@dataclass(frozen=True, slots=True)
class Mapping:
    entries: tuple[tuple[Scalar, Node], ...]
    place: Location

    def get(self, key: str) -> Node | None:
        return next((value for name, value in self.entries if name.value == key), None)

    def key(self, key: str) -> Scalar | None:
        """The key itself, for its place."""
        return next((name for name, _ in self.entries if name.value == key), None)


@dataclass(frozen=True, slots=True)
class Lost:
    """What stood where an alias was: already reported, never looked at."""

    place: Location


Node = Scalar | Sequence | Mapping | Lost


KEPT, MOST_KEPT = 32, 200_000
"""So many files, of so many characters at the most, are not read again while they stay the same."""


def parse(text: str, file: str, report: Diagnostics) -> Node | None:
    """The nodes of a file; None where nothing can be made of it.  Every problem goes to `report`."""
    report.know(file, text)
    sound = _sound(text, file) if len(text) <= MOST_KEPT else None
    return sound[0] if sound and report.spends(sound[1], Location(file)) else _parsed(text, file, report)


@lru_cache(maxsize=KEPT)
def _sound(text: str, file: str) -> tuple[Node, Dict[Quantity, int]] | None:
    """The nodes of a file without a problem, and what it takes of a budget; None for a file with one."""
    report = Diagnostics()
    with suppress(ReadingEnds):
        root = _parsed(text, file, report)
        return None if root is None or report.found else (root, report.spent)
    return None


def _parsed(text: str, file: str, report: Diagnostics) -> Node | None:
    bad = _UNPRINTABLE.search(text)
    if bad:
        before = text[: bad.start()]
        place = Location(file, before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1)
        report.add("ME105", f"an unprintable character, U+{ord(bad.group()):04X}", place, "remove the character")
        return None
    builder = _Builder(text, file, report)
    try:
        for event in yaml.parse(text, Loader=LOADER):
            if not builder.take(event):
                return None
    except yaml.MarkedYAMLError as error:
        malformed(error, text, file, report)
        return None
    except yaml.YAMLError as error:  # ReaderError, which the search above should have forestalled
        report.add("ME105", f"not YAML: {shown(str(error), 200)}", Location(file), "see https://yaml.org")
        return None
    report.spend("values", builder.values, Location(file))
    root = builder.root
    if root is None or (isinstance(root, Scalar) and root.plain and not root.value):
        report.add("ME112", "the file holds nothing", Location(file), "a ruleset begins with `ruleset: NAME`")
        return None
    return root


@dataclass(slots=True)
class _Open:
    """A collection that has not ended."""

    place: Location
    keys: dict[str, int] | None
    """The line of each key; None for a sequence."""
    items: list[Node]
    entries: list[tuple[Scalar, Node]]
    lost: bool
    """It has a tag, so that nobody knows what it means."""
    brackets: bool
    """It is a list in `[ ]`."""
    key: Node | None = None


class _Builder:
    """Nodes from events, by a stack in place of recursion."""

    def __init__(self, text: str, file: str, report: Diagnostics) -> None:
        self.text, self.file, self.report = text, file, report
        self.stack: list[_Open] = []
        self.root: Node | None = None
        self.values = self.documents = 0

    def take(self, event: Any) -> bool:
        """Take the next event; False to stop."""
        if isinstance(event, yaml.NodeEvent):
            self.values += 1
            if self.values > MAX_VALUES:
                hint = "move long lists to files of one term a line"
                self._add("ME103", f"more than {MAX_VALUES:,} values", event, hint)
                return False
        match event:
            case yaml.DocumentStartEvent():
                self.documents += 1
                if self.documents > 1:
                    self._add("ME111", "a second document begins here", event, "remove `---`, or split the file")
                    return False
            case yaml.AliasEvent():
                self._add("ME107", f"`*{event.anchor}` is an alias", event, "write the value out where it is used")
                self._put(Lost(self._place(event)))
            case yaml.ScalarEvent():
                if self._refuse_properties(event):
                    self._put(Lost(self._place(event)))
                else:
                    raw = self.text[_index(event.start_mark) : _index(event.end_mark)]
                    in_brackets = bool(self.stack) and self.stack[-1].brackets
                    self._put(Scalar(event.value, self._place(event), not event.style, raw, in_brackets))
            case yaml.CollectionStartEvent():
                lost = self._refuse_properties(event)
                keys: dict[str, int] | None = {} if isinstance(event, yaml.MappingStartEvent) else None
                brackets = keys is None and bool(event.flow_style)
                self.stack.append(_Open(self._place(event), keys, [], [], lost, brackets))
                if len(self.stack) > MAX_DEPTH:
                    self._add(
                        "ME106", f"nested more than {MAX_DEPTH} levels deep", event, "a ruleset needs about eight"
                    )
                    return False
            case yaml.CollectionEndEvent():
                done = self.stack.pop()
                if done.lost:
                    self._put(Lost(done.place))
                elif done.keys is None:
                    self._put(Sequence(tuple(done.items), done.place))
                else:
                    self._put(Mapping(tuple(done.entries), done.place))
        return True

    def _put(self, node: Node) -> None:
        """Add a finished node to the collection around it."""
        if not self.stack:
            self.root = node
            return
        around = self.stack[-1]
        if around.keys is None:
            around.items.append(node)
        elif around.key is None:
            around.key = node
        else:
            key, around.key = around.key, None
            self._entry(around, around.keys, key, node)

    def _entry(self, around: _Open, keys: dict[str, int], key: Node, value: Node) -> None:
        add = self.report.add
        if not isinstance(key, Scalar):
            if not isinstance(key, Lost):
                add("ME203", "a key must be a text", key.place, "write `key: value`")
        elif key.plain and key.value == "<<":
            add("ME109", "`<<` merges another mapping into this one", key.place, "write the keys out")
        elif key.value in keys:
            hint = f"it stands on line {keys[key.value]} already; keep one of the two"
            add("ME110", f"the key `{shown(key.value)}` stands twice", key.place, hint)
        else:
            keys[key.value] = key.place.line
            around.entries.append((key, value))

    def _refuse_properties(self, event: Any) -> bool:
        """Report an anchor and a tag; True for a tag, which makes the node something else than it seems."""
        if event.anchor is not None:
            hint = "remove it, and write the value out where it is used"
            self._add("ME107", f"`&{event.anchor}` is an anchor", event, hint)
        if event.tag is not None:
            tag = event.tag.replace("tag:yaml.org,2002:", "!!")
            self._add("ME108", f"`{shown(tag)}` is a tag", event, "remove it; quote a text that must stay a text")
        return event.tag is not None

    def _place(self, event: Any) -> Location:
        return Location(self.file, event.start_mark.line + 1, event.start_mark.column + 1)

    def _add(self, code: str, message: str, event: Any, hint: str) -> None:
        self.report.add(code, message, self._place(event), hint)


def _index(mark: Any) -> int:
    return int(mark.index)
