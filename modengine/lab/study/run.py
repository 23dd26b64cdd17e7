"""Running a study: each figure declared or exploratory, each declared outcome with its verdict.

A declared share is held against its bound by the exact binomial test of `stats.claims`, in both directions; a declared
difference takes the test of `diff`, or that of its margin (`margins`).  All declared outcomes (or those of one
question) are corrected together after Holm, separately for what speaks for them and what against; every other test of
the study by the false discovery rate.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import msgspec

from modengine.lab.data.stamp import Stamp, stamp
from modengine.lab.stats.claims import ALPHA, Verdict, adjusted, p_of
from modengine.lab.stats.intervals import NOTHING, Estimate
from modengine.lab.study.margins import within_margin
from modengine.lab.study.measure import Decisions, StudyFigure, Told, decisions, figures
from modengine.lab.study.model import WITHIN, Half, StudyOutcome
from modengine.lab.study.opened import OpenedStudy
from modengine.lab.study.pin import Pin
from modengine.version import __version__


class OutcomeResult(msgspec.Struct, frozen=True):
    """A declared outcome and what came of it."""

    outcome: str
    question: str | None
    declared: str
    found: Estimate
    p: float | None
    """One-sided (two-sided where the direction is `different`): how likely such rows are if the claim is false."""
    p_holm: float | None
    p_against: float | None
    """The same of the contrary claim."""
    p_against_holm: float | None
    verdict: Verdict
    """`shown`: p_holm below 0.05; `contradicted`: p_against_holm is; `unsupported`: too few rows; else `open`."""
    limits: tuple[float, float] | None = None
    """Of a difference with a margin: its one-sided limits at 5 %, not corrected; the claim is that they lie within."""


class StudyPolicy(msgspec.Struct, frozen=True):
    """A policy of a study as it was run."""

    name: str
    policy: str
    revision: str


class StudyResult(msgspec.Struct, frozen=True):
    """All figures of a study.  Scope and period are taken as met."""

    stamp: Stamp
    study: str
    title: str
    pin: str | None
    """The digest of the pin; null for a run on the writing half without one."""
    pinned: str | None
    amended: int
    """How often it was pinned anew."""
    half: Half
    correction: Literal["holm", "holm-by-question"]
    engine: str
    """The version of modengine."""
    questions: dict[str, str]
    policies: tuple[StudyPolicy, ...]
    outcomes: tuple[OutcomeResult, ...]
    """None on the writing half: there nothing is tested."""
    figures: tuple[StudyFigure, ...]


@dataclass(frozen=True)
class StudyRun:
    """A result, and the decisions behind it."""

    result: StudyResult
    decisions: tuple[Decisions, ...]


def run_study(
    opened: OpenedStudy, pin: Pin | None, *, writing: bool = False, command: str = "", told: Told = lambda _: None
) -> StudyRun:
    """Measures everything.  `writing`: on the writing half, where every figure is exploratory.

    `told` what is begun.  Whether the study is as it was pinned is for `pin.check_pin` to say.
    """
    study = opened.study
    half: Half = "writing" if writing else study.half
    made = decisions(opened, half, told)
    found = figures(opened, made, told)
    outcomes = {} if writing else study.outcomes
    marked = _marked(found, outcomes)
    result = StudyResult(
        _stamp(opened, made, command),
        study.name,
        study.title,
        None if pin is None else pin.digest,
        None if pin is None else pin.pinned,
        0 if pin is None else len(pin.amends),
        half,
        study.correction,
        __version__,
        dict(study.questions),
        tuple(StudyPolicy(name, engine.policy.id, engine.revision) for name, engine in opened.engines.items()),
        _results(opened, outcomes, found, made),
        marked,
    )
    return StudyRun(result, made)


def _stamp(opened: OpenedStudy, made: Sequence[Decisions], command: str) -> Stamp:
    """The stamp of the first policy, which says how many more there are; a result tells the revision of each."""
    first, *others = opened.engines.values()
    corpora = {one.corpus.name: one.corpus for one in made}
    found = stamp("study", first, tuple(corpora.values()), opened.study.seed, command)
    name = next(iter(opened.engines)) + (f" and {len(others)} more" if others else "")
    study = any(engine.policy.study for engine in (first, *others))
    return msgspec.structs.replace(found, policy=name, study=study)


def _marked(found: Sequence[StudyFigure], outcomes: Mapping[str, StudyOutcome]) -> tuple[StudyFigure, ...]:
    """Declared where an outcome asks for it; the tests of all others corrected together."""
    asked: dict[object, list[str]] = {}
    for name, outcome in outcomes.items():
        asked.setdefault(outcome.known, []).append(name)
    corrected = adjusted([None if figure.known in asked else figure.p for figure in found], "fdr_bh")
    return tuple(
        msgspec.structs.replace(figure, status="declared", outcome=", ".join(asked[figure.known]))
        if figure.known in asked
        else msgspec.structs.replace(figure, p_bh=p)
        for figure, p in zip(found, corrected, strict=True)
    )


def _results(
    opened: OpenedStudy,
    outcomes: Mapping[str, StudyOutcome],
    found: Sequence[StudyFigure],
    made_from: Sequence[Decisions],
) -> tuple[OutcomeResult, ...]:
    known = {figure.known: figure for figure in found}
    margins = {name: within_margin(one, made_from) for name, one in outcomes.items() if one.direction in WITHIN}
    tests = {
        name: (margins[name].p, margins[name].p_against)
        if name in margins
        else _tests(outcome, known.get(outcome.known))
        for name, outcome in outcomes.items()
    }
    by_question = opened.study.correction == "holm-by-question"
    families: dict[str | None, list[str]] = {}
    for name, outcome in outcomes.items():
        families.setdefault(outcome.question if by_question else None, []).append(name)
    holm: dict[str, tuple[float | None, float | None]] = {}
    for names in families.values():
        sides = (adjusted([tests[name][side] for name in names], "holm") for side in (0, 1))
        holm |= dict(zip(names, zip(*sides, strict=True), strict=True))
    made = []
    for name, outcome in outcomes.items():
        figure, (p, against), (p_holm, against_holm) = known.get(outcome.known), tests[name], holm[name]
        margin = margins.get(name)
        estimate = margin.found if margin is not None else NOTHING if figure is None else figure.found
        # Where neither policy hits such a row, `diff` lists no test: nothing speaks for a difference.
        nothing = figure is None and outcome.than is not None and margin is None
        verdict: Verdict = "open" if nothing else _verdict(estimate, p_holm, against_holm)
        made.append(OutcomeResult(
            name, outcome.question, outcome.words(), estimate, p, p_holm, against, against_holm, verdict,
            None if margin is None else margin.limits,
        ))  # fmt: skip
    return tuple(made)


def _tests(outcome: StudyOutcome, figure: StudyFigure | None) -> tuple[float | None, float | None]:
    """The p of the claim and of the contrary one; None where there are too few rows to test."""
    if figure is None or figure.found.value is None or not figure.found.supported:
        return None, None
    match outcome.direction:
        case "at least" | "at most":
            at_least = outcome.direction == "at least"
            return p_of(figure.found, at_least, outcome.bound), p_of(figure.found, not at_least, outcome.bound)
        case "different":
            return figure.p, None
        case _:
            if figure.p is None:
                return None, None
            as_claimed = figure.found.value > 0 if outcome.direction == "higher" else figure.found.value < 0
            sides = figure.p / 2, 1 - figure.p / 2
            return sides if as_claimed else (sides[1], sides[0])


def _verdict(found: Estimate, p: float | None, against: float | None) -> Verdict:
    if found.value is None or not found.supported:
        return "unsupported"
    if p is not None and p < ALPHA:
        return "shown"
    return "contradicted" if against is not None and against < ALPHA else "open"
