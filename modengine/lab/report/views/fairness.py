"""Fairness as tables and charts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from modengine.lab.report.charts import Chart, Intervals
from modengine.lab.report.table import Cell, Several, Table, percent, show
from modengine.lab.report.view import ResultView
from modengine.lab.report.views.evaluate import COMPARED, compared
from modengine.lab.stats.functions import GroupTest, TreatmentTest
from modengine.lab.stats.intervals import LEAST
from modengine.lab.stats.metrics import ALL
from modengine.lab.studies.fairness import Fairness

TALK = "real-talk"
MOST = 500
"""Offending pairs in a table; all are in the JSON."""


def view(result: Fairness) -> ResultView:
    return ResultView(
        "fairness", "Does it treat people alike?", result, tables(result), charts(result), tuple(summary(result))
    )


def summary(result: Fairness) -> Iterator[str]:
    """What stands first: how many templates change, and whom they change for."""
    everything = result.kinds[0]
    yield (
        f"{everything.action_changes.k:,} of the {everything.action_changes.n:,} templates with any action change it "
        f"with the identity term, {show(everything.action_changes)}; the goal is none"
    )
    yield (
        f"{everything.any_changes.k:,} of the {everything.any_changes.n:,} with any points change action or score, "
        f"{show(everything.any_changes)}"
    )
    failed = [f"{_function(test)} ({test.expected})" for test in result.functions if not test.passes]
    yield f"{len(result.functions) - len(failed)} of {len(result.functions)} functions pass whoever is named"
    if failed:
        yield f"not as expected: {', '.join(failed)}"
    tested = {(test.kind, test.category) for test in result.functions}
    if lacking := sorted(
        {row.category for row in result.rows if row.category and (row.kind, row.category) not in tested}
    ):
        yield f"not asked to act on {', '.join(lacking)}: the policy has no such category"
    if not everything.acted_on.k:
        yield "the policy acts on no template at all: that it treats all terms alike says nothing"
    worst = Counter(difference.term for difference in result.differences if difference.how == "exchange").most_common(5)
    if worst:
        yield f"most often different: {', '.join(term for term, _ in worst)}"
    for blocked in result.over_blocking:
        if blocked.stratum == ALL and blocked.action == "label" and blocked.share.value is not None:
            share = blocked.share
            yield f"{blocked.corpus}: any action on {share.k:,} of {share.n:,} harmless rows, {show(share)}"
    yield "the templates are invented and no sample of real speech: their shares are no rates of anything outside"


def tables(result: Fairness) -> tuple[Table, ...]:
    made = [_declared(result), _kinds(result), _functions(result), _differences(result), _terms(result)]
    made += [_groups(result), _by_group(result, templates=False), _by_group(result, templates=True), _templates(result)]
    made += [_talk(result), _compared(result)]
    needed = {"declared", "templates-by-kind", "functions", "offending-pairs"}
    return tuple(table for table in made if table.rows or table.name in needed)


def _declared(result: Fairness) -> Table:
    return Table(
        "declared",
        "Outcomes that this measurement always declares",
        ("declared", "found", "p", "p (Holm)", "p of the contrary (Holm)", "verdict"),
        tuple((o.claim, o.found, o.p, o.p_holm, o.p_contrary, o.verdict) for o in result.declared),
        "Exact binomial test, one-sided, corrected after Holm, as if the templates had been drawn from all sentences "
        f"of their kind; unsupported: fewer than {LEAST} act. The goal is "
        f"none; {percent(result.tolerance, 0)} is what so few templates can rule out.",
    )


def _kinds(result: Fairness) -> Table:
    return Table(
        "templates-by-kind",
        "Templates by kind",
        ("kind", "with any action", "of these, action changes", "with points, action or score changes"),
        tuple((row.kind, row.acted_on, row.action_changes, row.any_changes) for row in result.kinds),
        "A template changes where two sentences that differ by the identity term alone, or one with and one without a "
        "term, are decided differently. Templates on which the policy never acts, whoever is named, show nothing about "
        "that.",
    )


def _differences(result: Fairness) -> Table:
    rows = result.differences[:MOST]
    more = len(result.differences) - len(rows)
    return Table(
        "offending-pairs",
        "Offending pairs: the same sentence, another term, another decision",
        ("template", "how", "form", "term", "group", "instead", "category", "changes", "with it", "instead of it"),
        tuple(
            (
                d.template, d.how, d.form, d.term, d.group.replace("_", " "), d.other, d.category, d.changed,
                _decided(d.action, d.score), _decided(d.other_action, d.other_score),
            )
            for d in rows
        ),
        "Each term whose decision is not the commonest of its template, against a term with the commonest; and that "
        "one against none. Scores in brackets." + (f" {more:,} more are in the JSON." if more else ""),
    )  # fmt: skip


def _decided(action: str, score: int) -> Several:
    return Several(f"{action} ({score})", (("action", action), ("score", score)))


def _function(test: TreatmentTest | GroupTest) -> str:
    return f"{test.kind}: {test.category}" if test.category else test.kind


def _functions(result: Fairness) -> Table:
    return Table(
        "functions",
        "What templates should bring, whoever is named",
        ("function", "expected", "templates", "sentences decided so", "verdict"),
        tuple(
            (_function(t), t.expected, t.templates, t.as_expected, "pass" if t.passes else "fail")
            for t in result.functions
        ),
        "Act: at least label, in the category named; allow: no action at all. A function passes where every sentence "
        "is decided as expected. The template is the cluster.",
    )


def _by_group(result: Fairness, templates: bool) -> Table:
    rows: list[tuple[Cell, ...]] = []
    for t in result.functions_by_group:
        if (t.template is not None) == templates:
            group = t.group.replace("_", " ")
            shown = (t.as_expected.k, t.as_expected.n) if templates else (t.as_expected,)
            rows.append((*([t.template] if templates else []), _function(t), t.expected, group, *shown))
    columns = ("function", "expected", "group")
    if not templates:
        title = "What templates should bring, by group of the term"
        return Table("functions-by-group", title, (*columns, "sentences decided so"), tuple(rows), "Explored.")
    title = "The same of every template"
    return Table("templates-by-group", title, ("template", *columns, "decided so", "sentences"), tuple(rows))


def _terms(result: Fairness) -> Table:
    return Table(
        "terms",
        "Sentences by term",
        ("term", "group", "action differs", "action or score differs"),
        tuple((t.term, t.group.replace("_", " "), t.action_differs, t.any_differs) for t in result.terms[:MOST]),
        "Explored. Of the sentences of templates with any action (with any points), those that are decided unlike the "
        "commonest of their template; terms without any are left out. The template is the cluster.",
    )


def _groups(result: Fairness) -> Table:
    return Table(
        "groups",
        "Sentences by group of the term",
        (
            "group", "terms", "terms that differ", "action differs", "action or score differs", "p",
            "p (false discovery rate)", "against all but",
        ),
        tuple(
            (
                g.group.replace("_", " "), g.terms, g.terms_differ, g.action_differs, g.any_differs, g.p, g.p_bh,
                ", ".join(g.without).replace("_", " ") or None,
            )
            for g in result.groups
        ),
        "Explored. The same shares as by term. Exact permutation test of action or score against the other groups, "
        "term by term within those that fit the same templates; groups far from all others are set aside first. "
        "Corrected after Benjamini and Hochberg.",
    )  # fmt: skip


def _templates(result: Fairness) -> Table:
    rows: list[tuple[Cell, ...]] = []
    for row in result.rows:
        forms = ", ".join(row.forms)
        counts = (row.terms, row.pairs, row.pairs_action, row.pairs_score)
        rows.append((row.template, row.kind, row.category, row.action, forms, *counts, row.removal))
    return Table(
        "templates",
        "Every template",
        (
            "template", "kind", "category", "commonest action", "forms that fit", "terms", "pairs", "pairs: action",
            "pairs: action or score", "removal changes",
        ),
        tuple(rows),
        "Which forms of a term fit a template is declared in the file of templates, never guessed.",
    )  # fmt: skip


def _talk(result: Fairness) -> Table:
    return Table(
        TALK,
        "Real talk: over-blocking by stratum",
        ("corpus", "stratum", "action or more", "share of harmless rows"),
        tuple((blocked.corpus, blocked.stratum, blocked.action, blocked.share) for blocked in result.over_blocking),
        "Any category. Rules without identity words pass swaps by construction; whom they hit in real talk is another "
        "question.",
    )


def _compared(result: Fairness) -> Table:
    return Table(
        "real-talk-compared",
        "Strata against the other harmless rows of their corpus, any action",
        COMPARED,
        tuple(compared(c) for c in result.explored),
        "Explored: Fisher's exact test on effective counts, corrected after Benjamini and Hochberg. Strata far from "
        "all others are set aside before the others are compared.",
    )


def charts(result: Fairness) -> tuple[Chart, ...]:
    made: list[Chart] = [
        Intervals(
            "templates-by-kind", "Templates whose action changes with the identity term",
            tuple((row.kind, row.action_changes) for row in result.kinds), "templates-by-kind", "the goal is none",
        )
    ]  # fmt: skip
    for number, corpus in enumerate(dict.fromkeys(blocked.corpus for blocked in result.over_blocking)):
        rows = tuple(
            (blocked.stratum, blocked.share)
            for blocked in result.over_blocking
            if blocked.corpus == corpus and blocked.action == "label" and blocked.share.value is not None
        )
        if rows:
            title = f"Any action on harmless rows: {corpus}"
            made.append(Intervals(f"{TALK}-{number + 1}", title, rows, TALK))
    return tuple(made)
