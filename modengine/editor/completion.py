"""What could stand at a place: keys, values, and names.

The text up to the place is read as YAML, event by event, so that it does not matter what is wrong behind it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Literal

import yaml

from modengine.editor.names import Named, NameKind, names_around
from modengine.editor.sources import Sources
from modengine.policy.nodes.malformed import LOADER
from modengine.policy.nodes.record import Either, Entries, Items, Kind, Record
from modengine.policy.nodes.shape import Choice, Flag, Shape
from modengine.policy.schema import POLICY, RULESET

_HERE = "zzHEREzz"
"""Stands for the word that is being typed."""
_WORD = re.compile(r"(?<![\w.*?-])[\w.*?-]+\Z")
_HALVES = re.compile("[\ud800-\udfff]")
"""Halves of emoji, which no YAML has, and editors send while one is typed."""
_ASKS_RULE = re.compile(r"\brule\(\s*\Z")
_FUNCTIONS = ("and", "or", "not", "count", "near", "before", "inside", "together", "rule", "length", "has")
_NAMED: Mapping[str, NameKind] = {"clause": "clause", "group": "group", "list": "list", "in": "list"}


@dataclass(frozen=True, slots=True)
class Completion:
    """What may be written, and what it is: a key, a value, a word of conditions, or a name."""

    label: str
    kind: Literal["key", "value", "word"] | NameKind
    doc: str = ""
    """What a key is for."""
    file: str = ""
    """Where a name is defined."""
    line: int = 0


@dataclass(slots=True)
class _Level:
    """A list or mapping that is open at the place."""

    is_list: bool
    keys: list[str] = field(default_factory=list)
    key: str | None = None
    items: int = 0


def completions(path: str, text: str, offset: int, sources: Sources) -> tuple[Completion, ...]:
    """What could stand at an offset of a rule file; the word before it is left to the editor."""
    head = _WORD.sub("", text[:offset])
    kind = POLICY if re.search(r"(?m)^policy[ \t]*:", text) else RULESET

    @cache
    def names() -> tuple[Named, ...]:
        found = names_around(path, _mended(path, head, text, offset, sources))
        return tuple(name for name in found if name.defines and _HERE not in name.name)

    found: dict[str, Completion] = {}
    for tail in (f"{_HERE}:", _HERE):
        levels, before = _open(head + tail)
        if levels:
            for each in _at(path, levels, before, kind, names):
                found.setdefault(each.label, each)
    return tuple(found.values())


def _mended(path: str, head: str, text: str, offset: int, sources: Sources) -> Sources:
    """The sources, with one for this file that is YAML, where that is possible."""
    start, rest = text.rfind("\n", 0, offset) + 1, text[offset:]
    for tried in (text, f"{head}{_HERE}{rest}", f"{head}{_HERE}:{rest}", text[:start] + rest.partition("\n")[2]):
        mended = sources.put(path, tried)
        if mended.root(path) is not None:
            return mended
    return sources


def _open(prefix: str) -> tuple[list[_Level], str]:
    """The levels that are open at the placeholder, and what its value holds before it."""
    levels: list[_Level] = []
    try:
        for event in yaml.parse(_HALVES.sub("\ufffd", prefix), Loader=LOADER):
            if isinstance(event, yaml.CollectionEndEvent):
                levels.pop()
            elif not isinstance(event, yaml.NodeEvent):
                continue
            if levels and not isinstance(event, yaml.CollectionStartEvent):
                if isinstance(event, yaml.ScalarEvent) and _HERE in event.value:
                    return levels, event.value.partition(_HERE)[0]
                _put(levels[-1], event.value if isinstance(event, yaml.ScalarEvent) else "")
            elif isinstance(event, yaml.CollectionStartEvent):
                levels.append(_Level(isinstance(event, yaml.SequenceStartEvent)))
    except yaml.YAMLError:
        pass
    return [], ""


def _put(level: _Level, value: str) -> None:
    if level.is_list:
        level.items += 1
    elif level.key is None:
        level.key = value
    else:
        level.keys.append(level.key)
        level.key = None


def _at(
    path: str, levels: list[_Level], before: str, root: Record, names: Callable[[], Iterable[Named]]
) -> Iterator[Completion]:
    """`names` are those that are defined around the file."""
    shape: Shape | None = root
    for level in levels[:-1]:
        shape = _inside(shape, level)
    last = levels[-1]
    if not last.is_list and last.key is None:
        record = _form(shape, last)
        for key, known in record.keys.items() if isinstance(record, Record) and not before else ():
            if key not in last.keys:
                yield Completion(key, "key", known.doc)
        return
    yield from _values(_inside(shape, last), before)
    key = next((level.key for level in reversed(levels) if level.key is not None), "")
    rule = next((level.items for level in levels if level.is_list and levels[0].key == "rules"), None)
    if key in ("when", "unless"):
        wanted: NameKind = "rule" if _ASKS_RULE.search(before) else "pattern"
        if wanted == "pattern":
            yield from (Completion(word, "word") for word in _FUNCTIONS)
            yield from _fields(names(), "message.")
    elif levels[0].key == "scope":
        yield from _fields(names(), "message.")
        return
    elif key == "rules" and len(levels) > 2:
        wanted = "rule"
    elif key == "field" and not before:
        yield from _fields(names())
        return
    elif key in _NAMED and not before:
        wanted = _NAMED[key]
    else:
        return
    scopes = ("",) if wanted == "rule" else (path, f"{path}#{rule}")
    for name in names():
        if name.kind == wanted and name.scope in scopes:
            yield Completion(name.name, wanted, "", name.place.file, name.place.line)


def _fields(names: Iterable[Named], before: str = "") -> Iterator[Completion]:
    """The message fields among names."""
    for name in names:
        if name.kind == "field":
            yield Completion(f"{before}{name.name}", "field", "", name.place.file, name.place.line)


def _form(shape: Shape | None, level: _Level) -> Shape | None:
    if isinstance(shape, Either):
        return shape.items if level.is_list else shape.mapping
    return shape.more if isinstance(shape, Kind) else shape


def _inside(shape: Shape | None, level: _Level) -> Shape | None:
    match _form(shape, level):
        case Items(item=item):
            return item
        case Entries(value=value):
            return value
        case Record(keys=keys) if level.key is not None and level.key in keys:
            return keys[level.key].shape
    return None


def _values(shape: Shape | None, before: str) -> Iterator[Completion]:
    if isinstance(shape, Either):
        shape = shape.scalar
    if isinstance(shape, Kind):
        shape = shape.word
    words = shape.values if isinstance(shape, Choice) else ("true", "false") if isinstance(shape, Flag) else ()
    yield from (Completion(word, "value") for word in words if not before)
