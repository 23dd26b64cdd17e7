"""What the examples inside rule files try, and what no example does."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from modengine.errors import Location
from modengine.model import ConditionTrace
from modengine.policy.condition import Always, And, Condition, Not, Or
from modengine.policy.model import Rule
from modengine.run.work.examples import ExampleResult
from modengine.text.inflections import forms_of

UnitKind = Literal["rule", "pattern", "term", "branch"]
KINDS: Mapping[UnitKind, str] = {"rule": "rules", "pattern": "patterns", "term": "terms", "branch": "branches"}
"""What is counted, with its plural."""


@dataclass(frozen=True, slots=True)
class CoverageUnit:
    """One thing that an example can try.

    A rule is tried by an example in which it hits, a pattern or a term by one in which its own rule finds it, and
    each condition has two branches: an example makes it true, another one false.  Of `all of`, `near` and the like
    the whole counts; of `and`, `or` and `not` what they join.  Terms of `tokens` and of `{list:...}` in a regex are
    not told apart: their pattern is.
    """

    kind: UnitKind
    place: Location
    what: str
    rule: str = field(compare=False)
    """The first rule that has it: lists and shared patterns may serve several."""


@dataclass(frozen=True, slots=True)
class ExampleCoverage:
    """How many examples tried each unit."""

    tried: Mapping[CoverageUnit, int]
    examples: int
    """How many were run and hold; one that fails tries nothing."""

    def of(self, kind: UnitKind) -> tuple[int, int]:
        """How many units of a kind were tried, and how many there are."""
        counts = [count for unit, count in self.tried.items() if unit.kind == kind]
        return sum(map(bool, counts)), len(counts)

    def percent(self, kind: UnitKind) -> float:
        """Of the units of a kind, those that were tried; 100 where there are none."""
        tried, of = self.of(kind)
        return 100 * tried / of if of else 100.0

    def untried(self, kinds: Collection[UnitKind] = tuple(KINDS)) -> list[CoverageUnit]:
        """What no example tries, by place."""
        missed = (unit for unit, count in self.tried.items() if not count and unit.kind in kinds)
        return sorted(missed, key=lambda unit: (unit.place.file, unit.place.line, unit.place.column, unit.what))


def measure_coverage(outcomes: Iterable[ExampleResult], rules: Iterable[Rule]) -> ExampleCoverage:
    """What the examples of some rules try of these rules.  Drafts, which are not evaluated, have no units."""
    tried: Counter[CoverageUnit] = Counter()
    for rule in rules:
        if rule.status != "draft":
            for unit in _units(rule):
                tried[unit] += 0
    run = 0
    for outcome in outcomes:
        if outcome.verdict != "fails":
            run += 1
            for unit in set(_tried_by(outcome)):
                tried[unit] += 1
    return ExampleCoverage(tried, run)


def _units(rule: Rule) -> Iterator[CoverageUnit]:
    yield _whole(rule)
    for pattern in rule.patterns:
        yield CoverageUnit("pattern", pattern.place, pattern.name, rule.id)
        if len(pattern.term_places) == len(pattern.terms) or pattern.inflect:
            for term, place in zip(pattern.terms, pattern.term_places, strict=False):
                yield CoverageUnit("term", place, term, rule.id)
    for condition, place in _conditions(rule):
        for leaf in _leaves(condition):
            yield _branch(rule, place, str(leaf), True)
            yield _branch(rule, place, str(leaf), False)


def _tried_by(outcome: ExampleResult) -> Iterator[CoverageUnit]:
    rule, trace = outcome.rule, outcome.trace
    if trace is None:
        return
    if outcome.hit:
        yield _whole(rule)
    found = {(match.pattern, match.found_as) for match in trace.matches}
    named = {name for name, _ in found}
    for pattern in rule.patterns:
        if pattern.name in named:
            yield CoverageUnit("pattern", pattern.place, pattern.name, rule.id)
            for term, place in zip(pattern.terms, pattern.term_places, strict=False):
                forms = (forms_of(term) or ()) if pattern.inflect else (term,)
                if any((pattern.name, form) in found for form in forms):
                    yield CoverageUnit("term", place, term, rule.id)
    values = (trace.when, trace.unless)
    for (condition, place), value in zip(_conditions(rule), values, strict=False):
        leaves = {str(leaf) for leaf in _leaves(condition)}
        for node in _told(value, leaves) if value is not None else ():
            if node.value is not None:
                yield _branch(rule, place, node.text, node.value)


def _whole(rule: Rule) -> CoverageUnit:
    return CoverageUnit("rule", rule.place, rule.id, rule.id)


def _branch(rule: Rule, place: Location, text: str, value: bool) -> CoverageUnit:
    return CoverageUnit("branch", place, f"{text} is {'true' if value else 'false'}", rule.id)


def _conditions(rule: Rule) -> Iterator[tuple[Condition, Location]]:
    yield rule.when, rule.when_place or rule.place
    if rule.unless is not None:
        yield rule.unless, rule.unless_place or rule.place


def _leaves(condition: Condition) -> Iterator[Condition]:
    if isinstance(condition, And | Or):
        for item in condition.items:
            yield from _leaves(item)
    elif isinstance(condition, Not):
        yield from _leaves(condition.item)
    elif not isinstance(condition, Always):
        yield condition


def _told(node: ConditionTrace, leaves: Collection[str]) -> Iterator[ConditionTrace]:
    """The values of the leaves: one of `all of` and the like has parts of its own, which are no branches."""
    if node.text in leaves:
        yield node
        return
    for child in node.children:
        yield from _told(child, leaves)
