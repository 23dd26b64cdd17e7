"""What to show beside the trace itself."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from modengine.policy.model import Policy


@dataclass(frozen=True, slots=True)
class Details:
    """What a policy adds to a trace, and how much of the trace is wanted."""

    clauses: Mapping[str, str] = field(default_factory=dict)
    """The clause that each rule stands for, in full: `F4: Messages that pose as a bank ...`."""
    pages: Mapping[str, str] = field(default_factory=dict)
    """Where each rule is described: an address or a path."""
    fields: Collection[str] | None = None
    """The message fields to show; None for all."""
    everything: bool = False
    """Also mark and list what was found for rules that came nowhere near."""


NO_DETAILS = Details()


def details_of(policy: Policy, everything: bool = False) -> Details:
    """The clauses, the pages of rules and the fields of a policy."""
    return Details(
        {
            rule.id: f"{rule.clause}: {ruleset.clauses.get(rule.clause, '')}"
            for ruleset in policy.rulesets
            for rule in ruleset.rules
            if rule.clause is not None
        },
        {
            rule.id: ruleset.page.replace("{rule}", rule.id)
            for ruleset in policy.rulesets
            if ruleset.page
            for rule in ruleset.rules
        },
        tuple(policy.fields),
        everything,
    )
