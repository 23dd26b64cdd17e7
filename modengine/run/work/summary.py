"""A scan in numbers."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from modengine.model import ACTIONS, Action, Decision, Shadow
from modengine.run.write.results import Result

IGNORED = frozenset({Shadow.SCOPE, Shadow.SCOPE_UNKNOWN, Shadow.PERIOD, Shadow.PERIOD_UNKNOWN})
"""The reasons that `--ignore-scope` takes away."""


@dataclass(frozen=True, slots=True)
class RuleCount:
    """How many messages a rule hit."""

    rule: str
    messages: int


@dataclass(frozen=True, slots=True)
class Summary:
    """Counts over all messages of a scan.  A message counts once in each number."""

    decided: int
    errors: Mapping[str, int]
    """Lines that could not be read, by code."""
    categories: Mapping[str, Mapping[Action, int]]
    """Messages by category and action, as the action would be taken."""
    taken: Mapping[str, int]
    """Messages with an action that is taken, by category."""
    actions: Mapping[Action, int]
    """Messages by their highest action, as it would be taken."""
    flagged: int
    """Messages on which an action is taken."""
    shadow: Mapping[tuple[str, ...], int]
    """Messages that ask for an action, and on which none is taken, by all that stands against it.

    Of several categories the one that counts is that which scope and period alone hold back, and then that with the
    fewest reasons.
    """
    unacted: int
    """Messages whose highest action is not taken."""
    undetermined: int
    noted: int
    """Messages whose text had to be changed before it was read."""
    rules: tuple[RuleCount, ...]
    """Rules by the messages that they hit, most first."""
    lacking: Mapping[str, int]
    """Messages that were decided without a field that patterns look in, by the field."""
    study: bool = False
    revision: str = ""

    @property
    def unread(self) -> int:
        return sum(self.errors.values())


_NUMBERS = ("decided", "flagged", "unacted", "undetermined", "noted")
_COUNTERS = ("errors", "taken", "actions", "shadow", "rules", "lacking")


@dataclass(slots=True)
class Tally:
    """Counts results as they go by.  `summary()` may be asked for at any time."""

    decided: int = 0
    errors: Counter[str] = field(default_factory=Counter)
    categories: dict[str, Counter[Action]] = field(default_factory=dict)
    taken: Counter[str] = field(default_factory=Counter)
    actions: Counter[Action] = field(default_factory=Counter)
    flagged: int = 0
    shadow: Counter[str] = field(default_factory=Counter)
    """The reasons as JSON, as keys of a checkpoint must be text."""
    unacted: int = 0
    undetermined: int = 0
    noted: int = 0
    rules: Counter[str] = field(default_factory=Counter)
    lacking: Counter[str] = field(default_factory=Counter)
    study: bool = False
    revision: str = ""

    def add(self, result: Result) -> Result:
        """Counts a result and hands it on."""
        if result.decision is not None:
            self._add(result.decision)
        elif result.error is not None:
            self.errors[result.error.code] += 1
        return result

    def _add(self, decision: Decision) -> None:
        self.decided += 1
        self.actions[decision.action] += 1
        self.flagged += decision.flagged
        self.unacted += decision.action != decision.taken
        self.undetermined += bool(decision.undetermined)
        self.noted += bool(decision.notes)
        self.study, self.revision = decision.study, decision.revision
        shadows: list[tuple[str, ...]] = []
        for name, score in decision.categories.items():
            counts = self.categories.get(name)
            if counts is None:
                counts = self.categories[name] = Counter()
            counts[score.action] += 1
            if score.in_scope:
                self.taken[name] += score.action != "allow"
            elif score.action != "allow":
                shadows.append(score.shadow)
        if shadows and not decision.flagged:
            self.shadow[json.dumps(min(shadows, key=lambda why: (not IGNORED.issuperset(why), len(why))))] += 1
        self.rules.update({hit.rule for hit in decision.hits})

    def merge(self, other: Tally) -> None:
        """Counts what another has counted."""
        for name in _NUMBERS:
            setattr(self, name, getattr(self, name) + getattr(other, name))
        for name in _COUNTERS:
            getattr(self, name).update(getattr(other, name))
        for category, counts in other.categories.items():
            self.categories.setdefault(category, Counter()).update(counts)
        if other.decided:
            self.study, self.revision = other.study, other.revision

    @property
    def rows(self) -> int:
        """All that was counted, read or not."""
        return self.decided + self.errors.total()

    def data(self) -> dict[str, Any]:
        """All of it as plain data."""
        return {attribute.name: getattr(self, attribute.name) for attribute in fields(self)}

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> Tally:
        """What `data` gave.  Raises TypeError where it did not."""
        tally = cls(**data)
        for name in _COUNTERS:
            setattr(tally, name, Counter(data.get(name, {})))
        tally.categories = {category: Counter(counts) for category, counts in data["categories"].items()}
        return tally

    def summary(self) -> Summary:
        ranked = sorted(self.rules.items(), key=lambda item: (-item[1], item[0]))
        return Summary(
            decided=self.decided,
            errors=dict(sorted(self.errors.items())),
            categories={name: {a: counts[a] for a in ACTIONS} for name, counts in self.categories.items()},
            taken=dict(self.taken),
            actions={action: self.actions[action] for action in ACTIONS},
            flagged=self.flagged,
            shadow={tuple(json.loads(why)): count for why, count in self.shadow.most_common()},
            unacted=self.unacted,
            undetermined=self.undetermined,
            noted=self.noted,
            rules=tuple(RuleCount(rule, count) for rule, count in ranked),
            lacking=dict(sorted(self.lacking.items())),
            study=self.study,
            revision=self.revision,
        )
