"""Results as Markdown, for a comment under a change (GitHub Flavored Markdown, sections 4.10 and 6.1)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from modengine.explain.visible import inline
from modengine.lab.report.table import Cell, Quote, Table, numbers, show

_MARKS = re.compile(r"([\\`*_\[\]<>|~#@&])")


def to_markdown(heading: Sequence[str], tables: Sequence[Table]) -> str:
    """What was measured, and its tables; nothing in them acts: no markup, no link, no mention of anybody."""
    title, *about = heading
    lines = [f"### {_plain(title)}", ""]
    lines += [line if line.startswith("- ") else f"- {line}" for line in map(_plain, about)]
    for table in tables:
        lines += ["", f"**{_plain(table.title)}**"]
        lines += ["", _plain(table.note)] if table.note else []
        lines += ["", *_grid(table)] if table.rows else ["", "(no rows)"]
    return "\n".join(lines) + "\n"


def _grid(table: Table) -> Iterator[str]:
    yield _row(map(_plain, table.columns))
    yield _row("--:" if number else "---" for number in numbers(table))
    for row in table.rows:
        yield _row(map(_cell, row))


def _row(cells: Iterator[str] | map[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _cell(cell: Cell) -> str:
    if not isinstance(cell, Quote):
        return _plain(inline(show(cell), 400))
    text = show(cell).replace("|", "\\|")
    fence = "`" * (1 + max(map(len, re.findall("`+", text)), default=0))
    return f"{fence} {text} {fence}" if text else ""


def _plain(text: str) -> str:
    """As it is read, not as Markdown: every mark escaped, an at sign as its reference, which mentions nobody."""
    return _MARKS.sub(lambda mark: {"@": "&#64;", "<": "&lt;", "&": "&amp;"}.get(mark[1], f"\\{mark[1]}"), text)
