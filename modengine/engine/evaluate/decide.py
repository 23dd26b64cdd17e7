"""The decision: points to actions, overrides, scope, and what could not be determined."""

from __future__ import annotations

from collections.abc import Mapping

from modengine.engine.budget import Budget
from modengine.engine.compile.program import Program
from modengine.engine.evaluate.conditions import Evaluator
from modengine.engine.evaluate.context import EvaluationContext
from modengine.engine.evaluate.matches import matches
from modengine.engine.evaluate.points import Score, action, ladder_of, long_text, wanted_by
from modengine.engine.evaluate.rules import RuleOutcomes, is_relief, points
from modengine.engine.evaluate.scope import shadows
from modengine.model import (
    CategoryScore,
    Cause,
    Decision,
    LongText,
    Message,
    Raised,
    ReliefHit,
    RuleHit,
    Undetermined,
    highest,
)
from modengine.policy.model import Rule


def decide(
    outcomes: RuleOutcomes,
    scores: Mapping[str, Score],
    message: Message,
    ignore_scope: bool,
) -> Decision:
    """The decision on a message, of the outcomes of its rules and the scores of its categories."""
    context = outcomes.context
    program = context.program
    asked = Evaluator(context, outcomes.value, {})
    raised = _raised(outcomes, asked)
    undetermined, unsure = _undetermined(outcomes, scores)
    longer = long_text(program.policy, context)
    categories: dict[str, CategoryScore] = {}
    for category, why_not in shadows(program, asked, ignore_scope).items():
        total = scores[category].total if category in scores else 0
        act = highest(
            action(ladder_of(program.policy, category, longer), total),
            *(override.action for override in raised if override.category == category),
            *(("review",) if category in unsure else ()),
        )
        categories[category] = CategoryScore(total, act, not why_not, why_not)
    hits = [
        RuleHit(hit.rule.id, hit.rule.clause, score.category, hit.points, hit.counted, matches(context, hit.rule.id))
        for score in scores.values()
        for hit in score.hits
    ]
    relief = [
        ReliefHit(taken.rule.id, score.category, -taken.points, matches(context, taken.rule.id))
        for score in scores.values()
        for taken in score.reliefs
    ]
    return _assembled(
        program,
        message,
        categories,
        hits=tuple(hits),
        shadow_hits=_shadow_hits(outcomes),
        relief=tuple(relief),
        raised=raised,
        longer=longer,
        undetermined=undetermined,
        notes=_notes(message, context),
    )


def unread(outcomes: RuleOutcomes, message: Message, ignore_scope: bool, why: Undetermined) -> Decision:
    """The decision on a message that is not read at all: every category gets `review`."""
    program = outcomes.context.program
    asked = Evaluator(outcomes.context, lambda _rule: None, {})  # no rule was looked at
    why_not = shadows(program, asked, ignore_scope)
    categories = {category: CategoryScore(0, "review", not shadow, shadow) for category, shadow in why_not.items()}
    return _assembled(program, message, categories, undetermined=(why,))


def too_much(message: Message, budget: Budget) -> Undetermined | None:
    """Why a message is not read at all; None for one within the budget."""
    length = sum(len(part.text) for part in message.all_parts())
    if length > budget.characters:
        reason = f"the message has {length:,} characters; more than {budget.characters:,} are not read"
        return Undetermined(None, None, reason, Cause.CHARACTERS)
    if len(message.parts) + 1 > budget.parts:
        reason = f"the message has {len(message.parts) + 1:,} parts; more than {budget.parts:,} are not read"
        return Undetermined(None, None, reason, Cause.PARTS)
    return None


def _notes(message: Message, context: EvaluationContext) -> tuple[str, ...]:
    """What had to be done to the text before it was read."""
    parts = zip(message.all_parts(), context.parts, strict=True)
    return tuple(
        f"lone surrogates in part {read.index} ({read.kind}) were replaced by U+FFFD"
        for part, read in parts
        if part.text != read.original
    )


def _assembled(
    program: Program,
    message: Message,
    categories: dict[str, CategoryScore],
    *,
    hits: tuple[RuleHit, ...] = (),
    shadow_hits: tuple[RuleHit, ...] = (),
    relief: tuple[ReliefHit, ...] = (),
    raised: tuple[Raised, ...] = (),
    longer: LongText | None = None,
    undetermined: tuple[Undetermined, ...] = (),
    notes: tuple[str, ...] = (),
) -> Decision:
    """A decision whose top level follows from its categories."""
    top = highest(*(c.action for c in categories.values()))
    taken = highest(*(c.action for c in categories.values() if c.in_scope))
    return Decision(
        id=message.id,
        action=top,
        taken=taken,
        in_scope=any(c.in_scope for c in categories.values() if c.action == top),
        flagged=taken != "allow",
        categories=categories,
        hits=hits,
        shadow_hits=shadow_hits,
        relief=relief,
        raised=raised,
        longer=longer,
        undetermined=undetermined,
        notes=notes,
        study=program.policy.study,
        revision=program.revision,
    )


def _shadow_hits(outcomes: RuleOutcomes) -> tuple[RuleHit, ...]:
    """The hits of the rules on test: by category, most points first."""
    program = outcomes.context.program
    rules = [compiled.rule for compiled in program.rules.values() if compiled.rule.status == "test"]
    hits = [_shadow_hit(outcomes, rule) for rule in rules if outcomes.value(rule.id)]
    order = {category: at for at, category in enumerate(program.categories)}
    return tuple(sorted(hits, key=lambda hit: (order.get(hit.category, len(order)), -hit.points, hit.rule)))


def _shadow_hit(outcomes: RuleOutcomes, rule: Rule) -> RuleHit:
    outcome = outcomes.of(rule.id)
    given = points(outcome) if rule.relief is None else -wanted_by(outcome, there=0)
    category = rule.about
    if category not in outcomes.context.program.categories:
        category = ""  # a relief for what no ruleset is about
    return RuleHit(rule.id, rule.clause, category or "", given, 0, matches(outcomes.context, rule.id))


def _raised(outcomes: RuleOutcomes, asked: Evaluator) -> tuple[Raised, ...]:
    """What the overrides raise: by category, with the rules that hit."""
    raised: list[Raised] = []
    for override in outcomes.context.program.raising:
        hit = [(rule, category) for rule, category in override.rules if outcomes.value(rule)]
        if hit and (override.when is None or asked.value(override.when) is True):
            for category in dict.fromkeys(category for _, category in hit):
                raised.append(
                    Raised(category, override.action, tuple(rule for rule, theirs in hit if theirs == category))
                )
    return tuple(raised)


def _undetermined(
    outcomes: RuleOutcomes, scores: Mapping[str, Score]
) -> tuple[tuple[Undetermined, ...], frozenset[str | None]]:
    """What failed, and the categories that it leaves unsure.  A relief counts where there was something to take."""
    found: list[Undetermined] = []
    unsure: set[str | None] = set()
    for rule_id, compiled in outcomes.context.program.rules.items():
        if rule_id not in outcomes.live or (is_relief(compiled.rule) and compiled.rule.about not in scores):
            continue
        failures = outcomes.of(rule_id).undetermined
        found += failures
        if failures and compiled.rule.status == "stable":
            unsure.add(compiled.rule.about)
    return tuple(found), frozenset(unsure)
