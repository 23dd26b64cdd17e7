"""What lists do to ordinary speech, as tables and charts; and what all views of specimens share."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from modengine.lab.report.charts import Chart, Intervals, Line, Lines, Point
from modengine.lab.report.table import Table, percent, share_of, show
from modengine.lab.report.view import ResultView, counts
from modengine.lab.specimens.measure import SpecimenMeasurement
from modengine.lab.specimens.stamped import SpecimenStamp
from modengine.lab.stats.metrics import ALL

MASKED = "Entries are masked: --show-terms shows them."
CHARTED = 30
"""Lists in a chart."""


def about_table(specimens: Sequence[SpecimenStamp]) -> Table:
    """What each specimen is, and what its published form lost."""
    return Table(
        "specimens",
        "The lists",
        ("specimen", "entries", "matched", "case", "a match there did", "date", "dropped rows", "source"),
        tuple(
            (s.name, s.entries, s.match, s.case, s.effect, s.date or None, counts(s.dropped) or None, s.source or None)
            for s in specimens
        ),
        "As their cards say: how their owners matched, and what a match did there.",
    )


def masked_note(shown: bool, note: str = "") -> str:
    return f"{note} {'' if shown else MASKED}".strip()


def view(result: SpecimenMeasurement) -> ResultView:
    title = (
        "What do these lists do to ordinary speech?"
        if len(result.specimens) > 1
        else ("What does this list do to ordinary speech?")
    )
    return ResultView("specimen-measure", title, result, tables(result), charts(result), tuple(summary(result)))


def summary(result: SpecimenMeasurement) -> Iterator[str]:
    for spread in result.spread:
        q = spread.quantiles
        yield (
            f"{spread.corpus}, {spread.reading}: the median of {spread.lists:,} lists would match "
            f"{percent(q['0.5'])} of the texts, a tenth of them {percent(q['0.9'])} or more (from {percent(q['0'])} "
            f"to {percent(q['1'])})"
        )
    if len(result.specimens) == 1:
        for one in result.shares:
            if one.stratum == ALL:
                yield f"{one.corpus}, {one.reading}: would match {show(one.share)} of the texts"
        (name, never), entries = next(iter(result.never.items())), result.specimens[0].entries
        yield f"{never:,} of {entries:,} entries of {name} would match no text of these corpora"
    if len(result.specimens) > 1 and not result.costliest:
        yield "what single entries cost is given for at most 50 lists at once"


def tables(result: SpecimenMeasurement) -> tuple[Table, ...]:
    made = [
        Table(
            "shares",
            "Texts that a list would match",
            ("specimen", "corpus", "stratum", "reading", "would match"),
            tuple((s.specimen, s.corpus, s.stratum, s.reading, s.share) for s in result.shares),
            "`as written`: as the card says; `words`: only where every component begins and ends with a word.",
        ),
        Table(
            "spread",
            "How the shares are spread over the lists",
            (
                "corpus",
                "reading",
                "lists",
                *(f"quantile {q}" for q in (result.spread[0].quantiles if result.spread else ())),
            ),
            tuple((s.corpus, s.reading, s.lists, *map(share_of, s.quantiles.values())) for s in result.spread),
        ),
        Table(
            "kinds",
            "By kind of entry",
            ("specimen", "corpus", "kind", "entries", "would match", "alone", "inside words only"),
            tuple((k.specimen, k.corpus, k.kind, k.entries, k.share, k.alone, k.inside) for k in result.kinds),
            "alone: texts that no entry of another kind would match.",
        ),
        Table(
            "costliest",
            "The entries that cost most",
            ("specimen", "corpus", "entry", "text", "kind", "category", "would match", "alone", "inside words only"),
            tuple(
                (d.specimen, d.corpus, d.entry, d.text, d.kind, d.category or None, d.share, d.alone, d.inside)
                for d in result.costliest
            ),
            masked_note(
                result.terms_shown,
                "alone: texts that no other entry of the list would match; inside words only: texts in which it stands "
                "nowhere as a word.",
            ),
        ),
        Table(
            "left",
            "What is left without the costliest entries",
            ("specimen", "corpus", "dropped", "still would match", "texts that chose"),
            tuple((w.specimen, w.corpus, w.dropped, w.share, w.chosen_by) for w in result.left),
            "Chosen by one half of the corpus, judged on the other.",
        ),
        Table(
            "never",
            "Entries that would match no text",
            ("specimen", "entries", "never"),
            tuple((s.name, s.entries, result.never[s.name]) for s in result.specimens),
        ),
        about_table(result.specimens),
    ]
    return tuple(table for table in made if table.rows)


def charts(result: SpecimenMeasurement) -> tuple[Chart, ...]:
    several = len({one.corpus for one in result.shares}) > 1
    rows = [
        (f"{one.specimen}{f', {one.corpus}' if several else ''}: {one.reading}", one.share)
        for one in result.shares
        if one.stratum == ALL
    ]
    made: list[Chart] = []
    if len(rows) <= 2 * CHARTED:
        made.append(Intervals("shares", "Texts that a list would match", tuple(rows), "shares"))
    keys = dict.fromkeys((left.specimen, left.corpus) for left in result.left)
    if keys and len(keys) <= 8:
        lines = tuple(
            Line(
                f"{specimen}, {corpus}" if several else specimen,
                tuple(
                    Point(w.dropped, w.share.value, w.share.low, w.share.high)
                    for w in result.left
                    if (w.specimen, w.corpus) == (specimen, corpus) and w.share.value is not None
                ),
            )
            for specimen, corpus in keys
        )
        made.append(
            Lines(
                "left",
                "What is left without the costliest entries",
                "entries dropped",
                "would match",
                lines,
                "left",
                shares=(False, True),
                top=_top(lines),
            )
        )
    return tuple(made)


def _top(lines: Sequence[Line]) -> float | None:
    return None if any(p.y for line in lines for p in line.points) else 1.0
