"""The examples inside rule files, held against an engine."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from modengine.engine.engine import Engine
from modengine.errors import MessageError
from modengine.model import Decision, RuleTrace
from modengine.policy.condition import RuleRef, matching
from modengine.policy.model import Example, ExampleKind, Rule

WANTED: dict[ExampleKind, bool] = {"match": True, "pass": False, "known_miss": False, "known_false_alarm": True}
"""Whether the rule is to hit, or is known to."""
KNOWN: frozenset[ExampleKind] = frozenset({"known_miss", "known_false_alarm"})


@dataclass(frozen=True, slots=True)
class ExampleResult:
    """What became of one example."""

    rule: Rule
    kind: ExampleKind
    example: Example
    hit: bool
    trace: RuleTrace | None
    """What was looked at for the rule, found or not.

    None where an example holds and no trace was asked for, or the message was too much to be read.
    """
    undetermined: str
    """Why it could not be told whether the rule hits; empty where it could."""

    @property
    def verdict(self) -> Literal["holds", "fails", "news"]:
        """`news`: a known weakness that is none any more, and can be moved to `match` or `pass`.

        An example that could not be decided fails, whatever its kind: it shows nothing.
        """
        if self.undetermined:
            return "fails"
        if self.hit == WANTED[self.kind]:
            return "holds"
        return "news" if self.kind in KNOWN else "fails"


def run_examples(
    engine: Engine, rules: Iterable[Rule] | None = None, *, traced: bool = False
) -> Iterator[ExampleResult]:
    """The outcome of every example of every rule that is evaluated (drafts are not); of all rules of the policy by
    default.  With a trace of those that do not hold; `traced`, which takes three times as long, of all.

    An example is about its own rule alone: what else hits does not matter.  Scope and period are
    taken as met.
    """
    for rule in engine.policy.rules if rules is None else rules:
        if rule.status == "draft":
            continue
        examples = list(rule.examples)
        # Whether a relief hits is asked only where there is something to take: a decision does not say.
        decided: Sequence[Decision | MessageError | None] = [None] * len(examples)
        if not traced and rule.relief is None:
            decided = engine.decide_batch((example.message for _, example in examples), ignore_scope=True)
        for (kind, example), decision in zip(examples, decided, strict=True):
            if isinstance(decision, Decision) and not decision.undetermined:
                hit = any(found.rule == rule.id for found in (*decision.hits, *decision.shadow_hits))
                if hit == WANTED[kind]:
                    yield ExampleResult(rule, kind, example, hit, None, "")
                    continue
            trace = engine.trace(example.message, ignore_scope=True, rules=(rule.id,))
            mine = next((found for found in trace.rules if found.rule == rule.id), None)
            reasons = (
                undetermined.reason
                for undetermined in trace.decision.undetermined
                if undetermined.rule in (None, rule.id)
            )
            hit = mine is not None and mine.outcome == "hit"
            yield ExampleResult(rule, kind, example, hit, mine, next(reasons, ""))


def needs_others(rule: Rule, own: Sequence[str]) -> bool:
    """Whether a rule refers to rules of which none is among `own`, so that it means nothing without them."""
    return any(isinstance(node, RuleRef) and not matching(node.glob, tuple(own)) for node in rule.nodes)
