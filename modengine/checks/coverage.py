"""Rules without examples, categories without consequence."""

from __future__ import annotations

from collections.abc import Iterator

from modengine.errors import Diagnostic
from modengine.policy.model import Example, Policy


class MissingExamples:
    """ME807: a rule that counts and shows no example that matches, or none that passes."""

    def find(self, policy: Policy) -> Iterator[Diagnostic]:
        for rule in policy.rules:
            if rule.status != "stable":
                continue
            lacking = [
                name for name, texts in (("match", rule.examples.match), ("pass", rule.examples.passes)) if not texts
            ]
            if lacking:
                yield Diagnostic(
                    "ME807", f"the rule `{rule.id}` has no example under `{'` and `'.join(lacking)}`", rule.place,
                    "add `examples:` with messages that must match and hard ones that must pass",
                )  # fmt: skip


class ContradictingExamples:
    """ME825: an example that stands under two keys of one rule: each says something else of it."""

    def find(self, policy: Policy) -> Iterator[Diagnostic]:
        for rule in policy.rules:
            first: dict[object, tuple[str, Example]] = {}
            for key, example in rule.examples:
                message = example.message
                content = (message.text, message.parts, tuple(sorted(message.fields.items(), key=str)))
                other, there = first.setdefault(content, (key, example))
                if other != key:
                    yield Diagnostic(
                        "ME825", f"this example of `{rule.id}` stands under `{key}` and, on line {there.place.line}, "
                        f"under `{other}`", example.place, "keep it where it tells the truth",
                    )  # fmt: skip


class Actions:
    """ME806: a category whose points lead to nothing."""

    def find(self, policy: Policy) -> Iterator[Diagnostic]:
        if not policy.actions:
            return  # a ruleset checked alone
        for category in policy.categories:
            if not policy.actions.get(category):
                yield Diagnostic(
                    "ME806", f"the category `{category}` has points but no action", policy.place,
                    f"add `{category}: {{label: 30}}` or the like under `actions`",
                )  # fmt: skip
