"""A compiled policy as plain data: what the compiled core is given (`core/src/plain.rs` reads it).

MessagePack, structs as arrays in the order of their fields.  `FORMAT` is raised with every change here
and of what `text/records.py` says of characters.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction

import msgspec

from modengine.engine.compile.patterns import REGEXES, Patterns, Struct, shared_patterns
from modengine.engine.compile.program import Program
from modengine.engine.compile.revision import pattern_key
from modengine.model import RANK
from modengine.policy.condition import (
    Always,
    And,
    Compare,
    Condition,
    Count,
    Has,
    Inside,
    Length,
    Near,
    Not,
    Of,
    Or,
    RuleRef,
    Select,
    Together,
    matching,
    walk,
)
from modengine.policy.model import Rule
from modengine.text import segment

FORMAT = 12
MOST_FIELDS = 60
"""That patterns look in: the core has a bit for each, beside those of the parts."""

_MARKS = {"==": 0, "!=": 1, "<": 2, "<=": 3, ">": 4, ">=": 5}


class Node(Struct):
    """A condition."""

    ask: str
    left: tuple[int, ...] = ()
    right: tuple[int, ...] = ()
    number: int = 0
    mark: int = 0
    items: tuple[Node, ...] = ()


class PlainRule(Struct):
    id: str
    clause: str | None
    category: int | None
    relieves: int | None
    is_relief: bool
    by: int | None
    covers: list[int] | None
    stable: bool
    group: int | None
    score: int
    patterns: list[tuple[int, str]]
    when: Node
    unless: Node | None


class PlainOverride(Struct):
    action: int
    rules: list[int]
    when: Node | None


class PlainPolicy(Struct):
    format: int
    revision: str
    boundary: str
    study: bool
    categories: tuple[str, ...]
    actions: list[list[tuple[int, int]]]
    longer: list[tuple[int, int]]
    caps: list[int | None]
    weights: list[tuple[float, int, int]]
    forms: msgspec.Raw
    """A `Form` for each text form."""
    patterns: msgspec.Raw
    """Each a `PlainPattern`."""
    always: list[int]
    rules: list[PlainRule]
    points: list[tuple[Node, list[tuple[int, int]]]]
    raising: list[PlainOverride]
    exceptions: list[tuple[str, Node]]
    scope: list[Node | None]
    has_period: bool
    words: list[tuple[str, int]]
    letters: msgspec.Raw
    """How characters of terms are met by look: splits, others, and those of them that are sure to be one."""
    regexes: bytes
    senders: list[int]
    most_candidates: int
    kinds: tuple[str, ...]
    """Of parts, and of fields that patterns look in."""
    spelled: msgspec.Raw
    """How the characters of each term may be spelled that is looked for so."""


assert PlainPolicy.__struct_fields__[REGEXES] == "regexes"


def comparisons(program: Program) -> dict[object, Compare]:
    """The comparisons of a policy with fields, each once; numbered in this order."""
    policy = program.policy
    asked = [
        condition for compiled in program.rules.values() for condition in (compiled.rule.when, compiled.rule.unless)
    ]
    asked += [entry.when for entry in policy.points]
    asked += [override.when for override in policy.overrides if override.action is not None]
    asked += [exception.when for exception in policy.exceptions]
    asked += policy.scope.values()
    nodes = [node for condition in asked if condition is not None for node in walk(condition)]
    return {_asked(node): node for node in nodes if isinstance(node, Compare)}


def _asked(node: Compare) -> object:
    """What is asked: rules of two policies may write the same of a field that has another default in each."""
    return str(node), node.default


def is_taken(program: Program) -> bool:
    """Whether the core decides by such a policy; of any other there is no plain one."""
    return program.policy.segmenter == "rjieba" and len(program.looked_in) <= MOST_FIELDS


def encoded(program: Program, like: Program | None = None) -> bytes:
    """The plain policy; with the automata of a policy `like` it."""
    return msgspec.msgpack.encode(_Maker(program, Patterns(program, like or program)).policy())


def encoded_within(program: Program, whole: Program) -> bytes:
    """The plain policy; with all patterns of a policy that has its own and perhaps more, and no others."""
    shared = shared_patterns(whole, whole)
    if set(map(pattern_key, program.patterns)) - shared.numbers.keys():
        return encoded(program, whole)
    return msgspec.msgpack.encode(_Maker(program, shared).policy())


class _Maker:
    def __init__(self, program: Program, patterns: Patterns) -> None:
        self.program, self.patterns = program, patterns
        self.numbers = [patterns.numbers[pattern_key(pattern)] for pattern in program.patterns]
        """Of each pattern of the program among `patterns`."""
        self.categories = {name: at for at, name in enumerate(program.categories)}
        self.rules = {rule_id: at for at, rule_id in enumerate(program.rules)}
        self.fields = {asked: at for at, asked in enumerate(comparisons(program))}
        rules = [compiled.rule for compiled in program.rules.values()]
        named = dict.fromkeys((rule.ruleset, rule.group) for rule in rules if rule.group is not None)
        self.groups = {key: at for at, key in enumerate(named)}

    def policy(self) -> PlainPolicy:
        program, policy = self.program, self.program.policy
        scopes = policy.scope
        return PlainPolicy(
            FORMAT,
            program.revision,
            program.boundary,
            policy.study,
            program.categories,
            [
                [(RANK[step], least) for step, least in policy.actions.get(category, {}).items()]
                for category in program.categories
            ],
            [(entry.above, entry.add) for entry in policy.longer],
            [program.caps.get((ruleset, str(group))) for ruleset, group in self.groups],
            [(weight, *Fraction(str(weight)).as_integer_ratio()) for weight in self.patterns.weights],
            self.patterns.forms,
            self.patterns.patterns,
            self.patterns.always,
            [self._rule(compiled.rule) for compiled in program.rules.values()],
            [
                (self._node(entry.when, {}), [(self.rules[r], n) for r, n in entry.scores.items() if r in self.rules])
                for entry in policy.points
            ],
            self._raising(),
            [(exception.name, self._node(exception.when, {})) for exception in policy.exceptions],
            [
                None if (scope := scopes.get(category, scopes.get("default"))) is None else self._node(scope, {})
                for category in program.categories
            ],
            policy.period is not None,
            [(word, segment.FREQUENCY) for word, _ in segment.rare(program.learnt.words)],
            self.patterns.letters,
            self.patterns.automata,
            self.patterns.senders,
            program.budget.candidates,
            self.patterns.kinds,
            self.patterns.spelled,
        )

    def _rule(self, rule: Rule) -> PlainRule:
        relief = rule.relief
        matchers = {name: self.numbers[number] for name, number in self.program.rules[rule.id].patterns.items()}
        covers = None
        if relief is not None and relief.rules:
            covers = sorted({self.rules[name] for glob in relief.rules for name in matching(glob, list(self.rules))})
        return PlainRule(
            rule.id,
            rule.clause,
            None if rule.category is None else self.categories[rule.category],
            None if relief is None or relief.category is None else self.categories.get(relief.category),
            relief is not None,
            None if relief is None else relief.by,
            covers,
            rule.status == "stable",
            None if rule.group is None else self.groups[rule.ruleset, rule.group],
            rule.score,
            [(matchers[pattern.name], pattern.name) for pattern in rule.patterns],
            self._node(rule.when, matchers),
            None if rule.unless is None else self._node(rule.unless, matchers),
        )

    def _raising(self) -> list[PlainOverride]:
        return [
            PlainOverride(
                RANK[override.action],
                [self.rules[rule] for rule, _ in override.rules],
                None if override.when is None else self._node(override.when, {}),
            )
            for override in self.program.raising
        ]

    def _node(self, condition: Condition, matchers: Mapping[str, int]) -> Node:
        def numbers(select: Select) -> tuple[int, ...]:
            return tuple(matchers[name] for name in select.names)

        def items(conditions: Iterable[Condition]) -> tuple[Node, ...]:
            return tuple(self._node(item, matchers) for item in conditions)

        match condition:
            case Always():
                return Node("always")
            case And(conditions):
                return Node("and", items=items(conditions))
            case Or(conditions):
                return Node("or", items=items(conditions))
            case Not(item):
                return Node("not", items=items([item]))
            case Has(select):
                return Node("has", numbers(select))
            case Of(n):
                names = tuple(matchers[name] for name in condition.names)
                return Node("of", names, number=len(names) if n is None else n)
            case Count(select, operator, n):
                return Node("count", numbers(select), number=n, mark=_MARKS[operator])
            case Near(left, right, distance, unit, ordered):
                mark = (unit == "words") | ordered << 1
                return Node("near", numbers(left), numbers(right), distance, mark)
            case Inside(inner, outer):
                return Node("inside", numbers(inner), numbers(outer))
            case Together(selects):
                return Node("together", items=tuple(Node("has", numbers(select)) for select in selects))
            case RuleRef(_, _, rules):
                return Node("rules", tuple(self.rules[rule] for rule in rules if rule in self.rules))
            case Length(operator, n):
                return Node("length", number=n, mark=_MARKS[operator])
            case Compare():
                return Node("field", number=self.fields[_asked(condition)])
