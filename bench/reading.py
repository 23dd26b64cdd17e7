"""What is read of decisions: the same of every engine that gives them, of this commit or of another."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

Read = Callable[[list[str]], object]
BATCH = 256


def batches(engine: Any, read: Callable[[Any], object]) -> Read:
    """256 messages at once; of every decision is read what `read` gives."""

    def run(texts: list[str]) -> list[object]:
        found: list[object] = []
        for at in range(0, len(texts), BATCH):
            found += map(read, engine.decide_batch(texts[at : at + BATCH], ignore_scope=True))
        return found

    return run


def result(decision: Any) -> object:
    """Every action and score; what keeping them costs is no business of an engine's."""
    for score in decision.categories.values():
        _ = score.action, score.score
    return decision.action


def evidence(decision: Any) -> object:
    """Every action and score, and all fields of all matches of every hit."""
    hits = (*decision.hits, *decision.shadow_hits, *decision.relief)
    return result(decision), [msgspec.structs.astuple(match) for hit in hits for match in hit.matches]


def rules(decision: Any) -> list[str]:
    """The rules that hit."""
    return [hit.rule for hit in decision.hits]
