"""What conditions mean, in Kleene's three-valued logic: true, false, and None for unknown.

One traversal, for a decision and for a trace: with a recorder it takes no short cut and leaves a note at each node.
Unknown is what a message field that is missing leaves open, and a match that is absent of a pattern that failed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from modengine.engine.evaluate.context import EvaluationContext
from modengine.engine.evaluate.occurrences import Occurrences, disjoint, gap, inside, near
from modengine.engine.evaluate.record import EvaluationRecorder
from modengine.model import FieldValue
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
)
from modengine.policy.fields import parse_time

Truth = bool | None
COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "==": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
    "in": lambda a, b: a in b,
    "has": lambda a, b: b in a,
    "has any of": lambda a, b: any(item in a for item in b),
    "has all of": lambda a, b: all(item in a for item in b),
}


@dataclass(frozen=True, slots=True)
class Evaluator:
    """A message held against the conditions of one rule, or of the policy."""

    context: EvaluationContext
    rule: Callable[[str], Truth]
    """Whether another rule hit; None where it is undetermined."""
    patterns: Mapping[str, int]
    """The numbers of the rule's patterns, by name; none for the conditions of a policy."""
    least: float = 0.0
    """Only matches of this weight or more count."""
    recorder: EvaluationRecorder | None = None

    def value(self, condition: Condition) -> Truth:
        """The value of a condition."""
        meaning = MEANINGS[type(condition)]
        if self.recorder is None:
            return meaning(self, condition)
        self.recorder.enter(condition)
        value = meaning(self, condition)
        self.recorder.leave(value)
        return value

    def values(self, conditions: Iterable[Condition]) -> Iterable[Truth]:
        """The values of several conditions, each when it is asked for; with a recorder all of them."""
        values = map(self.value, conditions)
        return values if self.recorder is None else list(values)

    def numbers(self, select: Select) -> tuple[int, ...]:
        return tuple([self.patterns[name] for name in select.names])

    def missing(self, *selects: Select) -> tuple[Select, ...]:
        """Those of which there is no match."""
        return tuple(select for select in selects if not self.context.occurrences(self.numbers(select), self.least))


def _always(_asked: Evaluator, _condition: Always) -> Truth:
    return True


def _and(asked: Evaluator, condition: And) -> Truth:
    result: Truth = True
    for value in asked.values(condition.items):
        if value is False:
            return False
        result = None if value is None else result
    return result


def _or(asked: Evaluator, condition: Or) -> Truth:
    return _any(asked.values(condition.items))


def _any(values: Iterable[Truth]) -> Truth:
    result: Truth = False
    for value in values:
        if value:
            return True
        result = None if value is None else result
    return result


def _not(asked: Evaluator, condition: Not) -> Truth:
    value = asked.value(condition.item)
    return None if value is None else not value


def _has(asked: Evaluator, condition: Has) -> Truth:
    failed = None
    for number in asked.numbers(condition.select):
        evidence = asked.context.evidence(number)
        if evidence.best > 0 and evidence.best >= asked.least:
            return True
        failed = failed or evidence.failed
    if failed is None:
        return False
    if asked.recorder:
        asked.recorder.note(failed.reason)
    return None


def _of(asked: Evaluator, condition: Of) -> Truth:
    names = condition.names
    least = len(names) if condition.n is None else condition.n
    found = unsure = 0
    for value in asked.values(map(_has_one, names)):
        found += value is True
        unsure += value is None
        if found >= least:
            return True
    return None if found + unsure >= least else False


@lru_cache(maxsize=4096)
def _has_one(name: str) -> Has:
    return Has(Select(name, names=(name,)))


def _near(asked: Evaluator, condition: Near) -> Truth:
    def compare(ours: Occurrences, theirs: Occurrences) -> bool:
        parts = asked.context.parts if condition.unit == "words" else None
        return near(ours, theirs, condition.distance, condition.ordered, parts)

    def apart(ours: Occurrences, theirs: Occurrences, found: bool) -> str:
        return _apart(condition, gap(ours, theirs, condition.ordered), found)

    return _of_two(asked, condition.left, condition.right, compare, apart)


def _inside(asked: Evaluator, condition: Inside) -> Truth:
    def apart(_ours: Occurrences, _theirs: Occurrences, found: bool) -> str:
        return "" if found else f"no {condition.inner} within {condition.outer}"

    return _of_two(asked, condition.inner, condition.outer, inside, apart)


def _of_two(
    asked: Evaluator,
    left_select: Select,
    right_select: Select,
    compare: Callable[[Occurrences, Occurrences], bool],
    note: Callable[[Occurrences, Occurrences, bool], str],
) -> Truth:
    """Whether matches of two stand to each other as `compare` says; `note` tells a recorder how they stand."""
    context, recorder = asked.context, asked.recorder
    left, right = asked.numbers(left_select), asked.numbers(right_select)
    ours = context.occurrences(left, asked.least)
    if not ours and not recorder and not context.failed(left):
        return False
    theirs = context.occurrences(right, asked.least)
    found = compare(ours, theirs)
    if recorder:
        missing = asked.missing(left_select, right_select)
        recorder.note(_lacks(missing) or note(ours, theirs, found), missing)
    if found:
        return True
    # A pattern that failed leaves open only what no other one rules out.
    possible = (ours or context.failed(left)) and (theirs or context.failed(right))
    return None if possible and context.failed(left + right) else False


