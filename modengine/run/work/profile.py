"""What the rules and patterns of a policy cost on some messages."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from modengine.engine.compile.program import Program
from modengine.engine.engine import Engine
from modengine.engine.evaluate.conditions import Judge, Test
from modengine.engine.match.found import Candidate, Doubt, Finding, Literal, Matcher
from modengine.engine.match.part import PartText, Runs, Scan
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
    """Costs, dearest first; what was never asked for is left out."""

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


class _Metered:
    """A matcher that is timed."""

    query = None
    """It is timed when the policy is compiled."""

    def __init__(self, matcher: Matcher, meter: _Meter) -> None:
        self._matcher, self._meter = matcher, meter
        self.wants_candidates, self.is_quick = matcher.wants_candidates, matcher.is_quick

    def literals(self) -> Iterable[Literal] | None:
        return self._matcher.literals()

    def occurs(self, plain: str, /) -> bool:
        start = self._meter.clock()
        found = self._matcher.occurs(plain)
        if found:
            self._meter.spent += self._meter.clock() - start  # `find` is asked next
        else:
            self._meter.add(start, held=False)
        return found

    def doubts(self, scan: Scan, payload: int, last: str, /) -> Doubt | None:
        return self._matcher.doubts(scan, payload, last)

    def leads(self, plain: str, runs: Runs, at: int, payload: int, /) -> bool:
        start = self._meter.clock()
        found = self._matcher.leads(plain, runs, at, payload)
        if found:
            self._meter.spent += self._meter.clock() - start  # `find` may be asked next
        else:
            self._meter.add(start, held=False)
        return found

    def find(self, part: PartText, candidates: list[Candidate], /) -> Finding:
        start = self._meter.clock()
        finding = self._matcher.find(part, candidates)
        self._meter.add(start, bool(finding.found))
        return finding


def profile(policy: Policy, messages: Iterable[Message | str], clock: Clock = time.process_time_ns) -> Profile:
    """Decides the messages one by one, scope and period ignored, and times every rule and pattern.

    A message with an unusable field is left out.
    """
    program = Program(policy)
    patterns = [_Meter(clock) for _ in program.matchers]
    program.matchers = tuple(map(_Metered, program.matchers, patterns))
    engine = Engine(program)
    rules = {rule: _Meter(clock) for rule in program.rules}
    tests = engine._tests.rules
    for rule, meter in rules.items():
        when, unless = tests[rule]
        tests[rule] = _timed(when, meter), unless
    if any(pattern.kind in ("words", "tokens") for pattern in program.patterns):
        _ = program.segmenter  # made once, and no cost of the message that happens to come first
    done = 0
    start = clock()
    for message in messages:
        try:
            engine.decide(message, ignore_scope=True)
        except MessageError:
            continue
        done += 1
    spent = clock() - start
    names: dict[int, tuple[str, str]] = {}
    for rule, one in program.rules.items():
        for pattern, number in one.matchers.items():
            names.setdefault(number, (f"{rule}: {pattern}", program.patterns[number].kind))
    return Profile(
        done,
        spent / 1e9,
        _dearest((rule, "rule", meter) for rule, meter in rules.items()),
        _dearest((*names[number], meter) for number, meter in enumerate(patterns)),
    )


def _timed(test: Test, meter: _Meter) -> Test:
    def timed(judge: Judge) -> bool | None:
        start = meter.clock()
        value = test(judge)
        meter.add(start, value is True)
        return value

    return timed


def _dearest(metered: Iterable[tuple[str, str, _Meter]]) -> tuple[Cost, ...]:
    costs = [Cost(name, kind, m.asked, m.held, m.spent / 1e9) for name, kind, m in metered if m.asked]
    return tuple(sorted(costs, key=lambda cost: (-cost.seconds, cost.name)))
