"""Results as one page of HTML that stands alone: no network, no script, no style attribute.

Everything is escaped.  It reads from top to bottom: what was measured and what it may be used for,
what was found, charts, and the tables behind them; then how, and from whom the methods are.  Tables and
figures are numbered; those of the supplement (`outline`) are folded, and not printed.  Texts of a corpus
are blurred until a box is ticked, in print always.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from modengine import __version__
from modengine.explain.html import rendered, style_sheet
from modengine.explain.visible import inline, many
from modengine.lab.data.stamp import CorpusStamp
from modengine.lab.report.charts import Chart, Lines
from modengine.lab.report.paper.methods import cited, methods
from modengine.lab.report.paper.outline import in_body
from modengine.lab.report.paper.references import REFERENCES
from modengine.lab.report.svg import legend, svg
from modengine.lab.report.table import Cell, Quote, Table, numbers, plain, shown_estimate
from modengine.lab.report.view import ResultView, corpora_of, counts, subject, unreadable, warnings
from modengine.lab.stats.intervals import Estimate

LONG = 40
"""A table of more rows is folded."""
SHORT = 28
"""A text of at most so many characters is not broken."""

_PACKAGE = "modengine.lab.report"
_JOINT = re.compile(r"(?<=\d) (?=%)|(?<=%) (?=\[)|(?<=\(n) (?=\d)")
_DASH = {ord("–"): "\u2060–\u2060"}


@dataclass(frozen=True, slots=True)
class Front:
    """What stands at the head of a report."""

    title: str
    authors: tuple[str, ...] = ()


def page(views: Sequence[ResultView], front: Front, left_out: Sequence[tuple[str, str]] = ()) -> str:
    """The page.  `left_out` are sections that could not be made, each with the reason."""
    stamps = [view.result.stamp for view in views]
    labels = labels_of(views)
    told = methods(views) if views else ()
    keys = cited(told)
    return rendered(
        _PACKAGE,
        "page",
        front=front,
        css=style_sheet(_PACKAGE, "chart.css") + style_sheet(_PACKAGE, "page.css"),
        version=__version__,
        subject=subject(stamps[0]),
        policies=list(dict.fromkeys(
            policy
            for view in views for policy in ((view.result.stamp.policy, view.result.stamp.revision), *view.others)
        )),
        seed=stamps[0].seed if stamps else "",
        commands=list(dict.fromkeys(stamp.command for stamp in stamps if stamp.command)),
        corpora=[(corpus, _about(corpus)) for corpus in corpora_of(stamps)],
        hidden=any(
            isinstance(cell, Quote) and not cell.open
            for view in views for table in view.tables for row in table.rows for cell in row
        ),
        sections=[_section(view, labels) for view in views],
        left_out=left_out,
        methods=[(sentence.text, [keys.index(key) + 1 for key in sentence.cites]) for sentence in told],
        references=[REFERENCES[key].shown().replace("--", "–") for key in keys],
    )  # fmt: skip


Labels = dict[tuple[str, str, bool], str]
"""`Table 3`, `Figure S2`, by view, name, and whether it is a figure."""


def labels_of(views: Sequence[ResultView]) -> Labels:
    """The number of every table and figure: through the body, and with an S through the supplement."""
    found: Labels = {}
    numbers: Counter[str] = Counter()
    for view in views:
        named = [(chart.name, True) for chart in view.charts] + [(table.name, False) for table in view.tables]
        for name, figure in named:
            kind = ("Figure " if figure else "Table ") + ("" if in_body(view.name, name, figure) else "S")
            numbers[kind] += 1
            found[view.name, name, figure] = f"{kind}{numbers[kind]}"
    return found


def _about(corpus: CorpusStamp) -> list[tuple[str, str]]:
    """What a corpus is, what was left out of it, what it cannot tell."""
    said = (
        ("rows", f"{corpus.rows:,} in {many(corpus.clusters, 'cluster')}; rows of one cluster are not independent"),
        ("made up", "messages or dates were made up" if corpus.simulation else ""),
        ("labels", "" if corpus.labelled else "none were named: every row is taken for harmless"),
        ("left out", f"{counts(corpus.left_out)}: labels that nothing maps" if corpus.left_out else ""),
        ("not read", unreadable(corpus) if corpus.unreadable else ""),
        ("sample", "" if corpus.sampled_from is None else f"drawn by chance from {many(corpus.sampled_from, 'row')}"),
        ("forbidden", f"{', '.join(corpus.forbidden)}: its card says that it cannot tell" if corpus.forbidden else ""),
        ("note", corpus.note),
        ("source", corpus.source),
        ("licence", corpus.licence),
    )
    return [(name, text) for name, text in said if text]


def _section(view: ResultView, labels: Labels) -> dict[str, object]:
    figures = [_figure(view.name, chart, labels) for chart in view.charts]
    tables = [_table(view.name, table, labels) for table in view.tables]
    return {
        "view": view,
        "warnings": warnings(view.result.stamp),
        "summary": [_JOINT.sub("\u00a0", line).translate(_DASH) for line in view.summary],
        "figures": [figure for figure in figures if figure["body"]],
        "tables": [table for table in tables if table["body"]],
        "more_figures": [figure for figure in figures if not figure["body"]],
        "more_tables": [table for table in tables if not table["body"]],
    }


def _figure(section: str, chart: Chart, labels: Labels) -> dict[str, object]:
    upwards, keys = (chart.y, legend(chart)) if isinstance(chart, Lines) else ("", "")
    return {
        "chart": chart,
        "label": labels[section, chart.name, True],
        "behind": labels.get((section, chart.table, False), "the figures"),
        "body": in_body(section, chart.name, True),
        "upwards": upwards,
        "drawn": svg(chart, section) + keys,
    }


def _table(section: str, table: Table, labels: Labels) -> dict[str, object]:
    right = numbers(table) or [False] * len(table.columns)
    return {
        "name": table.name,
        "label": labels[section, table.name, False],
        "body": in_body(section, table.name, False),
        "title": table.title,
        "note": table.note,
        "folded": len(table.rows) > LONG,
        "columns": list(zip(table.columns, right, strict=True)),
        "rows": [[_cell(cell, i == 0, right[i]) for i, cell in enumerate(row)] for row in table.rows],
    }


class ShownCell(NamedTuple):
    """A cell of a table on the page."""

    kind: str
    text: str
    classes: str
    about: str = ""


def _cell(cell: Cell, first: bool, number: bool) -> ShownCell:
    match cell:
        case Estimate():
            value, about = shown_estimate(cell)
            weak = "" if cell.supported or cell.method == "forbidden" else " weak"
            return ShownCell("estimate", value, f"estimate{weak}", about)
        case Quote():
            return ShownCell("quote", plain(cell), "quote open" if cell.open else "quote")
        case _:
            text = inline(plain(cell), 1_000)
            if number:
                return ShownCell("number", text, "number")
            return ShownCell("head" if first else "text", text, "short" if len(text) <= SHORT else "")
