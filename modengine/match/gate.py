"""What must have been touched for a rule to hold: a matcher is touched where one of its literals is.

The gates of a rule are sets of patterns, of each of which one must have been found.  The rarest
opens the rule: only where it is touched is the rule thought of at all.  Then `possible` asks the
whole condition, taking every matcher that was touched as found.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from modengine.match.found import Literal
from modengine.match.rarity import chance_of
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

Gate = frozenset[str]
"""Names of patterns of the rule, or ids of rules written `rule:ID`."""

Possible = Callable[[int], bool]
"""Whether a condition can hold, of the touched matchers as a set of bits (matcher n is `1 << n`)."""


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


# ------------------------------------------------------------------------- possible


def possible(condition: Condition, matchers: Mapping[str, int], rule: Callable[[str], Possible]) -> Possible:
    """False only where the condition cannot hold.

    `matchers` tells the number of each pattern's matcher, `rule` whether another rule can hit.
    """

    def touched(select: Select) -> Possible:
        mask = bits(matchers[name] for name in select.names)
        return lambda touched: touched & mask != 0

    match condition:
        case And(items):
            return _all([possible(item, matchers, rule) for item in items])
        case Or(items):
            return _any([possible(item, matchers, rule) for item in items])
        case Has(select):
            return touched(select)
        case Count(select):
            return touched(select) if _gates(condition, len) else _always
        case Near(left, right):
            return _all([touched(left), touched(right)])
        case Together(selects):
            return _all([touched(select) for select in selects])
        case Of(n):
            masks = [1 << matchers[name] for name in condition.names]
            least = len(masks) if n is None else n
            return lambda touched: sum(touched & mask != 0 for mask in masks) >= least
        case RuleRef(_, _, rules):
            return _any([rule(one) for one in rules])
        case _:
            return _always


def bits(numbers: Iterable[int]) -> int:
    """A set of matchers, one bit each."""
    mask = 0
    for number in numbers:
        mask |= 1 << number
    return mask


def members(mask: int) -> Iterator[int]:
    """The matchers of a set, lowest first."""
    while mask:
        lowest = mask & -mask
        yield lowest.bit_length() - 1
        mask ^= lowest


def never(_touched: int) -> bool:
    """What a draft is."""
    return False


def _always(_touched: int) -> bool:
    return True


def _all(tests: list[Possible]) -> Possible:
    def test(touched: int) -> bool:
        for one in tests:  # noqa: SIM110  (a loop: `all` of a generator takes three times as long)
            if not one(touched):
                return False
        return True

    return test


def _any(tests: list[Possible]) -> Possible:
    def test(touched: int) -> bool:
        for one in tests:  # noqa: SIM110
            if one(touched):
                return True
        return False

    return test
