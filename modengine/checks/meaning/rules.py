"""Rules that hit never, only where another one does, or nowhere that the policy acts."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import islice

from modengine.checks.meaning.conditions import Looked, brief
from modengine.checks.meaning.facts import Known, World
from modengine.checks.meaning.logic import OutOfSteps, negation
from modengine.checks.meaning.proof import possible, refuted
from modengine.errors import Diagnostic, Location
from modengine.policy.condition import (
    And,
    Compare,
    Condition,
    Count,
    Has,
    Inside,
    Near,
    Of,
    Or,
    RuleRef,
    Select,
    Together,
    walk,
)
from modengine.policy.model import Period, Policy, Rule, Ruleset

MOST_FINDINGS = 10
"""In one condition."""
A_PAIR = 20
"""Steps that it costs to tell two rules apart that have little to do with each other."""


class ConditionMeaning:
    """ME812 to ME817: what conditions say, proved."""

    def find(self, policy: Policy) -> Iterator[Diagnostic]:
        known = Known.of(policy)
        found: dict[str, set[int]] = {}
        """Of each rule that can hit, patterns of which it is enough that they are found."""
        for rule in policy.rules:
            if known.steps.left < 0:
                break
            meaning = _looked_at(known, rule) if _asks_for_more(rule) else _of_patterns(_bare(rule))
            known.steps.left -= 0 if _asks_for_more(rule) else meaning.steps
            places = {_WHEN: rule.when_place or rule.place, _UNLESS: rule.unless_place or rule.place}
            yield from (replace(said, location=places.get(said.location, said.location)) for said in meaning.found)
            if meaning.shown is not None and rule.status != "draft":
                found[rule.id] = {known.evidence.number(p) for p in rule.patterns if p.name in meaning.shown}
        yield from _of_policy(known)
        yield from _of_pairs(known, found)


@dataclass(frozen=True, slots=True)
class RuleMeaning:
    """What there is to say of the conditions of a rule."""

    found: tuple[Diagnostic, ...]
    shown: frozenset[str] | None
    """Patterns of which it is enough that they are found; None where it cannot hit, or nobody knows."""
    steps: int


def _looked_at(known: Known, rule: Rule) -> RuleMeaning:
    found: list[Diagnostic] = []
    shown, before = None, known.steps.left
    with suppress(OutOfSteps):
        world = World(known)
        for finding in _of_rule(world, rule):
            found.append(finding)
        model = possible(world, [world.hit(rule)])
        if model is not None:
            true = {atom[1] for atom, number in world.atoms.items() if atom[0] == "has" and number in model}
            shown = frozenset(name for name, number in known.names(rule).items() if number in true)
    return RuleMeaning(tuple(found), shown, before - known.steps.left)


_WHEN, _UNLESS = Location("", 1), Location("", 2)


def _asks_for_more(rule: Rule) -> bool:
    """Whether other rules or fields have a part in what its conditions mean."""
    return any(isinstance(node, Compare | RuleRef) for node in rule.nodes)


def _bare(rule: Rule) -> Rule:
    """A rule without what changes nothing of the meaning of its conditions; places stand for where they are."""
    patterns = tuple(pattern.without_places() for pattern in rule.patterns)
    return Rule(rule.id, "", None, _WHEN, rule.when, rule.unless, patterns=patterns, unless_place=_UNLESS)


@lru_cache(maxsize=4096)  # a ruleset is looked at by itself and in its policies, and most of it again at every edit
def _of_patterns(rule: Rule) -> RuleMeaning:
    """Of a rule that asks for patterns alone."""
    alone = Ruleset("", "", None, "", _WHEN, (rule,))
    return _looked_at(Known.of(Policy("", "", "", _WHEN, (alone,))), rule)


def _of_rule(world: World, rule: Rule) -> Iterator[Diagnostic]:
    names = world.known.names(rule)
    place = rule.when_place or rule.place
    looked = Looked(world, names, f"`when` of `{rule.id}`", place)
    when = world.true(rule.when, names)
    unless = None if rule.unless is None else world.true(rule.unless, names)
    yield from islice(looked.findings(rule.when), MOST_FINDINGS)
    if possible(world, [when]) is None:
        return
    if (finding := _out_of_scope(world, rule)) is not None:
        yield finding
    if rule.unless is None or unless is None:
        return
    at = rule.unless_place or rule.place
    yield from islice(Looked(world, names, f"`unless` of `{rule.id}`", at).findings(rule.unless), MOST_FINDINGS)
    if proof := refuted(world, [when, negation(unless)]):
        message = f"`{rule.id}` never hits: where `{brief(rule.when)}` holds, so does `{brief(rule.unless)}`"
        yield Diagnostic("ME815", message + proof.because(), at, "let `unless` say what sets apart the harmless ones")
    elif possible(world, [unless]) is not None and (proof := refuted(world, [when, unless])):
        message = f"`unless` of `{rule.id}` cancels nothing: `{brief(rule.unless)}` never holds where `when` does"
        yield Diagnostic("ME814", message + proof.because(), at, "remove it, or say what was meant")


def _out_of_scope(world: World, rule: Rule) -> Diagnostic | None:
    policy = world.known.policy
    if not any(isinstance(node, Compare | RuleRef) for node in walk(rule.when)):
        return None
    scope = policy.scope.get(str(rule.about), policy.scope.get("default"))
    for bounds, what in ((scope, f"the scope `{scope}`"), (_inside(policy.period), "the period of the policy")):
        if bounds is None or possible(world, [world.true(bounds, {})]) is None:
            continue
        if proof := refuted(world, [world.hit(rule), world.true(bounds, {})]):
            message = f"`{rule.id}` holds of nothing in {what}{proof.because()}"
            hint = "whatever it finds is shadow: mend the condition or the scope"
            return Diagnostic("ME812", message, rule.when_place or rule.place, hint)
    return None


def _inside(period: Period | None) -> Condition | None:
    """That a message lies in a period."""
    if period is None:
        return None
    start = [] if period.start is None else [Compare(period.field, ">=", period.start.isoformat())]
    end = [] if period.end is None else [Compare(period.field, "<", period.end.isoformat())]
    return And((*start, *end))


def _of_policy(known: Known) -> Iterator[Diagnostic]:
    """What is wrong with the conditions that stand in the policy itself."""
    policy = known.policy
    conditions = [
        (scope, f"the scope `{name}`", policy.places.get(f"scope.{name}", policy.place))
        for name, scope in policy.scope.items()
    ]
    conditions += [(o.when, "the `when` of an override", o.place) for o in policy.overrides if o.when is not None]
    exceptions = (*policy.exceptions, *policy.rule_exceptions)
    conditions += [(e.when, f"the exception `{e.name}`", e.place) for e in exceptions]
    for condition, what, place in conditions:
        try:
            world = World(known)
            world.true(condition, {})
            yield from islice(Looked(world, {}, what, place).findings(condition), MOST_FINDINGS)
        except OutOfSteps:
            continue


def _of_pairs(known: Known, found: dict[str, set[int]]) -> Iterator[Diagnostic]:
    """Rules that hit the same, or no more than another."""
    kinds: dict[object, list[Rule]] = {}
    for rule in known.policy.rules:
        if rule.id in found:
            relieved = None if rule.relief is None else (rule.relief.category, rule.relief.rules)
            kinds.setdefault((rule.category, relieved, rule.status), []).append(rule)
    for rules in kinds.values():
        yield from _of_kind(known, rules, found)


def _of_kind(known: Known, rules: Sequence[Rule], found: dict[str, set[int]]) -> Iterator[Diagnostic]:
    names = {rule.id: known.names(rule) for rule in rules}
    duplicates: set[str] = set()
    for this in rules:
        shown = found[this.id].union(*map(known.evidence.wider, found[this.id]))
        for other in rules:
            known.steps.left -= A_PAIR + len(other.patterns)
            if known.steps.left < 0:
                return
            if this is other or {this.id, other.id} & duplicates or not _may(other.when, names[other.id], shown):
                continue
            finding = _within(known, this, other)
            if finding is not None and finding.code == "ME816":
                duplicates.add(this.id if finding.message.startswith(f"`{this.id}`") else other.id)
            if finding is not None:
                yield finding


def _within(known: Known, this: Rule, other: Rule) -> Diagnostic | None:
    """What there is to say where the first rule hits only where the other does."""
    world = World(known)
    try:
        ours, theirs = world.hit(this), world.hit(other)
        proof = refuted(world, [ours, negation(theirs)])
        back = None if proof is None else refuted(world, [theirs, negation(ours)])
    except OutOfSteps:
        return None
    if proof is None:
        return None
    if back is not None:
        first, second = sorted((this, other), key=lambda rule: known.order[rule.id])
        message = f"`{second.id}` hits the same messages as `{first.id}`{proof.because()}"
        return Diagnostic("ME816", message, second.place, f"keep one of them; the other stands at {first.place}")
    if other.id in this.asked_rules or this.id in other.asked_rules:
        return None  # its author knows
    message = f"`{this.id}` hits only where `{other.id}` does{proof.because()}"
    return Diagnostic("ME817", message, this.place, "nothing to mend where their points are meant to add up")


def _may(condition: Condition, names: dict[str, int], found: Collection[int]) -> bool:
    """Whether a condition may be true where these patterns are found and no others."""

    def some(select: Select) -> bool:
        return any(names[name] in found for name in select.names)

    match condition:
        case And(items):
            return all(_may(item, names, found) for item in items)
        case Or(items):
            return any(_may(item, names, found) for item in items)
        case Has(select):
            return some(select)
        case Of(n, _, _):
            return sum(names[name] in found for name in condition.names) >= (n or len(condition.names))
        case Near(left, right, _, _, _) | Inside(left, right):
            return some(left) and some(right)
        case Together(selects):
            return all(map(some, selects))
        case Count(select, operator, n) if (operator in (">=", "==") and n) or operator == ">":
            return some(select)
        case _:
            return True
