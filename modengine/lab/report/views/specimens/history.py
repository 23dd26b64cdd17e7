"""What changed in a list, as tables and charts."""

from __future__ import annotations

from collections.abc import Iterator

from modengine.lab.report.charts import Chart, Line, Lines, Point
from modengine.lab.report.table import Cell, Table, show
from modengine.lab.report.view import ResultView, counts
from modengine.lab.report.views.specimens.measure import about_table, masked_note
from modengine.lab.specimens.history import NAMED, History, ListChange, days_of
from modengine.lab.stats.metrics import ALL

TICKS = 5


def view(result: History) -> ResultView:
    return ResultView(
        "specimen-history", "What changed in this list?", result, tables(result), charts(result), tuple(summary(result))
    )


def summary(result: History) -> Iterator[str]:
    if result.dated_by == "snapshots":
        added, removed = sum(c.added for c in result.changes), sum(c.removed for c in result.changes)
        yield (
            f"{result.snapshots:,} snapshots from {result.first} to {result.last}, at most "
            f"{result.longest_gap_days:.3g} days apart: {result.ever:,} entries in all, {added:,} additions and "
            f"{removed:,} removals after the first"
        )
        yield (
            f"{result.from_the_first:,} were there at the first snapshot, nobody knows since when; "
            f"{result.returned:,} came back after a removal, and count with their first stay"
        )
    else:
        yield f"{result.ever:,} entries have a date, from {result.first} to {result.last}; {result.undated:,} have none"
        yield "dates of entries say when they were found, not when they were added; none says when it was removed"
    for still in result.still:
        if still.category == ALL and still.days in (30.0, 365.0):
            yield f"{still.clock}: after {still.days:g} days {show(still.share)} of the entries are still there"


def tables(result: History) -> tuple[Table, ...]:
    made = (
        _dates(result) if result.dated_by == "entries" else Table(
            "changes", "What changed when",
            ("moment", "snapshot before", "entries", "added", "removed", "categories added", "categories removed"),
            tuple(map(_change, result.changes)),
            "Moments at which anything changed. It changed some time after the snapshot before.",
        ),
        Table(
            "survival",
            "How many entries are still there",
            ("clock", "category", "days", "still there", "the estimate lies between"),
            tuple(
                (s.clock, s.category, s.days, s.share, f"{100 * s.between[0]:.1f} % and {100 * s.between[1]:.1f} %")
                for s in result.still
            ),
            "Turnbull's estimate for intervals. Since it was added: entries whose addition was seen. Since the first "
            "snapshot: all, those added later entering late. Intervals by a bootstrap over the snapshots at which "
            "entries were first seen; effective n counts those.",
        ),
        Table(
            "medians",
            "How long an entry lasts: medians in days",
            ("clock", "category", "entries", "ended", "entered late", "median after", "median until"),
            tuple(
                (c.clock, c.category, c.lasting.n, c.lasting.ended, c.lasting.late, c.lasting.median_after,
                 c.lasting.median_until)
                for c in result.curves
            ),
            "The median lies between the two; – where fewer than half were seen to end.",
        ),
        Table(
            "entries",
            "Entries that came and went",
            ("moment", "snapshot before", "change", "entry", "text", "category"),
            tuple((e.moment, e.since or None, e.change, e.entry, e.text, e.category or None) for e in result.named),
            masked_note(result.terms_shown, f"The latest first, at most {NAMED}."),
        ),
        about_table(result.specimens),
    )  # fmt: skip
    return tuple(table for table in made if table.rows)


def _dates(result: History) -> Table:
    return Table(
        "changes",
        "Entries by their date",
        ("date", "entries", "until then", "categories"),
        tuple((c.moment, c.added, c.entries, counts(c.added_by_category) or None) for c in result.changes),
        "The date that the list gives them.",
    )


def _change(change: ListChange) -> tuple[Cell, ...]:
    return (
        change.moment, change.since or None, change.entries, change.added, change.removed,
        counts(change.added_by_category) or None, counts(change.removed_by_category) or None,
    )  # fmt: skip


def charts(result: History) -> tuple[Chart, ...]:
    if len(result.changes) < 2:
        return ()
    made: list[Chart] = [_entries(result)]
    curves = [curve for curve in result.curves if curve.category == ALL and curve.lasting.steps]
    if curves:
        lines = []
        for curve in curves:
            points = [Point(0.0, 1.0)]
            for step in curve.lasting.steps:
                points.append(Point(step.after, points[-1].y))
                if step.until is not None:
                    points.append(Point(step.until, step.share))
            lines.append(Line(curve.clock, tuple(points)))
        made.append(
            Lines(
                "survival",
                "Entries still on the list",
                "days",
                "still there",
                tuple(lines),
                "survival",
                "Where the curve slants, nobody knows when in between.",
            )
        )
    return tuple(made)


def _entries(result: History) -> Lines:
    """How many entries, and how many were ever added, by date; on a calendar's scale."""
    changes = result.changes
    start = days_of(changes[0].moment)
    entries, added = [], []
    total = changes[0].entries - changes[0].added
    for change in changes:
        total += change.added
        x = days_of(change.moment) - start
        entries.append(Point(x, change.entries))
        added.append(Point(x, total))
    step = max(1, -(-len(changes) // TICKS))
    ticks = tuple((days_of(changes[at].moment) - start, changes[at].moment[:10]) for at in range(0, len(changes), step))
    return Lines(
        "entries", "Entries on the list by date", "date", "entries",
        (Line("on the list", tuple(entries)), Line("ever added", tuple(added))), "changes",
        shares=(False, False), top=None, ticks=_apart(ticks),
    )  # fmt: skip


def _apart(ticks: tuple[tuple[float, str], ...]) -> tuple[tuple[float, str], ...]:
    """Ticks far enough from one another to be read."""
    if not ticks:
        return ()
    room = (ticks[-1][0] - ticks[0][0]) / TICKS * 0.9
    kept = [ticks[0]]
    for tick in ticks[1:]:
        if tick[0] - kept[-1][0] >= room:
            kept.append(tick)
    return tuple(kept)
