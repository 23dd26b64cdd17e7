"""The conditions of a policy as tests, made once: what a message is asked."""

from __future__ import annotations

from dataclasses import dataclass, field

from modengine.engine.compile.need import bits
from modengine.engine.compile.program import Program, RuleProgram
from modengine.engine.evaluate.conditions import Test, compiled
from modengine.model import Action, Decision
from modengine.policy.condition import Condition, matching
from modengine.policy.model import Pattern


@dataclass(frozen=True, slots=True)
class Raise:
    """An override that raises: by rule and its category, those that it names and that can score."""

    rules: tuple[tuple[str, str | None], ...]
    action: Action
    when: Test | None


@dataclass(frozen=True, slots=True)
class Sought:
    """What a rule looks for: its patterns by the number of their matcher, and those numbers as bits."""

    patterns: dict[int, list[Pattern]]
    mask: int
    weighed: int
    """Those that find matches of less than full weight."""


@dataclass(frozen=True, slots=True)
class Tests:
    """All tests of a policy.  Immutable, like the program that they are made of."""

    rules: dict[str, tuple[Test, Test | None]]
    """`when` and `unless` of every rule that is no draft."""
    sought: dict[str, Sought]
    """The same rules."""
    scope: dict[str, Test | None]
    """For each category; None where it is always in scope."""
    exceptions: tuple[tuple[str, Test], ...]
    raises: tuple[Raise, ...]
    quiet_ones: dict[tuple[tuple[str, ...], ...], Decision] = field(default_factory=dict)
    """Decisions without a hit, by the reasons for which each category is shadow: made when first met."""


def tests_of(program: Program) -> Tests:
    policy = program.policy
    scopes = {name: compiled(condition, {}) for name, condition in policy.scope.items()}
    # A relief has no category that it could raise.
    stable = {
        r.rule.id: r.rule.category for r in program.rules.values() if r.rule.status == "stable" and not r.rule.relief
    }
    raises = []
    for one in policy.overrides:
        if one.action is not None:
            named = [rule for glob in one.rules for rule in matching(glob, list(program.rules)) if rule in stable]
            rules = tuple((rule, stable[rule]) for rule in dict.fromkeys(named))
            raises.append(Raise(rules, one.action, _maybe(one.when)))
    return Tests(
        {
            rule_id: (
                compiled(one.rule.when, one.matchers, program.costs),
                None if one.rule.unless is None else compiled(one.rule.unless, one.matchers, program.costs),
            )
            for rule_id, one in program.rules.items()
        },
        {rule_id: _sought(one) for rule_id, one in program.rules.items()},
        {category: scopes.get(category, scopes.get("default")) for category in program.categories},
        tuple((one.name, compiled(one.when, {})) for one in policy.exceptions),
        tuple(raises),
    )


def _sought(program: RuleProgram) -> Sought:
    patterns: dict[int, list[Pattern]] = {}
    for pattern in program.rule.patterns:
        patterns.setdefault(program.matchers[pattern.name], []).append(pattern)
    weighed = [number for number, those in patterns.items() if any(p.sounds_like or p.looks_like for p in those)]
    return Sought(patterns, bits(patterns), bits(weighed))


def _maybe(condition: Condition | None) -> Test | None:
    return None if condition is None else compiled(condition, {})
