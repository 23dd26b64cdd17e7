"""The points of a category as bars that run up to the thresholds, for a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.cells import cell_len, set_cell_size
from rich.text import Text

from modengine.explain.visible import inline
from modengine.model import Step, Waterfall

_POINTS = 6
_ADDED, _TAKEN = "█", "▒"


def waterfall(fall: Waterfall, action: str, width: int) -> Iterator[Text]:
    """The lines of one category, at most `width` cells wide."""
    label = min(40, width * 2 // 5)
    room = width - 2 - label - _POINTS - 2
    totals = [0, fall.score, *fall.thresholds.values(), *(step.total for step in fall.steps)]
    scale = _Scale(max(*totals, 1), room)
    margin = " " * (2 + label + _POINTS + 2)
    ticks = sorted(fall.thresholds.items(), key=lambda item: item[1])
    for line in _names(ticks, scale):
        yield Text(margin + line, "dim")
    yield (
        Text("  ").append(set_cell_size(fall.category, label + _POINTS + 2), "bold").append(_axis(ticks, scale), "dim")
    )
    before = 0
    for step in fall.steps:
        yield from _step(step, before, ticks, scale, label)
        before = step.total
    verdict = _verdict(fall, action)
    yield (
        Text("  ")
        .append(set_cell_size("score", label))
        .append(f"{fall.score:>{_POINTS}}", "bold")
        .append(f"  {verdict}")
    )


class _Scale:
    """Points to cells."""

    def __init__(self, most: int, room: int) -> None:
        self.most, self.room = most, room

    def __call__(self, points: int) -> int:
        return round(points * (self.room - 1) / self.most)


def _names(ticks: Sequence[tuple[str, int]], scale: _Scale) -> list[str]:
    """`label 30  review 50` over their places, on as many lines as they need; ends at the room's edge."""
    lines: list[str] = []
    for name, points in ticks:
        word = f"{name} {points}"
        at = max(0, min(scale(points), scale.room - len(word)))
        for i, line in enumerate(lines):
            if len(line) < at or not line:
                lines[i] = line.ljust(at) + word
                break
        else:
            lines.append(" " * at + word)
    return lines


def _axis(ticks: Sequence[tuple[str, int]], scale: _Scale) -> str:
    places = {scale(points) for _, points in ticks}
    return "├" + "".join("┬" if i in places else "─" for i in range(1, scale.room))


def _step(step: Step, before: int, ticks: Sequence[tuple[str, int]], scale: _Scale, label: int) -> Iterator[Text]:
    name = inline(step.label, 100)
    line = Text("  ")
    if cell_len(name) > label:
        yield Text("  ").append(name)
        name = ""
    line.append(set_cell_size(name, label))
    line.append(f"{step.points:>+{_POINTS}}  ", "bold")
    low, high = sorted((scale(before), scale(step.total)))
    places = {scale(points) for _, points in ticks}
    for i in range(scale.room):
        if low <= i < high or (i == low == high and step.points):
            added = step.points >= 0
            line.append(_ADDED if added else _TAKEN, "red" if added else "green")
        else:
            line.append("┊" if i in places else " ", "dim")
    line.rstrip()
    yield line


def _verdict(fall: Waterfall, action: str) -> str:
    ladder = sorted((points, name) for name, points in fall.thresholds.items())
    reached = [(points, name) for points, name in ladder if points <= fall.score]
    by_points = reached[-1][1] if reached else "allow"
    if action != by_points:
        return f"→ {by_points}, raised to {action}"
    why = f" (from {reached[-1][0]})" if reached else ""
    above = ladder[len(reached) :]
    return f"→ {action}{why}" + (f"; {above[0][0] - fall.score} short of {above[0][1]}" if above else "")
