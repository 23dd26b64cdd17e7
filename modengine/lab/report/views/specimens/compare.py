"""What lists share, as tables and a heat map."""

from __future__ import annotations

from collections.abc import Iterator

from modengine.lab.report.charts import Chart, Grid
from modengine.lab.report.table import Cell, Table, share_of
from modengine.lab.report.view import ResultView
from modengine.lab.report.views.specimens.measure import about_table, masked_note
from modengine.lab.specimens.likeness import Likeness, Pair


def view(result: Likeness) -> ResultView:
    return ResultView(
        "specimen-compare", "What do these lists share?", result, tables(result), charts(result), tuple(summary(result))
    )


def summary(result: Likeness) -> Iterator[str]:
    yield (
        f"{len(result.specimens):,} lists, {result.pairs:,} pairs: {len(result.sharing):,} share an entry, "
        f"{sum(pair.jaccard >= 0.5 for pair in result.sharing):,} at least half of what they have together"
    )
    together = [cluster for cluster in result.clusters if len(cluster.lists) > 1]
    if together:
        lists = sum(len(cluster.lists) for cluster in together)
        yield f"{lists:,} lists stand in {len(together):,} clusters of two or more (mean Jaccard ≥ {result.cut:g})"
    yield "that lists share entries does not say who copied whom: both may have copied a third"


def tables(result: Likeness) -> tuple[Table, ...]:
    same = "case and order" if result.form == "written" else "case, order, width, and traditional or simplified"
    made = (
        Table(
            "clusters",
            "Lists that are alike",
            ("cluster", "lists", "mean Jaccard", "entries of all", "which"),
            tuple(
                (c.number, len(c.lists), c.mean_jaccard, c.common, ", ".join(c.lists[:40]) + (", …" if len(c.lists) > 40
                 else "")) for c in result.clusters
            ),
            f"Average linkage of Jaccard's index, cut at {result.cut:g}.",
        ),
        Table(
            "pairs",
            "Pairs that share an entry",
            ("A", "B", "shared", "entries of A", "entries of B", "Jaccard", "of A in B", "of B in A"),
            tuple(map(_pair, result.sharing)),
            f"The most alike first; entries are the same but for {same}. All other pairs share nothing.",
        ),
        Table(
            "widespread",
            "Entries that most lists have",
            ("entry", "lists", "of", "category"),
            tuple((e.text, e.lists, len(result.specimens), e.category or None) for e in result.widespread),
            masked_note(result.terms_shown),
        ),
        about_table(result.specimens),
    )  # fmt: skip
    return tuple(table for table in made if table.rows)


def _pair(pair: Pair) -> tuple[Cell, ...]:
    return (
        pair.a, pair.b, pair.shared, pair.entries_a, pair.entries_b, pair.jaccard, share_of(pair.a_in_b),
        share_of(pair.b_in_a),
    )  # fmt: skip


def charts(result: Likeness) -> tuple[Chart, ...]:
    if len(result.mapped) < 2:
        return ()
    means = result.mapped != result.order
    note = (
        "Means over the pairs of the largest clusters, with the lists in each."
        if means
        else ("Lists that are alike stand together.")
    )
    return (
        Grid("likeness", "Jaccard's index of all pairs, in per cent", result.mapped, result.mapped, result.matrix,
             "pairs", note),
    )  # fmt: skip
