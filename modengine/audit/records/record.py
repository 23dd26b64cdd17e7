"""Records as bytes, and messages as the vault keeps them.  Pure functions.

A record is canonical JSON: sorted keys, no spaces, UTF-8, no line feed inside.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from modengine.audit.records.schema import KeptMessage, read_kept
from modengine.errors import AuditError
from modengine.model import Message, Part

Record = dict[str, Any]
"""A record as plain data."""

MOST_BYTES = 65_536
"""A record is no longer."""
SKEW = timedelta(seconds=60)
"""A time may lie so far before that of an earlier record: clocks are set, threads overtake each other."""
KINDS = ("decision", "revision", "erasure", "recovery", "disclosure", "study")
_MOST_INT = 1 << 63
_ENCODER = msgspec.json.Encoder(order="sorted")
_STRUCTS = msgspec.json.Encoder(order="deterministic")
"""For structs whose fields stand in their order already: these are not sorted again."""
_DECODER = msgspec.json.Decoder()


def encode(value: object) -> bytes:
    """Canonical JSON."""
    return _ENCODER.encode(value)


encode_ordered = _STRUCTS.encode
"""Canonical JSON of plain data, and of structs whose fields stand in the order of their names."""


def decode(data: bytes) -> Record:
    """The record that a line holds.  Raises ValueError unless it is a canonical JSON object."""
    try:
        value = _DECODER.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise ValueError("not JSON") from None
    if not isinstance(value, dict):
        raise ValueError("not a JSON object")
    if _ENCODER.encode(value) != data:
        raise ValueError("not in canonical form")
    return value


def stamp(time: datetime) -> str:
    """A time as records write it: UTC, microseconds, `Z`.  Raises ValueError for one without a zone."""
    if time.tzinfo is None:
        raise ValueError("a time of the audit log needs a zone, such as datetime.now(UTC)")
    return time.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def stamp_after(latest: str, time: datetime) -> str:
    """The stamp of a time after the latest one of a log, if there is one.  Raises AuditError (ME962), ValueError."""
    written = stamp(time)
    if latest and written < latest and moment(latest) - time > SKEW:
        what = f"the time {written} lies before {latest}, that of a record already in the log"
        raise AuditError("ME962", what, "set the clock of this computer right, or begin a new log")
    return written


def moment(text: str) -> datetime:
    """The time that `stamp` wrote.  Raises ValueError for any other text."""
    time = datetime.fromisoformat(text)
    if time.utcoffset() or stamp(time) != text:
        raise ValueError("not a time in UTC")
    return time


def plain(value: object) -> bytes:
    """What `encode_ordered` makes; where a lone surrogate keeps it from being UTF-8, in ASCII with escapes."""
    try:
        return encode_ordered(value)
    except UnicodeEncodeError:
        builtins = msgspec.to_builtins(value, enc_hook=_read)
        return json.dumps(builtins, separators=(",", ":"), sort_keys=True).encode("ascii")


def _read(value: object) -> object:
    """What a piece that is JSON already says."""
    if isinstance(value, msgspec.Raw):
        return json.loads(bytes(value))
    raise NotImplementedError(type(value).__name__)


# --------------------------------------------------------------------------- the message in the vault


def message_content(message: Message) -> bytes:
    """A whole message, for a vault that keeps texts.  Times keep their zone."""
    fields = {name: kept(value) for name, value in message.fields.items()}
    parts = [[part.kind, part.text] for part in message.parts]
    return plain({"id": message.id, "text": message.text, "parts": parts, "fields": fields})


def message_from(content: bytes) -> Message:
    """The message that a vault kept.  Raises ValueError for what is none."""
    value = read_kept(content, KeptMessage)
    parts = tuple(Part(kind, text) for kind, text in value["parts"])
    return Message(value["text"], value["id"], parts, value["fields"])


def kept(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, tuple):
        return [*map(kept, value)]
    return str(value) if isinstance(value, int) and not -_MOST_INT <= value < _MOST_INT else value
