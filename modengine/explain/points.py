"""The points of a trace as tables for a page: each step with a bar up to its total."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from modengine.explain.visible import inline
from modengine.model import Trace, Waterfall

_WIDTH = 200


class Bar(NamedTuple):
    """A step of a score, and its bar in units of the picture."""

    label: str
    points: str
    total: int
    kind: str
    start: str
    width: str


class PointsTable(NamedTuple):
    """The steps of one category, and its thresholds in units of the picture."""

    caption: str
    bars: tuple[Bar, ...]
    ticks: tuple[str, ...]
    score: int
    action: str


def points(trace: Trace) -> Iterator[PointsTable]:
    """One table a category."""
    for fall in trace.waterfalls:
        score = trace.decision.categories.get(fall.category)
        most = max(1, fall.score, *fall.thresholds.values(), *(step.total for step in fall.steps))
        names = ", ".join(f"{name} from {points}" for name, points in fall.thresholds.items())
        yield PointsTable(
            f"{inline(fall.category)}: {names or 'no thresholds'}",
            tuple(_bars(fall, most)),
            tuple(_units(points, most) for points in fall.thresholds.values()),
            fall.score,
            score.action if score else "allow",
        )


def _bars(fall: Waterfall, most: int) -> Iterator[Bar]:
    before = 0
    for step in fall.steps:
        low, high = sorted((before, step.total))
        kind = "me-added" if step.total >= before else "me-taken"
        yield Bar(step.label, f"{step.points:+d}", step.total, kind, _units(low, most), _units(high - low, most))
        before = step.total


def _units(points: int, most: int) -> str:
    return f"{_WIDTH * points / most:.1f}"
