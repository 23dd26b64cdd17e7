"""Which rules hit, for how much, and by which matches."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from math import floor

from modengine.engine.compile.need import members
from modengine.engine.compile.program import RuleProgram
from modengine.engine.evaluate.conditions import Test, Weighed
from modengine.engine.evaluate.facts import Facts
from modengine.engine.evaluate.tests import Tests
from modengine.engine.match.found import Found
from modengine.engine.match.part import PartText
from modengine.engine.match.terms import reads
from modengine.engine.match.walk import Walk
from modengine.model import Match
from modengine.policy.condition import RuleRef, walk
from modengine.policy.model import Pattern, Rule
from modengine.text.normalize import plain, steps


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a rule.  `hit` is None where a failed matcher or field left it unknown."""

    rule: Rule
    held: bool | None
    """The value of `when`."""
    cancelled: bool | None
    """The value of `unless`."""
    weight: float
    """What the hit is worth: 1, or the greatest weight with which the condition still holds."""

    @property
    def hit(self) -> bool:
        return self.held is True and self.cancelled is not True


class Outcomes:
    """The outcomes of the rules of one message, each worked out once."""

    __slots__ = ("_described", "_known", "_reliefs", "facts", "live", "tests")

    least = 0.0
    """Tests that ask the outcomes themselves take every match for what it is."""

    def __init__(self, facts: Facts, tests: Tests, live: list[RuleProgram] | None = None) -> None:
        self.facts, self.tests = facts, tests
        self._known: dict[str, Outcome] = {}
        self._described: dict[tuple[int, str], list[Match]] = {}
        self.live = facts.program.live(facts.touched) if live is None else live
        """The rules that can hit, in the order of the policy, without the reliefs."""
        self._reliefs: list[RuleProgram] | None = None

    @property
    def reliefs(self) -> list[RuleProgram]:
        """The reliefs that can hit, in the order of the policy."""
        if self._reliefs is None:
            self._reliefs = self.facts.program.reliefs(self.facts.touched)
        return self._reliefs

    def of(self, rule_id: str) -> Outcome:
        known = self._known.get(rule_id)
        if known is None:
            known = self._known[rule_id] = self._work_out(self.facts.program.rules[rule_id])
        return known

    def is_judged(self, rule_id: str) -> bool:
        return rule_id in self._known

    def value(self, rule_id: str) -> bool | None:
        """The value of `rule(rule_id)`: drafts and gated rules are false."""
        program = self.facts.program.rules.get(rule_id)
        if program is None or not program.can_hit(self.facts.touched):
            return False
        outcome = self.of(rule_id)
        if outcome.hit:
            return True
        return None if self.facts.failures and self._unsure(outcome.rule) else False

    def _unsure(self, rule: Rule) -> bool:
        """Whether a matcher failed that a rule asks for, by itself or through other rules."""
        asked = [node for one in (rule.when, rule.unless) if one is not None for node in walk(one)]
        others = [other for node in asked if isinstance(node, RuleRef) for other in node.rules]
        return bool(self.failures(rule)) or any(self.value(other) is None for other in others)

    def failures(self, rule: Rule) -> list[tuple[Pattern, str]]:
        """The patterns of a rule that were looked for and failed."""
        matchers = self.facts.program.rules[rule.id].matchers
        return [(p, why) for p in rule.patterns if (why := self.facts.failure(matchers[p.name])) is not None]

    def _work_out(self, program: RuleProgram) -> Outcome:
        rule = program.rule
        when, unless = self.tests.rules[rule.id]
        held = when(self)
        if held is not True:
            return Outcome(rule, held, False, 1.0)
        cancelled = unless(self) if unless is not None else False
        return Outcome(rule, held, cancelled, 1.0 if cancelled else self._weight(rule.id, when))

    def _weight(self, rule_id: str, when: Test) -> float:
        weights = {1.0}
        for number in members(self.facts.touched & self.tests.sought[rule_id].weighed):
            weights.update([place.weight for place in self.facts.evidence(number).places])
        if len(weights) == 1:
            return 1.0
        for weight in sorted(weights, reverse=True):
            if when(Weighed(self.facts, self.value, weight)) is True:
                return weight
        return min(weights)

    def matches(self, rule: Rule) -> tuple[Match, ...]:
        """Every match of a rule's patterns, in the order of their places."""
        sought = self.tests.sought[rule.id]
        found: list[Match] = []
        for number in members(self.facts.touched & sought.mask):
            for pattern in sought.patterns[number]:
                found += self._matches(number, pattern)
        return tuple(sorted(found, key=_order))

    def _matches(self, number: int, pattern: Pattern) -> list[Match]:
        """Described once in a message: the rules of a ruleset share their patterns."""
        known = self._described.get((number, pattern.name))
        if known is None:
            findings = self.facts.evidence(number).findings
            known = self._described[number, pattern.name] = [
                describe(part, pattern, one)
                for part, finding in zip(self.facts.parts if findings else (), findings, strict=False)
                for one in finding.found
            ]
        return known


def exactly(weight: float) -> Fraction:
    """A weight as it is written: 0.29 is 29/100, so that 29 of 100 points are 29."""
    return Fraction(str(weight))


def points(rule: Rule, outcome: Outcome) -> int:
    """The points of a hit; floor of score times weight."""
    if outcome.weight == 1.0:
        return rule.score
    return floor(rule.score * exactly(outcome.weight))


def _order(match: Match) -> tuple[int, int, int, str]:
    return match.part_index, match.start, match.end, match.pattern


def describe(part: PartText, pattern: Pattern, found: Found) -> Match:
    """A match as it is shown: the original characters and every step from the term to them."""
    original = part.original[found.first : found.last]
    sought = found.sought or part.plain[found.start : found.end]
    return Match(
        pattern.name,
        part.kind,
        part.index,
        found.first,
        found.last,
        original,
        sought,
        (pattern.kind, *_how(part, pattern, found, original)),
        found.weight,
    )


def _how(part: PartText, pattern: Pattern, found: Found, original: str) -> tuple[str, ...]:
    if original == found.sought:
        return ()
    here = part.plain[found.start : found.end]
    return _steps(original, here, found.sought, pattern.gaps, pattern.repeats, found.way)


@lru_cache(maxsize=8192)
def _steps(original: str, here: str, sought: str, gaps: int, repeats: bool, way: str) -> tuple[str, ...]:
    """Every step from the term `sought` to the `original`; `here` is its plain view."""
    how = list(steps(original))
    term = plain(sought)
    if sought and here != term:
        # An option was a step if the term is not read here without it.
        if gaps and not reads(here, term, Walk(0, repeats), way):
            how.append("gaps")
        if repeats and not reads(here, term, Walk(gaps, False), way):
            how.append("repeats")
        if gaps and len(how) == len(steps(original)) and not reads(here, term, Walk(0, False), way):
            how.append("gaps")  # either would do
    if way != "exact":
        how.append(way)
    return tuple(how)
