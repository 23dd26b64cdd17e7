"""Tables: what every result is turned into before it is shown, and how they are written.

Figures are rounded only when shown; CSV (`tidy_csv.py`) and JSON have them in full.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from unicodedata import category

from modengine.explain.visible import inline
from modengine.lab.stats.intervals import Estimate

if TYPE_CHECKING:
    from rich.console import Console


@dataclass(frozen=True, slots=True)
class Quote:
    """A text of a corpus.  Put into a table only with --show-text or where the corpus is invented; a term that stands
    in texts of several clusters always."""

    text: str
    open: bool = False
    """May be read at once; else it is blurred in HTML until somebody asks for it."""
    texts: tuple[str, ...] = ()
    """Where it is several: each is cut by itself."""

    @classmethod
    def of(cls, texts: Sequence[str], is_open: bool = False) -> Quote:
        """Several texts in a cell."""
        return cls(JOINED.join(texts), is_open, tuple(texts))


JOINED = " ¦ "
"""Between the texts of a quotation."""
_IN_FIGURE = re.compile(r"(?<=\d) (?=%)|(?<=%) (?=\[)|(?<=points) (?=\[)|(?<=\(n) (?=\d)|(?<=effective) (?=\d)")
_BOUND = "\ufdd0"
"""Stands for a blank at which no line may be broken: what Unicode has for it counts as a blank here."""
_OPENS, _CLOSES = ("Ps", "Pi"), ("Pe", "Pf", "Po", "Mn", "Me", "Mc")
"""Categories of characters that no line ends with, and that none begins with."""
_SPEAKING = frozenset(
    {"category", "corpus", "figure", "policy", "row", "rule", "specimen", "stratum", "template", "term"}
)
"""Columns whose values need no name."""
_LEAST = 16
"""Columns for a value, however long the names are."""


PlainCell = str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class Several:
    """What a reader takes as one thing and a program as several: `0 of 566` is 0 and 566."""

    shown: str
    values: tuple[tuple[str, PlainCell], ...]
    """What each adds to the name of the column in a file (the first may add nothing), and its value."""


def count_of(count: int, n: int) -> Several:
    """`0 of 566`."""
    return Several(f"{count:,} of {n:,}", (("", count), ("n", n)))


def share_of(value: float | None, digits: int = 1) -> Several:
    """A share without an interval: `12.3 %`."""
    return Several(percent(value, digits), (("", value),))


Cell = PlainCell | Estimate | Quote | Several


@dataclass(frozen=True, slots=True)
class Table:
    """A table of a result."""

    name: str
    """Kebab-case: names its file and its anchor."""
    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    note: str = ""
    """How to read it, and whether it was planned or explored."""
    unchanged: frozenset[int] = frozenset()
    """Rows, by their place from 0, in which nothing changes: left out where a terminal shows several tables."""


def percent(value: float | None, digits: int = 1) -> str:
    return "–" if value is None else f"{100 * value:.{digits}f} %"


def show(cell: Cell) -> str:
    """A cell for a reader: an estimate with its interval, n, and a mark if n is too small."""
    match cell:
        case Estimate():
            value, about = shown_estimate(cell)
            return f"{value} ({about})" if about else value
        case _:
            return plain(cell)


def shown_estimate(estimate: Estimate) -> tuple[str, str]:
    """`12.3 % [10.1–14.8]`, or `+1.2 points [-0.3 to 2.7]` of a difference; and `n 830, effective 640`."""
    if estimate.method == "forbidden":
        return "–", "forbidden by the card"
    if estimate.value is None or estimate.low is None or estimate.high is None:
        return "–", "no rows" if estimate.n == 0 else f"n {estimate.n:,}, unsupported"
    digits = 2 if estimate.low > -0.02 and estimate.high < 0.02 else 1
    about = f"n {estimate.n:,}"
    if abs(estimate.effective_n - estimate.n) >= 1:
        about += f", effective {estimate.effective_n:,.0f}" if estimate.effective_n >= 1 else ", effective below 1"
    weak = "" if estimate.supported else ", unsupported"
    low, high = (percent(bound, digits)[:-2] for bound in (estimate.low, estimate.high))
    if estimate.difference:
        return f"{100 * estimate.value:+.{digits}f} points [{low} to {high}]", about + weak
    return f"{percent(estimate.value, digits)} [{low}{'–' if estimate.low >= 0 else ' to '}{high}]", about + weak


def plain(cell: Cell) -> str:
    """A cell that is no estimate."""
    match cell:
        case None:
            return "–"
        case bool():
            return "yes" if cell else "no"
        case float():
            return "< 0.0001" if 0 < cell < 1e-4 else f"{cell:.3g}"
        case int():
            return f"{cell:,}"
        case Quote():
            texts = cell.texts or (cell.text,)
            return JOINED.join(inline(text, max(20, 200 // len(texts))) for text in texts)
        case Several():
            return cell.shown
        case Estimate():
            return shown_estimate(cell)[0]
        case str():
            return cell


def numbers(table: Table) -> list[bool]:
    """Whether each column holds numbers alone: these stand at the right."""
    return [
        all(isinstance(cell, int | float | None) and not isinstance(cell, bool) for cell in cells)
        for cells in zip(*table.rows, strict=True)
    ]


def to_text(tables: Sequence[Table], width: int) -> str:
    """Tables for a terminal of some width; one that does not fit is written row under row."""
    from rich.console import Console  # noqa: PLC0415  (only the terminal needs it)

    out = io.StringIO()
    console = Console(file=out, width=width, no_color=True, highlight=False, emoji=False, markup=False)
    for table in tables:
        console.print(table.title, style="bold")
        if table.note:
            console.print(table.note)
        if not table.rows:
            console.print("  (no rows)")
        elif _widths(table) <= width:
            _grid(table, console)
        else:
            out.writelines(f"{line}\n" for line in _records(table, width))
        console.print()
    return "".join(f"{line.rstrip()}\n" for line in out.getvalue().splitlines())


def wrapped(lines: Sequence[str], width: int) -> str:
    """Sentences for a terminal of some width; what follows the first line of an item stands under it."""
    return "".join("\n  ".join(_pieces(line, width - 2)) + "\n" for line in lines)


def _pieces(text: str, width: int) -> Iterator[str]:
    """A text in lines of at most so many columns: broken at a blank or beside a wide character, not in a figure, and
    never before a mark that closes or after one that opens."""
    from rich.cells import cell_len, chop_cells  # noqa: PLC0415

    rest = _IN_FIGURE.sub(_BOUND, text.rstrip())
    while cell_len(rest) > width:
        fits = len(chop_cells(rest, width)[0])
        cut = next((at for at in range(fits, 0, -1) if _may_break(rest, at)), fits)
        yield rest[:cut].rstrip().replace(_BOUND, " ")
        rest = rest[cut:].lstrip()
    yield rest.replace(_BOUND, " ")


def _may_break(text: str, at: int) -> bool:
    from rich.cells import cell_len  # noqa: PLC0415

    before, after = text[at - 1], text[at]
    if category(before) in _OPENS or category(after) in _CLOSES:
        return False
    return " " in (before, after) or 2 in (cell_len(before), cell_len(after))


def _widths(table: Table) -> int:
    from rich.cells import cell_len  # noqa: PLC0415

    columns = zip(table.columns, zip(*table.rows, strict=True), strict=True)
    return sum(max(cell_len(name), *(cell_len(_shown(cell)) for cell in cells)) + 3 for name, cells in columns) - 1


def _shown(cell: Cell) -> str:
    return inline(show(cell), 400)


def _grid(table: Table, console: Console) -> None:
    from rich.box import SIMPLE_HEAD  # noqa: PLC0415
    from rich.table import Table as Grid  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    grid = Grid(box=SIMPLE_HEAD, pad_edge=False, padding=(0, 1))
    for name, number in zip(table.columns, numbers(table), strict=True):
        grid.add_column(name, no_wrap=True, justify="right" if number else "left")
    for row in table.rows:
        grid.add_row(*(Text(_shown(cell)) for cell in row))
    console.print(grid)


def _is_figure(cell: Cell) -> bool:
    return isinstance(cell, Estimate | int | float) and not isinstance(cell, bool)


def _records(table: Table, width: int) -> Iterator[str]:
    """What a row is about on one line, and its figures under it: a number never stands without its name."""
    columns = list(zip(*table.rows, strict=True))
    figures = [i for i, cells in enumerate(columns) if any(map(_is_figure, cells))]
    quotes = [i for i, cells in enumerate(columns) if any(isinstance(cell, Quote) for cell in cells)]
    lead = max(1, min(figures + quotes)) if figures else 1
    names = table.columns[lead:]
    room = max(len(name) for name in names) if names else 0
    for row in table.rows:
        yield ""
        about = [_part(*part) for part in zip(table.columns, row[:lead], strict=False) if part[1] is not None]
        yield from _hanging("", " · ".join(about), 4, width)
        for name, cell in zip(names, row[lead:], strict=True):
            yield from _hanging(f"  {name:{room}}  ", _shown(cell), room + 4, width)


def _part(name: str, cell: Cell) -> str:
    """A part of what a row is about, with the name of its column unless it speaks for itself."""
    if name == "action or more":
        return f"{_shown(cell)} or more" if cell != "block" else "block"
    return _shown(cell) if name in _SPEAKING else f"{name} {_shown(cell)}"


def _hanging(name: str, text: str, indent: int, width: int) -> Iterator[str]:
    """A name and a text, whose further lines stand so far to the right."""
    first, *more = _pieces(text, max(width - indent, _LEAST))
    yield f"{name}{first}"
    yield from (f"{' ' * indent}{line}" for line in more)
