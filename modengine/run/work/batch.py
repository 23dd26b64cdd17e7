"""Arrow batches and data frames decided: for Ray Data, DuckDB, pandas, polars and whatever else speaks Arrow.

    decided = decide_frame(modengine.load(), frame)             # pandas, polars, or pyarrow's Table
    decide = ArrowBatches(modengine.load())
    decided = decide(batch)                                     # pyarrow.RecordBatch or Table
    ray.data.read_parquet(...).map_batches(decide, batch_format="pyarrow")

It pickles as its policy, so that each worker compiles once.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from modengine.engine.engine import Engine
from modengine.errors import InputError
from modengine.run.read import parquet
from modengine.run.read.shape import refuse_twice
from modengine.run.work.scan import scan
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
        columns = _columns(self.engine, parquet.values_of(batch), self.text, self.ignore_scope)
        types = (pyarrow.string(),) * 3 + (pyarrow.bool_(),) * 2 + (pyarrow.string(),) * 3
        arrays = [pyarrow.array(column, kind) for column, kind in zip(columns.values(), types, strict=True)]
        return type(batch).from_arrays(arrays, names=list(COLUMNS))


def decide_frame(engine: Engine, frame: Any, text: str = "text", *, ignore_scope: bool = False) -> Any:
    """A frame of decisions, a row for a row, of the kind that was given and with its index.

    It is pandas', polars' or pyarrow's (a `Table` or `RecordBatch`).  `text` names the column of the text, `id` and
    `parts` are what they are in a message, and the other columns are fields; blanks (None, NaN, NaT) are absent, and
    3.0 is the whole number 3.  The columns are `COLUMNS`: a row that cannot be read has nulls and its error.
    Raises InputError (ME908) for a frame without the column of the text or with two of a name, TypeError for what is
    no frame.
    """
    kind = type(frame)
    if not any(hasattr(frame, way) for way in ("to_dicts", "to_pylist", "to_dict")):
        raise TypeError(f"a {kind.__name__} is no data frame of pandas, polars or pyarrow")
    names = list(getattr(frame, "column_names", None) or frame.columns)
    refuse_twice(names, "the frame")
    if hasattr(frame, "to_dicts"):
        values = frame.to_dicts()
    elif hasattr(frame, "to_pylist"):
        values = parquet.values_of(frame)
    else:
        values = [{name: _listed(value) for name, value in row.items()} for row in frame.to_dict("records")]
    if text not in names and "parts" not in names:
        shown = ", ".join(f"`{name!s:.40}`" for name in names[:10])
        raise InputError("ME908", f"the frame has no column `{text}`, only {shown}", "name the one with the text")
    found = _columns(engine, values, text, ignore_scope)
    if hasattr(kind, "from_pydict"):
        return kind.from_pydict(found)
    return kind(found, index=frame.index) if hasattr(frame, "index") else kind(found)


def _listed(value: Any) -> Any:
    """A list of pandas', which is an array where it was read from Arrow, as a list; its items too."""
    if getattr(value, "ndim", 0):
        return [_listed(item) for item in value.tolist()]
    return value


def _columns(
    engine: Engine, values: Iterable[parquet.Values], text: str, ignore_scope: bool
) -> dict[str, Sequence[object]]:
    rows = [parquet.row_of(at, "", row, text) for at, row in enumerate(values, 1)]
    results = [result for _, result in scan(engine, rows, ignore_scope)]
    columns = zip(*map(_cells, results), strict=True) if results else [()] * len(COLUMNS)
    return dict(zip(COLUMNS, columns, strict=True))


def _cells(result: Result) -> tuple[object, ...]:
    decision = result.decision
    if decision is None:
        assert result.error is not None
        return (*[None] * 6, result.error.code, result.error.message)
    # An id may hold a lone surrogate, which Arrow, being UTF-8, cannot.
    name = None if decision.id is None else decision.id.encode("utf-8", "replace").decode()
    whole = to_json(decision).decode()
    return (name, decision.action, decision.taken, decision.in_scope, decision.flagged, whole, None, None)
