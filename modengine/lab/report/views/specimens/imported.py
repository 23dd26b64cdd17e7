"""What an import made and dropped, as tables."""

from __future__ import annotations

from collections.abc import Iterator

from modengine.explain.visible import many
from modengine.lab.report.table import Quote, Table
from modengine.lab.report.view import ResultView, counts
from modengine.lab.report.views.specimens.measure import masked_note
from modengine.lab.specimens.read.imports import Import


def view(result: Import) -> ResultView:
    return ResultView(
        "specimen-import", "What was made of these lists?", result, tables(result), (), tuple(summary(result))
    )


def summary(result: Import) -> Iterator[str]:
    entries, rows = sum(one.entries for one in result.made), sum(one.rows for one in result.made)
    dropped = sum(sum(one.dropped.values()) for one in result.made)
    of = f"{entries:,} entries of {many(rows, 'row')}; {many(dropped, 'row')} dropped"
    yield f"{many(len(result.made), 'specimen')} with {of}"
    if len(result.made) == 1:
        yield from result.made[0].said
        yield f"written: {result.made[0].card}"


def tables(result: Import) -> tuple[Table, ...]:
    made = (
        Table(
            "made",
            "Specimens",
            ("specimen", "rows", "entries", "kinds", "snapshots", "dropped", "read as"),
            tuple(
                (one.name, one.rows, one.entries, counts(one.kinds), one.snapshots, counts(one.dropped) or None,
                 "; ".join(one.said))
                for one in result.made
            ),
        ),
        Table(
            "drops",
            "Rows that are no entries",
            ("specimen", "file", "line", "reason", "text"),
            tuple(
                (one.name, drop.file, drop.line or None, drop.reason, Quote(drop.text, True) if drop.text else None)
                for one in result.made
                for drop in one.drops
            ),
            masked_note(result.terms_shown, "All are counted; of each list at most a thousand are named."),
        ),
    )  # fmt: skip
    return tuple(table for table in made if table.rows)
