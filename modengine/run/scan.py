"""Rows to results: every message decided, every error kept in its place."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol

from modengine.errors import MessageError
from modengine.model import Decision, Message
from modengine.run.row import Row


class Decider(Protocol):
    """What scanning needs of an engine."""

    def decide(self, message: Message | str, *, ignore_scope: bool = False) -> Decision: ...


@dataclass(frozen=True, slots=True)
class Result:
    """What became of a row: a decision, or the error that stands in its place."""

    line: int
    source: str
    decision: Decision | None = None
    error: MessageError | None = None


def scan(engine: Decider, rows: Iterable[Row], ignore_scope: bool = False) -> Iterator[Result]:
    """A result for each row, in order, as it comes."""
    for row in rows:
        if row.message is None:
            yield Result(row.line, row.source, error=row.error)
            continue
        try:
            decision = engine.decide(row.message, ignore_scope=ignore_scope)
        except MessageError as error:
            yield Result(row.line, row.source, error=error)
        else:
            yield Result(row.line, row.source, decision)
