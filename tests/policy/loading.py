"""What tests of loading share: the beginnings of files, and what they become."""

from __future__ import annotations

from pathlib import Path

from modengine.policy.load import Loaded, policy_of, read
from modengine.policy.model import Policy, Rule

HEAD = "ruleset: demo\ntitle: A demonstration\ncategory: fraud\n"
POLICY = "policy: p\ntitle: A policy\n"
RULE = "  - {id: demo.a, title: A, score: 10, patterns: {a: {words: [加微信]}}, when: a}\n"
BASE = (
    POLICY
    + """
fields: {time: datetime, reposts: integer, channel: {enum: [private, group]}}
scope: {default: message.channel == "group", fraud: any}
period: {from: 2014-05-28, until: 2014-06-28}
rulesets: [r.yaml]
actions: {fraud: {label: 30, block: 90}}
overrides: [{rules: [demo.a], score: 40}]
exceptions: [{name: one, when: message.reposts < 5, reason: few}]
"""
)


def codes(loaded: Loaded) -> list[str]:
    return [problem.code for problem in loaded.diagnostics]


def clean(path: Path) -> Policy:
    """The policy of a file without problems; of a ruleset, the one around it."""
    loaded = read(path)
    assert [problem.render() for problem in loaded.diagnostics] == []
    policy = loaded.policy or policy_of(loaded.ruleset)  # type: ignore[arg-type]
    assert policy is not None
    return policy


def rule_of(policy: Policy, name: str = "demo.a") -> Rule:
    return next(rule for rule in policy.rules if rule.id == name)
