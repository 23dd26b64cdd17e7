"""Fitted points as tables and charts."""

from __future__ import annotations

from collections.abc import Iterator

from modengine.lab.report.charts import Chart, Intervals
from modengine.lab.report.table import Table, show
from modengine.lab.report.view import ResultView
from modengine.lab.stats.metrics import ANY
from modengine.lab.studies.tune import Judged, Tuning


def view(result: Tuning) -> ResultView:
    return ResultView(
        "tune", "What points would fit the data?", result, tables(result), charts(result), tuple(summary(result))
    )


def summary(result: Tuning) -> Iterator[str]:
    changed = len(result.changes())
    yield (
        f"points of {changed:,} of {len(result.points):,} rules change, fitted at {result.aim} on "
        f"{result.rows_fitted:,} rows and judged on {result.rows_judged:,} others"
    )
    for one in _aimed(result):
        if one.change.change.value is not None:
            yield f"judged: {_name(one)} changes by {show(one.change.change)}"
    for category, why in result.left_out.items():
        yield f"{category} was not fitted: {why}"
    yield "the points fit this corpus; what it does not hold (other frauds, other harmless talk), they have not seen"


def tables(result: Tuning) -> tuple[Table, ...]:
    return (
        Table(
            "points",
            "Points as they are and as fitted",
            ("rule", "category", "as is", "fitted", "coefficient", "rows of its category", "other rows"),
            tuple((p.rule, p.category, p.as_is, p.fitted, p.coefficient, p.own, p.others) for p in result.points),
            "Rows of the fitting half. A rule that hits none of them keeps its points; one that hits few may lose them "
            "to the penalty, however right it is.",
        ),
        _judged(result, "judged", "On the half that was not fitted to"),
        _judged(result, "fitted", "On the half that was fitted to: too good, for comparison alone"),
    )


def _judged(result: Tuning, half: str, title: str) -> Table:
    rows = tuple(
        (
            one.figure, one.category, one.action, one.change.rows, one.change.hit_a, one.change.hit_b,
            one.change.change, one.change.p,
        )
        for one in result.judged
        if one.half == half
    )  # fmt: skip
    columns = ("figure", "category", "action or more", "rows", "hit as is", "hit as fitted", "fitted minus as is")
    note = "Paired bootstrap and McNemar's test, both over clusters."
    return Table(half, title, (*columns, "p (McNemar)"), rows, note)


def _aimed(result: Tuning) -> list[Judged]:
    return [one for one in result.judged if one.half == "judged" and one.action == result.aim]


def _name(one: Judged) -> str:
    return one.figure if one.category == ANY else f"{one.figure} of {one.category}"


def charts(result: Tuning) -> tuple[Chart, ...]:
    rows = tuple((_name(one), one.change.change) for one in _aimed(result) if one.change.change.value is not None)
    return (Intervals("judged", "Fitted minus as is, on the other half", rows, "judged"),) if rows else ()
