"""What is done with a block: read, decided, written as bytes, sealed for the audit log, counted.

A `Work` pickles as its policy and a few words, so that each worker process compiles its own engine.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from modengine.engine.engine import Engine
from modengine.model import Decision, Message
from modengine.run.read.blocks import Block, Position
from modengine.run.read.media.readers import Readers
from modengine.run.read.row import Row
from modengine.run.work.scan import scan
from modengine.run.work.summary import Tally
from modengine.run.write import records, results as write, tidy
from modengine.run.write.results import Result

OutputForm = Literal["jsonl", "csv", "rows", "parquet", "summary"]
"""`csv` is two tidy tables, `rows` one with a row a message; `parquet` is kept as JSON Lines till the end."""


class Seal(Protocol):
    """Makes of decisions what the audit log will add."""

    def __call__(self, pairs: Sequence[tuple[Message, Decision]], /) -> list[Any]: ...


@dataclass(frozen=True, slots=True)
class Done:
    """What became of a block."""

    end: Position
    size: int
    output: tuple[bytes, ...]
    """For each output file."""
    sealed: list[Any]
    """For each decision, in order; empty where nothing is recorded."""
    tally: Tally


@dataclass(frozen=True, slots=True)
class Work:
    """How blocks are decided."""

    engine: Engine
    ignore_scope: bool
    form: OutputForm
    seal: Seal | None = None
    readers: Readers | None = None

    def __call__(self, block: Block) -> Done:
        tally, looked_in = Tally(), tuple(self.engine.program.looked_in)
        decided: list[tuple[Message, Decision]] = []
        results: list[Result] = []
        for message, result in scan(self.engine, self._rows(block), self.ignore_scope):
            results.append(tally.add(result))
            if message is not None and result.decision is not None:
                tally.lacking.update(name for name in looked_in if message.fields.get(name) is None)
                decided.append((message, result.decision))
        sealed = [] if self.seal is None else self.seal(decided)
        return Done(block.end, block.size, FORMS[self.form](results, self.engine), sealed, tally)

    def _rows(self, block: Block) -> Iterator[Row]:
        rows = block.read()
        return rows if self.readers is None else self.readers.over(rows)


def _jsonl(results: list[Result], _: Engine) -> tuple[bytes, ...]:
    return (b"".join([write.encode(result) + b"\n" for result in results]),)


def _csv(results: list[Result], engine: Engine) -> tuple[bytes, ...]:
    titles = {rule.id: rule.title for rule in engine.policy.rules}
    return (
        tidy.encode(row for result in results for row in tidy.decision_rows(result)),
        tidy.encode(row for result in results for row in tidy.hit_rows(result, titles)),
    )


def _rows(results: list[Result], _: Engine) -> tuple[bytes, ...]:
    return (tidy.encode(map(records.cells, results)),)


def _nothing(_: list[Result], __: Engine) -> tuple[bytes, ...]:
    return ()


FORMS: Mapping[OutputForm, Callable[[list[Result], Engine], tuple[bytes, ...]]] = {
    "jsonl": _jsonl,
    "csv": _csv,
    "rows": _rows,
    "parquet": _jsonl,
    "summary": _nothing,
}
