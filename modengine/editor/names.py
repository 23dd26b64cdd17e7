"""Lists, patterns, clauses, groups and rules: where they are defined, and where they are named."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from modengine.editor.sources import MOST_FILES, Sources
from modengine.errors import Location
from modengine.policy.condition import is_glob, matching
from modengine.policy.files import named_files
from modengine.policy.nodes.yaml import Mapping as Entries, Node, Scalar, Sequence
from modengine.policy.patterns import LIST_IN_REGEX

NameKind = Literal["list", "pattern", "clause", "group", "rule", "field"]
_IN_CONDITION = re.compile(
    r""""(?:[^"\\]|\\.)*"?|'(?:[^'\\]|\\.)*'?|message\.(?P<field>\w+)|\brule\(\s*(?P<rule>[\w*?][\w.*?-]*)|(?P<name>[\w*?][\w.*?-]*)"""
)


@dataclass(frozen=True, slots=True)
class Named:
    """A name where it stands."""

    kind: NameKind
    name: str
    """In conditions and where rules are chosen it may be a glob."""
    place: Location
    scope: str = ""
    """The file that knows it, with `#` and the number of its rule for a pattern of that rule; empty for rules and
    message fields, which a policy knows."""
    defines: bool = False

    def holds(self, file: str, line: int, column: int) -> bool:
        """Whether a place lies on it, or right behind it."""
        at = self.place
        return at.file == file and at.line == line and at.column <= column <= at.column + len(self.name)


def definitions(at: Named, names: tuple[Named, ...]) -> tuple[Named, ...]:
    """Where what is named is defined: a pattern of the rule itself before one that is shared."""
    found = [name for name in names if name.defines and name.kind == at.kind and matching(at.name, (name.name,))]
    own = [name for name in found if name.scope == at.scope]
    shared = [name for name in found if name.scope == at.scope.partition("#")[0]]
    return tuple(own + [name for name in shared if name not in own] if is_glob(at.name) else own or shared)


def references(at: Named, names: tuple[Named, ...]) -> tuple[Named, ...]:
    """Every name that stands for what this one does, the definitions among them."""
    known = tuple(name for name in names if name.defines and name.kind == at.kind)
    meant = set(definitions(at, known))
    alike: dict[tuple[str, str], bool] = {}
    found: list[Named] = []
    for name in names:
        if name.kind == at.kind:
            key = (name.name, name.scope)
            if key not in alike:
                alike[key] = not meant.isdisjoint(definitions(name, known))
            if alike[key]:
                found.append(name)
    return tuple(found)


def names_in(path: str, sources: Sources) -> tuple[Named, ...]:
    """The names in one rule file."""
    root = sources.root(path)
    return tuple(_names(root, path)) if isinstance(root, Entries) else ()


def names_around(path: str, sources: Sources) -> tuple[Named, ...]:
    """The names in a rule file, in those beside it, in those that are open, and in those that they name."""
    todo = dict.fromkeys(sources.around(path))
    names: list[Named] = []
    done: set[str] = set()
    while todo and len(done) < 2 * MOST_FILES:
        file = next(iter(todo))
        del todo[file]
        done.add(file)
        root = sources.root(file)
        if isinstance(root, Entries):
            names += _names(root, file)
            folder = os.path.dirname(file)
            paths = (os.path.normpath(os.path.join(folder, named.value)) for named in named_files(root))
            todo |= dict.fromkeys(other for other in paths if other not in done)
    return tuple(names)


def _names(root: Entries, file: str) -> Iterator[Named]:
    kinds: dict[str, NameKind] = {"lists": "list", "patterns": "pattern", "clauses": "clause", "groups": "group"}
    for key, kind in kinds.items():
        for name, _ in _entries(root.get(key)):
            yield _named(kind, name, file, defines=True)
    yield from _in_patterns(root.get("patterns"), file)
    for number, rule in enumerate(_items(root.get("rules"))):
        if isinstance(rule, Entries):
            yield from _in_rule(rule, file, f"{file}#{number}")
    for key in ("overrides", "exceptions", "points"):
        for entry in _items(root.get(key)):
            if isinstance(entry, Entries):
                yield from (_named("rule", scalar) for scalar in _scalars(entry.get("rules")))
                yield from (_named("rule", scalar) for scalar, _ in _entries(entry.get("scores")))
                yield from _in_condition(entry.get("when"), None)
    for name, _ in _entries(root.get("fields")):
        yield _named("field", name, defines=True)
    scope = root.get("scope")
    for node in (scope, *(value for _, value in _entries(scope))):
        yield from _in_condition(node, None)


def _in_rule(rule: Entries, file: str, scope: str) -> Iterator[Named]:
    yield from (_named("rule", scalar, defines=True) for scalar in _scalars(rule.get("id")))
    yield from (_named("clause", scalar, file) for scalar in _scalars(rule.get("clause")))
    yield from (_named("group", scalar, file) for scalar in _scalars(rule.get("group")))
    relieve = rule.get("relieve")
    if isinstance(relieve, Entries):
        yield from (_named("rule", scalar) for scalar in _scalars(relieve.get("rules")))
    for name, _ in _entries(rule.get("patterns")):
        yield _named("pattern", name, scope, defines=True)
    yield from _in_patterns(rule.get("patterns"), file)
    for key in ("when", "unless"):
        yield from _in_condition(rule.get(key), scope)


def _in_patterns(node: Node | None, file: str) -> Iterator[Named]:
    for _, pattern in _entries(node):
        todo: list[Node] = [pattern]
        while todo:
            inner = todo.pop()
            todo += inner.items if isinstance(inner, Sequence) else ()
            for key, value in _entries(inner):
                todo.append(value)
                if key.value == "field":
                    yield from (_named("field", scalar) for scalar in _scalars(value))
                elif key.value in ("list", "in") and isinstance(value, Scalar):
                    yield _named("list", value, file)
                elif key.value == "regex" and isinstance(value, Scalar):
                    all_found = tuple(LIST_IN_REGEX.finditer(value.value))
                    places = value.places(found.start("name") for found in all_found)
                    for found, place in zip(all_found, places, strict=True):
                        yield Named("list", found["name"].rstrip(), place, file)


def _in_condition(node: Node | None, scope: str | None) -> Iterator[Named]:
    """The rules and fields that a condition names, and the patterns, where there are any."""
    if isinstance(node, Scalar):
        all_found = [found for found in _IN_CONDITION.finditer(node.value) if found.lastgroup]
        places = node.places(found.start(found.lastgroup or 0) for found in all_found)
        for found, place in zip(all_found, places, strict=True):
            if found["field"]:
                yield Named("field", found["field"], place)
            elif found["rule"]:
                yield Named("rule", found["rule"], place)
            elif scope is not None:
                yield Named("pattern", found["name"], place, scope)


def _named(kind: NameKind, scalar: Scalar, scope: str = "", defines: bool = False) -> Named:
    return Named(kind, scalar.value, scalar.place if scalar.plain else scalar.at(0), scope, defines)


def _entries(node: Node | None) -> tuple[tuple[Scalar, Node], ...]:
    return node.entries if isinstance(node, Entries) else ()


def _items(node: Node | None) -> tuple[Node, ...]:
    return node.items if isinstance(node, Sequence) else ()


def _scalars(node: Node | None) -> Iterator[Scalar]:
    yield from (item for item in (node, *_items(node)) if isinstance(item, Scalar))
