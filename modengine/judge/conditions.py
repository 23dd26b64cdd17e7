"""Conditions in Kleene's three-valued logic: true, false, and None for unknown."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from modengine.judge.facts import Facts, Place, before, before_words, disjoint, gap, near, near_words
from modengine.model import ConditionTrace
from modengine.ruleset.condition import (
    Always,
    And,
    Compare,
    Condition,
    Count,
    Has,
    Near,
    Not,
    Of,
    Or,
    RuleRef,
    Select,
    Together,
)
from modengine.ruleset.fields import parse_time

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


class Judge:
    """Evaluates the conditions of one rule, or of a policy (`matchers` is empty there).

    Only matches of weight `least` or more count.
    """

    __slots__ = ("facts", "least", "matchers", "rule_value")

    def __init__(self, facts: Facts, matchers: Mapping[str, int], rule_value: RuleValue, least: float = 0.0) -> None:
        self.facts, self.matchers, self.rule_value, self.least = facts, matchers, rule_value, least

    def value(self, condition: Condition) -> bool | None:
        """The value of a condition; nothing is looked at that cannot change it."""
        match condition:
            case Has(select):
                return self._has(select)
            case And(items):
                result: bool | None = True
                for item in items:
                    one = self.value(item)
                    if one is False:
                        return False
                    result = None if one is None else result
                return result
            case Or(items):
                result = False
                for item in items:
                    one = self.value(item)
                    if one is True:
                        return True
                    result = None if one is None else result
                return result
            case Not(item):
                one = self.value(item)
                return None if one is None else not one
            case Always():
                return True
            case Near():
                return self._or_unknown(self._near(condition), (condition.left, condition.right))
            case Together(selects):
                return self._or_unknown(self._together(selects), selects)
            case Of(n):
                return self._of(condition, n)
            case Count(select, operator, n):
                return self._count(select, operator, n)
            case Compare():
                return self._compare(condition)
            case RuleRef(_, _, rules):
                values = [self.rule_value(rule) for rule in rules]
                return True if True in values else None if None in values else False

    def numbers(self, *selects: Select) -> list[int]:
        return [self.matchers[name] for select in selects for name in select.names]

    def _has(self, select: Select) -> bool | None:
        evidence = [self.facts.evidence(number) for number in self.numbers(select)]
        if any(e.best > 0 and e.best >= self.least for e in evidence):
            return True
        return None if any(e.failed for e in evidence) else False

    def _or_unknown(self, value: bool, selects: tuple[Select, ...]) -> bool | None:
        if value:
            return True
        return None if any(self.facts.evidence(number).failed for number in self.numbers(*selects)) else False

    def _places(self, select: Select) -> list[Place]:
        return self.facts.places(self.numbers(select), self.least)

    def _near(self, condition: Near) -> bool:
        left = self._places(condition.left)
        if not left:
            return False
        right = self._places(condition.right)
        if not right:
            return False
        if condition.unit == "words":
            compare = before_words if condition.ordered else near_words
            return compare(left, right, condition.distance, self.facts.parts)
        return (before if condition.ordered else near)(left, right, condition.distance)

    def _together(self, selects: tuple[Select, ...]) -> bool:
        common: set[tuple[int, int]] | None = None
        for select in selects:
            here = {(p.part, self.facts.parts[p.part].sentence(p.sentence_at)) for p in self._places(select)}
            common = here if common is None else common & here
            if not common:
                return False
        return True

    def _of(self, condition: Of, n: int | None) -> bool | None:
        names = condition.names
        least = len(names) if n is None else n
        found = open_ = 0
        for i, name in enumerate(names):
            if found + open_ + len(names) - i < least:
                return False
            evidence = self.facts.evidence(self.matchers[name])
            if evidence.best > 0 and evidence.best >= self.least:
                found += 1
                if found >= least:
                    return True
            elif evidence.failed:
                open_ += 1
        return None if found + open_ >= least else False

    def _count(self, select: Select, operator: str, n: int) -> bool | None:
        total = disjoint(self._places(select))
        value = COMPARE[operator](total, n)
        if not any(self.facts.evidence(number).failed for number in self.numbers(select)):
            return value
        # There may be more than were found: only what more could not change is known.
        if operator in (">", ">="):
            return True if value else None
        if operator in ("<", "<="):
            return None if value else False
        if total > n:
            return operator == "!="
        return None

    def _compare(self, condition: Compare) -> bool | None:
        actual = self.facts.fields.get(condition.field)
        if actual is None:
            return None
        wanted: Any = condition.value
        if isinstance(actual, datetime):
            wanted = tuple(map(parse_time, wanted)) if isinstance(wanted, tuple) else parse_time(str(wanted))
        return COMPARE[condition.operator](actual, wanted)

    # ------------------------------------------------------------------ explanations

    def trace(self, condition: Condition) -> ConditionTrace:
        """The condition with the value of every node, short cuts not taken."""
        children: tuple[ConditionTrace, ...] = ()
        if isinstance(condition, And | Or):
            children = tuple(map(self.trace, condition.items))
        elif isinstance(condition, Not):
            children = (self.trace(condition.item),)
        elif isinstance(condition, Of):
            children = tuple(self.trace(Has(Select(name, names=(name,)))) for name in condition.names)
        value = self.value(condition)
        text = {And: "and", Or: "or", Not: "not"}.get(type(condition), str(condition))
        return ConditionTrace(text, value, children, self._note(condition, value))

    def _note(self, condition: Condition, value: bool | None) -> str:
        match condition:
            case Compare(field):
                actual = self.facts.fields.get(field)
                return f"the message has no {field}" if actual is None else f"{field} is {actual}"
            case Count(select):
                return f"{disjoint(self._places(select))} found"
            case Near(left, right, _, unit, ordered):
                a, b = self._places(left), self._places(right)
                missing = [str(select) for select, places in ((left, a), (right, b)) if not places]
                if missing:
                    return f"no {' and no '.join(missing)}"
                least = gap(a, b, ordered)
                if least is None:
                    return "in no part in this order" if ordered else "in no part both"
                return _apart(least) if unit == "characters" or value else "further apart"
            case Together(selects):
                missing = [str(select) for select in selects if not self._places(select)]
                return f"no {' and no '.join(missing)}" if missing else "" if value else "not in one sentence"
            case RuleRef(_, _, rules):
                hit = [rule for rule in rules if self.rule_value(rule)]
                return f"{', '.join(hit)} hit" if hit else ""
            case Has(select):
                failed = [f for f in (self.facts.evidence(n).failed for n in self.numbers(select)) if f]
                return failed[0] if failed and not value else ""
            case _:
                return ""


def _apart(characters: int) -> str:
    return f"{characters} character{'' if characters == 1 else 's'} apart"
