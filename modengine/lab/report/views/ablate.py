"""An ablation as tables and charts."""

from __future__ import annotations

from collections.abc import Iterator

from modengine.lab.report.charts import Chart, Grid, Intervals
from modengine.lab.report.table import Cell, Several, Table, show
from modengine.lab.report.view import ResultView
from modengine.lab.stats.metrics import ANY
from modengine.lab.studies.ablate import Ablation, RuleEffect

GRID = 16
"""Rules in the overlap matrix: those with the most hits."""
MOST_PAIRS = 60
"""Pairs in the table; all are in the JSON."""
MOST_ROWS = 20
"""Rules in a chart."""


def view(result: Ablation) -> ResultView:
    return ResultView(
        "ablate", "What does each rule do?", result, tables(result), charts(result), tuple(summary(result))
    )


def summary(result: Ablation) -> Iterator[str]:
    looked = len(result.rules)
    yield f"rules that never fire on this corpus: {len(result.never):,} of {looked:,}"
    idle = [effect for effect in result.rules if effect.hits and effect.changed == 0]
    yield f"rules that hit rows, and without which no action changes: {len(idle):,}"
    alone = [effect for effect in result.rules if effect.unique_catches]
    if alone:
        best = max(alone, key=lambda effect: effect.unique_catches)
        yield f"{best.rule} catches most alone: {best.unique_catches:,} of {best.category}"
    wrong = [effect for effect in result.rules if effect.unique_false_alarms]
    if wrong:
        worst = max(wrong, key=lambda effect: effect.unique_false_alarms)
        yield f"{worst.rule} causes most false alarms alone: {worst.unique_false_alarms:,}"
    for figure in result.boundaries:
        if figure.against is not None and figure.category == ANY and figure.action == "label":
            change = show(figure.against.change)
            yield f"over-blocking with {figure.boundary} boundaries: {show(figure.share)}, a change of {change}"
    if result.skipped:
        yield f"rules left out as drafts: {result.skipped:,}"
    if result.on_test:
        acting = [effect for effect in result.on_test if effect.changed]
        yield f"rules on test: {len(result.on_test):,}, of which {len(acting):,}, made stable, would change an action"


def tables(result: Ablation) -> tuple[Table, ...]:
    more = ((_boundaries, result.boundaries), (_on_test, result.on_test))
    return (*_tables(result), *(table(result) for table, found in more if found))


def _on_test(result: Ablation) -> Table:
    return Table(
        "on-test",
        "Rules on test: what each would do, made stable",
        (
            "rule", "category", "points", "hits", "of its category", "of harmless rows", "new catches",
            "new false alarms", "catches lost", "false alarms lost", "actions that change",
            "recall without it minus with it", "over-blocking without it minus with it",
        ),
        tuple((*_rule(effect), effect.recall_change, effect.over_blocking_change) for effect in result.on_test),
        "Each alone, beside all rules that count: what is new is what no stable rule does already. A relief loses "
        "false alarms, and may lose catches. A dry run: nothing is made stable.",
    )  # fmt: skip


def _tables(result: Ablation) -> tuple[Table, ...]:
    return (
        Table(
            "rules",
            "Rules: what they hit, and what changes without each",
            (
                "rule", "category", "points", "hits", "of its category", "of harmless rows", "catches alone",
                "false alarms alone", "prevents catches", "prevents false alarms", "actions that change",
            ),
            tuple(_rule(effect) for effect in result.rules if effect.hits),
            "Alone: at label or more, with every row decided again without the rule. A relief prevents false alarms, "
            "and may prevent catches.",
        ),
        Table(
            "without",
            "Recall and over-blocking without each rule",
            ("rule", "category", "recall without it minus with it", "over-blocking without it minus with it"),
            tuple(
                (effect.rule, effect.category, effect.recall_change, effect.over_blocking_change)
                for effect in _acting(result)
            ),
            "Rules without which an action changes at label or more. Explored; in percentage points.",
        ),
        Table(
            "never",
            "Rules that never fire",
            ("rule", "category", "of its category", "of harmless rows"),
            tuple(
                (effect.rule, effect.category, effect.own, effect.harmless)
                for effect in result.rules
                if not effect.hits
            ),
            "None of n rows still allows the upper bound; a relief fires only where its category has points.",
        ),
        Table(
            "overlap",
            "Pairs of rules that hit the same rows",
            ("rule", "and", "rows of both", "rows of either", "share (Jaccard)"),
            tuple(
                (overlap.a, overlap.b, overlap.both, overlap.either, overlap.jaccard)
                for overlap in result.overlaps[:MOST_PAIRS]
            ),
            f"The most alike of {len(result.overlaps):,}; the JSON has all.",
        ),
    )  # fmt: skip


def _boundaries(result: Ablation) -> Table:
    return Table(
        "boundaries",
        "Does segmentation matter?",
        ("boundary", "figure", "category", "action or more", "share", "minus not-straddling", "p (permutation)",
         "p (false discovery rate)"),
        tuple(
            (
                figure.boundary, figure.figure, figure.category, figure.action, figure.share,
                figure.against.change if figure.against else None, figure.against.p if figure.against else None,
                figure.p_bh,
            )
            for figure in result.boundaries
        ),
        "The same rules and dictionary. not-straddling is the rule language; token-equality looks the terms up "
        "token by token; substring has no boundary.",
    )  # fmt: skip


def _rule(effect: RuleEffect) -> tuple[Cell, ...]:
    return (
        effect.rule, effect.category, _points(effect), effect.hits, effect.own,
        effect.harmless, effect.unique_catches, effect.unique_false_alarms, effect.prevented_catches,
        effect.prevented_false_alarms, effect.changed,
    )  # fmt: skip


def _points(effect: RuleEffect) -> Cell:
    return Several("all", (("note", "all"),)) if effect.points is None else effect.points


def _acting(result: Ablation) -> list[RuleEffect]:
    acting = [
        effect
        for effect in result.rules
        if effect.unique_catches
        or effect.unique_false_alarms
        or effect.prevented_catches
        or effect.prevented_false_alarms
    ]
    return sorted(acting, key=lambda effect: (-effect.unique_catches, -effect.unique_false_alarms, effect.rule))


def charts(result: Ablation) -> tuple[Chart, ...]:
    made: list[Chart] = []
    acting = [effect for effect in _acting(result) if effect.recall_change.value is not None][:MOST_ROWS]
    if acting:
        rows = tuple((effect.rule, effect.recall_change) for effect in acting)
        made.append(Intervals("without", "Recall without each rule minus with it", rows, "without"))
    names = tuple(effect.rule for effect in result.rules if effect.hits)[:GRID]
    if len(names) > 1:
        shares = {(overlap.a, overlap.b): overlap.jaccard for overlap in result.overlaps}
        values = tuple(
            tuple(1.0 if a == b else shares.get((a, b), shares.get((b, a), 0.0)) for b in names) for a in names
        )
        title = "Rules that hit the same rows: rows of both, of the rows of either"
        made.append(Grid("overlap", title, names, names, values, "overlap"))
    boundaries = tuple(
        (f"{figure.figure if figure.category == ANY else figure.category}: {figure.boundary}", figure.share)
        for figure in result.boundaries
        if figure.action == "label" and figure.share.value is not None
    )
    if boundaries:
        order = sorted(boundaries, key=lambda row: row[0].rpartition(":")[0])
        title = "Over-blocking, and recall of each category, with other boundaries of words"
        made.append(Intervals("boundaries", title, tuple(order), "boundaries", "At label or more."))
    return tuple(made)
