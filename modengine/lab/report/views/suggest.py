"""Advice as tables and a chart."""

from __future__ import annotations

from collections.abc import Iterator

from modengine.lab.advice.gap import ModelGap
from modengine.lab.advice.proposals import HalfCount, Proposal, Purpose
from modengine.lab.advice.suggest import RankedError, Suggestion
from modengine.lab.report.charts import Chart, Intervals
from modengine.lab.report.table import Cell, Quote, Several, Table, show
from modengine.lab.report.view import ResultView
from modengine.lab.stats.metrics import ALL

MOST_SLICES = 60
"""In the table; all are in the JSON."""


def view(result: Suggestion, invented: frozenset[str] = frozenset()) -> ResultView:
    """`invented`: names of corpora whose texts may be read at once."""
    return ResultView(
        "suggest",
        "What could the policy learn from its errors?",
        result,
        tables(result, invented),
        charts(result),
        tuple(summary(result)),
    )


def summary(result: Suggestion) -> Iterator[str]:
    yield "advice of a text model: nothing of it enters a decision, and no rule is written"
    for gap in result.gaps:
        if gap.among != ALL:
            continue
        yield (
            f"{gap.category}: of {gap.recall.n:,} rows of the checking half the policy hits {gap.recall.k:,}, a model "
            f"with no more false alarms {gap.model_recall.k:,}: {show(gap.gap.change)}"
        )
    for name in result.apart:
        yield f"{name} has no harmless rows: the model may know its source rather than its matter; the gap flatters it"
    for category, (misses, wrong) in result.counted.items() if result.advised else ():
        yield f"{category}: {misses:,} misses and {wrong:,} false alarms to read on the writing half"
    yield f"of {result.slices.tested:,} slices, errors gather in {len(result.slices.found):,}"
    for category, why in result.left_out.items():
        yield f"{category} has no model: {why}"


def tables(result: Suggestion, invented: frozenset[str]) -> tuple[Table, ...]:
    advice = (
        _errors(result, "misses", invented),
        _errors(result, "false alarms", invented),
        _proposals(result, "catch", invented),
        _proposals(result, "relieve", invented),
    )
    return (_gaps(result), *(advice if result.advised else ()), _slices(result))


def _gaps(result: Suggestion) -> Table:
    return Table(
        "gap",
        "The policy, and a text model with no more false alarms",
        (
            "category", "among", "recall of the policy", "recall of the model", "model minus policy", "p (permutation)",
            "model alone", "policy alone", "over-blocking of the policy", "over-blocking of the model",
        ),
        tuple(_gap(gap) for gap in result.gaps),
        f"At {result.action} or more, on the checking half; the model was fitted to the writing half. It hits no more "
        "harmless rows than the policy, over all corpora and in each that has 10 or more. Intervals take its threshold "
        "as given. Alone: rows of the category that one hits and the other does not.",
    )  # fmt: skip


def _gap(gap: ModelGap) -> tuple[Cell, ...]:
    return (
        gap.category, gap.among, gap.recall, gap.model_recall, gap.gap.change, gap.gap.p, gap.gap.gained, gap.gap.lost,
        gap.over_blocking, gap.model_over_blocking,
    )  # fmt: skip


def _errors(result: Suggestion, errors: str, invented: frozenset[str]) -> Table:
    found = [this for this in result.errors if this.errors == errors]
    texts = any(this.text is not None for this in found)
    columns = ("category", "corpus", "row", "stratum", "rules", "score", *(("text",) if texts else ()))
    which = "most like their category first" if errors == "misses" else "least like their category first"
    note = f"Of the writing half, {which}: log odds of a model that was fitted without the row."
    return Table(
        errors.replace(" ", "-"),
        f"{errors.capitalize()} to read",
        columns,
        tuple(_error(this, texts, invented) for this in found),
        note if texts or not found else f"{note} Texts with --show-text.",
    )


def _error(this: RankedError, texts: bool, invented: frozenset[str]) -> tuple[Cell, ...]:
    said = (Quote(this.text, this.corpus in invented) if this.text is not None else None,) if texts else ()
    return this.category, this.corpus, this.row, this.stratum or None, ", ".join(this.rules) or None, this.score, *said


_TITLES = {
    "catch": ("proposals", "Terms and signs of what is missed", "misses", "all of the category"),
    "relieve": ("reliefs", "Terms and signs of false alarms", "false alarms", "right hits"),
}


def _proposals(result: Suggestion, purpose: Purpose, invented: frozenset[str]) -> Table:
    name, title, wanted, harmful = _TITLES[purpose]
    found = [this for this in result.proposals if this.purpose == purpose]
    examples = any(this.examples for this in found)
    read = {corpus.name for corpus in result.stamp.corpora} <= invented
    note = (
        "Rows that hold it anywhere in the plain view, on the writing half and then on the checking half, which had "
        "no part in finding it. Those that would do most by the model's weight first. Read the rows before a rule "
        "names it."
    )
    return Table(
        name,
        title,
        ("category", "proposal", "kind", wanted, harmful, "harmless", *(("examples",) if examples else ())),
        tuple(_proposal(this, examples, read) for this in found),
        note if examples or not found else f"{note} Examples with --show-text.",
    )


def _proposal(this: Proposal, examples: bool, read: bool) -> tuple[Cell, ...]:
    said = (Quote(" / ".join(this.examples), read) if this.examples else None,) if examples else ()
    counts = (_both(this.wanted), _both(this.harmful), _both(this.harmless))
    return this.category, Quote(this.text, read), this.kind, *counts, *said


def _both(halves: tuple[HalfCount, HalfCount]) -> Several:
    """`12 of 300, then 9 of 310`."""
    writing, checking = halves
    return Several(
        f"{writing.k:,} of {writing.n:,}, {checking.k:,} of {checking.n:,}",
        (
            ("writing", writing.k), ("writing n", writing.n), ("checking", checking.k), ("checking n", checking.n),
        ),
    )  # fmt: skip


def _slices(result: Suggestion) -> Table:
    found = result.slices.found
    left = len(found) - MOST_SLICES
    return Table(
        "slices",
        "Where errors gather",
        (
            "errors", "category", "by", "value", "share in it", "outside", "p (Fisher)", "p (false discovery rate)",
            "in it, checking half", "outside, checking half",
        ),
        tuple(
            (
                this.errors, this.category, this.by, this.value, this.inside, this.outside, this.p, this.p_bh,
                this.checked_inside, this.checked_outside,
            )
            for this in found[:MOST_SLICES]
        ),
        f"Of {result.slices.tested:,} strata, lengths and words with enough rows, those in which errors are more "
        "frequent on the writing half, corrected together. Explored; the checking half says whether it comes back. One "
        f"row can be in many.{f' {left:,} more are in the JSON.' if left > 0 else ''}",
    )  # fmt: skip


def charts(result: Suggestion) -> tuple[Chart, ...]:
    rows = tuple(
        (f"{gap.category}: {who}", share)
        for gap in result.gaps
        if gap.among == ALL
        for who, share in (("policy", gap.recall), ("model", gap.model_recall))
    )
    return (Intervals("gap", "Recall of the policy, and of a model with no more false alarms", rows, "gap"),)
