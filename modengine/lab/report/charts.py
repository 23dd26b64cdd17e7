"""Charts: what to draw, as data.  `svg` draws it; behind each stands a table with the same figures."""

from __future__ import annotations

from dataclasses import dataclass

from modengine.lab.stats.intervals import Estimate


@dataclass(frozen=True, slots=True)
class Intervals:
    """Estimates under each other, each a dot with its interval, on one scale from 0 to 1 (or -1 to 1)."""

    name: str
    title: str
    rows: tuple[tuple[str, Estimate], ...]
    table: str
    """The name of the table with the figures."""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Point:
    """A point of a line, with its interval if it has one."""

    x: float
    y: float
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Line:
    name: str
    points: tuple[Point, ...]
    """By rising x, or in the order in which they are joined."""


@dataclass(frozen=True, slots=True)
class Lines:
    """One to eight lines.  `y` runs from 0 to `top`."""

    name: str
    title: str
    x: str
    """What the horizontal axis shows."""
    y: str
    lines: tuple[Line, ...]
    table: str
    note: str = ""
    shares: tuple[bool, bool] = (False, True)
    """Whether x, and y, are shares from 0 to 1, and shown in per cent."""
    top: float | None = 1.0
    """None for the highest value."""
    right: float | None = 1.0
    """Where x is a share: the end of its axis; None for the highest value."""
    ticks: tuple[tuple[float, str], ...] = ()
    """Marks of the horizontal axis, where numbers do not serve (days ...)."""
    marks: tuple[tuple[float, str], ...] = ()
    """Upright lines with a name: a threshold, the first day of a campaign."""


@dataclass(frozen=True, slots=True)
class Grid:
    """Shares from 0 to 1 of a row for a column, as shades with the figure in each."""

    name: str
    title: str
    rows: tuple[str, ...]
    columns: tuple[str, ...]
    values: tuple[tuple[float | None, ...], ...]
    table: str
    note: str = ""


Chart = Intervals | Lines | Grid
