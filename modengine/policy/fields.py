"""The fields of a message, read as the types that the policy declares."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta, timezone
from typing import Any

from modengine.errors import MessageError
from modengine.model import FIELD_PART, FieldValue, Message, Part
from modengine.policy.model import Field, Pattern
from modengine.policy.nodes.diagnostics import listed

CHINA = timezone(timedelta(hours=8))
"""The zone of a time that names none."""


_WHOLE = re.compile(r"([+-]?[0-9]{1,19})(?:\.0*)?")
"""With what a data frame adds to the whole numbers of a column with blanks: 3.0."""
_SAID = 8
"""Values of an enum that a hint names."""
_NOTHING = {"integer": "nan", "number": "nan", "boolean": "nan", "datetime": "nat"}
"""What a CSV file has where there is nothing, by the kind of the field."""


def parse_time(text: str) -> datetime:
    """An ISO 8601 time; +08:00 where it names no zone.  Raises ValueError."""
    time = datetime.fromisoformat(text)
    return time if time.tzinfo is not None else time.replace(tzinfo=CHINA)


def known(value: Any) -> Any:
    """A value as Python's own, where a data frame holds one of numpy's; None where it holds NaN, NaT or NA."""
    if isinstance(value, str | int | list | tuple | dict):
        return value
    try:
        if value != value:
            return None
    except TypeError:  # the NA of pandas is neither true nor false
        return None
    return value.item() if hasattr(value, "item") else value


def _integer(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise ValueError
    if isinstance(value, str):
        written = _WHOLE.fullmatch(value.strip())
        if written is None:
            raise ValueError
        return int(written[1])
    if int(value) != value:
        raise ValueError
    return int(value)


def _number(value: Any) -> int | float:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise ValueError
    if isinstance(value, str) and ("_" in value or not value.isascii()):
        raise ValueError
    number = value if isinstance(value, int) else float(value)
    if number != number or number in (float("inf"), float("-inf")):
        raise ValueError
    return number


def _string(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError
    return value


def _boolean(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value.lower() in ("true", "false"):
        return value.lower() == "true"
    raise ValueError


def _datetime(value: Any) -> datetime:
    if isinstance(value, datetime):
        return value if value.tzinfo is not None else value.replace(tzinfo=CHINA)
    return parse_time(_string(value))


READ: dict[str, Callable[[Any], FieldValue]] = {
    "string": _string,
    "integer": _integer,
    "number": _number,
    "boolean": _boolean,
    "datetime": _datetime,
    "enum": _string,
    "any": lambda value: tuple(value) if isinstance(value, list) else value,
}
"""A reader for each kind of field.  Texts are taken too where they write the type: CSV has nothing else."""


def read_value(field: Field, value: Any) -> FieldValue:
    """A value as the type of a field.  Raises ValueError, TypeError or OverflowError for one of another type."""
    if not field.is_list:
        one: FieldValue = _read_item(field, value)
        return one
    if isinstance(value, str):  # CSV has nothing else
        value = json.loads(value)
    if not isinstance(value, list | tuple):
        raise ValueError
    items = (known(item) for item in value)
    return tuple(_read_item(field, item) for item in items if item is not None)


def _read_item(field: Field, value: Any) -> Any:
    read = READ[field.kind](value)
    if field.kind == "enum" and read not in field.values:
        raise UnlistedError(value)
    return read


class UnlistedError(ValueError):
    """A value that an enum does not list."""


def read_fields(declared: Mapping[str, Field], given: Mapping[str, Any]) -> dict[str, FieldValue]:
    """The declared fields that a message has.  Raises MessageError (ME903) for a value of another type.

    A null is a value that is missing, and so is NaN; fields that the policy does not declare are left out.
    Defaults are for conditions: what the message lacks is not here.
    """
    found: dict[str, FieldValue] = {}
    for name, field in declared.items():
        value = given.get(name)
        try:
            value = known(value)
            if value is None or (isinstance(value, str) and value.lower() == _NOTHING.get(field.kind)):
                continue
            found[name] = read_value(field, value)
        except UnlistedError as error:
            write = f"write {listed(field.values, 'or')}" if len(field.values) <= _SAID else "mend the message"
            raise MessageError(
                "ME903",
                f"`{name}` is {error.args[0]!r}, which the policy does not list",
                f"{write}, or add the value to the `enum`",
            ) from None
        except (ValueError, TypeError, OverflowError, RecursionError):
            hint = f"write a list: {_example(field)}" if field.is_list else "mend the message, or the type in `fields`"
            shown = list(value) if isinstance(value, tuple) else value
            raise MessageError("ME903", f"`{name}` is {shown!r:.200}, which is no {field.type}", hint) from None
    return found


def _example(field: Field) -> str:
    """A list of the type of a field, as JSON."""
    named = {"integer": [1, 2], "number": [0.5, 2], "boolean": [True, False], "datetime": ["2014-05-28"]}
    return json.dumps(list(field.values[:2]) or named.get(field.kind, ["a", "b"]), ensure_ascii=False)


def fields_looked_in(patterns: Iterable[Pattern], declared: Mapping[str, Field]) -> dict[str, Field]:
    """The fields that patterns look in, in the order of the policy."""
    names = {name for pattern in patterns for name in pattern.fields}
    return {name: field for name, field in declared.items() if name in names}


def with_field_parts(message: Message, looked_in: Mapping[str, Field]) -> Message:
    """The message, the texts of its fields that patterns look in behind its parts: each a part `message.NAME`.

    Of a list each item is one; what has such parts keeps them.  Raises MessageError (ME903).
    """
    there = {part.kind for part in message.parts}
    wanted = {name: field for name, field in looked_in.items() if FIELD_PART + name not in there}
    if not wanted or not message.fields:
        return message
    added = [
        Part(FIELD_PART + name, str(text))
        for name, value in read_fields(wanted, message.fields).items()
        for text in (value if isinstance(value, tuple) else (value,))
    ]
    return Message(message.text, message.id, (*message.parts, *added), message.fields) if added else message
