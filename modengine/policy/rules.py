"""Nodes to rules and a ruleset, as far as one file can tell.

References to other rules and message fields are left for `link`, which knows the whole policy.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping as Dict
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import cast

from modengine.errors import Location
from modengine.model import PART_KINDS, FieldItem, FieldValue, Message, Part, PartKind
from modengine.policy.condition import (
    Always,
    Condition,
    Of,
    Select,
    is_glob,
    matching,
    pattern_names,
    resolve,
    walk,
)
from modengine.policy.files import Files
from modengine.policy.grammar import ConditionSyntaxError, parse as parse_condition
from modengine.policy.limits import Quantity
from modengine.policy.model import (
    Example,
    Examples,
    Pattern,
    Relief,
    Rule,
    Ruleset,
    Status,
    TermList,
    texts_of,
)
from modengine.policy.nodes.diagnostics import Diagnostics, ReadingEnds, meant, shown
from modengine.policy.nodes.yaml import KEPT, MOST_KEPT, Mapping, Node, Scalar, Sequence, parse
from modengine.policy.patterns import ListTexts, entries, list_texts, read_lists, read_patterns, text, texts
from modengine.policy.schema import RULE, RULESET


@dataclass(frozen=True, slots=True)
class Written:
    """A condition with the scalar it was read from, for carets."""

    condition: Condition
    scalar: Scalar


@dataclass(frozen=True, slots=True)
class Draft:
    """A rule as its own file tells it, with what later checks point at."""

    rule: Rule
    node: Mapping
    when: Written
    unless: Written | None
    broken: bool
    """Something is wrong with it: it is checked on, and left out of the policy."""


@dataclass(frozen=True, slots=True)
class RulesetDraft:
    """A ruleset as its own file tells it."""

    ruleset: Ruleset
    """Without rules: those are the drafts."""
    drafts: tuple[Draft, ...]


def condition(node: Scalar, report: Diagnostics) -> Condition | None:
    """The condition that a scalar writes."""
    try:
        return parse_condition(node.value)
    except ConditionSyntaxError as error:
        report.add("ME501", error.message, node.at(error.offset), error.hint)
        return None


def read_ruleset(node: Mapping, files: Files, report: Diagnostics) -> RulesetDraft:
    """The ruleset of a file whose root is `node`.  What is wrong is reported and left out."""
    path = node.place.file
    checked = RULESET.check(_without_rules(node), "the ruleset", report)
    assert checked is not None  # a mapping keeps at least its place
    lists = list_texts(checked.get("lists"), files, report)
    written = files.text_of(path)
    sound = _sound(written, path, lists) if len(written) <= MOST_KEPT else None
    if sound is not None and report.spends(sound[1], node.place):
        return sound[0]
    return _drafted(node, checked, lists, report)


@lru_cache(maxsize=KEPT)
def _sound(written: str, path: str, lists: ListTexts) -> tuple[RulesetDraft, Dict[Quantity, int]] | None:
    """The draft of a file without a problem, and what it takes of a budget; None for a file with one."""
    report = Diagnostics()
    with suppress(ReadingEnds):
        node = parse(written, path, Diagnostics())
        assert isinstance(node, Mapping)
        checked = RULESET.check(_without_rules(node), "the ruleset", report)
        assert checked is not None
        draft = _drafted(node, checked, lists, report)
        return None if report.found else (draft, report.spent)
    return None


def _drafted(node: Mapping, checked: Mapping, files: ListTexts, report: Diagnostics) -> RulesetDraft:
    rules = node.get("rules")
    lists = read_lists(checked.get("lists"), files, report)
    lists |= dict.fromkeys(_keys(node.get("lists")) - lists.keys())
    shared = read_patterns(checked.get("patterns"), lists, report, shared=True)
    shared |= dict.fromkeys(_keys(node.get("patterns")) - shared.keys())
    clauses = {key.value: value.value for key, value in entries(checked.get("clauses")) if isinstance(value, Scalar)}
    caps = {
        key.value: int(text(value, "cap", "0"))
        for key, value in entries(checked.get("groups"))
        if isinstance(value, Mapping)
    }
    category = text(checked, "category") or None
    ruleset = Ruleset(
        id=text(checked, "ruleset"),
        title=text(checked, "title"),
        category=category,
        path=node.place.file,
        place=(node.key("ruleset") or node).place,
        rules=(),
        clauses=clauses,
        clause_places={key.value: key.place for key, _ in entries(checked.get("clauses")) if key.value in clauses},
        lists=tuple(terms for terms in lists.values() if terms is not None),
        shared=tuple(pattern for pattern in shared.values() if pattern is not None),
        caps=caps,
        description=text(checked, "description"),
        page=text(checked, "page"),
    )
    known = _Known(ruleset, lists, shared, _keys(node.get("clauses")), _keys(node.get("groups")), _numbered(shared))
    items = rules.items if isinstance(rules, Sequence) else ()
    report.spend("rules", len(items), node.place)
    drafts = tuple(draft for item in items if (draft := _RuleReader(known, report).draft(item)) is not None)
    if category is None and node.get("category") is None and any(d.rule.relief is None for d in drafts):
        hint = "add `category: NAME`; a ruleset of reliefs alone needs none"
        report.add("ME202", "the ruleset has rules with a score and no `category`", node.place, hint)
    _duplicates(drafts, report)
    return RulesetDraft(ruleset, drafts)


def _without_rules(node: Mapping) -> Mapping:
    """The ruleset with an empty list of rules, which are checked one by one later."""
    return Mapping(
        tuple(
            (name, Sequence((), value.place) if name.value == "rules" and isinstance(value, Sequence) else value)
            for name, value in node.entries
        ),
        node.place,
    )


def _numbered(names: Iterable[str]) -> dict[str, int]:
    return {name: at for at, name in enumerate(names)}


def _keys(node: Node | None) -> set[str]:
    """The keys of a mapping before its check, so that what is wrong is not also unknown."""
    return {key.value for key, _ in entries(node)}


@dataclass(frozen=True, slots=True)
class _Known:
    """What the rules of a ruleset may name."""

    ruleset: Ruleset
    lists: Dict[str, TermList | None]
    shared: Dict[str, Pattern | None]
    clauses: set[str]
    groups: set[str]
    order: Dict[str, int]
    """The number of each shared pattern."""
    globs: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """The shared patterns that each glob stands for."""
    sizes: dict[str, int] = field(default_factory=dict)
    """The characters of each shared pattern."""


class _RuleReader:
    """Reads one rule."""

    def __init__(self, known: _Known, report: Diagnostics) -> None:
        self.known, self.report = known, report
        self.own: dict[str, Pattern | None] = {}
        self.sure = True
        """No selector failed, so that a pattern that is not used is really not used."""

    def draft(self, raw: Node) -> Draft | None:
        before = self.report.count
        named = raw.get("id") if isinstance(raw, Mapping) else None
        what = f"the rule `{shown(named.value)}`" if isinstance(named, Scalar) and named.value else "a rule"
        node = RULE.check(raw, what, self.report)
        if node is None or not isinstance(raw, Mapping):
            return None
        self.own = read_patterns(node.get("patterns"), self.known.lists, self.report)
        self.own |= dict.fromkeys(_keys(raw.get("patterns")) - self.own.keys())
        for key, _ in entries(node.get("patterns")):
            if key.value in self.known.shared:
                hint = "choose another name, or remove the pattern of the rule"
                self.report.add("ME308", f"`{key.value}` is a shared pattern already", key.place, hint)
        when = self._condition(node, raw, "when") or Written(Always(), Scalar("", node.place))
        unless = self._condition(node, raw, "unless")
        used = {*pattern_names(when.condition), *(pattern_names(unless.condition) if unless else ())}
        self._unused(node, used)
        self._names(node)
        patterns = [p for name in self._in_order(used) if (p := self._pattern(name)) is not None]
        self.report.spend("used", sum(map(self._size, patterns)), node.place)
        relief = _relief(node.get("relieve"))
        rule = Rule(
            id=text(node, "id"),
            title=text(node, "title"),
            category=None if relief else self.known.ruleset.category,
            place=(raw.get("id") or raw).place,
            when=when.condition,
            unless=unless.condition if unless else None,
            clause=text(node, "clause") or None,
            status=cast(Status, text(node, "status", "stable")),
            group=text(node, "group") or None,
            score=int(text(node, "score", "0")),
            relief=relief,
            patterns=tuple(patterns),
            description=text(node, "description"),
            falsepositives=texts(node.get("falsepositives")),
            references=texts(node.get("references")),
            tags=texts(node.get("tags")),
            examples=_examples(node.get("examples")),
            ruleset=self.known.ruleset.id,
            when_place=when.scalar.place,
            unless_place=unless.scalar.place if unless else None,
        )
        # An alias or a tag was reported before anything was made of it.
        unnamed = not rule.id
        broken = unnamed or self.report.count > before or any(self._pattern(name) is None for name in used)
        return Draft(rule, node, when, unless, broken)

    def _condition(self, node: Mapping, raw: Mapping, key: str) -> Written | None:
        scalar = node.get(key)
        parsed = condition(scalar, self.report) if isinstance(scalar, Scalar) else None
        if parsed is None or not isinstance(scalar, Scalar):
            self.sure = self.sure and raw.get(key) is None and key != "when"
            return None
        self.report.spend("nodes", sum(1 for _ in walk(parsed)), scalar.place)
        resolved = resolve(parsed, select=lambda selection: self._select(selection, scalar))
        for part in walk(resolved):
            if isinstance(part, Of) and part.n is not None and self.sure and part.n > len(part.names):
                message = f"`{part}` can never hold: it selects {len(part.names)}"
                self.report.add("ME503", message, scalar.at(part.offset), "ask for fewer, or name more patterns")
        return Written(resolved, scalar)

    def _select(self, select: Select, scalar: Scalar) -> Select:
        names = tuple(self.own) if select.text == "them" else self._matching(select.text, scalar.place)
        self.report.spend("nodes", len(names), scalar.place)
        if not names:
            self.sure = False
            if select.text == "them":
                message, hint = (
                    "`them` is every pattern of the rule, and it has none",
                    "name shared patterns one by one",
                )
            else:
                what = "no pattern matches" if {"*", "?"} & set(select.text) else "there is no pattern"
                message = f"{what} `{shown(select.text)}`"
                hint = meant(select.text, [*self.own, *self.known.shared], "add it under `patterns`")
            self.report.add("ME301", message, scalar.at(select.offset), hint)
        return replace(select, names=names)

    def _matching(self, name: str, place: Location) -> tuple[str, ...]:
        """The patterns that a name or glob stands for: the rule's own, then the shared ones."""
        if not is_glob(name):
            return (name,) if name in self.own or name in self.known.shared else ()
        if name not in self.known.globs:
            self.report.spend("compared", len(self.known.shared), place)
            self.known.globs[name] = matching(name, self.known.shared)
        self.report.spend("compared", len(self.own), place)
        return tuple(dict.fromkeys((*matching(name, self.own), *self.known.globs[name])))

    def _pattern(self, name: str) -> Pattern | None:
        return self.own[name] if name in self.own else self.known.shared.get(name)

    def _size(self, pattern: Pattern) -> int:
        """How many characters its terms or its regex have."""
        known = self.known.sizes.get(pattern.name) if pattern.shared else None
        if known is None:
            known = len(pattern.regex or "") + sum(len(text) + 1 for text, _ in texts_of(pattern))
        if pattern.shared:
            self.known.sizes[pattern.name] = known
        return known

    def _in_order(self, used: set[str]) -> list[str]:
        """The names of patterns as they are written, the shared ones first."""
        order = self.known.order
        own = {name: at for at, name in enumerate(self.own, len(order))}
        return sorted(used, key=lambda name: order.get(name, own.get(name, 0)))

    def _unused(self, node: Mapping, used: set[str]) -> None:
        if not self.sure:
            return
        for key, _ in entries(node.get("patterns")):
            if key.value not in used:
                hint = "use it in `when` or `unless`, or remove it"
                self.report.add("ME309", f"the pattern `{key.value}` is not used", key.place, hint)

    def _names(self, node: Mapping) -> None:
        """The clause and the group, which the ruleset must have."""
        for key, code, known, where in (
            ("clause", "ME306", self.known.clauses, "clauses"),
            ("group", "ME305", self.known.groups, "groups"),
        ):
            named = node.get(key)
            if isinstance(named, Scalar) and named.value not in known:
                hint = meant(named.value, sorted(known), f"add it under `{where}` of the ruleset")
                self.report.add(code, f"there is no {key} `{shown(named.value)}`", named.place, hint)


