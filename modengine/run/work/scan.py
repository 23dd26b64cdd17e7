"""Rows to results: every message decided, every error kept in its place."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Protocol

from modengine.errors import MessageError
from modengine.model import Decision, Message
from modengine.run.read.row import Row
from modengine.run.write.results import Result


class BatchDecider(Protocol):
    """What scanning needs of an engine."""

    def decide_batch(
        self, messages: Iterable[Message | str], *, ignore_scope: bool = False
    ) -> Sequence[Decision | MessageError]: ...


BATCH = 512
"""Messages that are decided at once."""


def scan(
    engine: BatchDecider, rows: Iterable[Row], ignore_scope: bool = False, batch: int = BATCH
) -> Iterator[tuple[Message | None, Result]]:
    """A result for each row, in order, some hundreds decided at once; with its message, None where none was decided."""
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
