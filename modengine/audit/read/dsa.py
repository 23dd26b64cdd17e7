"""Decisions as statements of reasons, in the form of the EU's DSA transparency database.

For teaching: every statement says that it is synthetic, and none is for sending anywhere.  Form:
https://transparency.dsa.ec.europa.eu/page/api-documentation (attributes of July 2025).

    taken     restriction                                    automated decision
    allow     none: there is no statement                    -
    label     DECISION_VISIBILITY_CONTENT_LABELLED           AUTOMATED_DECISION_FULLY
    review    DECISION_VISIBILITY_OTHER (held for a person)  AUTOMATED_DECISION_PARTIALLY
    block     DECISION_VISIBILITY_CONTENT_REMOVED            AUTOMATED_DECISION_FULLY

What is only shadow (out of scope or period, an exception, a study) restricts nothing and has no
statement, whatever its `action`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from modengine.audit.records.record import Record
from modengine.model import RANK

Statement = dict[str, Any]

SYNTHETIC = "SYNTHETIC: a study of a rule set with modengine, not a decision of any platform."
MOST_FACTS = 5000
MOST_TEXT = 2000
"""Characters of a ground or an explanation."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a category of ours is in the terms of the database."""

    category: str
    keyword: str | None = None


CATEGORIES: dict[str, Meaning] = {
    "rumour": Meaning(
        "STATEMENT_CATEGORY_NEGATIVE_EFFECTS_ON_CIVIC_DISCOURSE_OR_ELECTIONS", "KEYWORD_MISINFORMATION_DISINFORMATION"
    ),
    "violence": Meaning("STATEMENT_CATEGORY_VIOLENCE"),
    "terrorism": Meaning("STATEMENT_CATEGORY_RISK_FOR_PUBLIC_SECURITY", "KEYWORD_TERRORIST_CONTENT"),
    "fraud": Meaning("STATEMENT_CATEGORY_SCAMS_AND_FRAUD"),
    "pornography": Meaning("STATEMENT_CATEGORY_OTHER_VIOLATION_TC", "KEYWORD_ADULT_SEXUAL_MATERIAL"),
}
OTHER = Meaning("STATEMENT_CATEGORY_OTHER_VIOLATION_TC")
"""A category of a policy that is not ours."""
VISIBILITY: dict[str, str] = {
    "label": "DECISION_VISIBILITY_CONTENT_LABELLED",
    "review": "DECISION_VISIBILITY_OTHER",
    "block": "DECISION_VISIBILITY_CONTENT_REMOVED",
}
AUTOMATED: dict[str, str] = {
    "label": "AUTOMATED_DECISION_FULLY",
    "review": "AUTOMATED_DECISION_PARTIALLY",
    "block": "AUTOMATED_DECISION_FULLY",
}
_PARTS = {"text": "TEXT", "caption": "TEXT", "ocr": "IMAGE", "transcript": "AUDIO"}


def statement(record: Record, details: Record | None, title: str) -> Statement | None:
    """The statement on a decision; None where nothing was restricted.

    `details` are the vault's: they tell in which parts of the message something was found.  `title`
    is the policy's.
    """
    taken = record["taken"]
    if taken == "allow":
        return None
    acting = _acting(record)
    main = acting[0]
    meanings = [CATEGORIES.get(name, OTHER) for name in acting]
    found: Statement = {
        "puid": f"synthetic-{record['decision_id']}",
        "decision_visibility": [VISIBILITY[taken]],
        "decision_ground": "DECISION_GROUND_INCOMPATIBLE_CONTENT",
        "incompatible_content_ground": _cut(
            f"{title} (policy {record['policy']}){_clauses(record, acting)}", MOST_TEXT
        ),
        "incompatible_content_explanation": _cut(f"{SYNTHETIC} {_why(record, acting)}", MOST_TEXT),
        "incompatible_content_illegal": "No",
        "category": meanings[0].category,
        "content_type": _content_types(details),
        "content_date": _date(record["fields"].get("time"), record["time"]),
        "application_date": _date(record["time"], record["time"]),
        "decision_facts": _cut(f"{SYNTHETIC} {_facts(record, main)}", MOST_FACTS),
        "source_type": "SOURCE_VOLUNTARY",
        "automated_detection": "Yes",
        "automated_decision": AUTOMATED[taken],
    }
    if taken == "review":
        found["decision_visibility_other"] = "Held until a person has looked at it"
    others = sorted({meaning.category for meaning in meanings[1:]} - {meanings[0].category})
    if others:
        found["category_addition"] = others
    keywords = [meaning.keyword for meaning in meanings if meaning.keyword is not None]
    if keywords:
        found["category_specification"] = keywords
    return found


def _acting(record: Record) -> list[str]:
    """The categories that restrict something: those in scope that are not `allow`; the strictest first."""
    acting = [
        (name, score)
        for name, score in record["categories"].items()
        if score["in_scope"] and score["action"] != "allow"
    ]
    acting.sort(key=lambda pair: (-RANK[pair[1]["action"]], -pair[1]["score"], pair[0]))
    return [name for name, _ in acting]


def _clauses(record: Record, acting: list[str]) -> str:
    clauses = dict.fromkeys(h["clause"] for h in record["hits"] if h["category"] in acting and h["clause"])
    return f", clauses {', '.join(clauses)}" if clauses else ""


def _why(record: Record, acting: list[str]) -> str:
    categories = record["categories"]
    return "; ".join(
        f"{name}: {categories[name]['score']} points, so `{categories[name]['action']}`" for name in acting
    )


def _facts(record: Record, main: str) -> str:
    hits = [f"{hit['rule']} ({hit['counted']} points)" for hit in record["hits"] if hit["category"] == main]
    reliefs = [
        f"{relief['rule']} ({relief['points']} points)" for relief in record["relief"] if relief["category"] == main
    ]
    raised = [
        f"{', '.join(override['rules'])} asked for `{override['action']}` or more" for override in record["raised"]
    ]
    parts = [f"A message was decided by rules alone, as {main}."]
    if hits:
        parts.append(f"Rules that hit: {', '.join(hits)}.")
    if reliefs:
        parts.append(f"Relief: {', '.join(reliefs)}.")
    if raised:
        parts.append(f"Override: {'; '.join(raised)}.")
    if record["undetermined"]:
        parts.append("Some rules could not be decided, so a person is to look.")
    return " ".join(parts)


def _content_types(details: Record | None) -> list[str]:
    """Text, and what else something was found in."""
    found = {"TEXT"}
    for hit in (details or {}).get("hits", ()):
        found |= {_PARTS.get(match["part"], "TEXT") for match in hit["matches"]}
    return [f"CONTENT_TYPE_{name}" for name in sorted(found)]


def _date(text: object, fallback: str) -> str:
    """Y-m-d in the zone that was written."""
    try:
        return datetime.fromisoformat(str(text)).date().isoformat()
    except ValueError:
        return datetime.fromisoformat(fallback).date().isoformat()


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"
