"""A report as a folder to attach to a paper: the page, the results, each table and each figure, and the references."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from modengine.lab.report.page import labels_of
from modengine.lab.report.paper.figures import can_make_pdf, pdf, standalone
from modengine.lab.report.paper.methods import cited, methods
from modengine.lab.report.paper.references import bibtex
from modengine.lab.report.report import Report
from modengine.lab.report.table import Table
from modengine.lab.report.tidy_csv import package, to_csv
from modengine.run.write.codebook import PACKAGE
from modengine.run.write.replace import make_folder, write_bytes, write_text


def write_bundle(report: Report, folder: Path) -> int:
    """Writes the files of the report into the folder, and says how many.

    Tables and figures have their numbers in their names.  Figures are PDF too where the extra `paper` is
    installed.  Raises OutputError (ME909).
    """
    count = 0
    for name, content in _files(report):
        path = folder / name
        make_folder(path.parent)
        if isinstance(content, bytes):
            write_bytes(path, content)
        else:
            write_text(path, content)
        count += 1
    return count


def _files(report: Report) -> Iterator[tuple[str, str | bytes]]:
    yield "report.html", report.as_html()
    yield "report.json", report.as_json()
    told = methods(report.views)
    yield "methods.txt", "\n".join(sentence.text for sentence in told) + "\n"
    yield "references.bib", bibtex(cited(told))
    labels = labels_of(report.views)
    with_pdf = can_make_pdf()
    tables: dict[str, Table] = {}
    for view in report.views:
        for table in view.tables:
            tables[f"{_slug(labels[view.name, table.name, False], view.name, table.name)}.csv"] = table
        for chart in view.charts:
            name, drawn = _slug(labels[view.name, chart.name, True], view.name, chart.name), standalone(chart)
            yield f"figures/{name}.svg", drawn
            if with_pdf:
                yield f"figures/{name}.pdf", pdf(drawn)
    yield from ((f"tables/{name}", to_csv(table)) for name, table in tables.items())
    stamps = [view.result.stamp for view in report.views]
    yield f"tables/{PACKAGE}", package(tables, "report", report.front.title, stamps)


def _slug(label: str, view: str, name: str) -> str:
    """`Table S2`, `eval`, `sweep` as `table-s2-eval-sweep`; what a corpus is called is no path."""
    joined = f"{label}-{view}-{name}".lower()
    return "".join(char if char.isalnum() or char in "-_" else "-" for char in joined)[:120]