def _duplicates(drafts: tuple[Draft, ...], report: Diagnostics) -> None:
    first: dict[str, Draft] = {}
    for draft in drafts:
        earlier = first.setdefault(draft.rule.id, draft) if draft.rule.id else draft
        if earlier is not draft:
            hint = f"the other stands on line {earlier.rule.place.line}; rename one of the two"
            report.add("ME308", f"there are two rules `{draft.rule.id}`", draft.rule.place, hint)


def _relief(node: Node | None) -> Relief | None:
    if not isinstance(node, Mapping):
        return None
    by = text(node, "by", "all")
    return Relief(text(node, "category") or None, texts(node.get("rules")), None if by == "all" else int(by))


def _examples(node: Node | None) -> Examples:
    if not isinstance(node, Mapping):
        return Examples()
    found: list[tuple[Example, ...]] = []
    for key in ("match", "pass", "known_miss", "known_false_alarm"):
        items = node.get(key)
        found.append(tuple(map(_example, items.items if isinstance(items, Sequence) else ())))
    return Examples(*found)


def _example(node: Node) -> Example:
    if not isinstance(node, Mapping):
        return Example(Message(text=node.value if isinstance(node, Scalar) else ""), node.place)
    parts = node.get("parts")
    fields = {
        key.value: value
        for key, given in node.entries
        if key.value not in ("id", "text", "parts") and (value := value_of(given)) is not None
    }
    message = Message(
        text=text(node, "text"),
        id=text(node, "id") or None,
        parts=tuple(
            Part(cast(PartKind, text(part, "kind")), text(part, "text"))
            for part in (parts.items if isinstance(parts, Sequence) else ())
            if isinstance(part, Mapping) and text(part, "kind") in PART_KINDS
        ),
        fields=fields,
    )
    return Example(message, node.place)


def value_of(node: Node) -> FieldValue | None:
    """A value of a field as YAML reads it; a moment stays a text until its type is known."""
    if isinstance(node, Sequence):
        return tuple(cast(FieldItem, value) for item in node.items if (value := value_of(item)) is not None)
    if not isinstance(node, Scalar):
        return None
    match node.reading:
        case "nothing":
            return None
        case "boolean":
            return node.value.lower() in ("true", "yes", "on")
        case "number":
            try:
                return int(node.value)
            except ValueError:
                pass
            try:
                return float(node.value)
            except ValueError:
                return node.value
        case _:
            return node.value
