"""Evasion as tables and charts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from modengine.explain.visible import many
from modengine.lab.data.perturb_tables import DISGUISES
from modengine.lab.report.charts import Chart, Intervals, Line, Lines, Point
from modengine.lab.report.table import Cell, Quote, Table, percent, share_of, show
from modengine.lab.report.view import ResultView
from modengine.lab.stats.intervals import NOTHING
from modengine.lab.stats.metrics import ALL
from modengine.lab.studies.evade import Evasion, StillCaught
from modengine.lab.studies.price import AS_IT_IS, LEAST, State

WAYS = {
    "written otherwise": "Characters written otherwise",
    "inserted": "Something inserted",
    "replaced": "Characters replaced",
}
WHERE = {
    "anywhere": "Characters were drawn from the whole text: an evader who does not know the rules.",
    "matched": "Only characters that the rules had matched were changed: an evader who knows the rules.",
}

STATES = (
    "None: no pattern has the option. All: every words and text pattern has it. Terms of 4 or more: those that seek no "
    "shorter one."
)


def view(result: Evasion) -> ResultView:
    return ResultView(
        "evade", "How easily is it evaded, and what does resisting cost?", result, tables(result), charts(result),
        tuple(summary(result)),
    )  # fmt: skip


def summary(result: Evasion) -> Iterator[str]:
    """What stands first: how many rows were disguised, and what is least resisted at strengths 1 and 5."""
    yield WHERE[result.where]
    spread = [k for k in result.kept if k.category == ALL and k.lowest is not None and k.highest is not None]
    if result.draws > 1 and spread:
        widest = max(spread, key=lambda k: (k.highest or 0) - (k.lowest or 0))
        apart = 100 * ((widest.highest or 0) - (widest.lowest or 0))
        yield (
            f"each row was disguised {result.draws} times in each way; draws differ by at most {apart:.1f} points "
            f"({widest.corpus}, {widest.kind}, strength {widest.strength})"
        )
    for corpus in _corpora(result):
        rows = sum(clean.disguised for clean in result.clean if clean.corpus == corpus)
        yield f"{corpus}: disguised, being caught as they are: {many(rows, 'row')}"
        for strength in (1, 5):
            cells = [k for k in _pooled(result, corpus) if k.strength == strength and k.kept.value is not None]
            if cells:
                worst = min(cells, key=lambda k: (k.kept.value or 0.0, k.kind))
                yield f"{corpus}: at strength {strength} the least is kept against {worst.kind}, {show(worst.kept)}"


def tables(result: Evasion) -> tuple[Table, ...]:
    made = [_clean(result), _curves(result), _strengths(result), _categories(result), _costs(result), _prices(result)]
    made += [_gains(result), _variants(result)]
    needed = {"clean", "kept"}
    return tuple(table for table in made if table.rows or table.name in needed)


def _corpora(result: Evasion) -> tuple[str, ...]:
    return tuple(dict.fromkeys(caught.corpus for caught in result.kept))


def _pooled(result: Evasion, corpus: str) -> Sequence[StillCaught]:
    return [caught for caught in result.kept if caught.corpus == corpus and caught.category == ALL]


def _strength_names(result: Evasion) -> tuple[tuple[int, str], ...]:
    return tuple((int(name), f"{name} ({percent(share, 0)})") for name, share in result.shares.items())


def _clean(result: Evasion) -> Table:
    return Table(
        "clean",
        "What is caught before anything is disguised",
        ("corpus", "category", "caught by", "recall", "rows disguised"),
        tuple((c.corpus, c.category, c.caught_by, c.recall, c.disguised) for c in result.clean),
        "Only caught rows are disguised: all shares below are relative to this recall.",
    )


def _curves(result: Evasion) -> Table:
    strengths = _strength_names(result)
    rows: list[tuple[Cell, ...]] = []
    for corpus in _corpora(result):
        pooled = _pooled(result, corpus)
        for kind in dict.fromkeys(caught.kind for caught in pooled):
            by = {caught.strength: caught.kept for caught in pooled if caught.kind == kind}
            rows.append((corpus, kind, DISGUISES[kind].says, *(by[strength] for strength, _ in strengths)))
    return Table(
        "kept",
        "Still caught, by kind and strength, all categories",
        ("corpus", "kind", "what is done to a character", *(f"strength {name}" for _, name in strengths)),
        tuple(rows),
        "Strength: the share of the characters that the kind can change, rounded up. A row that it cannot change is in "
        "no figure of that kind. The rows are the same at all strengths, so the intervals of a line go together. "
        f"Each row was disguised {result.draws} times in each way: n counts all, and a row is a cluster.",
    )


def _strengths(result: Evasion) -> Table:
    return Table(
        "changed",
        "How much of a text each kind changes, and how far draws differ",
        (
            "corpus", "kind", "strength", "mean share of characters changed", "rows that it cannot change",
            "least kept in a draw", "most kept in a draw",
        ),
        tuple(
            (
                k.corpus, k.kind, k.strength, share_of(k.changed), k.unchangeable, share_of(k.lowest),
                share_of(k.highest),
            )
            for k in result.kept
            if k.category == ALL and k.kept.n
        ),
        "Of Han characters, letters and digits in the places looked at. Traditional forms, components and look-alikes "
        "exist for some characters only.",
    )  # fmt: skip


def _categories(result: Evasion) -> Table:
    strengths = _strength_names(result)
    rows: dict[tuple[str, str, str], list[Cell]] = {}
    for caught in result.kept:
        if caught.category != ALL:
            cells = rows.setdefault((caught.corpus, caught.category, caught.kind), [NOTHING] * len(strengths))
            cells[caught.strength - 1] = caught.kept
    return Table(
        "kept-by-category",
        "Still caught, by category",
        ("corpus", "category", "kind", *(f"strength {name}" for _, name in strengths)),
        tuple((*key, *cells) for key, cells in rows.items()),
        "Explored.",
    )


def _prices(result: Evasion) -> Table:
    rows: list[tuple[Cell, ...]] = []
    for price in result.prices:
        changed: Cell = None if price.state == "as it is" else price.added
        row = (price.corpus, price.option, _where(price.state), price.patterns, price.over_blocking)
        rows.append((*row, changed, price.p, price.p_bh))
    columns = ("corpus", "option", "patterns that have it", "how many", "over-blocking", "added")
    return Table(
        "price",
        "What each matching option costs harmless rows",
        (*columns, "p", "p (false discovery rate)"),
        tuple(rows),
        f"Explored. Over-blocking: any action on a harmless row. {STATES} Added: over-blocking less that of the policy "
        "as it is, on the same rows, in percentage points. Exact permutation test, corrected after Benjamini and "
        "Hochberg; no p where an option can only add hits.",
    )


def _costs(result: Evasion) -> Table:
    return Table(
        "cost",
        "The price of each matching option against its gain",
        ("option", "patterns that have it", "how many", "over-blocking", "still caught at strength 1"),
        tuple(
            (point.option, _where(point.state), point.patterns, point.over_blocking, point.kept)
            for point in result.costs
        ),
        f"Explored. All corpora together, each row alike; corpus by corpus below. {STATES} Still caught: of the rows "
        "that the policy as it is catches, disguised by the kinds that the option is meant against.",
    )


def _where(state: State) -> str:
    least = LEAST.get(state)
    return f"terms of {state}" if least else {"off": "none", "on": "all"}.get(state, state)


def _gains(result: Evasion) -> Table:
    return Table(
        "gain",
        "What each matching option brings, at strength 1",
        ("corpus", "option", "patterns that have it", "disguises it is meant against", "still caught"),
        tuple((g.corpus, g.option, _where(g.state), ", ".join(g.kinds), g.kept) for g in result.gains),
        "Explored. Of the rows that the policy as it is catches: the same rows and disguises in every state.",
    )


def _variants(result: Evasion) -> Table:
    return Table(
        "variants",
        "Variants of invented texts",
        ("corpus", "row", "kind", "strength", "variant", "still caught"),
        tuple((v.corpus, v.row, v.kind, v.strength, Quote(v.variant, open=True), v.caught) for v in result.variants),
        "Shown only where the corpus is marked as invented.",
    )


def charts(result: Evasion) -> tuple[Chart, ...]:
    """A chart for each corpus and way, a line for each kind."""
    made: list[Chart] = []
    for number, corpus in enumerate(_corpora(result)):
        pooled = _pooled(result, corpus)
        for way, title in WAYS.items():
            lines = tuple(
                Line(kind, tuple(_point(k) for k in pooled if k.kind == kind and k.kept.value is not None))
                for kind in dict.fromkeys(k.kind for k in pooled)
                if DISGUISES[kind].way == way
            )
            lines = tuple(line for line in lines if line.points)
            if lines:
                made.append(
                    Lines(
                        f"kept-{number + 1}-{way.replace(' ', '-')}", f"{title}: {corpus}",
                        "strength (share of the characters that can be changed)", "still caught", lines, "kept",
                        ticks=tuple((float(x), name) for x, name in _strength_names(result)),
                    )
                )  # fmt: skip
    made += _cost_chart(result)
    for number, corpus in enumerate(dict.fromkeys(price.corpus for price in result.prices)):
        # The policy as it is has the same over-blocking for every option: it stands once, first.
        shown = [price for price in result.prices if price.corpus == corpus and price.over_blocking.value is not None]
        rows = tuple((str(AS_IT_IS), price.over_blocking) for price in shown if price.state == AS_IT_IS)[:1]
        rows += tuple((f"{o.option}: {_where(o.state)}", o.over_blocking) for o in shown if o.state in ("off", "on"))
        if rows:
            made.append(
                Intervals(f"price-{number + 1}", f"The price, any action on harmless rows: {corpus}", rows, "price")
            )
    return tuple(made)


def _point(caught: StillCaught) -> Point:
    return Point(float(caught.strength), caught.kept.value or 0.0, caught.kept.low, caught.kept.high)


def _cost_chart(result: Evasion) -> Iterator[Chart]:
    """A line for each option, from no pattern to all; where the policy stands is a line upright."""
    lines: list[Line] = []
    now: tuple[tuple[float, str], ...] = ()
    for option in dict.fromkeys(point.option for point in result.costs):
        points: list[Point] = []
        for point in result.costs:
            x, y = point.over_blocking.value, point.kept.value
            if point.option != option or x is None or y is None:
                continue
            if point.state == AS_IT_IS:
                now = ((x, "as it is"),)
            else:
                points.append(Point(x, y, point.kept.low, point.kept.high))
        if points:
            lines.append(Line(option, tuple(points)))
    if lines:
        yield Lines(
            "cost", "The price of each option against its gain, all corpora", "over-blocking of harmless rows",
            "still caught at strength 1, of what the option is meant against", tuple(lines), "cost",
            "Along a line: the option in no pattern, in those with long terms, in all. The line upright: the policy.",
            shares=(True, True), right=None, marks=now,
        )  # fmt: skip
