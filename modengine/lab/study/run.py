"""Running a study: each figure declared or exploratory, each declared outcome with its verdict.

`claims` tests the outcomes.  All of them (or those of one question) are corrected together after Holm, separately for
what speaks for them and what against; every other test of the study by the false discovery rate.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import msgspec

from modengine.errors import InputError
from modengine.lab.coding.estimate import CodedEstimates
from modengine.lab.data.stamp import Stamp, stamp
from modengine.lab.stats.claims import Verdict, adjusted
from modengine.lab.stats.intervals import Estimate
from modengine.lab.stats.permutation import ALPHA
from modengine.lab.study.claims import tested
from modengine.lab.study.coded import StudyCoded, about_coded, uncoded
from modengine.lab.study.decided import Decisions, Told, decisions, on
from modengine.lab.study.measure import StudyFigure, figures
from modengine.lab.study.model import WITHIN, Half, StudyOutcome
from modengine.lab.study.opened import OpenedStudy
from modengine.lab.study.pin import Pin, PinnedPool
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
    pools: dict[str, PinnedPool]
    """Corpora that some figures are of together: in place of a corpus these figures name the pool."""
    coded: tuple[StudyCoded, ...]
    """Coded samples: in place of a corpus the figures that are estimated from one name it."""
    outcomes: tuple[OutcomeResult, ...]
    """None on the writing half: there nothing is tested."""
    figures: tuple[StudyFigure, ...]


@dataclass(frozen=True)
class StudyRun:
    """A result, and the decisions behind it."""

    result: StudyResult
    decisions: tuple[Decisions, ...]


def run_study(
    opened: OpenedStudy,
    pin: Pin | None,
    *,
    writing: bool = False,
    command: str = "",
    told: Told = lambda _: None,
    repeated: bool = False,
) -> StudyRun:
    """Measures everything.  `writing`: on the writing half, where every figure is exploratory.

    `told` what is begun.  Whether the study is as it was pinned is for `check_pin` to say.  Raises InputError (ME911)
    where rows of a coded sample are decided otherwise than when it was drawn, unless a study is `repeated`.
    """
    study = opened.study
    half: Half = "writing" if writing else study.half
    made = decisions(opened, half, told)
    estimates = dict(_estimates(opened, told))
    coded = tuple(_coded(opened, pin, made, estimates))
    for sample in coded if not repeated else ():
        if sample.otherwise:
            rows = f"{sample.otherwise:,} rows of `{sample.corpus}`"
            what = f"{rows} are decided otherwise than when the sample `{sample.name}` was drawn"
            raise InputError("ME911", what, "take back the policy that the sample was drawn by, or draw another")
    found = figures(opened, made, estimates, told)
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
        {name: PinnedPool(pool.corpora, pool.weigh) for name, pool in study.pools.items()},
        coded,
        _results(opened, outcomes, found, made),
        marked,
    )
    return StudyRun(result, made)


def _estimates(opened: OpenedStudy, told: Told) -> Iterator[tuple[str, CodedEstimates]]:
    """Of each coded sample, by its name.  Raises InputError (ME905) where no coder is done."""
    for name, sample in opened.coded.items():
        if not sample.sheets:
            raise uncoded(name, sample)
        told(f"the coded sample {name}")
        yield name, sample.estimates(opened.study.seed)


def _coded(
    opened: OpenedStudy, pin: Pin | None, made: Sequence[Decisions], estimates: Mapping[str, CodedEstimates]
) -> Iterator[StudyCoded]:
    for name, found in estimates.items():
        sample = opened.coded[name]
        (mine,) = on(made, sample.ref.policy, [sample.ref.corpus])
        after = pin is not None and name in pin.coded and pin.coded[name].added is not None
        yield about_coded(name, sample, found, after, sample.otherwise(mine.decided))


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
    tests = {name: tested(opened, one, known.get(one.known), made_from) for name, one in outcomes.items()}
    by_question = opened.study.correction == "holm-by-question"
    families: dict[str | None, list[str]] = {}
    for name, outcome in outcomes.items():
        families.setdefault(outcome.question if by_question else None, []).append(name)
    holm: dict[str, tuple[float | None, float | None]] = {}
    for names in families.values():
        sides = ([tests[name].p for name in names], [tests[name].p_against for name in names])
        corrected = (adjusted(p, "holm") for p in sides)
        holm |= dict(zip(names, zip(*corrected, strict=True), strict=True))
    made = []
    for name, outcome in outcomes.items():
        one, (p_holm, against_holm) = tests[name], holm[name]
        # Where neither policy hits such a row, `diff` lists no test: nothing speaks for a difference.
        nothing = outcome.than is not None and outcome.direction not in WITHIN and outcome.known not in known
        verdict: Verdict = "open" if nothing else _verdict(one.found, p_holm, against_holm)
        made.append(OutcomeResult(
            name, outcome.question, outcome.words(), one.found, one.p, p_holm, one.p_against, against_holm, verdict,
            one.limits,
        ))  # fmt: skip
    return tuple(made)


def _verdict(found: Estimate, p: float | None, against: float | None) -> Verdict:
    if found.value is None or not found.supported:
        return "unsupported"
    if p is not None and p < ALPHA:
        return "shown"
    return "contradicted" if against is not None and against < ALPHA else "open"
