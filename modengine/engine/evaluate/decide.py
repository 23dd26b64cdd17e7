"""The decision: points to actions, overrides, scope, and what could not be determined."""

from __future__ import annotations

from modengine.engine.compile.program import Program
from modengine.engine.evaluate.conditions import Weighed
from modengine.engine.evaluate.facts import Facts
from modengine.engine.evaluate.points import Score, action, score, wanted_by
from modengine.engine.evaluate.rules import Outcome, Outcomes, points
from modengine.engine.evaluate.scope import shadows
from modengine.engine.evaluate.tests import Tests
from modengine.model import (
    CategoryScore,
    Decision,
    Message,
    Raised,
    ReliefHit,
    RuleHit,
    Undetermined,
    highest,
)
from modengine.policy.model import Policy

MOST_KEPT = 1000
"""So many ways to be out of scope are remembered: a policy of many exceptions has more."""


def scores(outcomes: Outcomes) -> dict[str, Score]:
    """The score of every category that has hits."""
    program = outcomes.facts.program
    hits: dict[str, list[Outcome]] = {}
    for one in outcomes.live:
        if one.rule.status == "stable" and (outcome := outcomes.of(one.rule.id)).hit:
            hits.setdefault(str(one.rule.category), []).append(outcome)
    if not hits:
        return {}
    reliefs: dict[str, list[str]] = {}
    for one in outcomes.reliefs:
        if one.rule.status == "stable" and one.rule.relief is not None:
            reliefs.setdefault(str(one.rule.relief.category), []).append(one.rule.id)
    return {
        category: score(
            program.caps,
            category,
            hits[category],
            [o for o in map(outcomes.of, reliefs.get(category, ())) if o.hit],
        )
        for category in program.categories
        if category in hits
    }


def decide(outcomes: Outcomes, message_id: str | None, ignore_scope: bool, notes: tuple[str, ...]) -> Decision:
    """The decision on a message whose rules `outcomes` judges."""
    facts, program = outcomes.facts, outcomes.facts.program
    policy = program.policy
    by_category = scores(outcomes)
    shadow_rules = [
        one.rule.id
        for live in ((outcomes.live, outcomes.reliefs) if program.has_shadow_reliefs else (outcomes.live,))
        for one in live
        if one.rule.status == "test" and outcomes.of(one.rule.id).hit
    ]
    raised = _raised(outcomes)
    why_not = shadows(policy, outcomes.tests, outcomes, ignore_scope)
    if not (by_category or shadow_rules or raised or facts.failures):
        return quiet(policy, message_id, why_not, program.revision, notes, outcomes.tests.quiet_ones)
    hits = tuple(
        RuleHit(c.rule.id, c.rule.clause, s.category, c.points, c.counted, outcomes.matches(c.rule))
        for s in by_category.values()
        for c in s.hits
    )
    order = {category: at for at, category in enumerate(program.categories)}
    shadow_hits = tuple(
        sorted(
            (_shadow_hit(outcomes, r) for r in shadow_rules),
            key=lambda hit: (order.get(hit.category, len(order)), -hit.points, hit.rule),
        )
    )
    relief = tuple(
        ReliefHit(t.rule.id, s.category, -t.points, outcomes.matches(t.rule))
        for s in by_category.values()
        for t in s.reliefs
    )
    # All that may run a matcher has run: now it is known what failed.
    undetermined, unsure = _undetermined(outcomes)
    categories: dict[str, CategoryScore] = {}
    for category in program.categories:
        total = by_category[category].total if category in by_category else 0
        act = highest(
            action(policy.actions.get(category, {}), total),
            *(one.action for one in raised if one.category == category),
            *(("review",) if category in unsure else ()),
        )
        categories[category] = CategoryScore(total, act, not why_not[category], why_not[category])
    return assemble(
        policy,
        message_id,
        categories,
        program.revision,
        hits=hits,
        shadow_hits=shadow_hits,
        relief=relief,
        raised=raised,
        undetermined=undetermined,
        notes=notes,
    )


def quiet(
    policy: Policy,
    message_id: str | None,
    why_not: dict[str, tuple[str, ...]],
    revision: str,
    notes: tuple[str, ...],
    quiet_ones: dict[tuple[tuple[str, ...], ...], Decision],
) -> Decision:
    """The decision on a message in which no rule hit.  `quiet_ones` keeps one for each way to be out of scope."""
    known = tuple(why_not.values())
    like = quiet_ones.get(known)
    if like is None:
        categories = {
            category: CategoryScore(0, action(policy.actions.get(category, {}), 0), not shadow, shadow)
            for category, shadow in why_not.items()
        }
        like = assemble(policy, None, categories, revision)
        if len(quiet_ones) < MOST_KEPT:
            quiet_ones[known] = like
    return again(like, message_id, notes)


