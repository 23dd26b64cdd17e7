"""Arrow batches decided: for Ray Data, DuckDB, pandas and whatever else speaks Arrow.

    decide = ArrowBatches(modengine.load())
    decided = decide(batch)                                     # pyarrow.RecordBatch or Table
    ray.data.read_parquet(...).map_batches(decide, batch_format="pyarrow")

It pickles as its policy, so that each worker compiles once.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from modengine.engine.engine import Engine
from modengine.run.read import parquet
from modengine.run.work.scan import scan_batches
from modengine.run.write.results import Result, to_json

COLUMNS = ("id", "action", "taken", "in_scope", "flagged", "decision", "error_code", "error")
"""What comes out: of a decision all of it as JSON, and what is asked for most; nulls beside an error."""


@dataclass(frozen=True, slots=True)
class ArrowBatches:
    """A function from batches of messages to batches of decisions, row by row."""

    engine: Engine
    ignore_scope: bool = False
    text: str = "text"
    """The column that holds the text; the others are fields, as in a Parquet file of messages."""

    def __call__(self, batch: Any) -> Any:
        """A `RecordBatch` for a `RecordBatch`, a `Table` for a `Table`."""
        pyarrow = parquet.arrow()
        rows = [parquet.row_of(at, "", values, self.text) for at, values in enumerate(parquet.values_of(batch), 1)]
        results = [result for _, result in scan_batches(self.engine, rows, self.ignore_scope)]
        columns = zip(*map(_cells, results), strict=True) if results else [()] * len(COLUMNS)
        types = (pyarrow.string(),) * 3 + (pyarrow.bool_(),) * 2 + (pyarrow.string(),) * 3
        arrays = [pyarrow.array(column, kind) for column, kind in zip(columns, types, strict=True)]
        return type(batch).from_arrays(arrays, names=list(COLUMNS))


def _cells(result: Result) -> tuple[object, ...]:
    decision = result.decision
    if decision is None:
        assert result.error is not None
        return (*[None] * 6, result.error.code, result.error.message)
    # An id may hold a lone surrogate, which Arrow, being UTF-8, cannot.
    name = None if decision.id is None else decision.id.encode("utf-8", "replace").decode()
    whole = to_json(decision).decode()
    return (name, decision.action, decision.taken, decision.in_scope, decision.flagged, whole, None, None)
