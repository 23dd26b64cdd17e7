"""How lists are made, as tables."""

from __future__ import annotations

from collections.abc import Iterator

from modengine.lab.report.table import Table, share_of
from modengine.lab.report.view import ResultView
from modengine.lab.report.views.specimens.measure import about_table, masked_note
from modengine.lab.specimens.describe import Description


def view(result: Description) -> ResultView:
    return ResultView("specimen-describe", "How is it made?", result, tables(result), (), tuple(summary(result)))


def summary(result: Description) -> Iterator[str]:
    if len(result.specimens) > 1:
        entries = sum(specimen.entries for specimen in result.specimens)
        yield f"{len(result.specimens):,} lists with {entries:,} entries"
        return
    only = result.specimens[0]
    kinds = ", ".join(f"{row.value} {row.entries:,}" for row in result.composition if row.what == "kind")
    yield f"{only.entries:,} entries: {kinds}"
    if only.read:
        yield f"read as: {only.read}"
    for needless in result.needless:
        if needless.entries:
            yield (
                f"{needless.entries:,} of {needless.n:,} entries change nothing: a shorter entry stands inside of them"
            )


def tables(result: Description) -> tuple[Table, ...]:
    made = (
        Table(
            "composition",
            "What the entries are",
            ("specimen", "what", "value", "entries", "share", "of"),
            tuple(
                (row.specimen, row.what, row.value, row.entries, share_of(row.entries / row.n), row.n)
                for row in result.composition
            ),
            "characters: of all components together.",
        ),
        Table(
            "near-duplicates",
            "Entries that are one another but for something",
            ("specimen", "alike but for", "groups", "entries", "of", "the largest groups"),
            tuple((row.specimen, row.by, row.groups, row.entries, row.n, _groups(row.largest)) for row in result.alike),
            masked_note(result.terms_shown),
        ),
        Table(
            "needless",
            "Entries that change nothing",
            ("specimen", "entries", "of"),
            tuple((row.specimen, row.entries, row.n) for row in result.needless),
            "A shorter entry of one component, which may stand anywhere, stands inside of each.",
        ),
        about_table(result.specimens),
    )
    return tuple(table for table in made if table.rows)


def _groups(groups: tuple[tuple[str, ...], ...]) -> str | None:
    return "; ".join(" = ".join(group) for group in groups) or None
