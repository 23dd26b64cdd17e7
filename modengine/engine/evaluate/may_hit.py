"""The prefilter: a sound upper bound of a rule, from the patterns that may be found at all.

Where it says no, the condition is false and not even unknown.  It holds a rule's condition against a set of bits:
one for each pattern that has a candidate, and above them one for each rule that may hit.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from graphlib import TopologicalSorter

from modengine.engine.compile.program import RuleProgram
from modengine.policy.condition import And, Condition, Count, Has, Inside, Near, Of, Or, RuleRef, Select, Together

Bound = Callable[[int], bool]
"""Whether a condition may hold, of the bits that are set."""


class Prefilter:
    """Which rules may hit.  Rules that ask for others come after them, so that each is asked once."""

    def __init__(self, rules: Mapping[str, RuleProgram], patterns: int) -> None:
        """`patterns` is how many patterns the rules have together."""
        order = TopologicalSorter({id_: compiled.rule.asked_rules for id_, compiled in rules.items()}).static_order()
        bits = {id_: 1 << patterns + at for at, id_ in enumerate(rules)}
        self._rules = [
            (id_, bits[id_], may_hit(rules[id_].rule.when, rules[id_].patterns, bits)) for id_ in order if id_ in rules
        ]

    def live(self, possible: Iterable[int]) -> list[str]:
        """The rules that may hit where some patterns may be found, each after those that it asks for."""
        bits = 0
        for number in possible:
            bits |= 1 << number
        found = []
        for id_, bit, bound in self._rules:
            if bound(bits):
                bits |= bit
                found.append(id_)
        return found


def may_hit(condition: Condition, patterns: Mapping[str, int], rules: Mapping[str, int]) -> Bound:
    """The upper bound of a condition.  `patterns` numbers those of its rule, `rules` has the bit of each rule."""

    def mask(select: Select) -> int:
        return sum(1 << number for number in {patterns[name] for name in select.names})

    match condition:
        case And(items):
            return _all([may_hit(item, patterns, rules) for item in items])
        case Or(items):
            return _any([may_hit(item, patterns, rules) for item in items])
        case Has(select):
            return _some(mask(select))
        case Near(left, right) | Inside(left, right):
            return _all([_some(mask(left)), _some(mask(right))])
        case Together(selects):
            return _all([_some(mask(select)) for select in selects])
        case Of(n):
            numbers = [patterns[name] for name in condition.names]
            return _at_least(len(numbers) if n is None else n, numbers)
        case Count(select, operator, n) if (operator in (">=", "==") and n >= 1) or operator == ">":
            return _some(mask(select))
        case RuleRef(_, _, asked):
            return _some(sum(rules[rule] for rule in set(asked) if rule in rules))  # a draft never hits
        case _:
            return lambda _: True


def _some(mask: int) -> Bound:
    return lambda bits: bits & mask != 0


def _at_least(n: int, numbers: list[int]) -> Bound:
    # Two names may stand for one pattern, and then count twice.
    return lambda bits: sum([bits >> number & 1 for number in numbers]) >= n  # noqa: C419  (a list is faster)


def _all(bounds: list[Bound]) -> Bound:
    def bound(bits: int) -> bool:
        for may_hold in bounds:  # noqa: SIM110  (a loop: `all` of a generator takes three times as long)
            if not may_hold(bits):
                return False
        return True

    return bound


def _any(bounds: list[Bound]) -> Bound:
    def bound(bits: int) -> bool:
        for may_hold in bounds:  # noqa: SIM110
            if may_hold(bits):
                return True
        return False

    return bound
