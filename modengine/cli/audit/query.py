"""`modengine audit query`: ask the log in SQL."""

from __future__ import annotations

import json
import sys
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

import click

from modengine.cli.audit.options import (
    audit_option,
    key_option,
    layout_of,
    print_lines,
    verifier_of,
    warn_of,
)
from modengine.cli.options import format_option
from modengine.cli.streams import console, escaped
from modengine.errors import printable

if TYPE_CHECKING:
    from modengine.audit.read.query import Answer


_LEAST = 10
"""Cells that a column needs; where there is no room for that, each row is a paragraph."""


@click.command("query")
@click.argument("sql", metavar="SQL")
@audit_option
@key_option
@click.option(
    "--seconds", metavar="N", type=click.FloatRange(0, 1_000_000, min_open=True), default=60, show_default=True,
    help="End the question after so long.",
)  # fmt: skip
@click.option(
    "--labels",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Labels of messages (.csv, .jsonl, .json, .parquet): the view `labels`.",
)
@click.option("--labels-id", metavar="COLUMN", default="id", show_default=True, help="Its column with their ids.")
@format_option("table", "jsonl", "csv")
def command(
    sql: str, audit: Path, key: Path | None, seconds: float, labels: Path | None, labels_id: str, form: str
) -> int:
    """Ask the records that the log's checkpoint proves, by DuckDB.

    Views: records (all), decisions, categories (a row for each decision and category), hits (one for
    each rule that hit); they join by `message`, which stands for a message's id.  With --labels, the
    view labels has the columns of FILE and that `message`, by the id map (audit export --id-map).
    The question can read nothing else and change nothing.  Exit code 1: the log is damaged, and the
    answer is about the part that is still good.
    2: it has an error, takes longer than --seconds, or has over a million rows.

    \b
    Examples:
      modengine audit query "SELECT taken, count(*) FROM decisions GROUP BY 1"
      modengine audit query --format csv \\
        "SELECT rule, count(*) AS n FROM hits GROUP BY 1 ORDER BY n DESC"
      modengine audit query --labels labels.csv "SELECT label, taken, count(*) \\
        FROM decisions JOIN labels USING (message) GROUP BY ALL"
    """
    from modengine.audit.read.labels import Labels  # noqa: PLC0415
    from modengine.audit.read.query import query  # noqa: PLC0415

    asked = None if labels is None else Labels(labels, labels_id)
    answer, report = query(layout_of(audit), sql, verifier_of(key), asked, seconds)
    warn_of(report)
    if form == "table":
        _table(answer)
    elif form == "csv":
        _csv(answer)
    else:
        for row in answer.rows:
            values = dict(zip(answer.columns, row, strict=True))
            click.echo(escaped(json.dumps(values, ensure_ascii=False, default=str)))
    return 0 if report.ok else 1


def _table(answer: Answer) -> None:
    from rich.table import Table  # noqa: PLC0415

    out = console(sys.stdout)
    columns = [printable(name) for name in answer.columns]
    rows = [["" if cell is None else printable(str(cell)) for cell in row] for row in answer.rows]
    if len(columns) * _LEAST > out.width:
        widest = max(map(len, columns))
        for number, row in enumerate(rows, 1):
            click.echo(f"row {number}")
            for name, cell in zip(columns, row, strict=True):
                click.echo(f"  {name:{widest}}  {cell}".rstrip())
        return
    table = Table(*columns, box=None, pad_edge=False)
    for row in rows:
        table.add_row(*row)
    out.print(table)


def _csv(answer: Answer) -> None:
    from modengine.run.write.tidy import encode  # noqa: PLC0415

    rows = ([cell if isinstance(cell, bool | int | float | None) else str(cell) for cell in row] for row in answer.rows)
    data = encode(chain([answer.columns], rows))
    if sys.stdout.isatty():
        print_lines(data.decode().splitlines())
    else:
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
