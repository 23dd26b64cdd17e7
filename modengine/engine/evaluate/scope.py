"""Where a policy acts: scope, period, exceptions, study."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from modengine.engine.compile.program import Program
from modengine.engine.evaluate.conditions import Evaluator, Truth
from modengine.model import FieldValue, Shadow
from modengine.policy.model import Period


def shadows(program: Program, asked: Evaluator, ignore_scope: bool) -> dict[str, tuple[str, ...]]:
    """For each category, why it is not acted upon."""
    policy = program.policy
    common: list[str] = [Shadow.STUDY.value] if policy.study else []
    if policy.period is not None and not ignore_scope:
        inside = lies_in(policy.period, asked.context.fields)
        common += () if inside else (Shadow.PERIOD_UNKNOWN.value,) if inside is None else (Shadow.PERIOD.value,)
    common += [
        Shadow.excused_by(exception.name) for exception in policy.exceptions if asked.value(exception.when) is True
    ]
    found = {}
    for category in program.categories:
        scope = policy.scope.get(category, policy.scope.get("default"))
        value = True if scope is None or ignore_scope else asked.value(scope)
        out = () if value else (Shadow.SCOPE_UNKNOWN.value,) if value is None else (Shadow.SCOPE.value,)
        found[category] = (*common, *out)
    return found


def lies_in(period: Period, fields: Mapping[str, FieldValue]) -> Truth:
    """Whether a message lies in a period; None where it has no time."""
    time = fields.get(period.field)
    if not isinstance(time, datetime):
        return None
    return (period.start is None or period.start <= time) and (period.end is None or time < period.end)
