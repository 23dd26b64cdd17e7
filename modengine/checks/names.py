"""Names that lead nowhere: lists, shared patterns, clauses."""

from __future__ import annotations

from collections.abc import Iterator

from modengine.errors import Diagnostic
from modengine.policy.model import Policy


class UnusedLists:
    """ME801: a list that no pattern uses."""

    def find(self, policy: Policy) -> Iterator[Diagnostic]:
        for ruleset in policy.rulesets:
            used = {name for pattern in ruleset.patterns for name in pattern.lists}
            for terms in ruleset.lists:
                if terms.name not in used:
                    yield Diagnostic(
                        "ME801", f"no pattern uses the list `{terms.name}`", terms.place, "use it or remove it"
                    )


class UnusedSharedPatterns:
    """ME802: a shared pattern that no rule of its ruleset uses."""

    def find(self, policy: Policy) -> Iterator[Diagnostic]:
        for ruleset in policy.rulesets:
            used = {pattern.name for rule in ruleset.rules for pattern in rule.patterns}
            for pattern in ruleset.shared:
                if pattern.name not in used:
                    yield Diagnostic(
                        "ME802", f"no rule uses the shared pattern `{pattern.name}`", pattern.place,
                        "name it in a condition or remove it",
                    )  # fmt: skip


class Clauses:
    """ME803 and ME804: clauses without a rule, rules without a clause."""

    def find(self, policy: Policy) -> Iterator[Diagnostic]:
        for ruleset in policy.rulesets:
            stood_for = {rule.clause for rule in ruleset.rules}
            for clause, place in ruleset.clause_places.items():
                if clause not in stood_for:
                    yield Diagnostic(
                        "ME803", f"no rule stands for the clause `{clause}`", place, "write a rule for it, or say why"
                        " none can be had and remove it",
                    )  # fmt: skip
            for rule in ruleset.rules:
                if rule.clause is None:
                    yield Diagnostic(
                        "ME804", f"the rule `{rule.id}` stands for no clause", rule.place, "add `clause:` and state it"
                        " under `clauses`",
                    )  # fmt: skip
