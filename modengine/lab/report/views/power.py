"""What rows can show, as tables."""

from __future__ import annotations

from collections.abc import Iterator

from modengine.lab.coding.power import Power
from modengine.lab.report.table import Cell, Several, Table, percent, share_of
from modengine.lab.report.view import ResultView
from modengine.lab.stats.intervals import LEAST


def view(result: Power) -> ResultView:
    title = "What can these rows show, and how many does an outcome need?"
    return ResultView("power", title, result, tables(result), (), tuple(summary(result)))


def summary(result: Power) -> Iterator[str]:
    yield f"power {percent(result.power, 0)}, level {percent(result.alpha, 0)}; no row was decided"
    if result.sets:
        yield f"rows of a cluster are taken for alike to {result.icc:g} (--icc)"
    for claim in result.claims:
        many = "more than five million" if claim.rows_needed is None else f"{claim.rows_needed:,}"
        said = f"{claim.claim}, if it is {percent(claim.truth, 2)}: needs {many} independent {claim.of}"
        if claim.corpus is not None and claim.power is not None:
            here = "" if claim.needed_here is None else f", {claim.needed_here:,} rows there"
            said += (
                f"{here}; {claim.corpus} has {claim.rows:,}, effective {claim.effective_n:,}: {percent(claim.power, 0)}"
            )
        yield said
    for s in result.sets:
        if s.effective_n < LEAST:
            yield f"{s.corpus}, {s.figure}: too few independent rows (n {s.rows:,}, effective {s.effective_n:,})"


def tables(result: Power) -> tuple[Table, ...]:
    made = (
        _claims(result),
        Table(
            "sets",
            "What each figure rests on",
            ("corpus", "figure", "rows", "clusters", "design effect", "effective"),
            tuple((s.corpus, s.figure, s.rows, s.clusters, s.design_effect, s.effective_n) for s in result.sets),
            "Design effect: 1 + (m - 1) icc, m the mean size of the cluster of a row.",
        ),
        Table(
            "smallest",
            "The smallest differences that can be shown, in percentage points",
            ("corpus", "figure", "effective", "from", "above", "below", "between halves"),
            tuple(
                (s.corpus, s.figure, s.effective_n, share_of(s.baseline), *map(_points, (s.above, s.below, s.halves)))
                for s in result.smallest
            ),
            "Above and below: from a fixed bound, exact, one-sided. Between halves: two equal parts, arcsine test, "
            "two-sided. A dash: none.",
        ),
        Table(
            "paired",
            "The smallest difference of two policies, in percentage points",
            ("corpus", "figure", "effective", "rows that differ", "difference"),
            tuple(
                (p.corpus, p.figure, p.effective_n, share_of(p.differing), _points(p.difference)) for p in result.paired
            ),
            "McNemar's test, two-sided, by the share of rows that the two treat differently. A dash: none.",
        ),
    )  # fmt: skip
    return tuple(table for table in made if table.rows) or made[:1]


def _claims(result: Power) -> Table:
    columns = ("outcome", "if it is", "level", "rows needed", "which rows")
    here = ("corpus", "rows", "effective", "needed there", "power there")
    with_corpus = any(claim.corpus is not None for claim in result.claims)
    rows: list[tuple[Cell, ...]] = []
    for c in result.claims:
        row: tuple[Cell, ...] = (c.claim, share_of(c.truth, 2), c.alpha, c.rows_needed, c.of)
        chance = None if c.power is None else share_of(c.power)
        rows.append((*row, c.corpus, c.rows, c.effective_n, c.needed_here, chance) if with_corpus else row)
    return Table(
        "claims",
        "What declared outcomes need",
        (*columns, *here) if with_corpus else columns,
        tuple(rows),
        "Exact binomial test, one-sided, at the level of Holm's first step: enough for that n and any larger.",
    )


def _points(share: float | None) -> Cell:
    return None if share is None else Several(f"{100 * share:.2f}", (("", 100 * share),))
