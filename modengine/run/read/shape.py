"""A mapping, as JSON or a row of a table gives it, to a Message."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from itertools import islice
from typing import NamedTuple

from modengine.errors import InputError, MessageError
from modengine.model import PART_KINDS, Message, Part, PartKind

_SEE = "see docs/messages.md"
_TEXTS = ("content", "message", "body", "msg")
"""What others call the text."""


class FilePart(Part, frozen=True):
    """A part whose text was read from a file before."""

    file: str = ""
    """As the message names it."""


class UnreadPart(NamedTuple):
    """A part of which there is a file, and no text yet."""

    at: int
    """Which of the parts, from 0."""
    kind: PartKind
    file: str
    """As the message names it."""


class UnreadParts(MessageError):
    """A message that names files of which there is no text; `given` is the message with nothing in their parts."""

    def __init__(self, given: Message, unread: tuple[UnreadPart, ...], failed: tuple[MessageError, ...] = ()) -> None:
        """`failed` where somebody has tried to read them, and for what is no name of a file; the first speaks."""
        self.given, self.unread, self.failed = given, unread, failed
        if failed:
            super().__init__(failed[0].code, failed[0].message, failed[0].hint)
            return
        first = unread[0]
        what = f"`parts[{first.at}]` is the file `{first.file[:80]}`, which nobody has read"
        hint = f"give a reader, --reader {first.kind}=COMMAND, or read it before: modengine read; see docs/media.md"
        super().__init__("ME919", what, hint)

    def __reduce__(self) -> tuple[type[UnreadParts], tuple[object, ...]]:  # type: ignore[override]
        return UnreadParts, (self.given, self.unread, self.failed)


def message_of(values: Mapping[str, object], text_key: str = "text") -> Message:
    """The message.  Raises MessageError (ME902), UnreadParts (ME919).

    A null is a value that is missing, and so is the NaN of data frames.  Keys that nobody asks about are
    kept among the fields.
    `text_key` is the key of the text, for files that were not written for modengine.
    """
    text = _given(values, text_key)
    raw_parts = _given(values, "parts")
    if text is None and raw_parts is None:
        raise _without_text(values, text_key)
    if text is None:
        text = ""
    elif not isinstance(text, str):
        raise _wrong(f"`{text_key}`", text, "a text")
    own = ("id", text_key, "parts")
    fields = {key: value for key, value in values.items() if key not in own and value is not None and value == value}
    parts, unread = _parts(raw_parts)
    message = Message(text, _id(_given(values, "id")), parts, fields)
    if unread:
        raise UnreadParts(message, unread)
    return message


def _given(values: Mapping[str, object], key: str) -> object:
    value = values.get(key)
    return value if value == value else None


def _without_text(values: Mapping[str, object], text_key: str) -> MessageError:
    if text_key != "text":
        return MessageError("ME902", f"neither `{text_key}` nor `parts`", "name the key that holds the text")
    near = nearly_text(values) if "text" not in values else None
    return MessageError("ME902", "neither `text` nor `parts`", f"rename `{near}` to `text`" if near else _SEE)


def refuse_twice(names: Iterable[str], where: str) -> None:
    """Raises InputError (ME908) where two columns have one name."""
    twice = next((name for name, count in Counter(names).items() if name and count > 1), None)
    if twice is not None:
        raise InputError("ME908", f"{where}: two columns are named `{twice!s:.40}`", "give each column its own name")


def nearly_text(names: Iterable[str]) -> str | None:
    """The name that was probably meant to be `text`, of the first hundred."""
    lowered = {name.lower(): name for name in islice(names, 100)}
    near = get_close_matches("text", lowered, 1) or [name for name in _TEXTS if name in lowered]
    return lowered[near[0]] if near else None


def _id(value: object) -> str | None:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    raise _wrong("`id`", value, "a text or a whole number")


def _parts(value: object) -> tuple[tuple[Part, ...], tuple[UnreadPart, ...]]:
    """The parts, and which of them are files that nobody has read."""
    if value is None:
        return (), ()
    if not isinstance(value, list):
        raise _wrong("`parts`", value, "a list")
    parts, unread = [], []
    for i, item in enumerate(value):
        part, file = _part(i, item)
        parts.append(part)
        if file is not None:
            unread.append(file)
    return tuple(parts), tuple(unread)


def _part(i: int, item: object) -> tuple[Part, UnreadPart | None]:
    """A part, and the file that it is to be read from; None where there is its text."""
    name = f"parts[{i}]"
    if not isinstance(item, dict):
        raise _wrong(f"`{name}`", item, "an object with `kind` and `text`")
    kind, text, file = item.get("kind"), item.get("text"), item.get("file")
    if kind not in PART_KINDS:
        shown = f"`{kind}`" if isinstance(kind, str) else type_name(kind)
        raise MessageError("ME902", f"`{name}.kind` is {shown}, not one of {', '.join(PART_KINDS)}", _SEE)
    if text is None and file is not None:
        if not isinstance(file, str) or not file:
            raise _wrong(f"`{name}.file`", file, "the name of a file")
        return Part(kind, ""), UnreadPart(i, kind, file)
    if not isinstance(text, str):
        raise _wrong(f"`{name}.text`", text, "a text")
    return (FilePart(kind, text, file) if isinstance(file, str) else Part(kind, text)), None


def _wrong(name: str, value: object, wanted: str) -> MessageError:
    return MessageError("ME902", f"{name} is {type_name(value)}, not {wanted}", _SEE)


def type_name(value: object) -> str:
    """What JSON calls a value."""
    match value:
        case None:
            return "missing"
        case bool():
            return "true or false"
        case int() | float():
            return "a number"
        case str():
            return "a text"
        case list():
            return "a list"
        case _:
            return "an object"
