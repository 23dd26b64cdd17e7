"""A timeline as tables and charts."""

from __future__ import annotations

from collections.abc import Iterator

from modengine.explain.visible import many
from modengine.lab.report.charts import Chart, Intervals, Line, Lines, Point
from modengine.lab.report.table import Cell, Table, show
from modengine.lab.report.view import ResultView, without_fields
from modengine.lab.stats.metrics import ALL
from modengine.lab.studies.timeline import Moment, Timeline

TICKS = 8
"""Dates under the chart."""


def view(result: Timeline) -> ResultView:
    title = "What did the campaign change?"
    return ResultView("timeline", title, result, tables(result), charts(result), tuple(summary(result)))


def summary(result: Timeline) -> Iterator[str]:
    if result.period_from or result.period_until:
        yield f"the period runs from {result.period_from or 'ever'} until {result.period_until or 'further notice'}"
    else:
        yield "the policy has no period: every dated message counts alike"
    for cell in result.cells:
        if cell.dimension == "phase" and cell.action == "label":
            name = "all messages" if cell.value == ALL else cell.value
            yield f"{name}: asked for on {show(cell.asked)}; taken, by scope and period, on {show(cell.taken)}"
    if result.undated:
        yield f"without a time that can be read: {many(result.undated, 'message')}"
    if result.refused:
        yield without_fields(result.refused, "message")


def tables(result: Timeline) -> tuple[Table, ...]:
    made = [
        _cells(result, "phase", "Before, during and after"),
        _cells(result, "category", "By category, at label or more"),
        _cells(result, "channel", "By channel"),
        _cells(result, "reach", "By reach: reposts"),
        Table(
            "time",
            f"By {result.unit}, in China's time",
            (result.unit, "phase", "messages", *(f"asked: {a}" for a in _LEVELS), *(f"taken: {a}" for a in _LEVELS)),
            tuple(
                (m.start, m.phase, m.rows, *(m.asked[a] for a in _LEVELS), *(m.taken[a] for a in _LEVELS))
                for m in result.moments
            ),
            "The action or more. Those without messages are left out.",
        ),
        Table(
            "reasons",
            "Why an action that was asked for was not taken",
            ("phase", "reason", "messages"),
            tuple((reason.phase, reason.reason, reason.rows) for reason in result.reasons),
            "A message may have several reasons.",
        ),
    ]
    return tuple(made)


_LEVELS = ("label", "review", "block")


def _cells(result: Timeline, dimension: str, title: str) -> Table:
    rows: list[tuple[Cell, ...]] = []
    for cell in result.cells:
        if cell.dimension != dimension:
            continue
        harmless = (cell.asked_harmless, cell.taken_harmless)
        row: tuple[Cell, ...] = (cell.phase, cell.action, cell.asked, cell.taken, *harmless)
        rows.append(row if dimension == "phase" else (cell.value, *row))
    columns = ("phase", "action or more", "asked", "taken", "harmless asked", "harmless taken")
    return Table(dimension, title, columns if dimension == "phase" else (dimension, *columns), tuple(rows), "Explored.")


def charts(result: Timeline) -> tuple[Chart, ...]:
    rows = tuple(
        (f"{'all messages' if cell.value == ALL else cell.value}: {name}", share)
        for cell in result.cells
        if cell.dimension == "phase" and cell.action == "label"
        for name, share in (("asked", cell.asked), ("taken", cell.taken))
    )
    made: list[Chart] = [Intervals("phase", "Messages with any action, asked and taken", rows, "phase")]
    if len(result.moments) > 1:
        made.append(_lines(result))
    return tuple(made)


def _lines(result: Timeline) -> Lines:
    """Counts over the moments that have messages, evenly spaced, with the bounds of the period."""
    moments = result.moments
    sides = (
        ("messages", [m.rows for m in moments]),
        ("asked", [m.asked["label"] for m in moments]),
        ("taken", [m.taken["label"] for m in moments]),
    )
    lines = tuple(Line(name, tuple(Point(x, y) for x, y in enumerate(counts))) for name, counts in sides)
    step = max(1, -(-len(moments) // TICKS))
    ticks = tuple((float(x), moments[x].start) for x in range(0, len(moments), step))
    bounds = (("from", result.period_from), ("until", result.period_until))
    marks = tuple((_place(moments, when), name) for name, when in bounds if when is not None)
    if len({place for place, _ in marks}) < len(marks):
        marks = ((marks[0][0], "period"),)  # it lies within one unit
    return Lines(
        "time", f"Messages by {result.unit}", result.unit, "messages", lines, "time",
        "Only those with messages, side by side.", shares=(False, False), top=None, ticks=ticks, marks=marks,
    )  # fmt: skip


def _place(moments: tuple[Moment, ...], when: str) -> float:
    """Between the last moment that begins before a time and the next."""
    before = sum(1 for moment in moments if moment.start < when[: len(moment.start)])
    return min(max(before - 0.5, 0.0), len(moments) - 1.0)
