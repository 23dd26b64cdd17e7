"""Fitted points as tables and charts."""

from __future__ import annotations

from collections.abc import Iterator

from modengine.explain.visible import many
from modengine.lab.report.charts import Chart, Intervals
from modengine.lab.report.table import Cell, Several, Table, percent
from modengine.lab.report.view import ResultView
from modengine.lab.stats.metrics import ALL
from modengine.lab.studies.fit import ORDINARY, CategoryFit, Fit, FitFigure, FittedPoints

MOST_ROWS = 20
"""Strata in a chart: those with most false alarms as it is."""


def view(result: Fit) -> ResultView:
    return ResultView(
        "fit", "What points would fit the data?", result, tables(result), charts(result), tuple(summary(result))
    )


def summary(result: Fit) -> Iterator[str]:
    limit = f"{100 * result.false_alarms:g} %"
    for found in result.fits:
        name = _name(found)
        kept, idle = sum(this.kept for this in found.points), sum(not this.fitted for this in found.points)
        yield (
            f"{name}: points of {len(found.changes()):,} of {many(len(found.points), 'rule')} change, {idle:,} have "
            f"none, {kept:,} hit too few rows and keep theirs; fitted at {found.aim} ({found.threshold:,} points) to "
            f"{many(found.own, 'row')} and {found.ordinary:,} ordinary ones"
        )
        recall, alarms = (_figure(found, *this) for this in (("recall", ALL), ("false alarms", ORDINARY)))
        yield f"{name}, recall: {_three(recall)}"
        yield f"{name}, false alarms: {_three(alarms)}"
        over = [this for this in found.limits if this.as_is > this.allowed]
        broken = [this for this in found.limits if this.out_of_fold > this.allowed]
        yield (
            f"{name}: strata above {limit}, of {len(found.limits):,}: {len(over):,} as it is, "
            f"{sum(not this.met for this in found.limits):,} as fitted, {len(broken):,} out of fold"
        )
        for this in found.limits:
            if not this.met:
                rows = f"{this.in_sample:,} of {many(this.rows, 'row')}"
                yield f"{name}: no points found bring {this.stratum} under the limit ({rows})"
    for category, why in result.left_out.items():
        yield f"{category} was not fitted: {why}"
    yield "the points fit these corpora; what they do not hold (other frauds, other harmless talk), they have not seen"


def _three(figure: FitFigure) -> str:
    shares = (figure.as_is, figure.in_sample, figure.out_of_fold)
    digits = 1 if (figure.as_is.value or 0) >= 0.02 else 2
    parts = [f"{percent(share.value, digits)} {what}" for share, what in zip(shares, _COLUMNS, strict=False)]
    if figure.other_source.value is not None:
        parts.append(f"{percent(figure.other_source.value, digits)} {_COLUMNS[3]}")
    return ", ".join(parts)


_COLUMNS = ("as it is", "as fitted, in sample", "out of fold", "with its source left out")


def _figure(found: CategoryFit, figure: str, among: str) -> FitFigure:
    return next(this for this in found.figures if (this.figure, this.among, this.action) == (figure, among, found.aim))


def _name(found: CategoryFit) -> str:
    return found.category if found.value is None else f"{found.category}, {found.value}"


def tables(result: Fit) -> tuple[Table, ...]:
    draws = f"{result.draws:,} bootstrap draws of the clusters"
    return (
        Table(
            "figures",
            "Before and after",
            ("of", "figure", "among", "action or more", *_COLUMNS, "out of fold minus as it is", "p (permutation)"),
            tuple(
                (
                    _name(found), this.figure, this.among, this.action, this.as_is, this.in_sample, this.out_of_fold,
                    this.other_source, this.change.change, this.change.p,
                )
                for found in result.fits
                for this in found.figures
            ),
            "In sample is too good: the points were fitted to these rows. Out of fold: fitted to rows of other "
            "clusters. With its source left out: fitted to the other corpora.",
        ),
        Table(
            "limits",
            "False alarms by stratum of ordinary speech, in rows",
            ("of", "stratum", "rows", "allowed", "as is", "fitted", "out of fold"),
            tuple(
                (_name(found), this.stratum, this.rows, this.allowed, this.as_is, this.in_sample, this.out_of_fold)
                for found in result.fits
                for this in found.limits
            ),
            f"Rows on which the category reaches {_aims(result)} or more; {100 * result.false_alarms:g} % are allowed.",
        ),
        Table(
            "points",
            "Points as they are and as fitted",
            ("rule", "as is", "fitted", "95 %", "used", "own", "ordinary"),
            tuple(_points(this, found) for found in result.fits for this in _changed_first(found)),
            f"Those that change first. 95 %: of {draws}; used: how many of them give the rule points, or `kept` where "
            "it hits too few rows to be fitted. Own and ordinary: rows that it hits. A rule that hits few rows may "
            "lose its points, however right it is.",
        ),
    )  # fmt: skip


def _changed_first(found: CategoryFit) -> list[FittedPoints]:
    return sorted(found.points, key=lambda this: this.fitted == this.as_is)


def _points(this: FittedPoints, found: CategoryFit) -> tuple[Cell, ...]:
    rule = this.rule if found.value is None else f"{this.rule}, {found.value}"
    used = Several("kept" if this.kept else percent(this.used, 0), (("", this.used), ("kept", this.kept)))
    drawn = Several(f"{this.low}–{this.high}", (("low", this.low), ("high", this.high)))
    return rule, this.as_is, this.fitted, drawn, used, this.own, this.ordinary


def _aims(result: Fit) -> str:
    return " or ".join(dict.fromkeys(found.aim for found in result.fits))


def charts(result: Fit) -> tuple[Chart, ...]:
    made: list[Chart] = []
    for found in result.fits:
        name = _name(found)
        recall = [this for this in found.figures if this.figure == "recall" and this.action == found.aim]
        rows = tuple(
            (f"{this.among}: {what}", share)
            for this in recall
            for what, share in zip(("as it is", "out of fold"), (this.as_is, this.out_of_fold), strict=True)
        )
        made.append(Intervals(f"recall-{_slug(name)}", f"Recall of {name} at {found.aim}", rows, "figures"))
        alarms = [
            this
            for this in found.figures
            if this.figure == "false alarms" and this.action == found.aim and this.as_is.k + this.out_of_fold.k
        ]
        worst = sorted(alarms, key=lambda this: this.change.change.value or 0.0)[:MOST_ROWS]
        if worst:
            rows = tuple((this.among, this.change.change) for this in worst)
            title = f"False alarms of {name} at {found.aim}: out of fold minus as it is"
            made.append(Intervals(f"alarms-{_slug(name)}", title, rows, "figures"))
    return tuple(made)


def _slug(name: str) -> str:
    return "".join(char if char.isalnum() and char.isascii() else "-" for char in name)
