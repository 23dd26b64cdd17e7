"""A comparison of two policies as tables and charts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from modengine.explain.visible import many
from modengine.lab.report.charts import Chart, Intervals
from modengine.lab.report.table import Cell, Quote, Several, Table, show
from modengine.lab.report.view import ResultView, short
from modengine.lab.stats.metrics import ALL, ANY
from modengine.lab.studies.compare import Comparison, Move
from modengine.lab.studies.flips import CategoryFlip, Flip, RuleSaid

MOST_RULES = 60
"""Rules in the table; all are in the JSON."""


def view(result: Comparison, invented: bool = False, named: tuple[str, str] = ("", "")) -> ResultView:
    """`invented` where the texts of the corpus may be read at once; `named`, what A and B were called."""
    return ResultView(
        "diff",
        "What changes between A and B?",
        result,
        tables(result, invented),
        charts(result),
        tuple(summary(result, named)),
        ((result.policy_b, result.revision_b),),
    )


def summary(result: Comparison, named: tuple[str, str] = ("", "")) -> Iterator[str]:
    rows = result.stamp.corpora[0].rows
    sides = ((result.stamp.policy, result.stamp.revision), (result.policy_b, result.revision_b))
    a, b = (
        f"{policy}{f' ({name})' if name not in ('', policy) else ''}, revision {short(revision)}"
        for (policy, revision), name in zip(sides, named, strict=True)
    )
    yield f"A is {a}; B is {b}"
    if result.stamp.revision == result.revision_b:
        yield "A and B are the same revision: nothing can change"
    if result.difference is not None:
        yield result.difference
    if result.one_way is not None:
        yield f"B can only hit {result.one_way} than A: there is nothing to test, and the intervals say how many"
    both = result.overlap
    yield (
        f"of {many(rows, 'row')} both act on {both.both:,}, A alone on {both.only_a:,}, B alone on {both.only_b:,}; "
        f"they agree on {show(both.alike)}, and of the rows that either acts on both do on {show(both.shared)}"
    )
    yield (
        f"the action of some category changes on {result.flipped:,} of {many(rows, 'row')}; on "
        f"{result.already_caught:,} of these the highest action of the message stays, since another category or rule "
        "keeps it"
    )
    gets = "row gets" if result.new_false_alarms == 1 else "rows get"
    lost = "row" if result.lost_catches == 1 else "rows"
    yield (
        f"{result.new_false_alarms:,} harmless {gets} a higher action, {result.lost_catches:,} {lost} of a category "
        "a lower one"
    )
    for test in result.tests:
        if test.category == ANY and test.action == "label":
            what = "over-blocking" if test.rows_of == "harmless" else "recall"
            yield f"{what} at label or more changes by {show(test.found.change)}"
    for names, side, other in ((result.only_a, "A", "B"), (result.only_b, "B", "A")):
        if names:
            yield f"only {side} has {', '.join(names)}: {other} is taken to allow all there"
    for side, n in (("A", result.undetermined_a), ("B", result.undetermined_b)):
        if n:
            yield f"{side} could not decide {many(n, 'row')}, and review is counted there"


def tables(result: Comparison, invented: bool = False) -> tuple[Table, ...]:
    return (
        flips_table(
            result.flips,
            result.flipped,
            ("A says", "B says"),
            "Flips, one by one, with both explanations",
            invented,
        ),
        _counts(result, "flips", "Rows that change sides, by category", strata=False),
        _tests(result),
        moves_table(result.moves, ("A", "B"), "From action to action"),
        Table(
            "rules",
            "Rules behind the changes",
            (
                "rule",
                "counts for more in",
                "rows",
                "action changes",
                "already caught by another rule",
                "below all steps",
            ),
            tuple(
                (r.rule, r.side.upper(), r.rows, r.changed, r.already_caught, r.below)
                for r in result.rules[:MOST_RULES]
            ),
            f"{len(result.rules):,} rules hit, or count, otherwise in B; the JSON has all."
            if len(result.rules) > MOST_RULES
            else "Already caught: the category acts as before, since other rules keep it there.",
        ),
        *([strata] if (strata := _counts(result, "strata", "By stratum", strata=True)).rows else ()),
    )


def _counts(result: Comparison, name: str, title: str, strata: bool) -> Table:
    columns = ["category", "action or more", "new false alarms", "false alarms gone", "new catches", "lost catches"]
    columns += ["other rows gained", "other rows lost"]
    rows: list[tuple[Cell, ...]] = []
    for count in result.counts:
        if (count.stratum != ALL) != strata:
            continue
        row: list[Cell] = [count.category, count.action, count.new_false_alarms, count.false_alarms_gone]
        row += [count.new_catches, count.lost_catches, count.others_gained, count.others_lost]
        if any(row[2:]):
            rows.append((count.stratum, *row) if strata else tuple(row))
    note = "Other rows: those of another category than this one. Categories and actions without a change are left out."
    return Table(name, title, ("stratum", *columns) if strata else tuple(columns), tuple(rows), note)


def _tests(result: Comparison) -> Table:
    rows = tuple(
        (
            test.category, test.action, "over-blocking" if test.rows_of == "harmless" else "recall", test.found.hit_a,
            test.found.hit_b, test.found.lost, test.found.gained, test.found.change, test.found.p, test.p_bh,
        )
        for test in result.tests
    )  # fmt: skip
    columns = ("category", "action or more", "figure", "rows hit by A", "by B", "by A alone", "by B alone")
    return Table(
        "tests",
        "Is the difference more than chance?",
        (*columns, "B minus A", "p (permutation)", "p (false discovery rate)"),
        rows,
        "Explored. B minus A in percentage points, and the exact permutation test of that: the net change of each "
        "cluster might as well have been the other way round. No p where nothing changes, or where a change can "
        "only go one way.",
        frozenset(i for i, test in enumerate(result.tests) if not (test.found.lost or test.found.gained)),
    )


def moves_table(moves: Sequence[Move], sides: tuple[str, str], title: str) -> Table:
    """Rows that go from an action to another."""
    rows = tuple((m.category, m.before, m.after, m.rows, m.harmless) for m in moves)
    return Table("moves", title, ("category", *sides, "rows", "of these harmless"), rows)


def flips_table(flips: Sequence[Flip], flipped: int, sides: tuple[str, str], title: str, invented: bool) -> Table:
    """The listed ones of so many flips, with what both sides say."""
    texts = any(flip.text is not None for flip in flips)
    columns = ["row", "label", "stratum", "message", "category", *sides] + (["text"] if texts else [])
    rows: list[tuple[Cell, ...]] = []
    for flip in flips:
        for change in flip.categories:
            row: list[Cell] = [flip.row, flip.label, flip.stratum or None, _message(flip)]
            row += [change.category, *_sides(change)]
            if texts:
                row.append(Quote(flip.text or "", open=invented))
            rows.append(tuple(row))
    left = flipped - len(flips)
    note = f"{left:,} more flips are counted and not listed. " if left else ""
    note += "Lost catches first, then new false alarms."
    if not texts:
        note += " Texts, and the words found in them, with --show-text."
    return Table("flips-listed", title, tuple(columns), tuple(rows), note)


def _message(flip: Flip) -> Several:
    shown = f"{flip.before}, already caught" if flip.already_caught else f"{flip.before} → {flip.after}"
    return Several(shown, (("before", flip.before), ("after", flip.after), ("already_caught", flip.already_caught)))


def _sides(change: CategoryFlip) -> tuple[Several, Several]:
    return (
        _side(change.before, change.score_a, _said(change.rules_a)),
        _side(change.after, change.score_b, _said(change.rules_b)),
    )


def _side(action: str, score: int, rules: str) -> Several:
    return Several(f"{action} at {score}: {rules}", (("action", action), ("score", score), ("rules", rules)))


def _said(rules: tuple[RuleSaid, ...]) -> str:
    return ", ".join(map(_rule, rules)) or "no rule"


def _rule(said: RuleSaid) -> str:
    capped = f" of {said.uncapped} (its group is capped)" if said.uncapped != said.points else ""
    words = f" ({'; '.join(said.words)})" if said.words else ""
    return f"{said.rule} {said.points:+d}{capped}{words}"


def charts(result: Comparison) -> tuple[Chart, ...]:
    rows = tuple(
        (
            f"{test.category}, {test.action}, {'over-blocking' if test.rows_of == 'harmless' else 'recall'}",
            test.found.change,
        )
        for test in result.tests
        if test.found.change.value is not None and (test.category == ANY or test.found.gained or test.found.lost)
    )
    note = "Left of 0, B hits fewer. Categories without a change are in the table alone."
    return (Intervals("difference", "B minus A", rows, "tests", note),) if rows else ()
