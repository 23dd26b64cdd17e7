"""Which rules hit, and for how much."""

from __future__ import annotations

from collections.abc import Container, Iterable
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from math import floor

from modengine.engine.compile.program import RuleProgram
from modengine.engine.evaluate.conditions import Evaluator, Truth
from modengine.engine.evaluate.context import EvaluationContext
from modengine.engine.evaluate.record import EvaluationRecorder, NodeRecord
from modengine.model import Cause, Undetermined
from modengine.policy.condition import Condition
from modengine.policy.model import PointsWhere, Rule


@dataclass(frozen=True, slots=True)
class RuleOutcome:
    """What became of a rule."""

    rule: Rule
    """Its score is the one that holds for the message."""
    held: Truth
    """The value of `when`."""
    cancelled: Truth = False
    """The value of `unless`; not asked where `when` does not hold."""
    weight: float = 1.0
    """What the hit is worth: 1, or the greatest weight with which the condition still holds."""
    definite: bool = True
    """Whether nothing that was unknown could have changed it."""
    undetermined: tuple[Undetermined, ...] = ()
    """What failed, where it is not definite for that."""
    when: NodeRecord | None = None
    unless: NodeRecord | None = None

    @property
    def hit(self) -> bool:
        return self.held is True and self.cancelled is not True


class RuleOutcomes:
    """The outcomes of the rules of one message, each worked out once."""

    def __init__(self, context: EvaluationContext, live: Iterable[str], recorded: Container[str] = ()) -> None:
        """`live` are the rules that may hit; of those `recorded` the evaluation is taken down."""
        self.context = context
        self.live = frozenset(live)
        self._recorded = recorded
        self._known: dict[str, RuleOutcome] = {}

    @cached_property
    def other_points(self) -> PointsWhere | None:
        """The entry of `points` that holds for the message: the first whose condition is true."""
        asked = Evaluator(self.context, self.value, {})
        return next((entry for entry in self.context.program.policy.points if asked.value(entry.when) is True), None)

    def rule(self, rule: Rule) -> Rule:
        """A rule with the score that holds for the message."""
        score = None if self.other_points is None else self.other_points.scores.get(rule.id)
        return rule if score is None else replace(rule, score=score)

    def of(self, rule_id: str) -> RuleOutcome:
        known = self._known.get(rule_id)
        if known is None:
            known = self._known[rule_id] = self.worked_out(self.context.program.rules[rule_id])
        return known

    def value(self, rule_id: str) -> Truth:
        """The value of `rule(rule_id)`: drafts and rules that lack a field have not hit; None for undetermined."""
        if rule_id not in self.live:
            return False
        outcome = self.of(rule_id)
        return True if outcome.hit else None if outcome.undetermined else False

    def worked_out(self, program: RuleProgram) -> RuleOutcome:
        """The outcome of a rule that is asked for the first time."""
        outcome = self._evaluated(program)
        return outcome if outcome.definite else replace(outcome, undetermined=self._failures(program))

    def _evaluated(self, program: RuleProgram) -> RuleOutcome:
        rule, recorded = self.rule(program.rule), program.rule.id in self._recorded
        held, when = self._asked(program, rule.when, recorded)
        if held is not True and not recorded:
            return RuleOutcome(rule, held, definite=held is False)
        cancelled, unless = (False, None) if rule.unless is None else self._asked(program, rule.unless, recorded)
        if held is not True:
            return RuleOutcome(rule, held, definite=held is False, when=when, unless=unless)
        if cancelled:
            return RuleOutcome(rule, held, cancelled, when=when, unless=unless)
        weight, sure = self._weight(program)
        return RuleOutcome(rule, held, cancelled, weight, sure and cancelled is False, when=when, unless=unless)

    def _asked(self, program: RuleProgram, condition: Condition, recorded: bool) -> tuple[Truth, NodeRecord | None]:
        recorder = EvaluationRecorder() if recorded else None
        value = Evaluator(self.context, self.value, program.patterns, recorder=recorder).value(condition)
        return value, None if recorder is None else recorder.root

    def _weight(self, program: RuleProgram) -> tuple[float, bool]:
        """What a hit is worth; and whether the condition was known at every greater weight."""
        weights = {1.0}
        for pattern in program.rule.patterns:
            if pattern.is_fuzzy:
                found = self.context.evidence(program.patterns[pattern.name]).occurrences
                weights.update([occurrence.weight for occurrence in found])
        sure = True
        for weight in sorted(weights, reverse=True) if len(weights) > 1 else ():
            value = Evaluator(self.context, self.value, program.patterns, weight).value(program.rule.when)
            if value is True:
                return weight, sure
            sure = sure and value is False
        return min(weights), sure

    def _failures(self, program: RuleProgram) -> tuple[Undetermined, ...]:
        """What failed of all that an outcome hangs on; nothing where it lacks a field and no more."""
        rule_id = program.rule.id
        failed = [
            Undetermined(rule_id, pattern.name, failure.reason, failure.cause)
            for pattern in program.rule.patterns
            if (failure := self.context.evidence(program.patterns[pattern.name]).failed) is not None
        ]
        if not failed and any(rule in self.live and self.of(rule).undetermined for rule in program.rule.asked_rules):
            failed = [Undetermined(rule_id, None, "it asks for a rule that is undetermined", Cause.RULE)]
        return tuple(failed)


def evaluate(outcomes: RuleOutcomes, live: Iterable[str]) -> RuleOutcomes:
    """Works out the rules that may hit, each after those that it asks for.

    Reliefs wait until it is known whether there is anything to take.
    """
    for rule_id in live:
        if not is_relief(outcomes.context.program.rules[rule_id].rule):
            outcomes.of(rule_id)
    return outcomes


def is_relief(rule: Rule) -> bool:
    """Whether a rule takes points from others: those on test take none."""
    return rule.relief is not None and rule.status == "stable"


def exactly(weight: float) -> Fraction:
    """A weight as it is written: 0.29 is 29/100, so that 29 of 100 points are 29."""
    return Fraction(str(weight))


def points(outcome: RuleOutcome) -> int:
    """The points of a hit; floor of score times weight."""
    score = outcome.rule.score
    return score if outcome.weight == 1.0 else floor(score * exactly(outcome.weight))
