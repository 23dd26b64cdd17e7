"""Results as one table, a row a message, with the keys of JSON Lines as its columns: CSV and Parquet.

What is a list or an object in JSON is nested in Parquet, and JSON in a cell of CSV.  A Parquet file ends with an
index of all that is in it, so it is made at the end, of the JSON Lines that a scan has kept until then.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterator, Sequence
from typing import Any, BinaryIO

import msgspec
from msgspec import inspect

from modengine.errors import OutputError
from modengine.model import Decision
from modengine.run.read import parquet as reading
from modengine.run.read.row import ErrorBody, error_record
from modengine.run.write.results import Result, to_json
from modengine.run.write.tidy import Cell

COLUMNS = ("line", "source", *Decision.__struct_fields__, "error")
AT_ONCE = 16 << 20
"""Bytes of JSON Lines that become a row group, about."""


def cells(result: Result) -> Sequence[Cell]:
    """A row of CSV."""
    if result.decision is None:
        assert result.error is not None
        error = error_record(result.line, result.source, result.error).error
        return (result.line, result.source, *[None] * (len(COLUMNS) - 3), to_json(error).decode())
    values = msgspec.structs.astuple(result.decision)
    return (result.line, result.source, *map(_cell, values), None)


def _cell(value: object) -> Cell:
    return value if value is None or isinstance(value, str | int | float) else to_json(value).decode()


# --------------------------------------------------------------------------- Parquet


def schema(categories: Sequence[str]) -> Any:
    """The Arrow schema of results of a policy with these categories.  Raises InputError (ME906) without pyarrow."""
    pyarrow = reading.arrow()
    fields = [("line", pyarrow.int64()), ("source", pyarrow.string())]
    for field in inspect.type_info(Decision).fields:  # type: ignore[attr-defined]
        if field.name == "categories":
            score = _arrow(pyarrow, field.type.value_type)
            if categories:  # Parquet has no structure without fields
                fields.append((field.name, pyarrow.struct([(name, score) for name in categories])))
        else:
            fields.append((field.name, _arrow(pyarrow, field.type)))
    return pyarrow.schema([*fields, ("error", _arrow(pyarrow, inspect.type_info(ErrorBody)))])


def _arrow(pyarrow: Any, kind: inspect.Type) -> Any:
    """The Arrow type of a type of a result."""
    match kind:
        case inspect.BoolType():
            return pyarrow.bool_()
        case inspect.IntType():
            return pyarrow.int64()
        case inspect.FloatType():
            return pyarrow.float64()
        case inspect.StrType() | inspect.LiteralType() | inspect.EnumType():
            return pyarrow.string()
        case inspect.VarTupleType(item_type=item):
            return pyarrow.list_(_arrow(pyarrow, item))
        case inspect.StructType(fields=fields):
            return pyarrow.struct([(field.encode_name, _arrow(pyarrow, field.type)) for field in fields])
        case inspect.UnionType(types=types):
            (other,) = (one for one in types if not isinstance(one, inspect.NoneType))
            return _arrow(pyarrow, other)
    raise TypeError(f"no column of {kind}")


def to_parquet(lines: BinaryIO, out: BinaryIO, categories: Sequence[str], name: str) -> None:
    """Writes a Parquet file of results in JSON Lines.  The same results give the same bytes.

    Raises OutputError (ME909) where the lines are not those of a scan: somebody has changed them.
    """
    parquet = reading.require(name)
    from pyarrow import ArrowInvalid, json as arrow_json  # noqa: PLC0415  (an extra)

    columns = schema(categories)
    parsing = arrow_json.ParseOptions(explicit_schema=columns, unexpected_field_behavior="ignore")
    with parquet.ParquetWriter(out, columns, compression="zstd") as writer:
        for piece in _pieces(lines):
            try:
                as_read = arrow_json.ReadOptions(use_threads=False, block_size=len(piece) + 1)
                table = arrow_json.read_json(io.BytesIO(piece), as_read, parsing)
            except (ArrowInvalid, ValueError) as error:
                what = f"what was kept of `{name}` is no longer as it was written: {str(error).splitlines()[0]}"
                raise OutputError("ME909", what, "scan from the beginning: leave --resume out") from None
            writer.write_table(table.select(columns.names))


def _pieces(lines: BinaryIO) -> Iterator[bytes]:
    """Whole lines, some megabytes at a time."""
    lines.seek(0)
    while piece := lines.read(AT_ONCE):
        piece += lines.readline()
        # Lone surrogates, which JSON can write and Arrow, being UTF-8, cannot hold.
        yield piece if b"\\ud" not in piece else b"".join(map(_storable, piece.splitlines(keepends=True)))


def _storable(line: bytes) -> bytes:
    whole = json.dumps(json.loads(line), ensure_ascii=False)
    return whole.encode("utf-16", "surrogatepass").decode("utf-16", "replace").encode() + b"\n"
