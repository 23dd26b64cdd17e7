"""A sample, the agreement of its coders and the estimates from it, as tables and charts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from modengine.explain.visible import many
from modengine.lab.coding.agreement import Agreement, Alpha
from modengine.lab.coding.codes import CoderCounts
from modengine.lab.coding.estimate import CodedEstimates, CodedFigures
from modengine.lab.coding.sample import Sample
from modengine.lab.report.charts import Chart, Intervals
from modengine.lab.report.table import Table, show
from modengine.lab.report.view import ResultView, undecided
from modengine.lab.stats.metrics import ALL, ANY

NAMED = 12
"""Strata that are named in a line."""


def sample_view(result: Sample) -> ResultView:
    tables = (_actions(result), _strata(result))
    return ResultView("sample", "Which rows are to be coded?", result, tables, (), tuple(_drawn(result)))


def _drawn(result: Sample) -> Iterator[str]:
    yield f"sample {result.sample}: {result.drawn:,} of {many(result.rows, 'row')}; strata: {len(result.strata):,}"
    if result.coders > 1:
        others = f", {result.drawn - result.shared:,} for one each" if result.shared < result.drawn else ""
        yield f"{result.coders} coders; {many(result.shared, 'row')} for all of them{others}"
        if not result.shared:
            yield "no row goes to two coders: their agreement cannot be measured"
    else:
        yield "one coder: agreement cannot be measured, and no interval will hold the coder's errors"
    if result.undetermined:
        yield undecided(result.undetermined)


def _actions(result: Sample) -> Table:
    return Table(
        "actions",
        "By the strictest action",
        ("action", "rows", "drawn"),
        tuple((one.action, one.rows, one.drawn) for one in result.actions),
    )


def _strata(result: Sample) -> Table:
    return Table(
        "strata",
        "Strata, and how many rows each gave",
        ("stratum", "rows", "drawn", "probability", "weight"),
        tuple((s.stratum, s.rows, s.drawn, s.probability, s.weight) for s in result.strata),
        "Drawn without replacement, every row of a stratum alike. Weight: the rows for which one stands.",
    )


def agree_view(result: Agreement) -> ResultView:
    tables = (_agreement(result), _pairs(result), _confusion(result), _coders(result.coders))
    return ResultView("agree", "How far do the coders agree?", result, tables, (), tuple(_agreed(result)))


def _agreed(result: Agreement) -> Iterator[str]:
    whole = result.categories[0]
    yield f"all coders agree on {show(whole.agree)} of the rows that several have coded"
    yield f"alpha of whole codes: {_shown_alpha(whole.alpha)}"
    yield f"to be settled: {many(result.disagreed, 'row')}"
    if result.single:
        yield f"coded by one coder alone, and in no figure here: {many(result.single, 'row')}"
    yield from _left_out(result.coders)


def _shown_alpha(alpha: Alpha) -> str:
    if alpha.value is None or alpha.low is None or alpha.high is None:
        return f"none: all {alpha.codings:,} codings of {alpha.rows:,} rows are alike"
    weak = "" if alpha.supported else ", unsupported"
    return (
        f"{alpha.value:.3f} [{alpha.low:.3f} to {alpha.high:.3f}] (n {alpha.rows:,}, {alpha.codings:,} codings{weak})"
    )


def _left_out(coders: Sequence[CoderCounts]) -> Iterator[str]:
    for one in coders:
        parts = (
            (one.blank, "blank"), (one.unclear, "unclear"), (one.missing, "missing"),
            (one.added, "that the sample does not have"),
        )  # fmt: skip
        said = ", ".join(f"{count:,} {what}" for count, what in parts if count)
        if said:
            yield f"rows left out of {one.coder}: {said}"


def _agreement(result: Agreement) -> Table:
    weighted = any(one.in_corpus is not None for one in result.categories)
    columns = ["category", "all agree", "alpha", "alpha low", "alpha high", "rows", "codings", "found", "supported"]
    rows = [
        (
            one.category, one.agree, one.alpha.value, one.alpha.low, one.alpha.high,
            one.alpha.rows, one.alpha.codings, one.found, one.alpha.supported,
            *((one.in_corpus,) if weighted else ()),
        )
        for one in result.categories
    ]  # fmt: skip
    return Table(
        "agreement",
        "Agreement by category",
        (*columns, "alpha in the corpus") if weighted else tuple(columns),
        tuple(rows),
        "Krippendorff's alpha, nominal: 1 is perfect, 0 what chance gives; intervals at 95 %, bootstrap over rows by "
        "cluster. No alpha where all codings are alike. A sample by design has more of what is rare than the corpus"
        + (", so that alpha there is another." if weighted else "."),
    )


def _pairs(result: Agreement) -> Table:
    return Table(
        "pairs",
        "Two coders at a time",
        ("coder", "other", "agree on whole codes", "alpha"),
        tuple((one.coder, one.other, one.agree, one.alpha) for one in result.pairs),
    )


def _confusion(result: Agreement) -> Table:
    return Table(
        "confusion",
        "Who said what where another said what",
        ("coder", "other", "code", "other's code", "rows"),
        tuple((one.coder, one.other, one.code, one.other_code, one.rows) for one in result.confusion),
    )


def _coders(coders: Sequence[CoderCounts]) -> Table:
    return Table(
        "coders",
        "What became of the rows of each sheet",
        ("coder", "coded", "blank", "unclear", "missing", "added"),
        tuple((one.coder, one.coded, one.blank, one.unclear, one.missing, one.added) for one in coders),
        "Only coded rows are in figures. Missing is not counted where rows were dealt out.",
    )


def estimate_view(result: CodedEstimates) -> ResultView:
    tables = (_figures(result, strata=False), _figures(result, strata=True), _uncoded(result), _coders(result.coders))
    kept = tuple(table for table in tables if table.rows or table.name == "estimates")
    title = "What does the policy do in the whole corpus, by what people coded?"
    return ResultView("estimate", title, result, kept, tuple(_charts(result)), tuple(_told(result)))


def _told(result: CodedEstimates) -> Iterator[str]:
    yield f"sample {result.sample}: {result.coded:,} of {result.drawn:,} drawn rows were coded"
    yield (
        "intervals are of all that the corpus stands for" if result.beyond
        else "intervals are of this corpus, and of nothing beyond it"
    )  # fmt: skip
    if result.by_several:
        yield (
            f"coded by several: {many(result.by_several, 'row')}; they disagree on {result.disagreed:,}, of which "
            f"{result.settled:,} are settled, and intervals carry that"
        )
    else:
        yield "no row was coded by two coders: what they would disagree on is not in the intervals"
    if result.uncoded:
        rows = sum(one.rows for one in result.uncoded)
        yield f"strata without a coded row: {len(result.uncoded):,}, of {many(rows, 'row')}, taken for like the others"
    unfound = [
        one.category
        for one in result.figures
        if one.value == ALL and not one.prevalence.k and one.category != ANY and one.coded
    ]
    if unfound:
        yield f"no coded row is of {', '.join(dict.fromkeys(unfound))}: no recall"
    yield from _left_out(result.coders)


def _figures(result: CodedEstimates, strata: bool) -> Table:
    single = len({one.category for one in result.figures} - {ANY}) == 1
    columns = ("category", "action or more", "precision", "recall", "prevalence", "hit among other rows", "rows",
               "rows hit", "coded", "coded of the hit")  # fmt: skip
    asked = [
        one
        for one in result.figures
        if (one.value != ALL) == strata and not (single and one.category == ANY)  # which would say the same twice
    ]
    kept = _telling(asked)
    rows = tuple(
        (
            *((one.value,) if strata else ()), one.category, one.action, one.precision, one.recall,
            one.prevalence, one.others_hit, one.rows, one.hit, one.coded, one.coded_hit,
        )
        for one in kept
    )  # fmt: skip
    name, title = ("estimates", "The whole corpus") if not strata else ("strata-estimates", "By stratum")
    note = (
        "n: coded rows; of recall, those of the category that were found. Beta intervals by design: sampling, and how "
        "far coders disagree. Prevalence is estimated with the cells of each action, and so differs a little from one "
        "action to another. Hit among other rows, of (any): over-blocking. In the JSON only: what was neither hit nor "
        f"found, or not coded, and actions that nothing reached{_silent(asked, kept)}."
    )
    return Table(name, title, ("stratum", *columns) if strata else columns, rows, note)


def _telling(figures: Sequence[CodedFigures]) -> list[CodedFigures]:
    """Those that hold anything: rows that are hit and coded ones; or, at the mildest action, rows that were found."""
    told: set[tuple[str, str]] = set()
    kept = []
    for one in figures:
        first = (one.value, one.category) not in told
        told.add((one.value, one.category))
        if one.coded and (one.hit or (first and one.prevalence.k)):
            kept.append(one)
    return kept


def _silent(asked: Sequence[CodedFigures], kept: Sequence[CodedFigures]) -> str:
    """The strata of which nothing is shown."""
    shown = {one.value for one in kept}
    silent = [value for value in dict.fromkeys(one.value for one in asked) if value not in shown | {ALL}]
    if not silent:
        return ""
    more = f" and {len(silent) - NAMED:,} more" if len(silent) > NAMED else ""
    return f"; so there is nothing of {', '.join(silent[:NAMED])}{more}"


def _uncoded(result: CodedEstimates) -> Table:
    return Table(
        "uncoded",
        "Strata without a coded row",
        ("stratum", "rows", "drawn"),
        tuple((one.stratum, one.rows, one.drawn) for one in result.uncoded),
        "Their rows are taken for like the others on the same side of the decision.",
    )


def _charts(result: CodedEstimates) -> Iterator[Chart]:
    mildest: dict[str, CodedFigures] = {}
    for one in result.figures:
        if one.value == ALL:
            mildest.setdefault(one.category, one)
    for name in ("precision", "recall"):
        rows = tuple(
            (category, getattr(one, name)) for category, one in mildest.items() if getattr(one, name).value is not None
        )
        if rows:
            yield Intervals(name, f"{name.capitalize()} at the mildest action", rows, "estimates")
