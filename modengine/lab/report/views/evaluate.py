"""An evaluation as tables and charts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from modengine.lab.data.outcomes import LEVELS
from modengine.lab.report.charts import Chart, Intervals, Line, Lines, Point
from modengine.lab.report.table import Cell, Quote, Several, Table, count_of, percent, share_of, show
from modengine.lab.report.view import ResultView, undecided, without_fields
from modengine.lab.stats.claims import StratumComparison
from modengine.lab.stats.intervals import Estimate
from modengine.lab.stats.metrics import ALL, Figures
from modengine.lab.stats.thresholds import SweepPoint
from modengine.lab.studies.evaluate import Evaluation

WORST = 25
"""Rules in the table of the worst."""
MOST_STRATA = 20
"""Strata in a chart."""


COMPARED = (
    "corpus", "stratum", "over-blocking inside", "outside", "outside is all but", "p", "p (false discovery rate)",
    "differs",
)  # fmt: skip
"""The columns of a comparison of strata."""


def view(result: Evaluation, invented: frozenset[str] = frozenset()) -> ResultView:
    """`invented` names the corpora whose texts may be read at once."""
    title = "What does it catch and miss, and whom does it hit by mistake?"
    return ResultView("eval", title, result, tables(result, invented), charts(result), tuple(summary(result)))


def summary(result: Evaluation) -> Iterator[str]:
    """What stands first: the range of over-blocking and of recall, made-up corpora apart."""
    made_up = {corpus.name for corpus in result.stamp.corpora if corpus.simulation}
    over = [
        (blocked.corpus, blocked.share)
        for blocked in result.over_blocking
        if blocked.stratum == ALL and blocked.action == "label"
    ]
    yield from _range("over-blocking, any action on harmless rows", over, made_up)
    rows = tuple(_mildest(result))
    for category in dict.fromkeys(row.category for row in rows):
        found = [(row.corpus, row.recall) for row in rows if row.category == category]
        level = next(row.action for row in rows if row.category == category)
        yield from _range(f"recall of {category}, {level} or more", found, made_up)
    if result.explored:
        differ = sum(comparison.differs for comparison in result.explored)
        yield f"strata that differ from the rest of their corpus: {differ} of {len(result.explored)}, explored"
    for trouble in result.trouble:
        if trouble.undetermined:
            yield f"{trouble.corpus}: {undecided(trouble.undetermined)}"
        if trouble.without_fields:
            yield f"{trouble.corpus}: {without_fields(trouble.without_fields, 'row')}"


def _range(what: str, found: Sequence[tuple[str, Estimate]], made_up: set[str]) -> Iterator[str]:
    """The lowest and the highest of the corpora, real ones and made-up ones each on a line."""
    for group, made in ((what, False), (f"{what}, messages made up", True)):
        known = [(e.value, name, e) for name, e in found if (name in made_up) == made and e.value is not None]
        known.sort(key=lambda entry: entry[:2])
        if known:
            (_, first, least), (_, last, most) = known[0], known[-1]
            ends = f"{show(least)} in {first}"
            yield f"{group}: {ends}" if first == last else f"{group}: from {ends} to {show(most)} in {last}"


def tables(result: Evaluation, invented: frozenset[str] = frozenset()) -> tuple[Table, ...]:
    made = [
        _over_blocking(result, strata=False),
        _caught(result, strata=False),
        _precise(result),
        _declared(result),
        _over_blocking(result, strata=True),
        Table(
            "strata-compared",
            "Strata against the other harmless rows of their corpus, any action",
            COMPARED,
            tuple(compared(c) for c in result.explored),
            "Explored: Fisher's exact test on effective counts, all corrected together after Benjamini and Hochberg. "
            "Strata far from all others are set aside before the others are compared. What it "
            "shows is a hint for another study, not a result of this one.",
        ),
        _caught(result, strata=True),
        _worst(result, invented),
        _choices(result),
        _sweep(result),
    ]
    needed = {"over-blocking", "caught"}
    return tuple(table for table in made if table.rows or table.name in needed)


def _over_blocking(result: Evaluation, strata: bool) -> Table:
    """A row for each stratum, a column for each action."""
    shares: dict[tuple[str, str], dict[str, Estimate]] = {}
    for blocked in result.over_blocking:
        if (blocked.stratum != ALL) == strata:
            shares.setdefault((blocked.corpus, blocked.stratum), {})[blocked.action] = blocked.share
    names = ("label or more", "review or more", "block")
    rows = tuple(
        (*(key if strata else key[:1]), *(found.get(level) for level in LEVELS)) for key, found in shares.items()
    )
    title = "Over-blocking: the share of harmless rows on which any category acts"
    if not strata:
        return Table("over-blocking", title, ("corpus", *names), rows)
    note = "Explored, not declared: whether strata differ is tested in the next table."
    return Table("strata-over-blocking", f"{title}, by stratum", ("corpus", "stratum", *names), rows, note)


def _caught(result: Evaluation, strata: bool) -> Table:
    columns = ("category", "action or more", "rows of it", "recall", "over-blocking", "hit among other rows")
    rows: list[tuple[Cell, ...]] = []
    for figures in result.figures:
        if (figures.stratum != ALL) == strata and (figures.positives or figures.others_hit.k):
            where = (figures.corpus, figures.stratum) if strata else (figures.corpus,)
            of = count_of(figures.positives, figures.rows)
            shares = (figures.recall, figures.over_blocking, figures.others_hit)
            rows.append((*where, figures.category, figures.action, of, *shares))
    note = (
        "Over-blocking: of harmless rows, by this category alone. Hit among other rows: of all that are not of the "
        "category, harmless or not. A category with no row in a corpus that hits nothing there is in the JSON only."
    )
    if not strata:
        title = "By category: what is caught, and what is hit by mistake"
        return Table("caught", title, ("corpus", *columns), tuple(rows), note)
    title = "By stratum and category: what is caught, and what is hit by mistake"
    return Table("strata-caught", title, ("corpus", "stratum", *columns), tuple(rows), f"Explored. {note}")


def _precise(result: Evaluation) -> Table:
    columns = ["corpus", "category", "action or more", "base rate", "precision at that rate", "F1 at that rate"]
    asked = set(result.prevalence.values())
    if len(asked) == 1:
        columns.append(f"precision at a base rate of {percent(max(asked))}")
    elif asked:
        columns += ["base rate asked for", "precision at the rate asked for"]
    rows: list[tuple[Cell, ...]] = []
    mildest = tuple(_mildest(result))
    for figures in result.figures:
        told = figures.precision.method != "forbidden" or figures in mildest
        if figures.stratum == ALL and figures.positives and told:
            row: list[Cell] = [figures.corpus, figures.category, figures.action]
            row += [share_of(figures.base_rate), figures.precision, figures.f1]
            if len(asked) > 1:
                row.append(share_of(result.prevalence.get(figures.category)))
            rows.append((*row, figures.projected) if asked else tuple(row))
    note = (
        "Precision and F1 belong to the base rate of the corpus, which is not that of any traffic; --prevalence gives "
        "precision at another. The bounds of a projection take the worse, or better, end of both intervals at once. "
        "The n of F1 are the rows that are hit, of the category, or both."
    )
    return Table("precision", "How much of what is hit is right", tuple(columns), tuple(rows), note)


def _declared(result: Evaluation) -> Table:
    return Table(
        "declared",
        "Outcomes declared beforehand",
        ("declared", "corpus", "found", "p", "p (Holm)", "p of the contrary (Holm)", "verdict"),
        tuple((t.claim, t.corpus, t.found, t.p, t.p_holm, t.p_contrary, t.verdict) for t in result.declared),
        "Exact binomial test on effective counts, one-sided, corrected after Holm. Shown: corrected p below 0.05. "
        "Contradicted: that of the contrary is. Open: the rows do not tell.",
    )


def compared(c: StratumComparison) -> tuple[Cell, ...]:
    """A stratum as a row of `COMPARED`."""
    return c.corpus, c.stratum, c.inside, c.outside, ", ".join(c.without) or None, c.p, c.p_bh, c.differs


def _worst(result: Evaluation, invented: frozenset[str]) -> Table:
    texts = any(example.text is not None for alarms in result.worst_rules for example in alarms.examples)
    columns = ["rule", "category", "corpus", "harmless rows hit", "review", "block", "right hits", "rows"]
    rows: list[tuple[Cell, ...]] = []
    for alarms in sorted(result.worst_rules, key=lambda r: (-r.share.k, r.rule, r.corpus))[:WORST]:
        row: list[Cell] = [alarms.rule, alarms.category, alarms.corpus]
        row += [alarms.share, alarms.review, alarms.block, alarms.right]
        named = ", ".join(example.row for example in alarms.examples)
        unnamed = alarms.share.k - len(alarms.examples)
        row.append(Several(f"{named} and {unnamed:,} more" if unnamed > 0 else named, (("", named),)))
        if texts:
            said = [e.text for e in alarms.examples if e.text is not None]
            row.append(Quote.of(said, alarms.corpus in invented) if said else None)
        rows.append(tuple(row))
    more = len(result.worst_rules) - WORST
    return Table(
        "worst-rules",
        "Rules by false alarms",
        (*columns, "texts") if texts else tuple(columns),
        tuple(rows),
        "A rule counts where it gave points to a harmless row on which its category acts. Right hits: rows of its own "
        "category on which it did." + (f" {more} more rules are in the JSON." if more > 0 else ""),
    )


def _choices(result: Evaluation) -> Table:
    rows: list[tuple[Cell, ...]] = []
    for choice in result.choices:
        for judged in choice.judged:
            origin = (
                f"best {choice.criterion} on the other half"
                if judged.origin == "chosen"
                else f"policy: {judged.origin}"
            )
            shares = (judged.recall, judged.precision, judged.over_blocking)
            rows.append((judged.corpus, judged.category, judged.threshold, origin, *shares))
    return Table(
        "thresholds-judged",
        "Thresholds, judged on rows they were not chosen on",
        ("corpus", "category", "points", "why these", "recall", "precision", "over-blocking"),
        tuple(rows),
        "The corpus is cut in two by a hash of the cluster of a text; near-duplicates stay together. Explored.",
    )


def _sweep(result: Evaluation) -> Table:
    return Table(
        "sweep",
        "Every threshold, on all rows",
        ("corpus", "category", "points or more", "recall", "precision", "over-blocking"),
        tuple((s.corpus, s.category, s.threshold, s.recall, s.precision, s.over_blocking) for s in result.sweep),
        "To look at, not to choose from: a threshold chosen here would be judged on its own rows.",
    )


def charts(result: Evaluation) -> tuple[Chart, ...]:
    made: list[Chart] = []
    made_up = {corpus.name for corpus in result.stamp.corpora if corpus.simulation}
    name = {c.name: f"{c.name} (made up)" if c.name in made_up else c.name for c in result.stamp.corpora}
    rows = [
        (name[blocked.corpus], blocked.share)
        for blocked in result.over_blocking
        if blocked.stratum == ALL and blocked.action == "label" and blocked.share.value is not None
    ]
    if rows:
        made.append(
            Intervals("over-blocking", "Over-blocking: any action on harmless rows", tuple(rows), "over-blocking")
        )
    caught = [
        (f"{figures.category}, {name[figures.corpus]}", figures.recall)
        for figures in _mildest(result)
        if figures.recall.value is not None
    ]
    if caught:
        made.append(Intervals("recall", "Recall at the mildest action", tuple(caught), "caught"))
    for corpus in dict.fromkeys(blocked.corpus for blocked in result.over_blocking if blocked.stratum != ALL):
        strata = [
            (blocked.stratum, blocked.share)
            for blocked in result.over_blocking
            if blocked.corpus == corpus
            and blocked.stratum != ALL
            and blocked.action == "label"
            and blocked.share.value is not None
        ]
        if strata:
            strata.sort(key=lambda row: (not row[1].supported, -(row[1].value or 0.0), row[0]))
            title = f"Over-blocking by stratum: {corpus}"
            note = f"the {MOST_STRATA} highest of {len(strata)}" if len(strata) > MOST_STRATA else ""
            made.append(Intervals(f"strata-{corpus}", title, tuple(strata[:MOST_STRATA]), "strata-over-blocking", note))
    for corpus in dict.fromkeys(point.corpus for point in result.sweep):
        made += _curves(corpus, tuple(point for point in result.sweep if point.corpus == corpus))
    return tuple(made)


def _mildest(result: Evaluation) -> Iterator[Figures]:
    """Each category of each corpus at the first action that it can take, where it has rows."""
    seen: set[tuple[str, str]] = set()
    for figures in result.figures:
        if figures.stratum == ALL and figures.positives and (figures.corpus, figures.category) not in seen:
            seen.add((figures.corpus, figures.category))
            yield figures


def _curves(corpus: str, points: tuple[SweepPoint, ...]) -> Iterator[Chart]:
    categories = tuple(dict.fromkeys(point.category for point in points))
    by_category = {name: tuple(point for point in points if point.category == name) for name in categories}
    curve = [
        Line(name, tuple(Point(_of(p.recall), _of(p.precision)) for p in reversed(by_category[name])))
        for name in categories
        if all(p.precision.value is not None for p in by_category[name])
    ]
    if curve:
        yield Lines(
            f"curve-{corpus}", f"Precision and recall: {corpus}", "recall", "precision", tuple(curve), "sweep",
            "each marker a threshold; at the base rate of the corpus", shares=(True, True),
        )  # fmt: skip
    cost = [
        Line(name, tuple(Point(_of(p.over_blocking), _of(p.recall)) for p in reversed(by_category[name])))
        for name in categories
        if all(p.over_blocking.value is not None for p in by_category[name])
    ]
    if cost:
        yield Lines(
            f"cost-{corpus}", f"What recall costs harmless rows: {corpus}", "over-blocking", "recall", tuple(cost),
            "sweep", "each marker a threshold, the strictest on the left", shares=(True, True), right=None,
        )  # fmt: skip


def _of(estimate: Estimate) -> float:
    return estimate.value or 0.0
