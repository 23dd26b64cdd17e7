"""Results to text, JSON, HTML, CSV and Markdown.  A measurement gives a typed result; all else happens here.

A text of a corpus is a `Quote`, and goes into a table only if `reading.show_text` or the corpus is
invented (`corpus.columns.invented`, then `Quote(text, open=True)`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from modengine.errors import printable
from modengine.explain.json import as_json as encoded
from modengine.lab.report.markdown import to_markdown
from modengine.lab.report.page import Front, page
from modengine.lab.report.table import Table, to_text, wrapped
from modengine.lab.report.view import ResultView, corpus_line, short, shown_corpora, subject, warnings

LONG = 20
"""Rows of a table in a terminal, where there are several tables."""


def as_json(view: ResultView) -> str:
    """The result as indented JSON, unrounded."""
    return encoded(view.result) + "\n"


def as_text(view: ResultView, width: int, whole: bool = True, prefix: str = "") -> str:
    """Stamp, summary and tables for a terminal.

    Unless `whole`, of several tables each is cut after `LONG` rows and lacks those in which nothing changes, and
    says under which name, `prefix` before its own, it is to be had.
    """
    tables = view.tables if whole or len(view.tables) == 1 else tuple(_cut(table, prefix) for table in view.tables)
    return f"{wrapped(heading(view), width)}\n{to_text(tables, width)}"


def _cut(table: Table, prefix: str) -> Table:
    every = len(table.rows)
    rows = tuple(row for i, row in enumerate(table.rows) if i not in table.unchanged)
    said = [f"{every - len(rows):,} of {every:,} rows, without a change, are left out"] if len(rows) < every else []
    said += [f"The first {LONG} of {len(rows):,} rows"] if len(rows) > LONG else []
    if not said:
        return table
    note = f"{'; '.join(said)}: --table {prefix}{table.name} shows all. {table.note}".rstrip()
    return replace(table, rows=rows[:LONG], note=note)


def as_markdown(view: ResultView) -> str:
    """Stamp, summary and tables for a comment; of several tables each is cut after `LONG` rows."""
    tables = view.tables if len(view.tables) == 1 else tuple(_cut(table, "") for table in view.tables)
    return to_markdown(heading(view), tables)


def as_html(view: ResultView) -> str:
    """A page that stands alone."""
    return page((view,), Front(f"modengine {view.name}: {view.result.stamp.policy}"))


def heading(view: ResultView) -> list[str]:
    """The stamp as lines of text; what others wrote in them moves no cursor."""
    stamp = view.result.stamp
    lines = [
        view.title,
        f"{subject(stamp)} {stamp.policy}, revision {short(stamp.revision)}, seed {stamp.seed}, intervals at 95 %",
    ]
    lines += [f"corpus {line}" for line in map(corpus_line, shown_corpora(stamp))]
    lines += warnings(stamp)
    lines += [f"- {line}" for line in view.summary]
    return [printable(line) for line in lines]


def named(tables: Sequence[Table]) -> dict[str, Table]:
    return {table.name: table for table in tables}
