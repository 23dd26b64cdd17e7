"""From hits to points: caps of groups, then relief, per category, never below 0."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import floor

from modengine.engine.evaluate.context import EvaluationContext
from modengine.engine.evaluate.rules import RuleOutcome, RuleOutcomes, exactly, points
from modengine.model import Action, LongText, highest
from modengine.policy.condition import matching
from modengine.policy.model import Policy, Rule

Caps = Mapping[tuple[str, str], int]
"""The cap of each (ruleset, group), in points."""


@dataclass(slots=True)
class Counted:
    """A hit's points on their way through caps and relief.  Local to `score`."""

    rule: Rule
    points: int
    counted: int
    left: int


@dataclass(frozen=True, slots=True)
class Taken:
    """A relief that held, and what it took."""

    rule: Rule
    points: int


@dataclass(frozen=True, slots=True)
class Score:
    """The points of one category and how they came about."""

    category: str
    hits: tuple[Counted, ...]
    """By points, most first."""
    reliefs: tuple[Taken, ...]
    total: int


def scores(outcomes: RuleOutcomes) -> dict[str, Score]:
    """The score of every category that has hits, in the order of the policy."""
    program = outcomes.context.program
    hits: dict[str, list[RuleOutcome]] = {}
    reliefs: dict[str, list[str]] = {}
    for rule_id, compiled in program.rules.items():
        rule = compiled.rule
        if rule_id not in outcomes.live or rule.status != "stable":
            continue
        if rule.relief is not None:
            reliefs.setdefault(str(rule.relief.category), []).append(rule_id)
        elif (outcome := outcomes.of(rule_id)).hit:
            hits.setdefault(str(rule.category), []).append(outcome)
    found = {}
    for category in program.categories:
        if category in hits:
            taking = [outcome for rule in reliefs.get(category, ()) if (outcome := outcomes.of(rule)).hit]
            found[category] = score(program.caps, category, hits[category], taking)
    return found


def score(caps: Caps, category: str, hits: Iterable[RuleOutcome], reliefs: Iterable[RuleOutcome]) -> Score:
    """The score of a category.  `reliefs` are those of this category that held, in policy order."""
    counted = cap(caps, hits)
    taken: list[Taken] = []
    if counted:
        for outcome in sorted(reliefs, key=lambda o: not _of_rules(o.rule)):  # those of single rules first
            taken.append(Taken(outcome.rule, _take(outcome, counted)))
    return Score(category, tuple(counted), tuple(taken), sum(hit.left for hit in counted))


def _of_rules(rule: Rule) -> bool:
    return rule.relief is not None and bool(rule.relief.rules)


def cap(caps: Caps, hits: Iterable[RuleOutcome]) -> list[Counted]:
    """The points of the hits, most first, with what the cap of each one's group leaves."""
    counted: list[Counted] = []
    used: dict[tuple[str, str], int] = {}
    for outcome in sorted(hits, key=lambda o: (-points(o), o.rule.id)):
        rule, given = outcome.rule, points(outcome)
        left = given
        if rule.group is not None:
            key = (rule.ruleset, rule.group)
            if key in caps:
                left = min(given, caps[key] - used.get(key, 0))
            used[key] = used.get(key, 0) + left
        counted.append(Counted(rule, given, left, left))
    return counted


def wanted_by(outcome: RuleOutcome, there: int) -> int:
    """The points a relief asks for where there are so many: floor of its own times the weight."""
    relief = outcome.rule.relief
    assert relief is not None
    return floor(exactly(outcome.weight) * (there if relief.by is None else relief.by))


def _take(outcome: RuleOutcome, counted: list[Counted]) -> int:
    """Takes the points of a relief from the hits it covers; gives how many."""
    relief = outcome.rule.relief
    assert relief is not None
    covered = counted
    if relief.rules:
        ids = [hit.rule.id for hit in counted]
        named = {rule_id for glob in relief.rules for rule_id in matching(glob, ids)}
        covered = [hit for hit in counted if hit.rule.id in named]
    there = sum(hit.left for hit in covered)
    taken = rest = min(wanted_by(outcome, there), there)
    for hit in covered:
        piece = min(rest, hit.left)
        hit.left -= piece
        rest -= piece
    return taken


def long_text(policy: Policy, context: EvaluationContext) -> LongText | None:
    """Whether a message is so long that every step asks for more points; the last length exceeded counts."""
    exceeded = [entry.add for entry in policy.longer if context.length > entry.above]
    return LongText(context.length, exceeded[-1]) if exceeded and exceeded[-1] else None


def ladder_of(policy: Policy, category: str, longer: LongText | None) -> dict[Action, int]:
    """The points that each step of a category asks for in a message."""
    more = 0 if longer is None else longer.points
    return {step: least + more for step, least in policy.actions.get(category, {}).items()}


def action(ladder: Mapping[Action, int], total: int) -> Action:
    """The highest step of the ladder that the points reach."""
    return highest(*(step for step, threshold in ladder.items() if total >= threshold))
