"""What must not be in a policy: patterns that do not compile, and what the line we keep does not allow."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

from modengine.checks.compiling import pattern_problems, too_large
from modengine.checks.identity.findings import guard
from modengine.checks.sources import sources
from modengine.engine.match.matcher import PatternInfo
from modengine.errors import Diagnostic, Location
from modengine.policy.model import Policy, Ruleset


def policy_problems(
    policy: Policy, sound: Collection[Ruleset] = (), known: Mapping[object, PatternInfo] = {}
) -> tuple[Diagnostic, ...]:
    """What is wrong with patterns, and what the line we keep (docs/scope.md) does not allow.

    Rulesets that are known to be `sound` are not looked at again, nor the size of patterns that are `known`.
    """
    if problem := too_large(policy, known=known):
        return (problem,)  # whoever refuses to compile it does not read all of it either
    policy = replace(policy, rulesets=tuple(ruleset for ruleset in policy.rulesets if ruleset not in sound))
    return (*pattern_problems(policy), *guard(policy))


def with_source(found: Iterable[Diagnostic], policy: Policy | None) -> tuple[Diagnostic, ...]:
    """The problems, each with the line that it points at, of the files as the policy was read from them."""
    problems = tuple(found)
    if policy is None or all(problem.source for problem in problems):
        return problems
    lines = {source.file: source.lines for source in sources(policy)}

    def line(place: Location) -> str:
        those = lines.get(place.file, [])
        return those[place.line - 1] if 0 < place.line <= len(those) else ""

    return tuple(problem if problem.source else replace(problem, source=line(problem.location)) for problem in problems)
