"""Where a policy acts: scope, period, exceptions, study."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from modengine.engine.evaluate.conditions import Judge, Test
from modengine.engine.evaluate.tests import Tests
from modengine.model import FieldValue
from modengine.policy.model import Policy


def shadows(policy: Policy, tests: Tests, judge: Judge, ignore_scope: bool) -> dict[str, tuple[str, ...]]:
    """For each category, why it is not acted upon: `study`, `period`, `exception: NAME`, `scope`."""
    common = _common(policy, tests, judge, ignore_scope)
    if ignore_scope:
        return dict.fromkeys(tests.scope, common)
    known: dict[Test | None, tuple[str, ...]] = {None: common}
    found = {}
    for category, test in tests.scope.items():
        if test not in known:
            value = test(judge) if test is not None else True
            known[test] = common if value else (*common, "scope: unknown" if value is None else "scope")
        found[category] = known[test]
    return found


def _common(policy: Policy, tests: Tests, judge: Judge, ignore_scope: bool) -> tuple[str, ...]:
    reasons = ["study"] if policy.study else []
    if policy.period is not None and not ignore_scope:
        reasons += _period(policy, judge.facts.fields)
    reasons += [f"exception: {name}" for name, test in tests.exceptions if test(judge) is True]
    return tuple(reasons)


def _period(policy: Policy, fields: Mapping[str, FieldValue]) -> list[str]:
    period = policy.period
    assert period is not None
    time = fields.get(period.field)
    if not isinstance(time, datetime):
        return ["period: unknown"]
    begun = period.start is None or period.start <= time
    return [] if begun and (period.end is None or time < period.end) else ["period"]
