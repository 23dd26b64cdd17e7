"""A study as tables and a chart: declared outcomes first, then every other figure, marked exploratory."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from modengine.explain.visible import many
from modengine.lab.report.charts import Chart, Intervals
from modengine.lab.report.render import as_html
from modengine.lab.report.table import Several, Table
from modengine.lab.report.tidy_csv import to_csv
from modengine.lab.report.view import ResultView, short
from modengine.lab.study.coded import StudyCoded
from modengine.lab.study.model import KEYS
from modengine.lab.study.run import StudyResult

_HALVES = {
    "checking": "the checking half of each corpus, which no rule was written with",
    "writing": "the writing half of each corpus: every figure is exploratory",
}
_WITHIN = (
    ", or Tango's score test against their margin, one-sided, whose limits stand beside it: within the margin, the "
    "claim holds before it is corrected"
)


def view(result: StudyResult) -> ResultView:
    title = f"The study {result.study}" + (f": {result.title}" if result.title else "")
    return ResultView("study", title, result, tables(result), charts(result), tuple(summary(result)))


def shown(result: StudyResult) -> dict[str, str]:
    """The tables and the page that a package holds, by name."""
    declared = next(table for table in tables(result) if table.name == "declared")
    return {
        "declared.csv": to_csv(declared),
        "figures.csv": to_csv(all_figures(result)),
        "report.html": as_html(view(result)),
    }


def summary(result: StudyResult) -> Iterator[str]:
    """When it was pinned, what it was run on, how many outcomes came out which way, and what each question got."""
    if result.pin is None:
        yield "not pinned: nothing is declared"
    else:
        again = f"; pinned anew {many(result.amended, 'time')}" if result.amended else ""
        yield f"pinned {result.pinned}, {short(result.pin)}{again}"
    for policy in result.policies:
        yield f"policy {policy.name}: {policy.policy}, revision {short(policy.revision)}"
    if result.half in _HALVES:
        yield f"rows: {_HALVES[result.half]}"
    for name, pool in result.pools.items():
        yield f"pool {name}: {', '.join(pool.corpora)}; each {'row' if pool.weigh == 'rows' else 'corpus'} counts alike"
    for one in result.coded:
        yield _coded(one)
    verdicts = Counter(outcome.verdict for outcome in result.outcomes)
    if verdicts:
        told = ", ".join(f"{verdicts[name]} {name}" for name in ("shown", "contradicted", "open", "unsupported"))
        yield f"declared outcomes: {len(result.outcomes)} ({told})"
    for name, question in result.questions.items():
        answers = [f"{o.outcome} {o.verdict}" for o in result.outcomes if o.question == name]
        yield f"{name}: {question}" + (f" ({', '.join(answers)})" if answers else "")
    differences = {figure.outcome for figure in result.figures if figure.than is not None}
    untested = [o.outcome for o in result.outcomes if o.outcome in differences and o.p is None and o.found.supported]
    if untested:
        yield (
            f"not tested, and so open: {', '.join(untested)}: no row changes, or a change could go one way alone, "
            "whatever the rows are"
        )
    tested = [figure for figure in result.figures if figure.p_bh is not None]
    found = sum(figure.p_bh < 0.05 for figure in tested if figure.p_bh is not None)
    if tested:
        yield f"exploratory tests: {found} of {len(tested)} below 0.05 after the false discovery rate"


def _coded(one: StudyCoded) -> str:
    """`coded sample people: 120 rows of shop, drawn by small, ...`."""
    settled = f" ({one.settled} settled)" if one.settled else ""
    return (
        f"coded sample {one.name}: {one.coded:,} of {one.drawn:,} rows of {one.corpus}, drawn by {one.policy} and "
        f"coded by {', '.join(coder.coder for coder in one.coders)}, who disagree on {one.disagreed:,}{settled}; "
        f"{'coded after the pin' if one.after_pin else 'the sheets were there at the pin'}"
        + ("; figures are of all that the corpus stands for" if one.beyond else "")
    )


def tables(result: StudyResult) -> tuple[Table, ...]:
    explored = [figure for figure in result.figures if figure.status == "exploratory"]
    margins = any(o.limits is not None for o in result.outcomes)
    declared = tuple(
        (
            o.outcome, o.question, o.declared, o.found, *((_limits(o.limits),) if margins else ()), o.p, o.p_holm,
            o.p_against_holm, o.verdict,
        )
        for o in result.outcomes
    )  # fmt: skip
    family = "all declared outcomes" if result.correction == "holm" else "the declared outcomes of a question"
    made = [
        Table(
            "declared",
            "Declared: what was claimed before anybody looked",
            ("outcome", "question", "declared", "found", *(("limits at 5 %",) if margins else ()), "p", "p (Holm)",
             "p against (Holm)", "verdict"),
            declared,
            f"Shares: exact binomial test on effective counts{_of_others(result)}; differences: the test of diff"
            f"{_WITHIN if margins else ''}. "
            f"Corrected after Holm over {family}, the claims and the contrary claims each. "
            "Shown: p (Holm) below 0.05; contradicted: p against is; open: the rows do not tell.",
        ),
        Table(
            "exploratory-tests",
            "Exploratory: every other test",
            ("figure", "found", "p", "p (false discovery rate)", "tested"),
            tuple((f.words(), f.found, f.p, f.p_bh, f.tested) for f in explored if f.p is not None),
            "Nobody claimed these beforehand: hints for another study. All of them are corrected together after "
            "Benjamini and Hochberg.",
        ),
        Table(
            "exploratory",
            "Exploratory: every other figure",
            ("figure", *KEYS, "found"),
            tuple((f.figure, *(getattr(f, key) for key in KEYS), f.found) for f in explored),
            "Nobody claimed these beforehand: hints for another study.",
        ),
    ]  # fmt: skip
    return tuple(table for table in made if table.rows)


def _of_others(result: StudyResult) -> str:
    """How shares are tested that are of no single corpus."""
    of = [word for word, there in (("pools", result.pools), ("coded samples", result.coded)) if there]
    return f" (of {' and '.join(of)}: the level at which the interval ends at the bound)" if of else ""


def _limits(limits: tuple[float, float] | None) -> Several | None:
    if limits is None:
        return None
    low, high = limits
    return Several(f"{100 * low:+.2f} to {100 * high:+.2f} points", (("low", low), ("high", high)))


def all_figures(result: StudyResult) -> Table:
    """Declared and exploratory together, a row a figure: for R and spreadsheets."""
    columns = ("status", "outcome", "figure", *KEYS, "found", "p", "p_bh", "tested")
    rows = tuple(
        (f.status, f.outcome, f.figure, *(getattr(f, key) for key in KEYS), f.found, f.p, f.p_bh, f.tested or None)
        for f in result.figures
    )
    return Table("figures", "Every figure of the study", columns, rows)


def charts(result: StudyResult) -> tuple[Chart, ...]:
    rows = tuple((outcome.outcome, outcome.found) for outcome in result.outcomes if outcome.found.value is not None)
    return (Intervals("declared", "Declared outcomes", rows, "declared"),) if rows else ()
