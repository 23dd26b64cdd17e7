"""Charts as SVG: no style of their own (the page has it), a title for who cannot see them.

400 units wide, so that letters stay legible on a telephone.  Lines differ by dash and marker as well
as by colour.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from html import escape
from math import ceil, floor, log10

from modengine.explain.visible import inline
from modengine.lab.report.charts import Chart, Grid, Intervals, Line, Lines, Point
from modengine.lab.report.table import shown_estimate
from modengine.lab.stats.intervals import Estimate

WIDTH = 400
_LEFT, _RIGHT, _TOP, _PLOT = 44, 12, 10, 210
_ROW = 36
_SLANT = 46
"""What a slanted name of 16 characters takes to the right of its column."""


def svg(chart: Chart, section: str = "") -> str:
    """The chart; `section` makes its identifier unique on a page."""
    height, body = drawn(chart)
    name = re.sub(r"\W+", "-", f"{section}-{chart.name}")
    return (
        f'<svg class="chart" role="img" viewBox="0 0 {WIDTH} {height:.0f}" aria-labelledby="chart-{name}">'
        f'<title id="chart-{name}">{escape(chart.title)}; the figures are in the table {escape(chart.table)}</title>'
        f"{body}</svg>"
    )


def drawn(chart: Chart) -> tuple[float, str]:
    """Its height in units, and what is in it."""
    match chart:
        case Intervals():
            return _intervals(chart)
        case Lines():
            return _lines(chart)
        case Grid():
            return _grid(chart)


def legend(chart: Lines) -> str:
    """The lines with their markers and dashes, as a list."""
    if len(chart.lines) < 2:
        return ""
    items = "".join(
        f'<li><svg class="key" viewBox="0 0 34 10" aria-hidden="true">{key(i)}</svg> {escape(inline(line.name))}</li>'
        for i, line in enumerate(chart.lines)
    )
    return f'<ul class="legend">{items}</ul>'


def key(i: int) -> str:
    """A stroke of a line with its marker, 34 by 10 units."""
    return f'<line class="line l{i % 8}" x1="0" y1="5" x2="34" y2="5"/>{_marker(i, 17, 5)}'


def _text(x: float, y: float, text: str, classes: str = "", anchor: str = "start") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" class="{classes}">{escape(text)}</text>'


def _rule(x1: float, y1: float, x2: float, y2: float, classes: str) -> str:
    return f'<line class="{classes}" x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"/>'


def _intervals(chart: Intervals) -> tuple[float, str]:
    known = [e for _, e in chart.rows if e.low is not None and e.high is not None]
    signed = any(e.low is not None and e.low < 0 for e in known)
    reach = _nice(max((max(abs(e.low or 0), abs(e.high or 0)) for e in known), default=1.0))
    low = -reach if signed else 0.0
    left, right = 4.0, WIDTH - 4.0

    def at(value: float) -> float:
        return left + (right - left) * (value - low) / (reach - low)

    height = _ROW * len(chart.rows) + 26
    marks = [low + (reach - low) * i / 4 for i in range(5)]
    body = ""
    for i, (name, estimate) in enumerate(chart.rows):
        y = _ROW * i + 14
        body += "".join(_rule(at(m), y + 4, at(m), y + 15, "zero" if m == 0 else "grid") for m in marks)
        shown = shown_estimate(estimate)[0]
        room = 56 - len(shown)
        body += _text(left, y, _cut(name, room)) + _text(right, y, shown, "figure", "end")
        body += _dot(estimate, y + 10, at)
    for i, mark in enumerate(marks):
        anchor = "start" if i == 0 else "end" if i == 4 else "middle"
        body += _text(at(mark), height - 6, _share(mark), "tick", anchor)
    return height, body


def _dot(estimate: Estimate, y: float, at: Callable[[float], float]) -> str:
    if estimate.value is None or estimate.low is None or estimate.high is None:
        return ""
    weak = "" if estimate.supported else " weak"
    return (
        _rule(at(estimate.low), y, at(estimate.high), y, f"span{weak}")
        + _rule(at(estimate.low), y - 3, at(estimate.low), y + 3, f"span{weak}")
        + _rule(at(estimate.high), y - 3, at(estimate.high), y + 3, f"span{weak}")
        + f'<circle class="dot{weak}" cx="{at(estimate.value):.1f}" cy="{y:.1f}" r="3.5"/>'
    )


def _lines(chart: Lines) -> tuple[float, str]:
    points = [p for line in chart.lines for p in line.points]
    xs = [p.x for p in points] or [0.0, 1.0]
    x0, x1 = (0.0, chart.right or _nice(max(*xs, 0.01))) if chart.shares[0] else (min(xs), max(xs))
    x1 = x1 if x1 > x0 else x0 + 1
    top = chart.top if chart.top is not None else _nice(max((p.high or p.y for p in points), default=1.0))
    bottom = _TOP + _PLOT

    def place(x: float, y: float) -> tuple[float, float]:
        across = _LEFT + (WIDTH - _LEFT - _RIGHT) * (x - x0) / (x1 - x0)
        return across, bottom - _PLOT * min(max(y, 0.0), top) / top

    body = ""
    for i in range(5):
        value = top * i / 4
        _, y = place(x0, value)
        body += _rule(_LEFT, y, WIDTH - _RIGHT, y, "zero" if i == 0 else "grid")
        body += _text(_LEFT - 5, y + 4, _share(value) if chart.shares[1] else f"{value:g}", "tick", "end")
    ticks = chart.ticks or tuple(
        (x, _share(x) if chart.shares[0] else f"{x:g}")
        for x in ([x1 * i / 4 for i in range(5)] if chart.shares[0] else _steps(x0, x1))
    )
    for x, name in ticks:
        across, _ = place(x, 0)
        body += _rule(across, bottom, across, bottom + 4, "zero") + _text(across, bottom + 17, name, "tick", "middle")
    for x, name in chart.marks:
        across, _ = place(x, 0)
        near_end = across > WIDTH * 0.7
        body += _rule(across, _TOP, across, bottom, "mark")
        body += _text(across - 4 if near_end else across + 4, _TOP + 10, name, "tick", "end" if near_end else "start")
    for i, line in enumerate(chart.lines):
        body += _line(i, line, place)
    body += _text((_LEFT + WIDTH - _RIGHT) / 2, bottom + 35, chart.x, "axis", "middle")
    return bottom + 42, body


def _line(i: int, line: Line, place: Callable[[float, float], tuple[float, float]]) -> str:
    def path(points: Iterable[tuple[float, float]]) -> str:
        return " ".join("{:.1f},{:.1f}".format(*place(x, y)) for x, y in points)

    band = [p for p in line.points if p.low is not None and p.high is not None]
    edge = [(p.x, _at(p, p.high)) for p in band] + [(p.x, _at(p, p.low)) for p in reversed(band)]
    body = f'<polygon class="band l{i % 8}" points="{path(edge)}"/>' if len(band) > 1 else ""
    body += f'<polyline class="line l{i % 8}" points="{path((p.x, p.y) for p in line.points)}"/>'
    step = max(1, ceil(len(line.points) / 12))
    return body + "".join(_marker(i, *place(p.x, p.y)) for p in line.points[::step])


def _at(point: Point, bound: float | None) -> float:
    return point.y if bound is None else bound


def _marker(i: int, x: float, y: float) -> str:
    kind = i % 4
    classes = f"marker l{i % 8}" + (" hollow" if i % 8 >= 4 else "")
    if kind == 0:
        return f'<circle class="{classes}" cx="{x:.1f}" cy="{y:.1f}" r="3"/>'
    shape = (
        ((-3, -3), (3, -3), (3, 3), (-3, 3)),
        ((0, -3.8), (3.5, 3), (-3.5, 3)),
        ((0, -4), (4, 0), (0, 4), (-4, 0)),
    )[kind - 1]
    corners = " ".join(f"{x + dx:.1f},{y + dy:.1f}" for dx, dy in shape)
    return f'<polygon class="{classes}" points="{corners}"/>'


def _grid(chart: Grid) -> tuple[float, str]:
    count = max(1, len(chart.columns))
    left = 150.0
    size = min(34.0, (WIDTH - left - _SLANT) / count)
    head = 14 + 6 * min(16, max((len(name) for name in chart.columns), default=0))
    body = ""
    for j, name in enumerate(chart.columns):
        x = left + size * (j + 0.6)
        body += (
            f'<text class="tick" text-anchor="start" transform="translate({x:.1f} {head - 4:.1f}) rotate(-60)">'
            f"{escape(_cut(name, 16))}</text>"
        )
    for i, name in enumerate(chart.rows):
        y = head + size * i
        body += _text(left - 6, y + size / 2 + 4, _cut(name, 22), "tick", "end")
        for j, value in enumerate(chart.values[i]):
            x = left + size * j
            shade = 0 if value is None else min(9, floor(value * 10))
            body += (
                f'<rect class="cell s{shade}" x="{x:.1f}" y="{y:.1f}" width="{size - 1:.1f}" height="{size - 1:.1f}"/>'
            )
            if value is not None and size >= 18:
                dark = " inverse" if shade >= 6 else ""
                body += _text(x + size / 2, y + size / 2 + 4, f"{100 * value:.0f}", f"tick{dark}", "middle")
    return head + size * len(chart.rows) + 6, body


def _cut(text: str, room: int) -> str:
    return inline(text, max(8, room))


def _share(value: float) -> str:
    """A tick in per cent, never rounded to another number."""
    return f"{round(100 * value, 4):g} %"


def _nice(value: float) -> float:
    """The least of 1, 2, 4, 5 or 10 times a power of ten that is not below the value."""
    if value <= 0:
        return 1.0
    if 0.8 < value <= 1:
        return 1.0
    power: float = 10.0 ** floor(log10(value))
    return next(power * k for k in (1, 2, 4, 5, 8, 10, 20) if power * k >= value * 0.999)


def _steps(low: float, high: float) -> Sequence[float]:
    """At most six round numbers from low to high."""
    step = _nice((high - low) / 5)
    first = ceil(low / step) * step
    return [first + step * i for i in range(int((high - first) / step + 1e-9) + 1)]
