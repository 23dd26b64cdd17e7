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
    for judged in _aimed(result):
        if judged.change.change.value is not None:
            yield f"judged: {_name(judged)} changes by {show(judged.change.change)}"
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
            judged.figure, judged.category, judged.action, judged.change.rows, judged.change.hit_a, judged.change.hit_b,
            judged.change.change, judged.change.p,
        )
        for judged in result.judged
        if judged.half == half
    )  # fmt: skip
    columns = ("figure", "category", "action or more", "rows", "hit as is", "hit as fitted", "fitted minus as is")
    note = "Paired bootstrap and McNemar's test, both over clusters."
    return Table(half, title, (*columns, "p (McNemar)"), rows, note)


def _aimed(result: Tuning) -> list[Judged]:
    return [judged for judged in result.judged if judged.half == "judged" and judged.action == result.aim]


def _name(judged: Judged) -> str:
    return judged.figure if judged.category == ANY else f"{judged.figure} of {judged.category}"


def charts(result: Tuning) -> tuple[Chart, ...]:
    rows = tuple(
        (_name(judged), judged.change.change) for judged in _aimed(result) if judged.change.change.value is not None
    )
    return (Intervals("judged", "Fitted minus as is, on the other half", rows, "judged"),) if rows else ()
