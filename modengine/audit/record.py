"""What stands in the log of a decision, and what only the vault keeps.  Pure functions.

A record is canonical JSON: sorted keys, no spaces, UTF-8, no line feed inside.  It holds no text, no
id, no plain digest of either, no place and no pattern.  A commitment is
SHA-256(domain ‖ salt ‖ content) with a salt of 32 random bytes that only the vault knows.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from hashlib import sha256
from typing import Any, NamedTuple, cast

import msgspec

from modengine.engine import Engine
from modengine.model import Decision, FieldValue, Match, Message, Part
from modengine.ruleset.condition import Compare, Condition, walk
from modengine.ruleset.fields import read_fields
from modengine.ruleset.model import Field, Policy
from modengine.text import segment
from modengine.version import __version__

Record = dict[str, Any]
"""A record as plain data."""

MOST_BYTES = 65_536
"""A record is no longer."""
SALT = 32
"""Bytes."""
KINDS = ("decision", "revision", "erasure", "recovery")
_TEXT, _DETAILS = b"modengine.audit/text\0", b"modengine.audit/details\0"
_CLEAR = frozenset({"enum", "integer", "number", "boolean", "datetime"})
_MOST_INT = 1 << 63
_ENCODER = msgspec.json.Encoder(order="sorted")
_DECODER = msgspec.json.Decoder()


def encode(value: object) -> bytes:
    """Canonical JSON."""
    return _ENCODER.encode(value)


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


def moment(text: str) -> datetime:
    """The time that `stamp` wrote.  Raises ValueError for any other text."""
    time = datetime.fromisoformat(text)
    if stamp(time) != text:
        raise ValueError("not a time in UTC")
    return time


# --------------------------------------------------------------------------- secrets


@lru_cache(8)
def _keyed(key: bytes) -> hmac.HMAC:
    """Copied for each use: half the price of a new one."""
    return hmac.new(key, digestmod="sha256")


def pseudonym(key: bytes, message_id: str) -> str:
    """What stands for a message's id: HMAC-SHA-256 with the key of the log."""
    mac = _keyed(key).copy()
    mac.update(b"id\0" + message_id.encode("utf-8", "surrogatepass"))
    return mac.hexdigest()


def decision_id(key: bytes, seq: int) -> str:
    """An identifier that nobody without the key of the log can guess."""
    mac = _keyed(key).copy()
    mac.update(b"decision\0%d" % seq)
    return "d-" + mac.hexdigest()[:32]


def commitment_to_text(salt: bytes, parts: tuple[Part, ...]) -> str:
    return commitment_to_content(salt, text_content(parts))


def commitment_to_content(salt: bytes, content: bytes) -> str:
    """The same, of the `text_content` of a message."""
    return sha256(_TEXT + salt + content).hexdigest()


def commitment_to_details(salt: bytes, details: bytes) -> str:
    return sha256(_DETAILS + salt + details).hexdigest()


def text_content(parts: tuple[Part, ...]) -> bytes:
    """What a commitment to a text commits to: `[["text","..."],["ocr","..."]]`."""
    return _plain([[part.kind, part.text] for part in parts])


def _plain(value: object) -> bytes:
    """Canonical JSON; where a lone surrogate keeps it from being UTF-8, in ASCII with escapes."""
    try:
        return _ENCODER.encode(value)
    except UnicodeEncodeError:
        return json.dumps(msgspec.to_builtins(value), separators=(",", ":"), sort_keys=True).encode("ascii")


# --------------------------------------------------------------------------- the message in the vault


def message_content(message: Message) -> bytes:
    """A whole message, for a vault that keeps texts.  Times keep their zone."""
    fields = {name: _kept(value) for name, value in message.fields.items()}
    parts = [[part.kind, part.text] for part in message.parts]
    return _plain({"id": message.id, "text": message.text, "parts": parts, "fields": fields})


def message_from(content: bytes) -> Message:
    value = json.loads(content)
    parts = tuple(Part(kind, text) for kind, text in value["parts"])
    return Message(value["text"], value["id"], parts, value["fields"])


def _kept(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value) if isinstance(value, int) and not -_MOST_INT <= value < _MOST_INT else value


# --------------------------------------------------------------------------- decisions


@dataclass(frozen=True, slots=True)
class Context:
    """What all decisions of one engine have in common."""

    policy: str
    revision: str
    engine: str
    segmenter: str
    clear: Mapping[str, Field]
    """The fields that the policy uses and whose values stand in the log."""
    hidden: Mapping[str, Field]
    """The fields that it uses and whose values, free texts, go to the details."""


def context_of(engine: Engine) -> Context:
    policy = engine.policy
    used = used_fields(policy)
    return Context(
        policy.id,
        engine.revision,
        __version__,
        segment.identity(policy.segmenter),
        {name: one for name, one in policy.fields.items() if name in used and one.kind in _CLEAR},
        {name: one for name, one in policy.fields.items() if name in used and one.kind not in _CLEAR},
    )