def _lacks(missing: tuple[Select, ...]) -> str:
    return f"no {' and no '.join(map(str, missing))}" if missing else ""


def _apart(condition: Near, least: int | None, found: bool) -> str:
    if least is None:
        return "in no part in this order" if condition.ordered else "in no part both"
    if condition.unit == "characters":
        return _counted(least, "character") + " apart"
    return f"within {_counted(condition.distance, 'word')}" if found else "further apart"


def _together(asked: Evaluator, condition: Together) -> Truth:
    context, recorder = asked.context, asked.recorder
    common: set[tuple[int, int]] | None = None
    unsure = False
    for numbers in map(asked.numbers, condition.selects):
        if context.failed(numbers):
            unsure = True  # it might stand in any sentence
            continue
        found = context.occurrences(numbers, asked.least)
        here = {
            (occurrence.part, context.parts[occurrence.part].sentence(occurrence.sentence_at)) for occurrence in found
        }
        common = here if common is None else common & here
        if not common and not recorder:
            return False
    value = False if common is not None and not common else None if unsure else True
    if recorder:
        missing = asked.missing(*condition.selects)
        recorder.note(_lacks(missing) or ("" if value else "not in one sentence"), missing)
    return value


def _count(asked: Evaluator, condition: Count) -> Truth:
    numbers, operator, n = asked.numbers(condition.select), condition.operator, condition.n
    total = disjoint(asked.context.occurrences(numbers, asked.least))
    if asked.recorder:
        asked.recorder.note(f"{total} found")
    value = COMPARE[operator](total, n)
    if not asked.context.failed(numbers):
        return value
    # There may be more than were found: only what more could not change is known.
    if operator in (">", ">="):
        return True if value else None
    if operator in ("<", "<="):
        return None if value else False
    return operator == "!=" if total > n else None


def _length(asked: Evaluator, condition: Length) -> Truth:
    if asked.recorder:
        asked.recorder.note(_counted(asked.context.length, "character"))
    return COMPARE[condition.operator](asked.context.length, condition.n)


def _compare(asked: Evaluator, condition: Compare) -> Truth:
    if asked.recorder:
        asked.recorder.note(_of_field(condition, asked.context.fields.get(condition.field)))
    return compared(condition, asked.context.fields)


def _of_field(condition: Compare, actual: FieldValue | None) -> str:
    """What a message has there, in words."""
    name, default = condition.field, condition.default
    if actual is None:
        stands = "" if default is None or condition.asks == "given" else f", for which {_value(default)} stands"
        return f"the message has no {name}{stands}"
    if condition.asks == "count" and isinstance(actual, tuple):
        return f"{name} has {_counted(len(actual), 'item')}"
    return f"{name} is {_value(actual)}"


def _value(value: FieldValue) -> str:
    """As rules write it."""
    if isinstance(value, tuple):
        return f"[{', '.join(map(_value, value))}]"
    return str(value).lower() if isinstance(value, bool) else str(value)


def compared(condition: Compare, fields: Mapping[str, FieldValue]) -> Truth:
    """A field of a message compared with a value; None where the message lacks it and it has no default."""
    actual, value = fields.get(condition.field), condition.value
    if condition.asks == "given":
        return actual is not None
    actual = condition.default if actual is None else actual
    if actual is None:
        return None
    if condition.asks == "count" and isinstance(actual, tuple):
        return COMPARE[condition.operator](len(actual), value)
    if isinstance(actual, datetime):
        times = tuple(map(_time, value)) if isinstance(value, tuple) else _time(value)
        return COMPARE[condition.operator](actual, times)
    return COMPARE[condition.operator](actual, value)


def _time(value: object) -> datetime:
    return parse_time(str(value))


def _rule(asked: Evaluator, condition: RuleRef) -> Truth:
    values = {rule: asked.rule(rule) for rule in condition.rules}
    if asked.recorder:
        hit = [rule for rule, value in values.items() if value]
        asked.recorder.note(f"{', '.join(hit)} hit" if hit else "")
    return _any(values.values())


def _counted(number: int, thing: str) -> str:
    return f"{number} {thing}{'' if number == 1 else 's'}"


MEANINGS: dict[type[Condition], Callable[[Evaluator, Any], Truth]] = {
    Always: _always,
    And: _and,
    Or: _or,
    Not: _not,
    Has: _has,
    Of: _of,
    Near: _near,
    Inside: _inside,
    Together: _together,
    Count: _count,
    Length: _length,
    Compare: _compare,
    RuleRef: _rule,
}
