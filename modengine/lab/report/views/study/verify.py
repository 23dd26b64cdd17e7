"""A repeated study as tables: what differs, and what may be the cause."""

from __future__ import annotations

from collections.abc import Iterator

from modengine.lab.report.table import Table
from modengine.lab.report.view import ResultView, short
from modengine.lab.study.repeated import StudyVerification


def view(result: StudyVerification) -> ResultView:
    title = f"The study {result.study}, repeated"
    return ResultView("study-verify", title, result, tables(result), summary=tuple(summary(result)))


def summary(result: StudyVerification) -> Iterator[str]:
    """Whether it came out the same, first of all."""
    differ, rows = len({d.what for d in result.figure_differences}), len(result.decision_differences)
    if result.same:
        yield f"the same: all of {result.figures:,} figures and outcomes, and of {result.decisions:,} decisions"
    else:
        figures = f"{differ:,} of {result.figures:,} figures and outcomes"
        yield f"not the same: {figures}, {rows:,} of {result.decisions:,} decisions"
    if result.not_compared:
        yield result.not_compared
    yield f"pinned {result.pinned}, {short(result.pin)}"
    for cause in result.environment:
        yield f"other here: {cause}"


def tables(result: StudyVerification) -> tuple[Table, ...]:
    made = (
        Table(
            "figures",
            "Figures that differ",
            ("figure", "part", "in the package", "here"),
            tuple((d.what, d.part, d.packed, d.here) for d in result.figure_differences),
        ),
        Table(
            "decisions",
            "Decisions that differ",
            ("corpus", "policy", "row", "id", "in the package", "here"),
            tuple((d.corpus, d.policy, d.row, d.id, d.packed, d.here) for d in result.decision_differences),
        ),
    )
    return tuple(table for table in made if table.rows)