def again(like: Decision, message_id: str | None, notes: tuple[str, ...]) -> Decision:
    """A decision without a hit, of another message."""
    return Decision(
        message_id,
        like.action,
        like.taken,
        like.in_scope,
        like.flagged,
        like.categories.copy(),
        notes=notes,
        study=like.study,
        revision=like.revision,
    )


def never_differs(program: Program, tests: Tests, ignore_scope: bool) -> Decision | None:
    """The decision on every message in which no rule can hit; None where it depends on the message."""
    if not ignore_scope or tests.exceptions or program.has_shadow_reliefs:
        return None
    nothing = Outcomes(Facts(program, {}, 0, lambda: ((), tuple)), tests, [])
    return decide(nothing, None, ignore_scope, ())


def assemble(
    policy: Policy,
    message_id: str | None,
    categories: dict[str, CategoryScore],
    revision: str,
    *,
    hits: tuple[RuleHit, ...] = (),
    shadow_hits: tuple[RuleHit, ...] = (),
    relief: tuple[ReliefHit, ...] = (),
    raised: tuple[Raised, ...] = (),
    undetermined: tuple[Undetermined, ...] = (),
    notes: tuple[str, ...] = (),
) -> Decision:
    """A decision whose top level follows from its categories."""
    top = highest(*(c.action for c in categories.values()))
    taken = highest(*(c.action for c in categories.values() if c.in_scope))
    return Decision(
        id=message_id,
        action=top,
        taken=taken,
        in_scope=any(c.in_scope for c in categories.values() if c.action == top),
        flagged=taken != "allow",
        categories=categories,
        hits=hits,
        shadow_hits=shadow_hits,
        relief=relief,
        raised=raised,
        undetermined=undetermined,
        notes=notes,
        study=policy.study,
        revision=revision,
    )


def too_long(outcomes: Outcomes, message: Message, ignore_scope: bool, most: int) -> Decision:
    """The decision on a message that is longer than the limit: not read at all, so `review`."""
    program = outcomes.facts.program
    policy = program.policy
    judge = Weighed(outcomes.facts, lambda _rule: None, 0.0)  # no rule was looked at
    categories = {
        category: CategoryScore(0, "review", not shadow, shadow)
        for category, shadow in shadows(policy, outcomes.tests, judge, ignore_scope).items()
    }
    length = sum(len(part.text) for part in message.all_parts())
    reason = f"the message has {length:,} characters; more than {most:,} are not read"
    return assemble(policy, message.id, categories, program.revision, undetermined=(Undetermined(None, None, reason),))


def _shadow_hit(outcomes: Outcomes, rule_id: str) -> RuleHit:
    outcome = outcomes.of(rule_id)
    rule = outcome.rule
    category = rule.category or (rule.relief.category if rule.relief else None) or ""
    given = points(rule, outcome) if rule.relief is None else -wanted_by(outcome, there=0)
    return RuleHit(rule.id, rule.clause, category, given, 0, outcomes.matches(rule))


def _raised(outcomes: Outcomes) -> tuple[Raised, ...]:
    raised: list[Raised] = []
    for override in outcomes.tests.raises:
        hit = [(rule, category) for rule, category in override.rules if outcomes.value(rule) is True]
        if hit and (override.when is None or override.when(outcomes) is True):
            for category in dict.fromkeys(category for _, category in hit if category is not None):
                mine = tuple(rule for rule, theirs in hit if theirs == category)
                raised.append(Raised(category, override.action, mine))
    return tuple(raised)


def _undetermined(outcomes: Outcomes) -> tuple[tuple[Undetermined, ...], set[str]]:
    """What failed, and the categories that it leaves unsure."""
    found: list[Undetermined] = []
    unsure: set[str] = set()
    if not outcomes.facts.failures:
        return (), unsure
    live = {*outcomes.live, *outcomes.reliefs}
    for one in outcomes.facts.program.rules.values():
        if one not in live:
            continue
        rule = one.rule
        failures = [Undetermined(rule.id, pattern.name, reason) for pattern, reason in outcomes.failures(rule)]
        if not failures and rule.status == "stable" and outcomes.is_judged(rule.id) and outcomes.value(rule.id) is None:
            failures = [Undetermined(rule.id, None, "it asks for a rule that is undetermined")]
        found += failures
        if failures:
            category = rule.category if rule.relief is None else rule.relief.category
            if rule.status == "stable" and category is not None:
                unsure.add(category)
    return tuple(found), unsure
