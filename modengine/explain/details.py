"""What to show beside the trace itself."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from modengine.policy.model import Policy, Rule


@dataclass(frozen=True, slots=True)
class Details:
    """What a policy adds to a trace, and how much of the trace is wanted."""

    clauses: Mapping[str, str] = field(default_factory=dict)
    """The clause that each rule stands for, in full: `F4: Messages that pose as a bank ...`."""
    scores: Mapping[str, int] = field(default_factory=dict)
    """What each rule gives, or a relief takes, where all it needs is found in so many words."""
    fields: Collection[str] | None = None
    """The message fields to show; None for all."""
    everything: bool = False
    """Also mark and list what was found for rules that came nowhere near."""


def _score(rule: Rule) -> int:
    return rule.score if rule.relief is None else -(rule.relief.by or 0)


def details_of(policy: Policy, everything: bool = False) -> Details:
    """The clauses and the fields of a policy."""
    return Details(
        {
            rule.id: f"{rule.clause}: {ruleset.clauses.get(rule.clause, '')}"
            for ruleset in policy.rulesets
            for rule in ruleset.rules
            if rule.clause is not None
        },
        {rule.id: _score(rule) for rule in policy.rules},
        tuple(policy.fields),
        everything,
    )
