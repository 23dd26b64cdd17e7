"""Results as one page of HTML that stands alone: no network, no script, no style attribute.

Everything is escaped.  It reads from top to bottom: what was measured and what it may be used for,
what was found, charts, and the tables behind them.  Texts of a corpus are blurred until a box is
ticked, in print always.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from importlib.resources import files

from modengine import __version__
from modengine.explain.html import escape, tag
from modengine.explain.visible import inline
from modengine.lab.data.stamp import CorpusStamp, Stamp
from modengine.lab.report.charts import Chart, Lines
from modengine.lab.report.svg import legend, svg
from modengine.lab.report.table import Cell, Quote, Table, plain, shown_estimate
from modengine.lab.report.view import ResultView, counts, unreadable, warnings
from modengine.lab.stats.intervals import Estimate

LONG = 40
"""A table of more rows is folded."""
SHORT = 28
"""A text of at most so many characters is not broken."""

_JOINT = re.compile(r"(?<=\d) (?=%)|(?<=%) (?=\[)|(?<=\(n) (?=\d)")
_DASH = {ord("–"): "\u2060–\u2060"}


@cache
def css() -> str:
    return files("modengine.lab.report").joinpath("page.css").read_text(encoding="utf-8")


def page(views: Sequence[ResultView], title: str, left_out: Sequence[tuple[str, str]] = ()) -> str:
    """The page.  `left_out` are sections that could not be made, each with the reason."""
    texts = any(
        isinstance(cell, Quote) and not cell.open
        for view in views for table in view.tables for row in table.rows for cell in row
    )  # fmt: skip
    body = [tag("h1", escape(inline(title, 200))), _about(views)]
    if len(views) > 1:
        missing = '<li><a href="#left-out">Not in this report</a></li>' if left_out else ""
        links = "".join(f'<li><a href="#{escape(view.name)}">{escape(view.title)}</a></li>' for view in views)
        body.append(f'<nav aria-label="Sections"><ol>{links}{missing}</ol></nav>')
    if texts:
        body.append(
            '<p><label class="switch"><input type="checkbox" id="show-texts"> Show the texts of the corpus: '
            "they may be offensive</label></p>"
        )
    body += [_section(view) for view in views]
    if left_out:
        rows = "".join(tag("li", f"{escape(name)}: {escape(why)}") for name, why in left_out)
        body.append(f'<section id="left-out"><h2>Not in this report</h2><ul>{rows}</ul></section>')
    body += [_corpora(views), _footer()]
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="color-scheme" content="light dark">'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
        f'<meta name="generator" content="modengine {__version__}">'
        f"<title>{escape(inline(title, 200))}</title><style>{css()}</style></head>\n"
        f"<body><main>{''.join(body)}</main></body></html>\n"
    )


def _about(views: Sequence[ResultView]) -> str:
    """The stamp that the views share, and every corpus once."""
    stamps = [view.result.stamp for view in views]
    first = stamps[0]
    corpora = {(one.name, one.digest): one for stamp in stamps for one in stamp.corpora}
    policies = dict.fromkeys((stamp.policy, stamp.revision) for stamp in stamps)
    rows = [("policy", "; ".join(f"{escape(inline(policy))}" for policy, _ in policies))]
    rows += [("revision", "; ".join(f"<code>{escape(revision)}</code>" for _, revision in policies))]
    named = [f"{escape(inline(one.name))} ({one.rows:,})" for one in corpora.values()]
    if named:
        rows += [("corpora", f'{", ".join(named)}; <a href="#corpora">what they are</a>')]
    rows += [("seed", f"{first.seed}"), ("intervals", "95 %")]
    rows += [
        ("command", tag("code", escape(inline(line, 2_000))))
        for line in dict.fromkeys(s.command for s in stamps)
        if line
    ]
    made = "".join(f"<dt>{name}</dt><dd>{value}</dd>" for name, value in rows)
    return f'<dl class="stamp">{made}</dl>'


def _corpora(views: Sequence[ResultView]) -> str:
    """Every corpus once: what it is, what was left out, what it cannot tell."""
    found = {(one.name, one.digest): one for view in views for one in view.result.stamp.corpora}
    if not found:
        return ""
    return f'<section id="corpora"><h2>Corpora</h2>{"".join(map(_corpus, found.values()))}</section>'


def _corpus(one: CorpusStamp) -> str:
    rows = [("rows", f"{one.rows:,} in {one.clusters:,} clusters of rows that are not independent of one another")]
    rows += [("made up", "messages or dates were made up")] if one.simulation else []
    rows += [] if one.labelled else [("labels", "none were named: every row is taken for harmless")]
    rows += [("left out", f"{counts(one.left_out)}: labels that nothing maps")] if one.left_out else []
    rows += [("not read", unreadable(one))] if one.unreadable else []
    rows += [("sample", f"drawn by chance from {one.sampled_from:,} rows")] if one.sampled_from is not None else []
    rows += [("forbidden", f"{', '.join(one.forbidden)}: its card says that it cannot tell")] if one.forbidden else []
    said = (("note", one.note), ("source", one.source), ("licence", one.licence))
    rows += [(name, text) for name, text in said if text]
    made = "".join(f"<dt>{name}</dt><dd>{escape(inline(text, 1_000))}</dd>" for name, text in rows)
    title = f": {inline(one.title, 300)}" if one.title else ""
    digest = f"<dt>content</dt><dd><code>{escape(one.digest)}</code></dd>"
    return f'<h3>{escape(inline(one.name) + title)}</h3><dl class="stamp">{made}{digest}</dl>'


def _section(view: ResultView) -> str:
    stamp: Stamp = view.result.stamp
    body = f"<h2>{escape(view.title)}</h2>"
    body += "".join(tag("p", escape(line), "warn") for line in warnings(stamp))
    if view.summary:
        lines = "".join(tag("li", escape(_together(line))) for line in view.summary)
        body += f'<ul class="summary">{lines}</ul>'
    if view.charts:
        body += f'<div class="charts">{"".join(_figure(view.name, chart) for chart in view.charts)}</div>'
    body += "".join(_table(view.name, table) for table in view.tables)
    return f'<section id="{escape(view.name)}">{body}</section>'


def _together(line: str) -> str:
    """A sentence whose figures are not broken between number, unit and interval."""
    return _JOINT.sub("\u00a0", line).translate(_DASH)


def _figure(section: str, chart: Chart) -> str:
    note = f"<small>{escape(chart.note)}</small>" if chart.note else ""
    y = f"<small>upwards: {escape(chart.y)}</small>" if isinstance(chart, Lines) else ""
    link = f'<small><a href="#{escape(section)}-{escape(chart.table)}">the figures</a></small>'
    keys = legend(chart) if isinstance(chart, Lines) else ""
    return f"<figure><figcaption>{escape(chart.title)}{y}{note}{link}</figcaption>{svg(chart, section)}{keys}</figure>"


def _table(section: str, table: Table) -> str:
    name = f"{escape(section)}-{escape(table.name)}"
    numbers = [
        bool(table.rows)
        and all(
            row[i] is None or (isinstance(row[i], int | float) and not isinstance(row[i], bool)) for row in table.rows
        )
        for i in range(len(table.columns))
    ]
    head = "".join(
        f'<th scope="col"{_number(number)}>{escape(column)}</th>'
        for column, number in zip(table.columns, numbers, strict=True)
    )
    rows = "".join(
        tag("tr", "".join(_cell(cell, i == 0, numbers[i]) for i, cell in enumerate(row))) for row in table.rows
    )
    note = tag("p", escape(table.note), "note") if table.note else ""
    if not table.rows:
        return f'<div id="{name}"><h3>{escape(table.title)}</h3>{note}<p class="quiet">No rows.</p></div>'
    made = f"<table><caption>{escape(table.title)}</caption><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
    scroll = f'<div class="scroll" role="region" aria-label="{escape(table.title)}" tabindex="0">{made}</div>'
    if len(table.rows) <= LONG:
        return f'<div id="{name}">{scroll}{note}</div>'
    summary = f"<summary>{escape(table.title)} ({len(table.rows)} rows)</summary>"
    return f'<details id="{name}">{summary}{note}{scroll}</details>'


def _cell(cell: Cell, first: bool, number: bool) -> str:
    match cell:
        case Estimate():
            value, about = shown_estimate(cell)
            weak = "" if cell.supported or cell.method == "forbidden" else " weak"
            return f'<td class="estimate{weak}">{escape(value)}<small>{escape(about)}</small></td>'
        case Quote():
            opened = " open" if cell.open else ""
            return (
                f'<td class="text"><span class="quote{opened}" lang="zh" dir="auto">{escape(plain(cell))}</span></td>'
            )
        case _:
            text = escape(inline(plain(cell), 1_000))
    if number:
        return f'<td class="number">{text}</td>'
    short = ' class="short"' if len(text) <= SHORT else ""
    return f'<th scope="row"{short}>{text}</th>' if first else f"<td{short}>{text}</td>"


def _number(number: bool) -> str:
    return ' class="number"' if number else ""


def _footer() -> str:
    lines = (
        "A figure stands with its 95 % interval and its n. Rows of one template, source or set of near-duplicates are "
        "one cluster: intervals are then cluster bootstraps, and the effective n says how many independent rows would "
        "tell as much. A zero has the exact upper bound of its n. “Unsupported” marks what n cannot support.",
        "Precision belongs to a base rate: it says nothing of traffic in which harm is rarer or more common than in "
        "the corpus. Over-blocking is the share of harmless rows on which an action is taken; it is free of that.",
        f"Made by modengine {__version__}. Scope and period are ignored unless a section says otherwise. The same "
        "command on the same files gives the same page.",
    )
    return "<footer>" + "".join(tag("p", escape(line)) for line in lines) + "</footer>"
