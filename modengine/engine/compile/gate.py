"""What must have been touched for a rule to hold: a matcher is touched where one of its literals is.

The gates of a rule are sets of patterns, of each of which one must have been found.  The rarest
opens the rule: only where it is touched is the rule thought of at all.  Then `need` tells what the whole
condition needs, every matcher that was touched taken as found.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from modengine.engine.compile.need import ALWAYS, AtLeast, Need, both, either
from modengine.engine.match.found import Literal
from modengine.policy.condition import (
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
from modengine.text.rarity import chance_of

Gate = frozenset[str]
"""Names of patterns of the rule, or ids of rules written `rule:ID`."""


def cost(literals: Iterable[Literal] | None) -> float:
    """About how often a matcher with such literals is touched, by a character of ordinary text; 1 without any."""
    return 1.0 if literals is None else chance_of({literal.text for literal in literals})


def gates(condition: Condition, costs: Mapping[str, float]) -> tuple[Gate, ...]:
    """Sets of names, of each of which one must be found if the condition is true; rarest first.

    None at all if the condition can be true without any.  `costs` tells the cost of each pattern's matcher.
    """

    def price(one: Gate) -> float:
        return sum(costs.get(name, 0.01) for name in one)

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


# ----------------------------------------------------------------------------- need


def need(condition: Condition, matchers: Mapping[str, int], rule: Callable[[str], Need]) -> Need:
    """What must be touched for a condition to hold, every touched matcher taken as found.

    `matchers` tells the number of each pattern's matcher, `rule` what another rule needs.
    """

    def touched(select: Select) -> Need:
        return either([matchers[name] for name in select.names])

    match condition:
        case And(items):
            return both([need(item, matchers, rule) for item in items])
        case Or(items):
            return either([need(item, matchers, rule) for item in items])
        case Has(select):
            return touched(select)
        case Count(select):
            return touched(select) if _gates(condition, len) else ALWAYS
        case Near(left, right):
            return both([touched(left), touched(right)])
        case Together(selects):
            return both([touched(select) for select in selects])
        case Of(n):
            numbers = tuple(matchers[name] for name in condition.names)
            return AtLeast(len(numbers) if n is None else n, numbers)
        case RuleRef(_, _, rules):
            return either([rule(one) for one in rules])
        case _:
            return ALWAYS