def used_fields(policy: Policy) -> frozenset[str]:
    """The message fields that can change a decision of the policy."""
    found = {node.field for one in _conditions(policy) for node in walk(one) if isinstance(node, Compare)}
    if policy.period is not None:
        found |= {policy.period.field, "time"}
    return frozenset(found)


def _conditions(policy: Policy) -> Iterator[Condition]:
    for rule in policy.rules:
        if rule.status != "draft":
            yield rule.when
            if rule.unless is not None:
                yield rule.unless
    yield from policy.scope.values()
    yield from (one.when for one in policy.overrides if one.when is not None)
    yield from (one.when for one in policy.exceptions)


class Sealed(NamedTuple):
    """A decision ready to be written: the bytes of its record, and what the vault keeps."""

    record: bytes
    salt: bytes
    details: bytes
    decision_id: str


def seal(
    context: Context,
    message: Message,
    decision: Decision,
    *,
    seq: int,
    time: str,
    key: bytes,
    salt: bytes,
    ignore_scope: bool = False,
) -> Sealed:
    """The record of a decision.  `time` is a `stamp`."""
    details = details_of(context, message, decision)
    name = decision_id(key, seq)
    record = {
        "kind": "decision",
        "seq": seq,
        "time": time,
        "decision_id": name,
        "message": None if message.id is None else pseudonym(key, message.id),
        "text": commitment_to_text(salt, message.all_parts()),
        "details": commitment_to_details(salt, details),
        "ignore_scope": ignore_scope,
        "engine": context.engine,
        "segmenter": context.segmenter,
        "policy": context.policy,
        **outcome(context, message, decision),
    }
    return Sealed(encode(record), salt, details, name)


def outcome(context: Context, message: Message, decision: Decision) -> Record:
    """The part of a record that a replay must make again."""
    return {
        "revision": decision.revision,
        "fields": _values(context.clear, message),
        "action": decision.action,
        "taken": decision.taken,
        "in_scope": decision.in_scope,
        "study": decision.study,
        "categories": decision.categories,
        "hits": [_hit(hit) for hit in decision.hits],
        "shadow_hits": [_hit(hit) for hit in decision.shadow_hits],
        "relief": [{"rule": r.rule, "category": r.category, "points": r.points} for r in decision.relief],
        "raised": decision.raised,
        "undetermined": [{"rule": u.rule, "reason": reason_class(u.reason)} for u in decision.undetermined],
    }


def _hit(hit: Any) -> Record:
    points = {"points": hit.points, "counted": hit.counted}
    return {"rule": hit.rule, "clause": hit.clause, "category": hit.category, **points}


def _values(fields: Mapping[str, Field], message: Message) -> dict[str, object]:
    if not fields or not message.fields:
        return {}
    read: Mapping[str, FieldValue] = read_fields(fields, message.fields)
    return {name: _kept(value) for name, value in read.items()}


REASONS = (
    ("timeout", ("took longer than",)),
    ("too-many-steps", ("more than", "steps")),
    ("not-run", ("not run",)),
    ("too-long", ("characters", "are not read")),
    ("failed", ("failed",)),
)
"""What the log says of a reason: its own words may tell how long a text is, or where a pattern stuck."""


def reason_class(reason: str) -> str:
    return next((name for name, words in REASONS if all(word in reason for word in words)), "other")


def details_of(context: Context, message: Message, decision: Decision) -> bytes:
    """Patterns, places and how they were reached; free-text fields; what was done to the text first.

    Not the characters that were found: a vault without texts holds no piece of one.
    """
    details: Record = {}
    for name, some in (("hits", decision.hits), ("shadow_hits", decision.shadow_hits), ("relief", decision.relief)):
        if some:
            details[name] = [{"rule": one.rule, "matches": [*map(_place, one.matches)]} for one in some]
    if decision.undetermined:
        details["undetermined"] = decision.undetermined
    if decision.notes:
        details["notes"] = decision.notes
    if fields := _values(context.hidden, message):
        details["fields"] = fields
    return _plain(details)


_PLACE = ("pattern", "part", "part_index", "start", "end", "how", "weight")


def _place(match: Match) -> tuple[object, ...]:
    """A list of seven: there are several a decision, and names would be most of the vault."""
    m = match
    return (m.pattern, m.part, m.part_index, m.start, m.end, m.how, m.weight)


def details_from(content: bytes) -> Record:
    """The details, places by name again."""
    details = cast("Record", json.loads(content))
    for name in ("hits", "shadow_hits", "relief"):
        for one in details.get(name, ()):
            one["matches"] = [dict(zip(_PLACE, match, strict=True)) for match in one["matches"]]
    return details
