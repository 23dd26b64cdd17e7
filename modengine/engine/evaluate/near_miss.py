"""Near misses: rules that one more thing would have made hit, read from the record of their evaluation."""

from __future__ import annotations

from collections.abc import Sequence

from modengine.engine.evaluate.record import NodeRecord
from modengine.engine.evaluate.rules import RuleOutcome
from modengine.model import NearMiss
from modengine.policy.condition import And, Has, Inside, Length, Near, Not, Of, Or, Select, Together, pattern_names
from modengine.policy.model import Rule

MOST = 10
_FAR = 1000


def near_misses(outcomes: Sequence[RuleOutcome]) -> tuple[NearMiss, ...]:
    """Of some rules that were recorded: by points, most first."""
    found = [miss for outcome in outcomes if (miss := _near_miss(outcome)) is not None]
    return tuple(sorted(found, key=lambda miss: (-miss.points, miss.rule))[:MOST])


def _near_miss(outcome: RuleOutcome) -> NearMiss | None:
    """The rule as a near miss if changing one leaf of its condition would make it hold."""
    rule = outcome.rule
    if outcome.held is True or outcome.when is None or rule.relief is not None:
        return None
    changes, missing = _changes(outcome.when, _hidden(rule))
    # One thing short is near only where something else was found: a rule of one pattern never is.
    if changes != 1 or len(pattern_names(rule.when)) < 2:
        return None
    on_test = rule.status == "test"
    return NearMiss(rule.id, rule.title, rule.category or "", 0 if on_test else rule.score, missing, on_test)


def _hidden(rule: Rule) -> frozenset[str]:
    """The patterns that are not offered."""
    return frozenset(pattern.name for pattern in rule.patterns if not pattern.near_miss)


def _changes(record: NodeRecord, hidden: frozenset[str]) -> tuple[int, str]:
    """How many leaves must change for a condition to hold, and the first of them."""
    condition = record.condition
    match condition:
        case And():
            each = [_changes(child, hidden) for child in record.children]
            return sum(n for n, _ in each), next((text for n, text in each if n), "")
        case Or():
            return min((_changes(child, hidden) for child in record.children), key=lambda pair: pair[0])
        case _ if record.value is True:
            return 0, ""
        case Of(n):
            names = condition.names
            found = sum(child.value is True for child in record.children)
            short = (len(names) if n is None else n) - found
            offered = len(set(names) - hidden)
            return (short if offered >= short and found else _FAR), str(condition)
        case Near() | Inside() | Together():
            return _leaf(record.missing, hidden, record)
        case Has(select):
            return _leaf((select,), hidden, record)
        case Not() | Length():
            return _FAR, str(condition)
        case _:
            return 1, str(condition)


def _leaf(missing: Sequence[Select], hidden: frozenset[str], record: NodeRecord) -> tuple[int, str]:
    if any(set(select.names) <= hidden for select in missing):
        return _FAR, str(record.condition)
    return max(1, len(missing)), str(record.condition)
