"""The rows of a sample file, and the message of a row."""

from __future__ import annotations

import json

from modengine import Message, Part
from tests.paths import SAMPLES

ACTS = ("review", "block")


def rows(name: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in (SAMPLES / name).read_text("utf-8").splitlines()]


def message(row: dict[str, object]) -> Message:
    parts = row.get("parts")
    return Message(
        str(row.get("text", "")),
        parts=tuple(Part(p["kind"], p["text"]) for p in parts) if isinstance(parts, list) else (),
    )
