"""A decision with everything that was looked at: what `explain` shows."""

from __future__ import annotations

from collections.abc import Collection
from typing import Literal

from modengine.engine.evaluate.conditions import Explainer
from modengine.engine.evaluate.decide import scores
from modengine.engine.evaluate.points import Score
from modengine.engine.evaluate.rules import Outcome, Outcomes, describe
from modengine.model import (
    Decision,
    Match,
    Message,
    NearMiss,
    RuleTrace,
    Step,
    Suppressed,
    Trace,
    Waterfall,
)
from modengine.policy.condition import And, Condition, Has, Length, Near, Not, Of, Or, Select, Together, selects
from modengine.policy.model import Policy, Rule

MOST_NEAR_MISSES = 10

Kind = Literal["score", "relief", "test"]
Result = Literal["hit", "cancelled", "no", "unknown"]


def trace(
    outcomes: Outcomes, message: Message, decision: Decision, scope_ignored: bool, only: Collection[str] | None
) -> Trace:
    """The trace of a decision.  Every rule, or each of `only` those, is judged in full, whatever its gate."""
    program = outcomes.facts.program
    totals = scores(outcomes)
    rules: list[RuleTrace] = []
    misses: list[tuple[int, NearMiss]] = []
    for rule_id, compiled in program.rules.items():
        if only is not None and rule_id not in only:
            continue
        rule = compiled.rule
        found, suppressed = outcomes.matches(rule), _suppressed(outcomes, rule)
        outcome = outcomes.of(rule_id)
        if not (found or suppressed or outcome.hit):
            continue
        judge = Explainer(outcomes, compiled.matchers)
        rules.append(_rule_trace(outcome, judge, found, suppressed))
        if found and not outcome.hit and outcome.held is not True and rule.relief is None:
            miss = _near_miss(judge, rule)
            if miss is not None:
                misses.append((-rule.score, miss))
    misses.sort(key=lambda pair: (pair[0], pair[1].rule))
    return Trace(
        message,
        decision,
        tuple(rules),
        tuple(miss for _, miss in misses[:MOST_NEAR_MISSES]),
        tuple(_waterfall(program.policy, one) for one in totals.values()),
        program.policy.id,
        scope_ignored,
    )


def _rule_trace(
    outcome: Outcome, judge: Explainer, found: tuple[Match, ...], suppressed: tuple[Suppressed, ...]
) -> RuleTrace:
    rule = outcome.rule
    relief = rule.relief
    kind: Kind = "test" if rule.status == "test" else "relief" if relief is not None else "score"
    result: Result = "unknown" if outcome.held is None else "no"
    if outcome.held is True:
        result = "hit" if outcome.hit else "cancelled"
    return RuleTrace(
        rule.id,
        rule.title,
        rule.category or (relief.category if relief else None) or "",
        kind,
        result,
        judge.trace(rule.when),
        judge.trace(rule.unless) if rule.unless is not None else None,
        found,
        suppressed,
    )


def _suppressed(outcomes: Outcomes, rule: Rule) -> tuple[Suppressed, ...]:
    facts, matchers = outcomes.facts, outcomes.facts.program.rules[rule.id].matchers
    found = [
        Suppressed(describe(part, pattern, dropped.found), dropped.reason)
        for pattern in rule.patterns
        for part, finding in zip(facts.parts, facts.evidence(matchers[pattern.name]).findings, strict=False)
        for dropped in finding.dropped
    ]
    return tuple(sorted(found, key=lambda s: (s.match.part_index, s.match.start, s.match.end)))


def _waterfall(policy: Policy, score: Score) -> Waterfall:
    steps: list[Step] = []
    total = 0
    for hit in score.hits:
        total += hit.counted
        capped = f" (of {hit.points}, group `{hit.rule.group}` is capped)" if hit.counted != hit.points else ""
        steps.append(Step(hit.rule.id + capped, hit.counted, total))
    for relief in score.reliefs:
        total -= relief.points
        steps.append(Step(relief.rule.id, -relief.points, total))
    thresholds = {str(step): least for step, least in policy.actions.get(score.category, {}).items()}
    return Waterfall(score.category, tuple(steps), total, thresholds)


# ----------------------------------------------------------------------- near misses


def _near_miss(judge: Explainer, rule: Rule) -> NearMiss | None:
    """The rule as a near miss if changing one leaf of its condition would make it hold."""
    hidden = {p.name for p in rule.patterns if not p.near_miss}
    cost, missing = _cost(judge, rule.when, hidden)
    # One thing short is near only where something else was found: a rule of one pattern never is.
    if cost != 1 or len({name for select in selects(rule.when) for name in select.names}) < 2:
        return None
    return NearMiss(rule.id, rule.title, rule.category or "", rule.score, missing)


_FAR = 1000


def _cost(judge: Explainer, condition: Condition, hidden: set[str]) -> tuple[int, str]:
    """How many leaves must change for the condition to hold, and the first of them."""
    match condition:
        case And(items):
            costs = [_cost(judge, item, hidden) for item in items]
            return sum(c for c, _ in costs), next((text for c, text in costs if c), "")
        case Or(items):
            return min((_cost(judge, item, hidden) for item in items), key=lambda pair: pair[0])
        case _ if judge.value(condition) is True:
            return 0, ""
        case Of(n):
            names = condition.names
            found = sum(judge.value(Has(Select(name, names=(name,)))) is True for name in names)
            short = (len(names) if n is None else n) - found
            open_ = [name for name in names if name not in hidden]
            return (short if len(open_) >= short and found else _FAR), str(condition)
        case Near(left, right):
            missing = [s for s in (left, right) if judge.value(Has(s)) is not True]
            return _leaf(missing, hidden, condition)
        case Together(many):
            return _leaf([s for s in many if judge.value(Has(s)) is not True], hidden, condition)
        case Has(select):
            return _leaf([select], hidden, condition)
        case Not() | Length():
            return _FAR, str(condition)
        case _:
            return 1, str(condition)


def _leaf(missing: list[Select], hidden: set[str], condition: Condition) -> tuple[int, str]:
    if any(set(select.names) <= hidden for select in missing):
        return _FAR, str(condition)
    return max(1, len(missing)), str(condition)
