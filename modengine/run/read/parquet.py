"""Parquet: a message a row, read in batches (pyarrow, from the extra `lab`)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from modengine.errors import InputError, MessageError
from modengine.run.read.lines import LINE_LIMIT
from modengine.run.read.row import Row
from modengine.run.read.shape import message_of, refuse_twice

BATCH = 256
"""Rows held at a time: a value that all of them share is there once a row."""
Values = dict[str, object] | MessageError
"""A row by the names of its columns, or why it cannot be read."""


def require(name: str) -> Any:
    """The Parquet module of pyarrow.  Raises InputError (ME906) where it is not installed."""
    try:
        import pyarrow.parquet as found  # noqa: PLC0415  (heavy, and only this form needs it)
    except ImportError:
        raise InputError(
            "ME906", f"`{name}` is Parquet, which needs pyarrow", "pip install 'modengine[lab]', or save it as JSONL"
        ) from None
    return found


def arrow(lacks: str = "Arrow batches need pyarrow", hint: str = "pip install 'modengine[lab]'") -> Any:
    """The module pyarrow.  Raises InputError (ME906) where it is not installed."""
    try:
        import pyarrow  # noqa: PLC0415
    except ImportError:
        raise InputError("ME906", lacks, hint) from None
    return pyarrow


def rows(name: str, column: str = "text") -> Iterator[Row]:
    """A row for every record, its text under `column`; `line` counts rows from 1.

    Raises InputError (ME906) for a file that is no Parquet, ME908 for one
    without the column.
    """
    parquet = require(name)
    try:
        file = parquet.ParquetFile(name)
    except (OSError, ValueError) as error:  # pyarrow's own errors are ValueErrors
        why = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise InputError("ME906", f"`{name}` is not a Parquet file: {why}", "check how it was written") from None
    with file:
        names = file.schema_arrow.names
        if column not in names and "parts" not in names:
            shown = ", ".join(f"`{field[:40]}`" for field in names[:10])
            raise InputError("ME908", f"`{name}` has no column `{column}`, only {shown}", "name the one with the text")
        refuse_twice(names, f"`{name}`")
        for number, values in enumerate(_values(file, name), 1):
            yield row_of(number, name, values, column)


def row_of(number: int, name: str, values: Values, column: str) -> Row:
    """The row of what `values_of` gives."""
    try:
        if isinstance(values, MessageError):
            raise values
        return Row(number, name, message_of(values, column))
    except MessageError as error:
        return Row(number, name, error=error)


def values_of(batch: Any) -> list[Values]:
    """The rows of a batch; an error (ME903) in the place of one with a value that Python has not: a late time."""
    try:
        whole: list[Values] = batch.to_pylist()
    except (OverflowError, ValueError):
        return [_one(batch.slice(at, 1)) for at in range(batch.num_rows)]
    return whole


def _one(batch: Any) -> Values:
    for at, name in enumerate(batch.schema.names):
        try:
            batch.column(at).to_pylist()
        except (OverflowError, ValueError) as error:
            return MessageError("ME903", f"`{name[:40]}` is out of range: {error}", "write it as text")
    found: dict[str, object] = batch.to_pylist()[0]
    return found


def count(name: str) -> int:
    """How many rows a file has; 0 where it cannot be told."""
    try:
        return int(require(name).read_metadata(name).num_rows)
    except (OSError, ValueError):
        return 0


def _values(file: Any, name: str) -> Iterator[Values]:
    """The rows, a batch at a time."""
    batches = file.iter_batches(BATCH)
    while True:
        try:
            batch = next(batches, None)
        except (OSError, ValueError) as error:  # a file that is damaged further down
            raise InputError("ME906", f"`{name}` cannot be read to its end: {error}", "write it anew") from None
        if batch is None:
            return
        yield from _fitting(batch)


def _fitting(batch: Any) -> Iterator[Values]:
    """The rows of a batch, so many at a time as go into the limit of a line; an error in the place of a longer one."""
    if batch.nbytes <= LINE_LIMIT:
        yield from values_of(batch)
    elif batch.num_rows == 1:
        yield MessageError("ME907", f"the row is longer than {LINE_LIMIT // 1_000_000} MB", "cut its longest value")
    else:
        half = batch.num_rows // 2
        yield from _fitting(batch.slice(0, half))
        yield from _fitting(batch.slice(half))
