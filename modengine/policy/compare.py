"""The message fields that a policy declares, what may be asked of them, and the moments that a policy names."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import cast

from modengine.errors import Location
from modengine.model import PART_KINDS, FieldValue
from modengine.policy.condition import Compare, Value
from modengine.policy.fields import parse_time, read_value
from modengine.policy.model import Field, FieldKind, Pattern, Rule
from modengine.policy.nodes.diagnostics import Diagnostics, closest, listed, meant, shown
from modengine.policy.nodes.yaml import Mapping as MappingNode, Node, Scalar
from modengine.policy.patterns import entries, flag, text, texts
from modengine.policy.rules import value_of

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


def declared(node: Node | None, report: Diagnostics) -> dict[str, Field]:
    """The fields of a policy; a default or a list that its type cannot have is reported."""
    found = {}
    for key, value in entries(node):
        name = key.value
        if isinstance(value, Scalar):
            found[name] = Field(name, cast(FieldKind, value.value))
        elif isinstance(value, MappingNode):
            kind = cast(FieldKind, text(value, "type", "enum"))
            field = Field(name, kind, tuple(dict.fromkeys(texts(value.get("enum")))), flag(value, "list"))
            if field.is_list and kind in ("boolean", "datetime"):
                hint = "a list is of texts, of numbers, or of the values of an `enum`"
                report.add("ME205", f"`{shown(name)}` is a list of {kind}s", cast(Node, value.get("list")).place, hint)
                field = replace(field, is_list=False)
            found[name] = replace(field, default=_default(field, value.get("default"), report))
    return found


_WRITTEN: dict[FieldKind, str] = {
    "string": "a text, in quotation marks",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "datetime": "a date such as 2014-05-28",
}


def _default(field: Field, node: Node | None, report: Diagnostics) -> FieldValue | None:
    if node is None or (isinstance(node, Scalar) and node.reading == "nothing"):
        if node is not None:
            report.add("ME205", "a default of nothing", node.place, "leave `default` out: a comparison is then unknown")
        return None
    value = value_of(node)
    written = f"`{shown(node.value)}`" if isinstance(node, Scalar) else "what this list has"
    try:
        if isinstance(value, str) and (field.kind in ("integer", "number", "boolean") or field.is_list):
            raise ValueError  # "5" is read of messages, for CSV; a policy says what it means
        return read_value(field, value)
    except (ValueError, TypeError, OverflowError):
        values = listed(field.values, "or")
        takes = f"{'a list of ' if field.is_list else ''}{values}" if values else f"of the type {field.type}"
        hint = f"write {values or _WRITTEN[field.kind]}"
        if field.is_list:
            hint = f"write a list: [{node.raw}]" if isinstance(node, Scalar) else f"{hint} as each item"
        report.add("ME502", f"the default of `{shown(field.name)}` is {takes}, not {written}", node.place, hint)
        return None


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
    if compare.asks == "given":
        return
    if compare.asks == "count":
        if not field.is_list:
            hint = f"ask has(message.{field.name}), or declare it with `list: true`"
            yield "ME502", f"`{field.name}` is of the type {field.kind}, and only a list has a count", hint
        return
    if compare.operator.startswith("has") != field.is_list:
        yield "ME502", *_of_a_list(compare, field)
        return
    if compare.operator in ("<", "<=", ">", ">=") and field.kind in ("string", "enum", "boolean"):
        hint = "compare it with `==`, `!=` or `in`"
        yield "ME502", f"`{field.name}` is of the type {field.kind} and has no order", hint
        return
    values = compare.value if isinstance(compare.value, tuple) else (compare.value,)
    for value in values:
        if not _fits(field, value):
            takes = listed(field.values, "or") if field.kind == "enum" else f"of the type {field.kind}"
            said = str(value).lower() if isinstance(value, bool) else value
            what = f"an item of `{field.name}`" if field.is_list else f"`{field.name}`"
            yield "ME502", f"{what} is {takes}, not `{shown(str(said))}`", _mend(field, value)


def _of_a_list(compare: Compare, field: Field) -> tuple[str, str]:
    """What is wrong where a list is compared as one value, or one value as a list; and how to mend it."""
    value = compare.value
    if field.is_list:
        asked = replace(compare, operator="has any of" if isinstance(value, tuple) else "has")
        hint = f"write `{asked}`" if compare.operator in ("==", "in") else f"write `{asked.left} has ...`"
        return f"`{field.name}` is a {field.type}, which is not compared by `{compare.operator}`", hint
    if field.kind == "string" and isinstance(value, str):
        hint = f'a pattern with `field: {field.name}` finds a text in it; `== "{shown(value)}"` asks for the whole'
    else:
        hint = f"compare it with `{'in' if isinstance(value, tuple) else '=='}`, or declare it with `list: true`"
    return f"`{field.name}` is of the type {field.kind}, and `{compare.operator}` asks for an item of a list", hint


def field_mistakes(pattern: Pattern, fields: Mapping[str, Field]) -> Iterator[tuple[str, str, Location, str]]:
    """What is wrong with the fields that a pattern looks in: code, message, place, hint."""
    for name, place in zip(pattern.fields, pattern.field_places, strict=True):
        field = fields.get(name)
        if field is None:
            hint = meant(name, fields, "declare it under `fields` of the policy")
            if name in PART_KINDS:
                hint = f"`{name}` is a kind of part: write `part: [{name}]`"
            yield "ME304", f"there is no message field `{shown(name)}`", place, hint
        elif field.kind not in ("string", "enum"):
            hint = "a condition compares it; a pattern looks in a `string`"
            yield "ME502", f"`{name}` is of the type {field.type}, in which a pattern finds no text", place, hint


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


def guessed(rules: Iterable[Rule]) -> dict[str, Field]:
    """Fields for a lone ruleset, declared as its conditions, patterns and examples use them."""
    seen: dict[str, list[Value]] = {}
    lists: set[str] = set()
    for rule in rules:
        for node in rule.nodes:
            if isinstance(node, Compare):
                values = node.value if isinstance(node.value, tuple) else (node.value,)
                seen.setdefault(node.field, []).extend(values if node.asks == "value" else ())
                lists |= {node.field} if node.asks == "count" or node.operator.startswith("has") else set()
        for name in (name for pattern in rule.patterns for name in pattern.fields):
            seen.setdefault(name, []).append("")
        for _, example in rule.examples:
            lists |= {name for name, value in example.message.fields.items() if isinstance(value, tuple)}
    return {name: Field(name, _kind(values), is_list=name in lists) for name, values in seen.items()}


def _kind(values: list[Value]) -> FieldKind:
    if not values:
        return "any"
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
