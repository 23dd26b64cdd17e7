"""What a name or a key stands for."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from typing import Literal

from modengine.checks.errors import policy_problems
from modengine.editor.names import Named, NameKind, definitions, names_around, names_in
from modengine.editor.sources import Sources
from modengine.engine.compile.program import Program
from modengine.engine.engine import Engine
from modengine.errors import Location
from modengine.policy.condition import RuleRef
from modengine.policy.load import Loaded, policy_of
from modengine.policy.model import Field, Pattern, Rule, Ruleset, texts_of
from modengine.policy.nodes.record import Either, Entries, Items, Kind, Record
from modengine.policy.nodes.shape import Shape
from modengine.policy.nodes.yaml import Mapping as MappingNode, Node, Sequence
from modengine.policy.schema import POLICY, RULESET
from modengine.run.work.coverage import measure_coverage
from modengine.run.work.examples import needs_others, run_examples

SHOWN = 8
"""Terms, and definitions, that are shown; of examples half as many."""
LONG = 120
"""Characters of one that are shown."""


@dataclass(frozen=True, slots=True)
class Told:
    """One thing: what kind of thing it is, its name, and of the rest what such a thing has."""

    kind: NameKind | Literal["key"]
    name: str
    form: str = ""
    """The kind of a pattern, the status of a rule, the type of a field."""
    says: str = ""
    """The title of a rule, the text of a clause, what a key is for, the kind of an entity."""
    regex: str = ""
    terms: tuple[str, ...] | None = None
    """The first of them."""
    size: int = 0
    """How many terms there are."""
    points: int | None = None
    """Those of a rule, or the cap of a group."""
    clause: str = ""
    clause_says: str = ""
    values: tuple[str, ...] = ()
    default: str | None = None
    parts: tuple[str, ...] = ()
    """What alone a pattern looks in."""
    users: tuple[str, ...] = ()
    """The rules that use a pattern."""
    found: tuple[int, int] | None = None
    """In how many examples of these rules a pattern is found, and how many there are that hold."""
    matches: tuple[str, ...] = ()
    passes: tuple[str, ...] = ()


def about(path: str, place: Location, sources: Sources) -> tuple[Told, ...]:
    """What stands at a place of a rule file; nothing for what is not known."""
    if not any(name.holds(path, place.line, place.column) for name in names_in(path, sources)):
        return _about_key(path, place, sources)
    names = names_around(path, sources)
    at = next(name for name in names if name.holds(path, place.line, place.column))
    told = []
    for name in definitions(at, names)[:SHOWN]:
        loaded = sources.read(name.place.file)
        if loaded.ruleset is not None:
            told.append(_named(name, loaded.ruleset, _sound(loaded)))
        elif loaded.policy is not None and name.name in loaded.policy.fields:
            told.append(_field(loaded.policy.fields[name.name]))
    return tuple(one for one in told if one is not None)


def _about_key(path: str, place: Location, sources: Sources) -> tuple[Told, ...]:
    root = sources.root(path)
    is_policy = isinstance(root, MappingNode) and root.key("policy") is not None
    told = None if root is None else _key(root, POLICY if is_policy else RULESET, place)
    return () if told is None else (told,)


def _key(node: Node, shape: Shape | None, place: Location) -> Told | None:
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
                    return Told("key", key.value, says=known.doc)
            if (told := _key(value, inner, place)) is not None:
                return told
    if isinstance(node, Sequence) and isinstance(shape, Items):
        return next(filter(None, (_key(item, shape.item, place) for item in node.items)), None)
    return None


def _named(name: Named, ruleset: Ruleset, sound: bool) -> Told | None:
    if name.kind == "clause":
        return Told("clause", name.name, says=_short(ruleset.clauses.get(name.name, "")))
    if name.kind == "group":
        return Told("group", name.name, points=ruleset.caps[name.name]) if name.name in ruleset.caps else None
    if name.kind == "list":
        found = next((terms for terms in ruleset.lists if terms.name == name.name), None)
        return None if found is None else _with_terms(Told("list", name.name), found.terms)
    if name.kind == "rule":
        rule = next((rule for rule in ruleset.rules if rule.id == name.name), None)
        return None if rule is None else _rule(rule, ruleset)
    return _pattern(name, ruleset, sound)


def _sound(loaded: Loaded) -> bool:
    return not any(problem.severity == "error" for problem in loaded.diagnostics)


def _field(field: Field) -> Told:
    default = ", ".join(map(str, field.default)) if isinstance(field.default, tuple) else field.default
    absent = None if default is None else str(default)
    return Told("field", field.name, field.type, values=tuple(map(_short, field.values)), default=absent)


def _rule(rule: Rule, ruleset: Ruleset) -> Told:
    told = Told("rule", rule.id, rule.status, _short(rule.title), points=rule.score if rule.relief is None else None)
    if rule.clause is not None:
        told = replace(told, clause=rule.clause, clause_says=_short(ruleset.clauses.get(rule.clause, "")))
    return _with_examples(told, [rule])


def _pattern(name: Named, ruleset: Ruleset, sound: bool) -> Told | None:
    """The pattern where it is used: a rule that cannot be read has none, and what no rule uses is shared."""
    users = [rule for rule in ruleset.rules if any(pattern.place == name.place for pattern in rule.patterns)]
    patterns = [*ruleset.shared, *(pattern for rule in users for pattern in rule.patterns)]
    pattern = next((pattern for pattern in patterns if pattern.place == name.place), None)
    if pattern is None:
        return None
    told = Told(
        "pattern", pattern.name, pattern.kind, pattern.entity.kind if pattern.entity is not None else "",
        _short(pattern.regex or ""), parts=pattern.parts or (), users=tuple(rule.id for rule in users[:SHOWN]),
        found=_found(pattern, users, ruleset) if sound else None,
    )  # fmt: skip
    if pattern.entity is None and pattern.regex is None:
        told = _with_terms(told, [text for text, _ in texts_of(pattern)])
    return _with_examples(told, users)


def _found(pattern: Pattern, users: Iterable[Rule], ruleset: Ruleset) -> tuple[int, int] | None:
    """What `modengine test --coverage` counts of the ruleset; None where it counts nothing."""
    own = [rule.id for rule in ruleset.rules]
    rules = [rule for rule in users if not needs_others(rule, own)]
    asks = any(isinstance(node, RuleRef) for rule in rules for node in rule.nodes)
    # Of the rest no example is run, and to compile it takes most of the time.
    policy = policy_of(ruleset if asks else replace(ruleset, rules=tuple(rules)))
    if any(problem.severity == "error" for problem in policy_problems(policy)):
        return None
    ids = {rule.id for rule in rules}
    tried = [rule for rule in policy.rules if rule.id in ids]
    counted = measure_coverage(run_examples(Engine(Program(policy)), tried, traced=True), tried)
    found = (n for unit, n in counted.tried.items() if unit.kind == "pattern" and unit.place == pattern.place)
    return (next(found, 0), counted.examples) if counted.examples else None


def _with_terms(told: Told, terms: Collection[str]) -> Told:
    return replace(told, terms=tuple(map(_short, list(terms)[:SHOWN])), size=len(terms))


def _with_examples(told: Told, rules: Iterable[Rule]) -> Told:
    kinds = [[e.message.text for rule in rules for e in getattr(rule.examples, key)] for key in ("match", "passes")]
    matches, passes = (tuple(map(_short, texts[: SHOWN // 2])) for texts in kinds)
    return replace(told, matches=matches, passes=passes)


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= LONG else f"{line[:LONG]}..."
