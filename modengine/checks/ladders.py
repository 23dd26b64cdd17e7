"""Ladders, overrides and exceptions: what follows from points, and what changes them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date, datetime

from modengine.errors import Diagnostic
from modengine.model import ACTIONS
from modengine.policy.condition import matching
from modengine.policy.fields import CHINA
from modengine.policy.model import Override, Policy
from modengine.policy.nodes.diagnostics import listed, meant


class Ladders:
    """ME818: a step that all rules of the category together do not reach; ME806 where it is the first one."""

    def find(self, policy: Policy) -> Iterator[Diagnostic]:
        for category, ladder in policy.actions.items():
            most = _most_points(policy, category)
            raised = _raised(policy, category)
            for action, points in ladder.items():
                if points > most and action not in raised:
                    yield Diagnostic(
                        "ME806" if points == min(ladder.values()) else "ME818",
                        f"`{action}` of `{category}` begins at {points} points, and all its rules together "
                        f"give {most} at most", policy.places.get(f"actions.{category}.{action}", policy.place),
                        "lower the step, or remove it",
                    )  # fmt: skip


def _most_points(policy: Policy, category: str) -> int:
    """What all rules of a category give together, groups cut at their caps."""
    total = 0
    for ruleset in policy.rulesets:
        points: Counter[str | None] = Counter()
        for rule in ruleset.rules:
            if rule.category == category and rule.status == "stable":
                points[rule.group] += rule.score
        total += sum(
            min(given, ruleset.caps.get(group, given)) if group is not None else given
            for group, given in points.items()
        )
    return total


def _raised(policy: Policy, category: str) -> set[str]:
    """The actions that an override raises the category to."""
    stable = [rule.id for rule in policy.rules if rule.category == category and rule.status == "stable"]
    return {
        override.action
        for override in policy.overrides
        if override.action is not None and any(matching(glob, stable) for glob in override.rules)
    }


class UndoneOverrides:
    """ME819: an override of which nothing is left beside the others of its file."""

    def find(self, policy: Policy) -> Iterator[Diagnostic]:
        ids = {rule.id: None for rule in policy.rules}
        stable = {rule.id for rule in policy.rules if rule.status == "stable"}
        named = [
            (override, {name for glob in override.rules for name in matching(glob, ids)})
            for override in policy.overrides
        ]
        for override, rules in named:
            others = [
                (other, theirs)
                for other, theirs in named
                if other is not override and other.place.file == override.place.file
            ]
            for key in ("score", "status", "action"):
                undone = [(o, rules & _undone(override, o, key, theirs, stable)) for o, theirs in others]
                if rules and rules <= set[str]().union(*(gone for _, gone in undone)):
                    by = next(o for o, gone in undone if gone)
                    yield Diagnostic(
                        "ME819", f"`{key}` of this override changes nothing: "
                        f"that of {listed(by.rules)} on line {by.place.line} undoes it",
                        override.place, f"remove `{key}`, or name other rules",
                    )  # fmt: skip


class ExpiredExceptions:
    """ME830: an exception whose last day has passed; decisions know no day, and it still holds."""

    def __init__(self, today: Callable[[], date] = lambda: datetime.now(CHINA).date()) -> None:
        self._today = today

    def find(self, policy: Policy) -> Iterator[Diagnostic]:
        for exception in (*policy.exceptions, *policy.rule_exceptions):
            if exception.until and date.fromisoformat(exception.until) < self._today():
                yield Diagnostic(
                    "ME830", f"the exception `{exception.name}` was to end on {exception.until}, and still holds",
                    exception.place, "remove it, or give it another last day and say why",
                )  # fmt: skip


def _undone(override: Override, other: Override, key: str, rules: set[str], stable: set[str]) -> set[str]:
    """The rules of another override for which nothing is left of what the first sets under a key."""
    is_later = other.place > override.place
    if key != "action":
        both = getattr(override, key) is not None and getattr(other, key) is not None
        return rules if both and is_later else set()
    if override.action is None:
        return set()
    if other.action is not None and other.when in (None, override.when):
        stricter = ACTIONS.index(other.action) - ACTIONS.index(override.action)
        same = stricter == 0 and other.when == override.when
        if stricter > 0 or (stricter == 0 and not same) or (same and not is_later):
            return rules
    return rules - stable if other.status in ("draft", "test") and is_later else set()


class IdleReliefs:
    """ME831: a relief for a category that no ruleset has: it may wait for one, or the category is mistyped.

    Of a ruleset alone nobody can tell.
    """

    def find(self, policy: Policy) -> Iterator[Diagnostic]:
        alone = [ruleset.place for ruleset in policy.rulesets] == [policy.place]
        for rule in () if alone else policy.rules:
            category = None if rule.relief is None else rule.relief.category
            if category is not None and category not in policy.categories:
                yield Diagnostic(
                    "ME831", f"`{rule.id}` relieves `{category}`, and no ruleset has this category", rule.place,
                    meant(category, policy.categories, "check the `category` of the rulesets"),
                )  # fmt: skip
