"""Rows to results: every message decided, every error kept in its place."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Protocol

from modengine.errors import MessageError
from modengine.model import Decision, Message
from modengine.run.read.row import Row
from modengine.run.write.results import Result


class Decider(Protocol):
    """What scanning needs of an engine."""

    def decide(self, message: Message | str, *, ignore_scope: bool = False) -> Decision: ...


class BatchDecider(Protocol):
    """What scanning in batches needs of an engine."""

    def decide_batch(
        self, messages: Iterable[Message | str], *, ignore_scope: bool = False
    ) -> Sequence[Decision | MessageError]: ...


BATCH = 512
"""Messages that are decided at once."""


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


def scan_batches(
    engine: BatchDecider, rows: Iterable[Row], ignore_scope: bool = False, batch: int = BATCH
) -> Iterator[tuple[Message | None, Result]]:
    """The same, some hundreds at once; each result with its message, None where none could be read."""
    rest = iter(rows)
    while chunk := list(islice(rest, batch)):
        messages = [row.message for row in chunk if row.message is not None]
        decided = iter(engine.decide_batch(messages, ignore_scope=ignore_scope))
        for row in chunk:
            if row.message is None:
                yield None, Result(row.line, row.source, error=row.error)
                continue
            found = next(decided)
            if isinstance(found, MessageError):
                yield None, Result(row.line, row.source, error=found)
            else:
                yield row.message, Result(row.line, row.source, found)
