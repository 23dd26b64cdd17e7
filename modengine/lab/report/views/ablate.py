"""An ablation as tables and charts."""

from __future__ import annotations

from collections.abc import Iterator

from modengine.lab.report.charts import Chart, Grid, Intervals
from modengine.lab.report.table import Cell, Table, show
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
    yield f"{len(result.never):,} of {looked:,} rules never fire on this corpus"
    idle = [one for one in result.rules if one.hits and one.changed == 0]
    yield f"{len(idle):,} more hit rows, and without them no action changes"
    alone = [one for one in result.rules if one.unique_catches]
    if alone:
        best = max(alone, key=lambda one: one.unique_catches)
        yield f"{best.rule} catches most alone: {best.unique_catches:,} of {best.category}"
    wrong = [one for one in result.rules if one.unique_false_alarms]
    if wrong:
        worst = max(wrong, key=lambda one: one.unique_false_alarms)
        yield f"{worst.rule} causes most false alarms alone: {worst.unique_false_alarms:,}"
    for one in result.boundaries:
        if one.against is not None and one.category == ANY and one.action == "label":
            change = show(one.against.change)
            yield f"over-blocking with {one.boundary} boundaries: {show(one.share)}, a change of {change}"
    if result.skipped:
        yield f"{result.skipped:,} rules are drafts or on test and were left out"


def tables(result: Ablation) -> tuple[Table, ...]:
    return (
        Table(
            "rules",
            "Rules: what they hit, and what changes without each",
            (
                "rule", "category", "points", "hits", "of its category", "of harmless rows", "catches alone",
                "false alarms alone", "prevents catches", "prevents false alarms", "actions that change",
            ),
            tuple(_rule(one) for one in result.rules if one.hits),
            "Alone: at label or more, with every row decided again without the rule. A relief prevents false alarms, "
            "and may prevent catches.",
        ),
        Table(
            "without",
            "Recall and over-blocking without each rule",
            ("rule", "category", "recall without it minus with it", "over-blocking without it minus with it"),
            tuple((one.rule, one.category, one.recall_change, one.over_blocking_change) for one in _acting(result)),
            "Rules without which an action changes at label or more. Explored; paired bootstrap over clusters.",
        ),
        Table(
            "never",
            "Rules that never fire",
            ("rule", "category", "of its category", "of harmless rows"),
            tuple((one.rule, one.category, one.own, one.harmless) for one in result.rules if not one.hits),
            "None of n rows still allows the upper bound; a relief fires only where its category has points.",
        ),
        Table(
            "overlap",
            "Rules that hit the same rows",
            ("rule", "and", "rows of both", "rows of either", "share (Jaccard)"),
            tuple((one.a, one.b, one.both, one.either, one.jaccard) for one in result.overlaps[:MOST_PAIRS]),
            f"The most alike of {len(result.overlaps):,} pairs; the JSON has all.",
        ),
        Table(
            "boundaries",
            "Does segmentation matter?",
            ("boundary", "figure", "category", "action or more", "share", "minus not-straddling", "p (McNemar)",
             "p (false discovery rate)"),
            tuple(
                (
                    one.boundary, one.figure, one.category, one.action, one.share,
                    one.against.change if one.against else None, one.against.p if one.against else None, one.p_bh,
                )
                for one in result.boundaries
            ),
            "The same rules and dictionary. not-straddling is the rule language; token-equality looks the terms up "
            "token by token; substring has no boundary.",
        ),
    )  # fmt: skip


def _rule(one: RuleEffect) -> tuple[Cell, ...]:
    return (
        one.rule, one.category, "all" if one.points is None else one.points, one.hits, one.own, one.harmless,
        one.unique_catches, one.unique_false_alarms, one.prevented_catches, one.prevented_false_alarms, one.changed,
    )  # fmt: skip


def _acting(result: Ablation) -> list[RuleEffect]:
    acting = [
        one
        for one in result.rules
        if one.unique_catches or one.unique_false_alarms or one.prevented_catches or one.prevented_false_alarms
    ]
    return sorted(acting, key=lambda one: (-one.unique_catches, -one.unique_false_alarms, one.rule))


def charts(result: Ablation) -> tuple[Chart, ...]:
    made: list[Chart] = []
    acting = [one for one in _acting(result) if one.recall_change.value is not None][:MOST_ROWS]
    if acting:
        rows = tuple((one.rule, one.recall_change) for one in acting)
        made.append(Intervals("without", "Recall without each rule minus with it", rows, "without"))
    names = tuple(one.rule for one in result.rules if one.hits)[:GRID]
    if len(names) > 1:
        shares = {(one.a, one.b): one.jaccard for one in result.overlaps}
        values = tuple(
            tuple(1.0 if a == b else shares.get((a, b), shares.get((b, a), 0.0)) for b in names) for a in names
        )
        title = "Rules that hit the same rows: rows of both, of the rows of either"
        made.append(Grid("overlap", title, names, names, values, "overlap"))
    boundaries = tuple(
        (f"{one.figure if one.category == ANY else one.category}: {one.boundary}", one.share)
        for one in result.boundaries
        if one.action == "label" and one.share.value is not None
    )
    if boundaries:
        order = sorted(boundaries, key=lambda row: row[0].rpartition(":")[0])
        title = "Over-blocking, and recall of each category, with other boundaries of words"
        made.append(Intervals("boundaries", title, tuple(order), "boundaries", "At label or more."))
    return tuple(made)
