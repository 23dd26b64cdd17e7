"""The smallest edit as tables."""

from __future__ import annotations

from collections.abc import Iterator

from modengine.explain.visible import inline, many
from modengine.lab.report.table import Cell, Quote, Several, Table
from modengine.lab.report.view import ResultView
from modengine.lab.studies.smallest import Miss, Removal, Smallest


def view(result: Smallest) -> ResultView:
    return ResultView("flip", "What would the smallest edit be?", result, tables(result), (), tuple(summary(result)))


def summary(result: Smallest) -> Iterator[str]:
    yield f"decided: {result.action}, on {many(result.places, 'matched place')}"
    for direction in ("lower", "higher"):
        mine = [removal for removal in result.removals if removal.direction == direction]
        if mine:
            least = "no fewer of these characters do" if mine[0].least else "fewer may do"
            less = many(mine[0].characters, "character")
            yield f"{direction}: {less} less and it is {mine[0].after}: without {_cuts(mine[0])} ({least})"
    if not result.removals:
        yield "no removal of what was matched changes the decision" + (
            "" if result.complete else ", as far as was tried"
        )
    if result.enough:
        kept = ", ".join(f"“{inline(place.text, 40)}”" for place in result.enough)
        yield f"enough for it to be {result.action}: {kept} alone of all that was matched"
    if not result.complete:
        yield f"the search ended at its limit, after {result.tries:,} decisions: a smaller removal may exist"


def tables(result: Smallest) -> tuple[Table, ...]:
    return (
        Table(
            "removals",
            "Smallest removals that change the decision",
            ("direction", "characters", "matches", "without", "then", "rules gone", "rules new", "points change",
             "proven least", "text then"),
            tuple(
                (
                    removal.direction, removal.characters, removal.matches, _cuts(removal), removal.after,
                    ", ".join(removal.gone) or None, ", ".join(removal.new) or None,
                    ", ".join(f"{of.rule} {of.before} → {of.after}" for of in removal.points) or None, removal.least,
                    Quote(removal.text, open=True),
                )
                for removal in result.removals
            ),
            "Fewest matches first, then the fewest code points of these; each was decided again.",
        ),
        Table(
            "margins",
            "How far each category is from its steps, in points",
            ("category", "score", "action", "points to fall", "points to rise"),
            tuple((m.category, m.score, m.action, m.to_fall, m.to_rise) for m in result.margins),
        ),
        Table(
            "near-misses",
            "Rules that one more thing would have made hit",
            ("rule", "category", "points", "missing", "the category would be at"),
            tuple(
                (m.rule, m.category, _points(m), m.missing, m.would_be)
                for m in result.near_misses
            ),
        ),
    )  # fmt: skip


def _points(miss: Miss) -> Cell:
    return Several("none: on test", (("note", "on test"),)) if miss.on_test else miss.points


def _cuts(removal: Removal) -> str:
    return ", ".join(f"“{inline(cut.text, 40)}”" for cut in removal.cuts)
