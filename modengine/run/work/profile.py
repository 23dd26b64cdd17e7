"""What the rules and patterns of a policy cost on some messages."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from modengine.engine.compile.program import Program, RuleProgram
from modengine.engine.engine import Engine
from modengine.engine.evaluate.decide import decide, too_much
from modengine.engine.evaluate.points import scores
from modengine.engine.evaluate.rules import RuleOutcome, RuleOutcomes, evaluate
from modengine.engine.match.matcher import Candidate, Finding, Matcher
from modengine.engine.match.part import PartText
from modengine.errors import MessageError
from modengine.model import Message
from modengine.policy.model import Policy

Clock = Callable[[], int]
"""Gives nanoseconds."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What one rule or pattern cost."""

    name: str
    """A rule; or the first rule that uses the pattern, a colon, and the pattern."""
    kind: str
    asked: int
    """How often it was looked at: a rule once a message, a pattern once a part."""
    held: int
    """How often it then held, or was found."""
    seconds: float
    """A rule's include those of the patterns that it was the first to ask for."""


@dataclass(frozen=True, slots=True)
class Profile:
    """Costs, costliest first; what was never asked for is left out."""

    messages: int
    seconds: float
    """Of all decisions, the measuring included."""
    rules: tuple[Cost, ...]
    patterns: tuple[Cost, ...]


class _Meter:
    """Counts and times one thing."""

    __slots__ = ("asked", "clock", "held", "spent")

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.asked = self.held = self.spent = 0

    def add(self, start: int, held: bool) -> None:
        self.spent += self.clock() - start
        self.asked += 1
        self.held += held


class _MeteredMatcher:
    """A matcher that is timed."""

    def __init__(self, matcher: Matcher, meter: _Meter) -> None:
        self._matcher, self._meter = matcher, meter

    def find(self, part: PartText, candidates: list[Candidate], /) -> Finding:
        start = self._meter.clock()
        finding = self._matcher.find(part, candidates)
        self._meter.add(start, bool(finding.found))
        return finding


class _MeteredRules(RuleOutcomes):
    """Rules that are timed."""

    meters: Mapping[str, _Meter]

    def worked_out(self, program: RuleProgram) -> RuleOutcome:
        meter = self.meters[program.rule.id]
        start = meter.clock()
        outcome = super().worked_out(program)
        meter.add(start, outcome.held is True)
        return outcome


def profile(policy: Policy, messages: Iterable[Message | str], clock: Clock = time.process_time_ns) -> Profile:
    """Decides the messages one by one, scope and period ignored, and times every rule and pattern.

    A message with an unusable field or that is too long is left out.
    """
    program = Program(policy)
    patterns = [_Meter(clock) for _ in program.patterns]
    engine = Engine(program, matchers=tuple(map(_MeteredMatcher, program.matchers(), patterns)))
    rules = {rule: _Meter(clock) for rule in program.rules}
    engine.segmenter.cut("好")  # made once, and no cost of the message that happens to come first
    done = 0
    start = clock()
    for message in map(Message.of, messages):
        if too_much(message, program.budget):
            continue
        try:
            context = engine.context(message)
        except MessageError:
            continue
        outcomes = _MeteredRules(context, live := engine.live(context))
        outcomes.meters = rules
        evaluate(outcomes, live)
        decide(outcomes, scores(outcomes), message, ignore_scope=True)
        done += 1
    spent = clock() - start
    names: dict[int, tuple[str, str]] = {}
    for rule, compiled in program.rules.items():
        for pattern, number in compiled.patterns.items():
            names.setdefault(number, (f"{rule}: {pattern}", program.patterns[number].kind))
    return Profile(
        done,
        spent / 1e9,
        _costliest((rule, "rule", meter) for rule, meter in rules.items()),
        _costliest((*names[number], meter) for number, meter in enumerate(patterns)),
    )


def _costliest(metered: Iterable[tuple[str, str, _Meter]]) -> tuple[Cost, ...]:
    costs = [Cost(name, kind, m.asked, m.held, m.spent / 1e9) for name, kind, m in metered if m.asked]
    return tuple(sorted(costs, key=lambda cost: (-cost.seconds, cost.name)))
