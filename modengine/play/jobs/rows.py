"""Labelled messages, and what a policy decides of many."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from modengine.engine.engine import Engine
from modengine.errors import MessageError
from modengine.model import Decision, Message

HARMLESS = "none"
LOCKED = frozenset({"pornography", "terrorism"})
"""Adverts of sex, and bombs: a teacher decides whether a class reads such samples."""


@dataclass(frozen=True, slots=True)
class LabelledMessage:
    """A labelled message."""

    message: Message
    label: str
    kind: str = ""
    tags: tuple[str, ...] = ()
    gloss: str = ""


def decided(engine: Engine, rows: Sequence[LabelledMessage]) -> list[dict[str, Any] | None]:
    """For each row its scores, the points that every step asks for more as the text is long, and its actions.

    None where a field cannot be read.
    """
    decisions = engine.decide_batch([row.message for row in rows], ignore_scope=True)
    return [None if isinstance(decision, MessageError) else _plain(decision) for decision in decisions]


def _plain(decision: Decision) -> dict[str, Any]:
    return {
        "action": decision.action,
        "scores": {name: score.score for name, score in decision.categories.items()},
        "longer": 0 if decision.longer is None else decision.longer.points,
        "actions": {name: score.action for name, score in decision.categories.items()},
    }


def readable(text: str, gloss: str, label: str | None, unlocked: bool) -> dict[str, Any]:
    """What is shown of a sample: behind the lock nothing is, and in front of it the page covers it until asked."""
    if label not in LOCKED:
        return {"text": text, "gloss": gloss}
    return {"text": text, "gloss": gloss, "sensitive": True} if unlocked else {"text": "", "gloss": "", "locked": True}


def told(found: Sequence[dict[str, Any]], secret: Collection[str]) -> list[dict[str, Any]]:
    """Rows of an answer; those of texts that are still to be predicted without what tells them apart, and last."""
    rows = [
        {**row, "id": "", "text": "", "gloss": "", "secret": True} if row["text"] in secret else row for row in found
    ]
    return sorted(rows, key=lambda row: repr(row) if row.get("secret") else "")
