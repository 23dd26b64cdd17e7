"""A message a line: JSON Lines, an object each, and plain text.

The standard library's parser rather than msgspec's: it keeps the lone surrogates that escapes can
write (the engine replaces and reports them), and it can be told to refuse a key that stands twice.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

from modengine.errors import MessageError
from modengine.model import Message
from modengine.run.read.lines import LineReader, decoded, too_large
from modengine.run.read.row import Row
from modengine.run.read.shape import message_of, type_name

_HINT = "one JSON object a line; see docs/messages.md"


def rows(lines: LineReader, source: str, text_key: str = "text") -> Iterator[Row]:
    """A row for every line of JSON that is not blank."""
    return _rows(lines, source, lambda text: message_from(text, text_key))


def plain_rows(lines: LineReader, source: str, _text_key: str = "text") -> Iterator[Row]:
    """A row for every line of text that is not blank.  Such messages have no `id`: the line stands for it."""
    return _rows(lines, source, Message)


def _rows(lines: LineReader, source: str, make: Callable[[str], Message]) -> Iterator[Row]:
    for number, data in lines:
        try:
            if data is None:
                raise too_large()
            text = decoded(data)
            if text and not text.isspace():
                yield Row(number, source, message=make(text))
        except MessageError as error:
            yield Row(number, source, error=error)


def message_from(text: str, text_key: str = "text") -> Message:
    """The message that a line of JSON holds.  Raises MessageError (ME901, ME902)."""
    try:
        value = _DECODER.decode(text.removeprefix("\ufeff"))
    except json.JSONDecodeError as error:
        what = (error.msg[:1].lower() + error.msg[1:]).removesuffix(" at")
        raise MessageError("ME901", f"not JSON: {what} at column {error.colno}", _HINT) from None
    except RecursionError:
        raise MessageError("ME901", "not a message: JSON nested too deep", _HINT) from None
    except ValueError:  # more digits than Python turns into a number
        raise MessageError("ME901", "not a message: a number of too many digits", _HINT) from None
    if not isinstance(value, dict):
        what = "null" if value is None else type_name(value)
        raise MessageError("ME901", f"not a JSON object but {what}", _HINT)
    return message_of(value, text_key)


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        seen: set[str] = set()
        twice = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        raise MessageError("ME901", f"the key `{twice}` stands twice", "which of the two is meant?")
    return found


def _constant(name: str) -> object:
    raise MessageError("ME901", f"`{name}` is no JSON number", "write null where a value is missing")


_DECODER = json.JSONDecoder(object_pairs_hook=_object, parse_constant=_constant)
