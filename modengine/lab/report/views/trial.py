"""A dry run of rules as tables."""

from __future__ import annotations

from collections.abc import Iterator

from modengine.explain.visible import inline, many
from modengine.lab.report.table import Cell, Quote, Several, Table
from modengine.lab.report.view import ResultView, short, undecided
from modengine.lab.report.views.compare import flips_table, moves_table
from modengine.lab.studies.trial import Trial, TrialExample, TriedRule

_HELD_AGAINST = {
    "on test": "as it is, on test",
    "draft": "as it is, a draft",
    "left out": "the policy without it",
    "new": "the other policy, which lacks it",
    "as it was": "the old version",
}


def view(result: Trial, invented: bool = False) -> ResultView:
    """`invented` where the texts of the corpus may be read at once."""
    title = "What would it hit and miss, if it counted?"
    return ResultView("try", title, result, tables(result, invented), (), tuple(summary(result)))


def summary(result: Trial) -> Iterator[str]:
    if not result.rules:
        why = "is on test" if result.against is None else f"differs from {result.against}"
        yield f"no rule of {result.stamp.policy} {why}: there is nothing to try"
        return
    if result.against is not None:
        yield f"held against {result.against}, revision {short(result.revision_against or '')}"
    for rule in result.rules if len(result.rules) == 1 else ():
        yield from _sentences(rule)
    rows = result.stamp.corpora[0].rows
    counting = "with it counting" if len(result.rules) == 1 else f"with all {len(result.rules):,} counting"
    yield (
        f"{counting} the action of some category changes on {result.flipped:,} of {many(rows, 'row')}; new catches: "
        f"{result.new_catches:,}, new false alarms: {result.new_false_alarms:,}, lost catches: "
        f"{result.lost_catches:,}, false alarms gone: {result.false_alarms_gone:,}"
    )
    if result.undetermined:
        yield undecided(result.undetermined)
    if result.stamp.corpora[0].labelled and any(rule.still_missed for rule in result.rules):
        yield "still missed are rows of a rule's category on which the category does not act, with it counting"


def _sentences(rule: TriedRule) -> Iterator[str]:
    yield f"{rule.rule}: {inline(rule.title, 300)}; against {_HELD_AGAINST[rule.was]}"
    yield (
        f"it hits {many(rule.hits, 'row')}, {rule.newly_hit:,} of them newly (on {rule.acted_on:,} its category acted "
        f"already), and hits {rule.newly_missed:,} no longer"
    )


def tables(result: Trial, invented: bool = False) -> tuple[Table, ...]:
    made = (
        Table(
            "rules",
            "Rules: what each hits, beside all others as they were",
            (
                "rule", "category", "held against", "points", "hits", "newly hit", "acted on already", "newly missed",
                "still missed", "flips", "of its category", "of harmless rows",
            ),
            tuple(
                (
                    rule.rule, rule.category, _HELD_AGAINST[rule.was],
                    Several("all", (("note", "all"),)) if rule.points is None else rule.points, rule.hits,
                    rule.newly_hit, rule.acted_on, rule.newly_missed, rule.still_missed, rule.flipped, rule.own,
                    rule.harmless,
                )
                for rule in result.rules
            ),
            "A dry run: no rule file is touched. Acted on already: of the newly hit rows, those on which its category "
            "acts without it.",
        ),
        Table(
            "labels",
            "By label",
            (
                "rule", "label", "rows", "hit before", "hit after", "newly hit", "acted on already", "newly missed",
                "action rises", "action falls",
            ),
            tuple(
                (
                    rule.rule, of.label, of.rows, of.before, of.after, of.newly_hit, of.acted_on, of.newly_missed,
                    of.rises, of.falls,
                )
                for rule in result.rules
                for of in rule.labels
                if any((of.before, of.after, of.rises, of.falls)) or of.label == rule.category
            ),
            "Rises and falls are of the highest action of the message. Labels that a rule never touches are left out.",
        ),
        _examples([example for rule in result.rules for example in rule.examples], invented),
        moves_table(result.moves, ("before", "after"), "Decisions that would change, with all of these rules"),
        flips_table(
            result.flips, result.flipped, ("before", "after"), "Decisions that would change, one by one", invented
        ),
    )  # fmt: skip
    return made if result.rules else made[:1]


def _examples(examples: list[TrialExample], invented: bool) -> Table:
    texts = any(example.text is not None for example in examples)
    columns = ("rule", "what", "row", "label", "stratum", "message", *(("words", "text") if texts else ()))
    rows: list[tuple[Cell, ...]] = []
    for example in examples:
        row: list[Cell] = [example.rule, example.kind, example.row, example.label, example.stratum or None]
        row.append(_message(example))
        if texts:
            words = "; ".join(example.words)
            row += [Quote(words, open=invented) if words else None, Quote(example.text or "", open=invented)]
        rows.append(tuple(row))
    note = "Of the newly hit, harmless rows come first; all are counted above."
    if examples and not texts:
        note += " Texts, and the words found in them, with --show-text."
    return Table("examples", "Rows that show it", columns, tuple(rows), note)


def _message(example: TrialExample) -> Several:
    shown = example.after if example.before == example.after else f"{example.before} → {example.after}"
    return Several(shown, (("before", example.before), ("after", example.after)))
