"""A decision with everything that was looked at: what `explain` shows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal

from modengine.engine.evaluate.matches import matches, suppressed
from modengine.engine.evaluate.near_miss import near_misses
from modengine.engine.evaluate.points import Score, ladder_of
from modengine.engine.evaluate.rules import RuleOutcome, RuleOutcomes
from modengine.model import Decision, LongText, Match, Message, RuleTrace, Step, Suppressed, Trace, Waterfall
from modengine.policy.model import Policy, Rule

Kind = Literal["score", "relief", "test"]
Result = Literal["hit", "cancelled", "no", "unknown"]


def trace(
    outcomes: RuleOutcomes,
    scores: Mapping[str, Score],
    decision: Decision,
    message: Message,
    recorded: Iterable[str],
    scope_ignored: bool,
    asked_for: bool = False,
) -> Trace:
    """The trace of a decision: of each rule that was recorded and found anything, whether it might hit or not.

    Rules that were `asked_for` are told of also where nothing of them was found.
    """
    context = outcomes.context
    rules: list[RuleTrace] = []
    close: list[RuleOutcome] = []
    for rule_id in recorded:
        found, dropped = matches(context, rule_id), suppressed(context, rule_id)
        if asked_for or found or dropped or outcomes.value(rule_id):
            outcome = outcomes.of(rule_id)
            if outcome.when is None:
                continue  # the message was too much to be read
            rules.append(_rule_trace(outcome, found, dropped, _instead(outcomes, outcome.rule)))
            close += [outcome] if found else []
    policy = context.program.policy
    return Trace(
        message,
        decision,
        tuple(rules),
        near_misses(close),
        tuple(_waterfall(policy, score, decision.longer) for score in scores.values()),
        policy.id,
        scope_ignored,
    )


def _instead(outcomes: RuleOutcomes, rule: Rule) -> str:
    own, entry = outcomes.context.program.rules[rule.id].rule.score, outcomes.other_points
    return "" if entry is None or rule.score == own else f"{rule.score} points in place of {own}, where {entry.when}"


def _rule_trace(
    outcome: RuleOutcome, found: tuple[Match, ...], dropped: tuple[Suppressed, ...], instead: str
) -> RuleTrace:
    rule = outcome.rule
    kind: Kind = "test" if rule.status == "test" else "relief" if rule.relief is not None else "score"
    result: Result = "unknown" if outcome.held is None else "no"
    if outcome.held is True:
        result = "hit" if outcome.hit else "cancelled"
    assert outcome.when is not None
    return RuleTrace(
        rule.id,
        rule.title,
        rule.about or "",
        kind,
        result,
        outcome.when.trace(),
        outcome.unless.trace() if outcome.unless is not None else None,
        found,
        dropped,
        rule.score,
        instead,
    )


def _waterfall(policy: Policy, score: Score, longer: LongText | None) -> Waterfall:
    steps: list[Step] = []
    total = 0
    for hit in score.hits:
        total += hit.counted
        capped = f" (of {hit.points}, group `{hit.rule.group}` is capped)" if hit.counted != hit.points else ""
        steps.append(Step(hit.rule.id + capped, hit.counted, total))
    for relief in score.reliefs:
        total -= relief.points
        steps.append(Step(relief.rule.id, -relief.points, total))
    thresholds = {str(step): least for step, least in ladder_of(policy, score.category, longer).items()}
    note = longer.sentence if longer is not None and thresholds else ""
    return Waterfall(score.category, tuple(steps), total, thresholds, note)
