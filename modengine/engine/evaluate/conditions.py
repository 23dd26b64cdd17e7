"""Conditions in Kleene's three-valued logic: true, false, and None for unknown."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any, NamedTuple, Protocol

from modengine.engine.compile.need import bits
from modengine.engine.evaluate.facts import Facts, Place, before, before_words, disjoint, gap, near, near_words
from modengine.model import ConditionTrace
from modengine.policy.condition import (
    Always,
    And,
    Compare,
    Condition,
    Count,
    Has,
    Length,
    Near,
    Not,
    Of,
    Or,
    RuleRef,
    Select,
    Together,
)
from modengine.policy.fields import parse_time

COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "==": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
    "in": lambda a, b: a in b,
}

RuleValue = Callable[[str], bool | None]
"""Whether a rule hit; None where that cannot be told."""


class Judge(Protocol):
    """What a test asks: the evidence of a message, and how other rules came out."""

    @property
    def facts(self) -> Facts: ...

    @property
    def least(self) -> float:
        """Only matches of this weight or more count."""
        ...

    def value(self, rule_id: str, /) -> bool | None: ...


Test = Callable[[Judge], bool | None]
"""A condition ready to be asked of a message."""


def compiled(condition: Condition, matchers: Mapping[str, int], costs: Sequence[float] = ()) -> Test:
    """The test of a condition; it looks at nothing that cannot change its value, and at the rarest first.

    `matchers` tells the number of each pattern's matcher; it is empty for the conditions of a policy.
    `costs` tells how often each matcher is touched; without it the order is that of the condition.
    """

    def numbers(*selects: Select) -> tuple[int, ...]:
        return tuple(matchers[name] for select in selects for name in select.names)

    match condition:
        case Has(select):
            return _has(numbers(select))
        case And(items):
            first = sorted(items, key=lambda item: _cost(item, matchers, costs))
            return _and(tuple(compiled(item, matchers, costs) for item in first))
        case Or(items):
            return _or(tuple(compiled(item, matchers, costs) for item in items))
        case Not(item):
            return _not(compiled(item, matchers, costs))
        case Always():
            return lambda _: True
        case Near(left, right):
            swapped = _cost(Has(left), matchers, costs) > _cost(Has(right), matchers, costs)
            return _near(condition, numbers(left), numbers(right), swapped)
        case Together(selects):
            first_ = sorted(selects, key=lambda select: _cost(Has(select), matchers, costs))
            return _together(tuple(map(numbers, first_)))
        case Of(n):
            every = tuple(matchers[name] for name in condition.names)
            return _of(every, len(every) if n is None else n)
        case Count(select, operator, n):
            return _count(numbers(select), operator, n)
        case Length(operator, n):
            return _length(operator, n)
        case Compare():
            return _compare(condition)
        case RuleRef(_, _, rules):
            return _rules(rules)


def _cost(condition: Condition, matchers: Mapping[str, int], costs: Sequence[float]) -> float:
    """About how often a condition has to be looked at to the end; conditions on fields and rules first."""
    if not costs:
        return 0.0
    match condition:
        case Has(select) | Count(select):
            return sum(costs[matchers[name]] for name in select.names)
        case Near(left, right):
            return min(_cost(Has(left), matchers, costs), _cost(Has(right), matchers, costs))
        case Together(selects):
            return min(_cost(Has(select), matchers, costs) for select in selects)
        case And(items):
            return min(_cost(item, matchers, costs) for item in items)
        case Or(items):
            return sum(_cost(item, matchers, costs) for item in items)
        case Of():
            return sum(costs[matchers[name]] for name in condition.names)
        case Not(item):
            return 1.0 + _cost(item, matchers, costs)
        case _:
            return 0.0


def _has(numbers: tuple[int, ...]) -> Test:
    mask = bits(numbers)

    def test(judge: Judge) -> bool | None:
        facts = judge.facts
        if not facts.touched & mask:
            return False
        failed = False
        for number in numbers:
            if not facts.touched >> number & 1:
                continue
            evidence = facts.evidence(number)
            if evidence.best > 0 and evidence.best >= judge.least:
                return True
            failed = failed or evidence.failed is not None
        return None if failed else False

    return test


def _and(tests: tuple[Test, ...]) -> Test:
    def test(judge: Judge) -> bool | None:
        result: bool | None = True
        for one in tests:
            value = one(judge)
            if value is False:
                return False
            result = None if value is None else result
        return result

    return test


def _or(tests: tuple[Test, ...]) -> Test:
    def test(judge: Judge) -> bool | None:
        result: bool | None = False
        for one in tests:
            value = one(judge)
            if value:
                return True
            result = None if value is None else result
        return result

    return test


def _not(inner: Test) -> Test:
    def test(judge: Judge) -> bool | None:
        value = inner(judge)
        return None if value is None else not value

    return test


def _of(numbers: tuple[int, ...], least: int) -> Test:
    def test(judge: Judge) -> bool | None:
        facts, touched = judge.facts, judge.facts.touched
        left = [number for number in numbers if touched >> number & 1]
        found = unsure = 0
        for i, number in enumerate(left):
            if found + unsure + len(left) - i < least:
                return False
            evidence = facts.evidence(number)
            if evidence.best > 0 and evidence.best >= judge.least:
                found += 1
                if found >= least:
                    return True
            elif evidence.failed:
                unsure += 1
        return found >= least or (None if found + unsure >= least else False)

    return test


def _near(condition: Near, left: tuple[int, ...], right: tuple[int, ...], right_first: bool) -> Test:
    distance, words, ordered = condition.distance, condition.unit == "words", condition.ordered
    first, second = (right, left) if right_first else (left, right)
    first_mask, second_mask = bits(first), bits(second)

    def test(judge: Judge) -> bool | None:
        facts = judge.facts
        if not (facts.touched & first_mask and facts.touched & second_mask):
            return False
        one = facts.places(first, judge.least)
        if not one and not facts.failed(first):
            return False
        other = facts.places(second, judge.least)
        if not other and not facts.failed(second):
            return False
        ours, theirs = (other, one) if right_first else (one, other)
        if words:
            found = (before_words if ordered else near_words)(ours, theirs, distance, facts.parts)
        else:
            found = (before if ordered else near)(ours, theirs, distance)
        return True if found else None if facts.failed(left + right) else False

    return test


def _together(groups: tuple[tuple[int, ...], ...]) -> Test:
    masks = tuple(map(bits, groups))

    def test(judge: Judge) -> bool | None:
        facts = judge.facts
        if not all(facts.touched & mask for mask in masks):
            return False
        common: set[tuple[int, int]] | None = None
        unsure = False
        for group in groups:
            here = {(p.part, facts.parts[p.part].sentence(p.sentence_at)) for p in facts.places(group, judge.least)}
            if facts.failed(group):
                unsure = True  # it might stand in any sentence
                continue
            common = here if common is None else common & here
            if not common:
                return False
        return None if unsure else True

    return test


def _count(numbers: tuple[int, ...], operator: str, n: int) -> Test:
    compare = COMPARE[operator]

    def test(judge: Judge) -> bool | None:
        total = disjoint(judge.facts.places(numbers, judge.least))
        value = compare(total, n)
        if not judge.facts.failed(numbers):
            return value
        # There may be more than were found: only what more could not change is known.
        if operator in (">", ">="):
            return True if value else None
        if operator in ("<", "<="):
            return None if value else False
        if total > n:
            return operator == "!="
        return None

    return test


def _length(operator: str, n: int) -> Test:
    compare = COMPARE[operator]
    return lambda judge: compare(judge.facts.length, n)


def _compare(condition: Compare) -> Test:
    name, compare = condition.field, COMPARE[condition.operator]
    value: Any = condition.value
    times: Any = None
    with suppress(ValueError, TypeError):  # only a datetime is ever held against it
        times = tuple(map(parse_time, value)) if isinstance(value, tuple) else parse_time(str(value))

    def test(judge: Judge) -> bool | None:
        actual = judge.facts.fields.get(name)
        if actual is None:
            return None
        return compare(actual, times if isinstance(actual, datetime) else value)

    return test


def _rules(rules: tuple[str, ...]) -> Test:
    def test(judge: Judge) -> bool | None:
        result: bool | None = False
        for rule in rules:
            value = judge.value(rule)
            if value:
                return True
            result = None if value is None else result
        return result

    return test


class Weighed(NamedTuple):
    """A message of which only matches of weight `least` or more count."""

    facts: Facts
    value: RuleValue
    least: float


class Explainer:
    """The conditions of one rule with the value of every node."""

    def __init__(self, judge: Judge, matchers: Mapping[str, int]) -> None:
        self.judge, self.facts, self.matchers = judge, judge.facts, matchers

    def value(self, condition: Condition) -> bool | None:
        return compiled(condition, self.matchers)(self.judge)

    def _numbers(self, select: Select) -> tuple[int, ...]:
        return tuple(self.matchers[name] for name in select.names)

    def _places(self, select: Select) -> Sequence[Place]:
        return self.facts.places(self._numbers(select), self.judge.least)

    def trace(self, condition: Condition) -> ConditionTrace:
        """The condition with the value of every node, short cuts not taken."""
        children: tuple[ConditionTrace, ...] = ()
        test: Test | None = None
        if isinstance(condition, And | Or):
            children = tuple(map(self.trace, condition.items))
            values = tuple(_known(child.value) for child in children)
            test = _and(values) if isinstance(condition, And) else _or(values)
        elif isinstance(condition, Not):
            children = (self.trace(condition.item),)
            test = _not(_known(children[0].value))
        elif isinstance(condition, Of):
            children = tuple(self.trace(Has(Select(name, names=(name,)))) for name in condition.names)
        value = self.value(condition) if test is None else test(self.judge)
        text = {And: "and", Or: "or", Not: "not"}.get(type(condition), str(condition))
        return ConditionTrace(text, value, children, self._note(condition, value))

    def _note(self, condition: Condition, value: bool | None) -> str:
        match condition:
            case Compare(field):
                actual = self.facts.fields.get(field)
                return f"the message has no {field}" if actual is None else f"{field} is {actual}"
            case Length():
                return _counted(self.facts.length, "character")
            case Count(select):
                return f"{disjoint(self._places(select))} found"
            case Near(left, right, distance, unit, ordered):
                a, b = self._places(left), self._places(right)
                missing = [str(select) for select, places in ((left, a), (right, b)) if not places]
                if missing:
                    return f"no {' and no '.join(missing)}"
                least = gap(a, b, ordered)
                if least is None:
                    return "in no part in this order" if ordered else "in no part both"
                if unit == "characters":
                    return _counted(least, "character") + " apart"
                return f"within {_counted(distance, 'word')}" if value else "further apart"
            case Together(selects):
                missing = [str(select) for select in selects if not self._places(select)]
                return f"no {' and no '.join(missing)}" if missing else "" if value else "not in one sentence"
            case RuleRef(_, _, rules):
                hit = [rule for rule in rules if self.judge.value(rule)]
                return f"{', '.join(hit)} hit" if hit else ""
            case Has(select):
                failed = [f for f in (self.facts.evidence(n).failed for n in self._numbers(select)) if f]
                return failed[0] if failed and not value else ""
            case _:
                return ""


def _known(value: bool | None) -> Test:
    return lambda _: value


def _counted(number: int, thing: str) -> str:
    return f"{number} {thing}{'' if number == 1 else 's'}"
