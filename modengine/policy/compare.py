"""What a condition may compare a message field with, and the moments that a policy names."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from typing import cast

from modengine.policy.condition import Compare, Condition, Value, walk
from modengine.policy.fields import parse_time
from modengine.policy.model import Field, FieldKind
from modengine.policy.nodes.diagnostics import closest, listed, meant, shown

_MOMENT = re.compile(r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?(?:Z|[+-]\d\d:\d\d)?)?", re.ASCII)


def moment(text: str) -> datetime:
    """A date (its first instant) or a date and time; +08:00 where it names no zone.

    Raises ValueError for anything else, and for a day that does not exist.
    """
    if not _MOMENT.fullmatch(text):
        raise ValueError(f"`{text}` is not a date such as 2014-05-28 or 2014-05-28T08:00:00+08:00")
    return parse_time(text)


def is_day(text: str) -> bool:
    """Whether a moment is a whole day."""
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return len(text) == 10


def _fits(field: Field, value: Value) -> bool:
    """Whether a value that a condition writes is of the field's type.  Stricter than with messages."""
    match field.kind:
        case "boolean":
            return isinstance(value, bool)
        case "integer" | "number":  # `reposts > 0.5` is odd, not wrong
            return isinstance(value, int | float) and not isinstance(value, bool)
        case "enum":
            return value in field.values
        case "datetime":
            try:
                moment(value if isinstance(value, str) else "")
            except ValueError:
                return False
            return True
        case _:
            return isinstance(value, str)


def mistakes(compare: Compare, fields: Mapping[str, Field]) -> Iterator[tuple[str, str, str]]:
    """What is wrong with a comparison: code, message, hint."""
    field = fields.get(compare.field)
    if field is None:
        hint = meant(compare.field, fields, "declare it under `fields` of the policy")
        yield "ME304", f"there is no message field `{compare.field}`", hint
        return
    if compare.operator not in ("==", "!=", "in") and field.kind in ("string", "enum", "boolean"):
        hint = "compare it with `==`, `!=` or `in`"
        yield "ME502", f"`{field.name}` is of the type {field.kind} and has no order", hint
        return
    values = compare.value if isinstance(compare.value, tuple) else (compare.value,)
    for value in values:
        if not _fits(field, value):
            takes = listed(field.values, "or") if field.kind == "enum" else f"of the type {field.kind}"
            said = str(value).lower() if isinstance(value, bool) else value
            yield "ME502", f"`{field.name}` is {takes}, not `{shown(str(said))}`", _mend(field, value)


def _mend(field: Field, value: Value) -> str:
    match field.kind:
        case "enum":
            near = closest(str(value), field.values)
            return f"did you mean `{near}`?" if near else f"write {listed(field.values, 'or')}, in quotation marks"
        case "datetime":
            return 'write a date in quotation marks: "2014-05-28"'
        case "boolean":
            return "write true or false, without quotation marks"
        case "string":
            return f'write it in quotation marks: "{value}"'
        case _:
            return "write a number, without quotation marks"


def guessed(conditions: Iterable[Condition]) -> dict[str, Field]:
    """Fields for a lone ruleset, declared as its conditions use them."""
    seen: dict[str, list[Value]] = {}
    for condition in conditions:
        for node in walk(condition):
            if isinstance(node, Compare):
                values = node.value if isinstance(node.value, tuple) else (node.value,)
                seen.setdefault(node.field, []).extend(values)
    return {name: Field(name, _kind(values)) for name, values in seen.items()}


def _kind(values: list[Value]) -> FieldKind:
    if all(isinstance(value, bool) for value in values):
        return "boolean"
    if all(isinstance(value, int | float) and not isinstance(value, bool) for value in values):
        return "number"
    try:
        for value in values:
            moment(cast(str, value))
    except (ValueError, TypeError):
        return "string"
    return "datetime"
