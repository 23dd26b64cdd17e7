"""Rows to results: every message decided, every error kept in its place."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice

from modengine.engine.engine import Engine
from modengine.errors import MessageError
from modengine.model import Message
from modengine.run.read.row import Row
from modengine.run.write.results import Result

BATCH = 512
"""Messages that are decided at once."""


def scan(
    engine: Engine, rows: Iterable[Row], ignore_scope: bool = False, batch: int = BATCH
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
