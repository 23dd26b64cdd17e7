"""A compiled policy as plain data: what the compiled core is given (`core/src/plain.rs` reads it).

MessagePack, structs as arrays in the order of their fields.  `FORMAT` is raised with every change here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from functools import lru_cache

import msgspec

from modengine.engine.compile.program import Program
from modengine.engine.match.entities import SENDER
from modengine.engine.match.matchers import info_of
from modengine.engine.match.nfa import automata
from modengine.engine.match.outside import URL
from modengine.engine.match.part import TextForm
from modengine.engine.match.regex import source_of
from modengine.engine.match.terms import squeeze, terms_of
from modengine.engine.match.walk import alike
from modengine.entities.comparing import READINGS
from modengine.entities.expressions import expressions
from modengine.entities.model import Entity
from modengine.model import PART_KINDS, RANK
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
from modengine.policy.model import Pattern, Rule
from modengine.text import segment
from modengine.text.normalize import ignorable

FORMAT = 4

_MARKS = {"==": 0, "!=": 1, "<": 2, "<=": 3, ">": 4, ">=": 5}
_OUTSIDE = {"quotes": 1, "urls": 2, "mentions": 4}
_NO_PAYLOAD = 0xFFFFFFFF
"""Of a literal that only tells that its pattern may be found."""


class _Struct(msgspec.Struct, array_like=True):
    pass


class Form(_Struct):
    """The literals of one text form, and for each who asks for it: pattern, payload, ..."""

    literals: list[str]
    users: list[list[int]]


class Term(_Struct):
    raw: str
    plain: str
    squeezed: str
    strict: bool
    sounds: tuple[str, ...]


class PlainPattern(_Struct):
    kind: str
    parts: int
    outside: int
    gaps: int
    repeats: bool
    looks: bool
    weight: int
    terms: list[Term]
    regexes: list[int]
    undisguised: bool
    entity: PlainEntity | None
    foreign: bool
    at_words: bool


class PlainEntity(_Struct):
    value: str
    at_least: float | None
    at_most: float | None
    currencies: tuple[str, ...]
    per: tuple[str, ...]
    within: float | None
    own: bool | None
    disguised: bool


class Node(_Struct):
    """A condition."""

    ask: str
    left: tuple[int, ...] = ()
    right: tuple[int, ...] = ()
    number: int = 0
    mark: int = 0
    items: tuple[Node, ...] = ()


class PlainRule(_Struct):
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


class Escalation(_Struct):
    action: int
    rules: list[int]
    when: Node | None


class PlainPolicy(_Struct):
    format: int
    revision: str
    boundary: str
    study: bool
    categories: tuple[str, ...]
    actions: list[list[tuple[int, int]]]
    longer: list[tuple[int, int]]
    caps: list[int | None]
    weights: list[tuple[float, int, int]]
    forms: list[Form]
    patterns: list[PlainPattern]
    always: list[int]
    rules: list[PlainRule]
    points: list[tuple[Node, list[tuple[int, int]]]]
    escalations: list[Escalation]
    exceptions: list[tuple[str, Node]]
    scope: list[Node | None]
    has_period: bool
    words: list[tuple[str, int]]
    letters: list[tuple[str, tuple[str, ...], str, str]]
    regexes: bytes
    urls: int
    senders: list[int]
    most_candidates: int


def comparisons(program: Program) -> dict[str, Compare]:
    """The comparisons of a policy with fields, as they are written; numbered in this order."""
    policy = program.policy
    asked = [
        condition for compiled in program.rules.values() for condition in (compiled.rule.when, compiled.rule.unless)
    ]
    asked += [entry.when for entry in policy.points]
    asked += [override.when for override in policy.overrides if override.action is not None]
    asked += [exception.when for exception in policy.exceptions]
    asked += policy.scope.values()
    nodes = [node for condition in asked if condition is not None for node in walk(condition)]
    return {str(node): node for node in nodes if isinstance(node, Compare)}


def encoded(program: Program, like: Program | None = None) -> bytes:
    """The plain policy; with the automata of a policy `like` it where they hold all of its own."""
    return msgspec.msgpack.encode(_Maker(program, like or program).policy())


class _Maker:
    def __init__(self, program: Program, like: Program) -> None:
        self.program = program
        self.categories = {name: at for at, name in enumerate(program.categories)}
        self.rules = {rule_id: at for at, rule_id in enumerate(program.rules)}
        self.fields = {written: at for at, written in enumerate(comparisons(program))}
        rules = [compiled.rule for compiled in program.rules.values()]
        named = dict.fromkeys((rule.ruleset, rule.group) for rule in rules if rule.group is not None)
        self.groups = {key: at for at, key in enumerate(named)}
        fuzzy = [p.weight for p in program.patterns if p.is_fuzzy]
        sources, theirs = (dict.fromkeys(_sources(patterns)) for patterns in (program.patterns, like.patterns))
        numbers, self.automata = _automata(tuple(theirs if sources.keys() <= theirs.keys() else sources))
        asks_own = any(p.entity is not None and p.entity.own is not None for p in program.patterns)
        self.senders = [numbers[source] for source in expressions(SENDER)] if asks_own else []
        self.regexes = {
            n: [numbers[source] for source in found]
            for n, pattern in enumerate(program.patterns)
            if (found := sources_of(pattern)) and all(source in numbers for source in found)
        }
        """The numbers of the regexes of each pattern that automata find; before them stands that of URLs."""
        self.weights = {weight: at for at, weight in enumerate(dict.fromkeys([1.0, *fuzzy]))}

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
            [(weight, *Fraction(str(weight)).as_integer_ratio()) for weight in self.weights],
            self._forms(),
            [self._pattern(number, pattern) for number, pattern in enumerate(program.patterns)],
            sorted(program.always),
            [self._rule(compiled.rule) for compiled in program.rules.values()],
            [
                (self._node(entry.when, {}), [(self.rules[r], n) for r, n in entry.scores.items() if r in self.rules])
                for entry in policy.points
            ],
            self._escalations(),
            [(exception.name, self._node(exception.when, {})) for exception in policy.exceptions],
            [
                None if (scope := scopes.get(category, scopes.get("default"))) is None else self._node(scope, {})
                for category in program.categories
            ],
            policy.period is not None,
            [(word, segment.FREQUENCY) for word, _ in segment.rare(program.learnt.words)],
            self._letters(),
            self.automata,
            0,
            self.senders,
            program.budget.candidates,
        )

    def _forms(self) -> list[Form]:
        asks, forms = [bool(pattern.terms) for pattern in self.program.patterns], []
        for form in TextForm:
            literals = self.program.literals.get(form, {})
            users = [
                [n for pattern, payload in asking for n in (pattern, payload if asks[pattern] else _NO_PAYLOAD)]
                for asking in literals.values()
            ]
            forms.append(Form(list(literals), users))
        return forms

    def _pattern(self, number: int, pattern: Pattern) -> PlainPattern:
        kinds = PART_KINDS if pattern.parts is None else pattern.parts
        is_terms = bool(pattern.terms) and not pattern.exact_case
        return PlainPattern(
            pattern.kind if pattern.entity is None else pattern.entity.kind,
            sum(1 << PART_KINDS.index(kind) for kind in set(kinds)),
            sum(_OUTSIDE[what] for what in set(pattern.outside)),
            pattern.gaps,
            pattern.repeats,
            pattern.looks_like,
            self.weights[pattern.weight] if pattern.is_fuzzy else 0,
            _terms(pattern) if is_terms else [],
            self.regexes.get(number, []),
            pattern.undisguised,
            None if pattern.entity is None else _entity(pattern.entity),
            not is_terms and number not in self.regexes,
            pattern.boundary == "words",
        )

    def _letters(self) -> list[tuple[str, tuple[str, ...], str, str]]:
        """How characters of terms are met by look: splits, others, and those of them that are sure to be one."""
        looking = (term for p in self.program.patterns if p.looks_like for term in terms_of(p))
        plain = []
        for char in sorted(set().union(*(term.squeezed for term in looking))):
            letter = alike(char).letters[0]
            longer = {way[0] for way in letter.splits}
            sure = {other for other in letter.others - longer if not ignorable(other)}
            plain.append((char, letter.splits, "".join(sorted(letter.others)), "".join(sorted({char, *sure}))))
        return plain

    def _rule(self, rule: Rule) -> PlainRule:
        relief = rule.relief
        matchers = self.program.rules[rule.id].patterns
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

    def _escalations(self) -> list[Escalation]:
        return [
            Escalation(
                RANK[override.action],
                [self.rules[rule] for rule, _ in override.rules],
                None if override.when is None else self._node(override.when, {}),
            )
            for override in self.program.escalations
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
                return Node("field", number=self.fields[str(condition)])


def _entity(asked: Entity) -> PlainEntity:
    return PlainEntity(
        asked.kind if asked.kind in READINGS else "none",
        asked.at_least,
        asked.at_most,
        asked.currencies,
        asked.per,
        asked.within,
        asked.own,
        asked.disguised,
    )


def _sources(patterns: Iterable[Pattern]) -> Iterator[str]:
    """The sources of all regexes; those of senders first, where a pattern asks for them."""
    patterns = tuple(patterns)
    if any(p.entity is not None and p.entity.own is not None for p in patterns):
        yield from expressions(SENDER)
    for pattern in patterns:
        yield from sources_of(pattern)


@lru_cache(maxsize=2)
def _automata(sources: tuple[str, ...]) -> tuple[Mapping[str, int], bytes]:
    """The numbers of those regexes that automata find, and all automata as bytes: 0 is that of URLs."""
    made = automata(((URL.pattern, True), *((source, False) for source in sources)))
    numbers = {source: at for at, source in enumerate(sources, 1) if made.automata[at] is not None}
    return numbers, msgspec.msgpack.encode(made)


def sources_of(pattern: Pattern) -> tuple[str, ...]:
    """The sources of the regexes that find a pattern, where automata might."""
    if pattern.entity is not None:
        return expressions(pattern.entity)
    return (source_of(pattern),) if pattern.kind == "regex" and not pattern.exact_case else ()


@lru_cache(maxsize=20_000)  # a policy is compiled again at every edit, and for each rule that the lab leaves out
def _terms(pattern: Pattern) -> list[Term]:
    sounds = info_of(pattern).sounds or ((),) * len(pattern.terms)
    return [
        Term(term.raw, term.plain, term.squeezed, term.strict, tuple(map(squeeze, ways)) if pattern.repeats else ways)
        for term, ways in zip(terms_of(pattern), sounds, strict=False)
    ]
