"""Where a policy acts: scope, period, exceptions, study."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from modengine.model import FieldValue
from modengine.ruleset.condition import Condition
from modengine.ruleset.model import Policy

Value = Callable[[Condition], bool | None]


def common_shadow(
    policy: Policy, value: Value, fields: Mapping[str, FieldValue], ignore_scope: bool
) -> tuple[str, ...]:
    """Why no category is acted upon, whatever its own scope: `study`, `period`, `exception: NAME`."""
    reasons = ["study"] if policy.study else []
    if policy.period is not None and not ignore_scope:
        time = fields.get(policy.period.field)
        if not isinstance(time, datetime):
            reasons.append("period: unknown")
        elif not (
            (policy.period.start is None or policy.period.start <= time)
            and (policy.period.end is None or time < policy.period.end)
        ):
            reasons.append("period")
    reasons += [f"exception: {one.name}" for one in policy.exceptions if value(one.when) is True]
    return tuple(reasons)


def category_shadow(policy: Policy, category: str, value: Value, ignore_scope: bool) -> tuple[str, ...]:
    """Why a category lies outside its own scope, if it does."""
    condition = policy.scope.get(category, policy.scope.get("default"))
    if condition is None or ignore_scope:
        return ()
    match value(condition):
        case True:
            return ()
        case False:
            return ("scope",)
        case _:
            return ("scope: unknown",)
