"""The JSON Schema of every file and record that is read or written (draft 2020-12)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, get_type_hints

import msgspec

from modengine.model import PART_KINDS, Decision, Part, Trace
from modengine.policy.schema import json_schema
from modengine.run.read.row import ErrorRecord

_DRAFT = "https://json-schema.org/draft/2020-12/schema"
Schema = dict[str, Any]


def message() -> Schema:
    """A line of a JSON Lines file of messages."""
    part = {
        "type": "object",
        "properties": {
            "kind": {"enum": list(PART_KINDS)},
            "text": {"type": ["string", "null"]},
            "file": {"type": ["string", "null"], "description": "Of which a reader makes the text; see docs/media.md."},
        },
        "required": ["kind"],
        "anyOf": [
            {"required": ["text"], "properties": {"text": {"type": "string"}}},
            {"required": ["file"], "properties": {"file": {"type": "string", "minLength": 1}}},
        ],
    }
    return {
        "$schema": _DRAFT,
        "title": "Message",
        "description": "A message. Other keys are fields, which the policy may ask about, or are ignored.",
        "type": "object",
        "properties": {
            "id": {"type": ["string", "integer", "null"], "description": "Comes back in the decision."},
            "text": {"type": ["string", "null"], "description": "What was written."},
            "parts": {
                "type": ["array", "null"],
                "items": part,
                "description": "What was read (ocr) or heard (transcript) in the message, or stood under it.",
            },
        },
        "anyOf": [{"required": ["text"]}, {"required": ["parts"]}],
        "additionalProperties": True,
    }


def decision() -> Schema:
    """A decision as `scan` writes it: the Decision, with its line and source before it."""
    schema = _of(Decision)
    found = schema["$defs"]["Decision"]
    where = {
        "line": {"type": "integer", "minimum": 1, "description": "The line that the message begins on."},
        "source": {"type": "string", "description": "The file as it was named; `-` for standard input."},
    }
    found["properties"] = {**where, **found["properties"]}
    return schema


def error_record() -> Schema:
    """A line that could not be read, as `scan` writes it."""
    return _of(ErrorRecord)


def trace() -> Schema:
    """What `explain --format json` prints."""
    hints = get_type_hints(Trace) | {"message": _Message}
    return _of(msgspec.defstruct("Trace", [(name, hints[name]) for name in Trace.__struct_fields__]))


class _Message(msgspec.Struct):
    """A Message.  Its fields are of any type: msgspec has no schema for texts beside times."""

    text: str
    id: str | None
    parts: tuple[Part, ...]
    fields: dict[str, Any]


def _of(kind: type) -> Schema:
    return {"$schema": _DRAFT, **msgspec.json.schema(kind)}


SCHEMAS: dict[str, Callable[[], Schema]] = {
    "ruleset": lambda: json_schema("ruleset"),
    "policy": lambda: json_schema("policy"),
    "message": message,
    "decision": decision,
    "error-record": error_record,
    "trace": trace,
}
