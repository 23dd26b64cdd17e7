"""Conditions as formulas over what can be found in a message, and how that hangs together.

A pattern is found or not, a message has a field or not; a comparison with a field that it lacks is neither true nor
false, so that a condition has two formulas: that it is true, and that it is false.  What a budget or a clock cuts off
is left aside: what is proved here holds of every message that could be read to the end.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import combinations, pairwise, permutations
from math import ceil, floor
from typing import Any, cast

from modengine.checks.meaning.evidence import Evidence
from modengine.checks.meaning.logic import (
    FALSE,
    NOTHING_KNOWN,
    OWN_OF_LAWS,
    TRUE,
    ClauseSet,
    Formula,
    OutOfSteps,
    Steps,
    at_least,
    conjunction,
    disjunction,
    negation,
)
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
    Operator,
    Or,
    RuleRef,
    Select,
    Together,
    Value,
)
from modengine.policy.fields import parse_time
from modengine.policy.model import Policy, Rule
from modengine.policy.nodes.diagnostics import shown

MOST_OF_A_POLICY = 3_000_000
"""Steps of all proofs about a policy; the shipped one takes about a third of them."""
AN_ATOM = 10
"""Steps that it costs to learn what is known of one."""
MOST_ATOMS = 250
"""Of conditions over more nothing is said."""

Names = Mapping[str, int]
"""The number of each pattern that a condition may name."""
Atom = tuple[Any, ...]
"""What is asked of a message, its kind first."""


@dataclass(frozen=True, slots=True)
class Law:
    """Something that holds of all messages, with the words for it."""

    formula: Formula
    text: str


@dataclass(slots=True)
class Known:
    """What is known of a policy while its conditions are looked at."""

    policy: Policy
    evidence: Evidence
    rules: Mapping[str, Rule]
    order: Mapping[str, int]
    steps: Steps
    """What is left for all questions about the policy."""
    alone: bool
    """It is a lone ruleset: rules of other files may be meant, and fields have the types that were guessed."""

    @classmethod
    def of(cls, policy: Policy) -> Known:
        alone = len(policy.rulesets) == 1 and policy.rulesets[0].path == policy.path
        evidence = Evidence(pattern for rule in policy.rules for pattern in rule.patterns)
        order = {rule.id: number for number, rule in enumerate(policy.rules)}
        return cls(policy, evidence, {rule.id: rule for rule in policy.rules}, order, Steps(MOST_OF_A_POLICY), alone)

    def names(self, rule: Rule) -> dict[str, int]:
        return {pattern.name: self.evidence.number(pattern) for pattern in rule.patterns}


@dataclass(slots=True)
class World:
    """What some conditions ask for, numbered as it is met.  Raises OutOfSteps where that is too much."""

    known: Known
    atoms: dict[Atom, int] = field(default_factory=dict)
    texts: dict[int, str] = field(default_factory=dict)
    models: list[set[int]] = field(default_factory=list)
    """Ways that a message can be: what is true of it.  Found for one question, and often the answer to the next."""
    _formulas: dict[tuple[int, bool], tuple[Condition, Formula]] = field(default_factory=dict)
    """Of the conditions by identity, which are kept so that the identity is theirs alone."""
    _laws: tuple[int, list[Law], ClauseSet] = (-1, [], NOTHING_KNOWN)

    def true(self, condition: Condition, names: Names) -> Formula:
        return self.formula(condition, names, True)

    def hit(self, rule: Rule) -> Formula:
        """That a rule hits: its condition is true, and what cancels it is not."""
        names = self.known.names(rule)
        cancelled = FALSE if rule.unless is None else self.true(rule.unless, names)
        return conjunction([self.true(rule.when, names), negation(cancelled)])

    def formula(self, condition: Condition, names: Names, holds: bool) -> Formula:
        """That a condition is true; or with `holds` false, that it is false."""
        known = self._formulas.get((id(condition), holds))
        if known is None:
            known = condition, self._formula(condition, names, holds)
            self._formulas[id(condition), holds] = known
        return known[1]

    def _formula(self, condition: Condition, names: Names, holds: bool) -> Formula:
        match condition:
            case And(items) | Or(items):
                join = conjunction if isinstance(condition, And) == holds else disjunction
                return join(self.formula(item, names, holds) for item in items)
            case Not(item):
                return self.formula(item, names, not holds)
            case Compare():
                given = self._atom(("known", condition.field), f"has(message.{condition.field})")
                if condition.asks == "given":
                    return given if holds else negation(given)
                asked = self._compared(condition)
                known = given if condition.default is None else TRUE
                return conjunction([known, asked if holds else negation(asked)])
            case _:
                asked = self._asked(condition, names)
                return asked if holds else negation(asked)

    def _asked(self, condition: Condition, names: Names) -> Formula:
        match condition:
            case Always():
                return TRUE
            case Has(select):
                return self._has(_numbers(select, names))
            case Of(n, _, _):
                found = [self._has(frozenset([names[name]]), name) for name in condition.names]
                said = at_least(len(found) if n is None else n, found)
                return self._atom(("of", n, *found)) if said is None else said
            case Count(select, operator, n):
                numbers = _numbers(select, names)
                return _compared(operator, n, lambda least: self._count(numbers, str(select), least))
            case Length(operator, n, _):
                return _compared(
                    operator, n, lambda least: self._atom(("length", least), f"length >= {least}") if least else TRUE
                )
            case Near(left, right, distance, unit, ordered):
                sides = (_numbers(left, names), str(left)), (_numbers(right, names), str(right))
                return self._atom(("near", *sides, distance, unit, ordered), str(condition))
            case Inside(inner, outer):
                within, around = _numbers(inner, names), _numbers(outer, names)
                lies = self._atom(("inside", within, around), str(condition))
                return conjunction([self._has(within), self._has(around), lies])
            case Together(selects):
                chosen = tuple((_numbers(select, names), str(select)) for select in selects)
                return self._atom(("together", *chosen), str(condition))
            case RuleRef(glob, _, rules):
                elsewhere = [self._atom(("elsewhere", glob))] if self.known.alone else []
                return disjunction([self._atom(("rule", rule), f"rule({rule})") for rule in rules] + elsewhere)
            case _:
                raise TypeError(condition)

    def _has(self, numbers: frozenset[int], name: str = "") -> Formula:
        return disjunction(
            self._atom(("has", number), name or self.known.evidence.pattern(number).name) for number in sorted(numbers)
        )

    def _count(self, numbers: frozenset[int], select: str, least: int) -> Formula:
        if least < 2:
            return self._has(numbers) if least else TRUE
        return self._atom(("count", numbers, least, select), f"count({select}) >= {least}")

    def _compared(self, condition: Compare) -> Formula:
        values = condition.value if isinstance(condition.value, tuple) else (condition.value,)
        name, operator = condition.field, condition.operator
        if condition.asks == "count":
            return _compared(operator, int(cast("int", condition.value)), lambda least: self._size(name, least))
        if operator.startswith("has"):
            items = [self._atom(("item", name, value), f'{condition.left} has "{value}"') for value in values]
            return conjunction(items) if operator == "has all of" else disjunction(items)
        kind = self.known.policy.fields[name].kind
        if kind in ("integer", "number") or (kind == "datetime" and not self.known.alone):
            return disjunction(self._ordered(name, operator, value, kind == "integer") for value in values)
        if kind == "datetime":  # of a lone ruleset: it may be a text
            equal = operator in ("==", "!=", "in")
            asked = [self._atom(("other", name, "==" if equal else operator, value)) for value in values]
        else:
            asked = [self._atom(("is", name, value), str(Compare(name, "==", value))) for value in values]
        return negation(asked[0]) if operator == "!=" else disjunction(asked)

    def _size(self, name: str, least: int) -> Formula:
        return self._atom(("size", name, least), f"count(message.{name}) >= {least}") if least else TRUE

    def _ordered(self, name: str, operator: Operator, value: Value, whole: bool) -> Formula:
        number: Any = parse_time(value) if isinstance(value, str) else value

        def above(strictly: bool) -> Formula:
            cut = (floor(number) + 1 if strictly else ceil(number), 0) if whole else (number, int(strictly))
            sign = ">" if cut[1] else ">="
            return self._atom(("cut", name, cut), f"message.{name} {sign} {cut[0]}")

        match operator:
            case ">=" | ">":
                return above(operator == ">")
            case "<" | "<=":
                return negation(above(operator == "<="))
            case _:
                equal = conjunction([above(False), negation(above(True))])
                return negation(equal) if operator == "!=" else equal

    def _atom(self, atom: Atom, text: str = "") -> int:
        known = self.atoms.get(atom)
        if known is None:
            self.known.steps.spend(AN_ATOM)
            if len(self.atoms) == MOST_ATOMS:
                raise OutOfSteps
            known = self.atoms[atom] = len(self.atoms) + 1
            self.texts[known] = text
        return known

    # ----------------------------------------------------------------------- laws

    @property
    def laws(self) -> tuple[list[Law], ClauseSet]:
        """What is known of how the atoms hang together."""
        if self._laws[0] != len(self.atoms):
            if len(self.atoms) == MOST_ATOMS:
                raise OutOfSteps  # every question would find as many laws again, and not all of them
            found = [*self._of_rules(), *self._of_parts()]
            found += [law for laws in (self._of_kinds, self._of_fields, self._of_evidence) for law in laws()]
            clauses = ClauseSet((law.formula for law in found), OWN_OF_LAWS)
            self.known.steps.spend(sum(map(len, clauses.all)))
            self._laws = len(self.atoms), found, clauses
        return self._laws[1:]

    def _of_kind(self, kind: str) -> list[tuple[Atom, int]]:
        return [(atom, number) for atom, number in self.atoms.items() if atom[0] == kind]

    def _of_rules(self) -> Iterator[Law]:
        """A rule hits where its condition is true and what cancels it is not; a draft never does."""
        done: set[str] = set()
        while asked := [(atom[1], number) for atom, number in self._of_kind("rule") if atom[1] not in done]:
            for name, number in asked:
                done.add(name)
                rule = self.known.rules[name]
                if rule.status == "draft":
                    yield Law(-number, f"`{name}` is a draft")
                    continue
                hit = self.hit(rule)
                yield Law(disjunction([-number, hit]), f"`rule({name})` needs `{shown(str(rule.when), 60)}`")
                yield Law(disjunction([negation(hit), number]), f"`{name}` hits where `{shown(str(rule.when), 60)}`")

    def _of_parts(self) -> Iterator[Law]:
        """What is near, together or counted is there."""
        for atom, number in list(self.atoms.items()):
            if atom[0] == "near":
                sides = atom[1:3]
            elif atom[0] == "together":
                sides = atom[1:]
            elif atom[0] == "count":
                sides = ((atom[1], atom[3]),)
            else:
                continue
            for numbers, name in sides:
                yield Law(disjunction([-number, self._has(numbers)]), f"`{self.texts[number]}` needs `{name}`")

    def _of_kinds(self) -> Iterator[Law]:
        """Of two conditions of one kind, one may ask for less than the other."""
        tests: Mapping[str, Callable[[Atom, Atom], bool]] = {
            "near": self._nearer,
            "together": self._more_together,
            "count": self._more,
            "length": lambda this, other: this[1] >= other[1],
            "size": lambda this, other: this[1] == other[1] and this[2] >= other[2],
        }
        for kind, test in tests.items():
            self.known.steps.spend(len(self._of_kind(kind)) ** 2)
            for (this, a), (other, b) in permutations(self._of_kind(kind), 2):
                if test(this, other):
                    yield Law(disjunction([-a, b]), f"`{self.texts[a]}` implies `{self.texts[b]}`")

    def _nearer(self, this: Atom, other: Atom) -> bool:
        _, (left, _), (right, _), distance, unit, ordered = this
        _, (their_left, _), (their_right, _), their_distance, their_unit, theirs_ordered = other
        if unit != their_unit or distance > their_distance or (theirs_ordered and not ordered):
            return False
        straight = self._within(left, their_left) and self._within(right, their_right)
        crossed = self._within(left, their_right) and self._within(right, their_left)
        return straight or (crossed and not theirs_ordered)

    def _more_together(self, this: Atom, other: Atom) -> bool:
        return all(any(ours <= theirs for ours, _ in this[1:]) for theirs, _ in other[1:])

    def _more(self, this: Atom, other: Atom) -> bool:
        return this[2] >= other[2] and self._within(this[1], other[1])

    def _within(self, ours: frozenset[int], theirs: frozenset[int]) -> bool:
        there = self.known.evidence.finds_there_too
        return all(this in theirs or any(there(this, other) for other in theirs) for this in ours)

    def _of_fields(self) -> Iterator[Law]:
        """A field has one value, and of an enum or a boolean one of a few."""
        for name, kind, values in ((f.name, f.kind, f.values) for f in self.known.policy.fields.values()):
            said = [(atom, number) for atom, number in self._of_kind("is") if atom[1] == name]
            for (_, a), (_, b) in combinations(said, 2):
                yield Law(disjunction([-a, -b]), f"a message has one `{name}`")
            every = {"enum": set(values), "boolean": {True, False}}.get(kind)
            if said and every is not None and {atom[2] for atom, _ in said} == every:
                yield Law(disjunction(number for _, number in said), f"`{name}` has no other value")
            cuts = sorted((atom[2], number) for atom, number in self._of_kind("cut") if atom[1] == name)
            for (_, low), (_, high) in pairwise(cuts):
                yield Law(disjunction([-high, low]), f"`{self.texts[high]}` implies `{self.texts[low]}`")
            default, given = self.known.policy.fields[name].default, self.atoms.get(("known", name))
            if default is not None and given is not None:
                true = [(value == default, number) for (_, _, value), number in said]
                true += [(default > cut if strict else default >= cut, number) for (cut, strict), number in cuts]
                for holds, number in true:
                    why = f"`{name}` is `{default}` where a message lacks it"
                    yield Law(disjunction([given, number if holds else -number]), why)

    def _of_evidence(self) -> Iterator[Law]:
        found = {atom[1]: number for atom, number in self._of_kind("has")}
        for this, a in found.items():
            for b in (found[other] for other in self.known.evidence.wider(this) if other in found):
                yield Law(disjunction([-a, b]), f"every term of `{self.texts[a]}` is one of `{self.texts[b]}`")


def _numbers(select: Select, names: Names) -> frozenset[int]:
    return frozenset(names[name] for name in select.names)


def _compared(operator: Operator, n: int, least: Callable[[int], Formula]) -> Formula:
    """That a count, of which `least` says that it is so much at least, compares so with a number."""
    match operator:
        case ">=" | ">":
            return least(n + (operator == ">"))
        case "<" | "<=":
            return negation(least(n + (operator == "<=")))
        case _:
            equal = conjunction([least(n), negation(least(n + 1))])
            return negation(equal) if operator == "!=" else equal
