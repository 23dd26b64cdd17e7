"""The gates of a rule: sets of patterns, of each of which one must have been found for it to hold.

A rule is looked at only if all its gates were touched.  The rarest opens it, the others are asked
then; how rare a pattern is, is estimated from the lengths of its terms.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from modengine.ruleset.condition import (
    And,
    Condition,
    Count,
    Has,
    Near,
    Of,
    Or,
    RuleRef,
    Select,
    Together,
)
from modengine.ruleset.model import Pattern

Gate = frozenset[str]
"""Names of patterns of the rule, or ids of rules written `rule:ID`."""


def cost(pattern: Pattern) -> float:
    """About how often a pattern is touched; relative, smaller is rarer."""
    loose = (8.0 if pattern.sounds_like else 1.0) * (4.0 if pattern.looks_like else 1.0)
    match pattern.kind:
        case "words" | "text":
            return loose * sum(0.1 ** min(len(term), 4) for term in pattern.terms)
        case "regex":
            return 1.0
        case "tokens":
            return 0.5
        case _:
            raise AssertionError(pattern.kind)


def gates(condition: Condition, patterns: Mapping[str, Pattern]) -> tuple[Gate, ...]:
    """Sets of names, of each of which one must be found if the condition is true; rarest first.

    None at all if the condition can be true without any.
    """
    costs = {name: cost(pattern) for name, pattern in patterns.items()}

    def price(one: Gate) -> float:
        return sum(costs.get(name, 0.5) for name in one)

    return tuple(sorted(set(_gates(condition, price)), key=lambda one: (price(one), sorted(one))))


def _gates(condition: Condition, price: Callable[[Gate], float]) -> list[Gate]:
    match condition:
        case And(items):
            return [one for item in items for one in _gates(item, price)]
        case Or(items):
            branches = [_gates(item, price) for item in items]
            if not all(branches):
                return []
            return [frozenset[str]().union(*(min(branch, key=price) for branch in branches))]
        case Has(select):
            return [_names(select)]
        case Count(select, operator, n):
            needs_one = (operator in (">=", "==") and n >= 1) or operator == ">"
            return [_names(select)] if needs_one else []
        case Near(left, right):
            return [_names(left), _names(right)]
        case Together(selects):
            return [_names(select) for select in selects]
        case Of(n):
            return _of(condition, n, price)
        case RuleRef(_, _, rules):
            return [frozenset(f"rule:{rule}" for rule in rules)]
        case _:
            return []


def _names(select: Select) -> Gate:
    return frozenset(select.names)


def _of(condition: Of, n: int | None, price: Callable[[Gate], float]) -> list[Gate]:
    names = sorted(condition.names, key=lambda name: (price(frozenset([name])), name))
    if n is None or n == len(names):
        return [frozenset([name]) for name in names]
    if n > len(names):
        return [frozenset()]
    # Any len - n + 1 of the patterns include one that was found: take the rarest.
    return [frozenset(names[: len(names) - n + 1])]
