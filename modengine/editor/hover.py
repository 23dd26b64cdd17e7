"""What a name or a key stands for, in the Markdown of an editor."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from modengine.editor.names import Named, definitions, root_of
from modengine.errors import Location
from modengine.policy.load import read
from modengine.policy.model import Field, Pattern, Rule, Ruleset, texts_of
from modengine.policy.nodes.record import Either, Entries, Items, Kind, Record
from modengine.policy.nodes.shape import Shape
from modengine.policy.nodes.yaml import Mapping as MappingNode
from modengine.policy.nodes.yaml import Node, Sequence
from modengine.policy.schema import POLICY, RULESET

SHOWN = 8
"""Terms, and examples, that are shown."""
LONG = 120
"""Characters of one that are shown."""


def about_name(at: Named, names: tuple[Named, ...], texts: Mapping[str, bytes]) -> str:
    """What the things are that a name stands for; empty for a name of nothing."""
    told = []
    for name in definitions(at, names)[:SHOWN]:
        loaded = read(name.place.file, unsaved=texts)
        if loaded.ruleset is not None:
            told.append(_about(name, loaded.ruleset))
        elif loaded.policy is not None and name.name in loaded.policy.fields:
            told.append(_field(loaded.policy.fields[name.name]))
    return "\n\n".join(filter(None, told))


def about_key(path: str, place: Location, texts: Mapping[str, bytes]) -> str:
    """What a key is for; empty where none stands."""
    root = root_of(path, texts)
    is_policy = isinstance(root, MappingNode) and root.key("policy") is not None
    return "" if root is None else _doc(root, POLICY if is_policy else RULESET, place)


def _doc(node: Node, shape: Shape | None, place: Location) -> str:
    if isinstance(shape, Either):
        shape = shape.mapping if isinstance(node, MappingNode) else shape.items
    if isinstance(shape, Kind):
        shape = shape.more
    if isinstance(node, MappingNode):
        for key, value in node.entries:
            inner: Shape | None = shape.value if isinstance(shape, Entries) else None
            if isinstance(shape, Record) and (known := shape.keys.get(key.value)) is not None:
                inner = known.shape
                column = place.column - key.place.column
                if place.line == key.place.line and 0 <= column <= len(key.raw):
                    return f"`{key.value}`: {known.doc}"
            if told := _doc(value, inner, place):
                return told
    if isinstance(node, Sequence) and isinstance(shape, Items):
        return next(filter(None, (_doc(item, shape.item, place) for item in node.items)), "")
    return ""


def _about(name: Named, ruleset: Ruleset) -> str:
    if name.kind == "clause":
        return f"clause `{name.name}`: {_plain(ruleset.clauses.get(name.name, ''))}"
    if name.kind == "group":
        return f"group `{name.name}`: at most {ruleset.caps[name.name]} points" if name.name in ruleset.caps else ""
    if name.kind == "list":
        found = next((terms for terms in ruleset.lists if terms.name == name.name), None)
        return "" if found is None else f"list `{name.name}`, {_terms(found.terms)}"
    if name.kind == "rule":
        rule = next((rule for rule in ruleset.rules if rule.id == name.name), None)
        return "" if rule is None else _rule(rule, ruleset)
    return _pattern(name, ruleset)


def _field(field: Field) -> str:
    values = f": {', '.join(map(_plain, field.values))}" if field.values else ""
    absent = "unknown where a message lacks it"
    if field.default is not None:
        default = ", ".join(map(str, field.default)) if isinstance(field.default, tuple) else str(field.default)
        absent = f"`{default}` where a message lacks it" if default else "empty where a message lacks it"
    return f"message field `{field.name}`, {field.type}{values}\n\n{absent}"


def _rule(rule: Rule, ruleset: Ruleset) -> str:
    points = f"{rule.score} points" if rule.relief is None else "a relief"
    told = [f"rule `{rule.id}`: {_plain(rule.title)}", f"{points}, {rule.status}"]
    if rule.clause is not None:
        told.append(f"clause `{rule.clause}`: {_plain(ruleset.clauses.get(rule.clause, ''))}")
    return "\n\n".join([*told, *_examples([rule])])


def _pattern(name: Named, ruleset: Ruleset) -> str:
    """The pattern where it is used: a rule that cannot be read has none, and what no rule uses is shared."""
    users = [rule for rule in ruleset.rules if any(pattern.place == name.place for pattern in rule.patterns)]
    patterns = [*ruleset.shared, *(pattern for rule in users for pattern in rule.patterns)]
    pattern = next((pattern for pattern in patterns if pattern.place == name.place), None)
    if pattern is None:
        return ""
    told = [f"pattern `{pattern.name}`, {pattern.kind}: {_evidence(pattern)}"]
    if pattern.parts is not None:
        told.append(f"looks in {', '.join(f'`{part}`' for part in pattern.parts)} alone")
    if users:
        told.append(f"used by {', '.join(f'`{rule.id}`' for rule in users[:SHOWN])}")
    return "\n\n".join([*told, *_examples(users)])


def _evidence(pattern: Pattern) -> str:
    if pattern.entity is not None:
        return pattern.entity.kind
    if pattern.regex is not None:
        return f"`` {_short(pattern.regex)} ``"
    return _terms([text for text, _ in texts_of(pattern)])


def _terms(terms: Iterable[str]) -> str:
    every = tuple(terms)
    more = ", ..." if len(every) > SHOWN else ""
    return f"{len(every)} {'term' if len(every) == 1 else 'terms'}: {', '.join(map(_plain, every[:SHOWN]))}{more}"


def _examples(rules: Iterable[Rule]) -> list[str]:
    kinds = [(kind, [e.message.text for r in rules for e in getattr(r.examples, key)]) for kind, key in _KINDS.items()]
    return [
        "\n".join([f"{kind}:", "", *(f"- {_plain(text)}" for text in found[: SHOWN // 2])])
        for kind, found in kinds
        if found
    ]


_KINDS = {"matches": "match", "does not match": "passes"}


def _plain(text: str) -> str:
    """A text as it is: what a rule says gives an editor no Markdown."""
    return re.sub(r"([\\`*_{}\[\]()<>#+!|~&-])", r"\\\1", _short(text))


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= LONG else f"{line[:LONG]}..."
