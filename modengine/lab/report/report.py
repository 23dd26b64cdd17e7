"""One report of everything that can be measured on the corpora at hand.

A section is a function from materials to views, and one line in `SECTIONS`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from modengine.engine.engine import Engine
from modengine.errors import InputError, ModengineError
from modengine.explain.json import as_json
from modengine.lab.advice import suggest
from modengine.lab.data.corpus import Corpus
from modengine.lab.data.outcomes import DecidedCorpus, Progress, decide_by_each
from modengine.lab.report.page import Front, page
from modengine.lab.report.view import ResultView
from modengine.lab.report.views import (
    ablate as ablation_view,
    compare as comparison_view,
    evade as evade_view,
    evaluate as evaluation_view,
    fairness as fairness_view,
    fit as fit_view,
    suggest as suggest_view,
    timeline as timeline_view,
    together as together_view,
)
from modengine.lab.studies import (
    ablate,
    compare,
    evade,
    evaluate,
    fairness,
    fit,
    timeline,
    together,
)


@dataclass(frozen=True, slots=True)
class Materials:
    """What a section is made from."""

    engine: Engine
    corpora: tuple[Corpus, ...]
    outcomes: tuple[DecidedCorpus, ...]
    """The decisions on each corpus, scope and period taken as met."""
    seed: int
    command: str
    show_text: bool = False
    prevalence: float | Mapping[str, float] | None = None
    declare: tuple[str, ...] = ()
    against: tuple[Engine, ...] = ()
    """Other policies, each of which is compared with this one."""
    jobs: int = 1
    """Processes that share the work of the longest sections."""
    others: tuple[tuple[DecidedCorpus, ...], ...] = ()
    """The decisions of each of these."""

    @property
    def several(self) -> bool:
        """Whether there is more to compare than `diff` does: several corpora, or three policies."""
        return len(self.corpora) > 1 or len(self.against) > 1

    @property
    def invented(self) -> frozenset[str]:
        """Names of the corpora whose texts may be read at once."""
        return frozenset(corpus.name for corpus in self.corpora if corpus.columns.invented)


Section = Callable[[Materials], Sequence[ResultView]]
"""Views with names of their own (`ablate`, or `ablate-CORPUS`).  Raises ModengineError where the materials
cannot give it: the report then says why."""


def _eval(made_from: Materials) -> Sequence[ResultView]:
    result = evaluate.evaluate(
        made_from.engine,
        made_from.corpora,
        made_from.seed,
        prevalence=made_from.prevalence,
        declare=made_from.declare,
        show_text=made_from.show_text,
        outcomes=made_from.outcomes,
        command=made_from.command,
    )
    return (evaluation_view.view(result, made_from.invented),)


def _diff(made_from: Materials) -> Sequence[ResultView]:
    """This policy as A and each other as B, on each corpus."""
    if not made_from.against:
        raise InputError("ME911", "no other policy was named", "name one with --against")
    views: list[ResultView] = []
    for other, decided in zip(made_from.against, made_from.others, strict=True):
        for i, corpus in enumerate(made_from.corpora):
            result = compare.compare(
                made_from.engine,
                other,
                corpus,
                made_from.seed,
                show_text=made_from.show_text,
                outcomes=(made_from.outcomes[i], decided[i]),
                command=made_from.command,
            )
            made = comparison_view.view(result, corpus.columns.invented)
            where = f"{other.policy.id}-{corpus.name}"
            views.append(replace(made, name=f"diff-{where}", title=f"{made.title} ({other.policy.id}, {corpus.name})"))
    return views


def _together(made_from: Materials) -> Sequence[ResultView]:
    """All policies on all corpora, pooled too."""
    if not made_from.several:
        raise InputError(
            "ME911", "there is one policy, and one corpus", "name other corpora, or policies with --against"
        )
    result = together.together(
        (made_from.engine, *made_from.against), made_from.corpora, made_from.seed,
        outcomes=(made_from.outcomes, *made_from.others), command=made_from.command,
    )  # fmt: skip
    return (together_view.view(result),)


def _fairness(made_from: Materials) -> Sequence[ResultView]:
    result = fairness.fairness(
        made_from.engine, made_from.corpora, made_from.seed, outcomes=made_from.outcomes, command=made_from.command
    )
    return (fairness_view.view(result),)


def _evade(made_from: Materials) -> Sequence[ResultView]:
    result = evade.evade(
        made_from.engine,
        made_from.corpora,
        made_from.seed,
        examples=any(rule.examples.match for rule in made_from.engine.policy.rules if rule.category is not None),
        outcomes=made_from.outcomes,
        command=made_from.command,
        jobs=made_from.jobs,
    )
    return (evade_view.view(result),)


def _ablate(made_from: Materials) -> Sequence[ResultView]:
    results = ablate.ablations(
        made_from.engine, made_from.corpora, made_from.seed, outcomes=made_from.outcomes, command=made_from.command,
        jobs=made_from.jobs,
    )  # fmt: skip
    return _named(made_from, [ablation_view.view(result) for result in results])


def _fit(made_from: Materials) -> Sequence[ResultView]:
    result = fit.fit(made_from.engine, made_from.corpora, made_from.seed, command=made_from.command)
    return (fit_view.view(result),)


def _suggest(made_from: Materials) -> Sequence[ResultView]:
    """The gap and the slices; rows to read and proposals are for who writes rules."""
    result = suggest.suggest(
        made_from.engine, made_from.corpora, made_from.seed, advise=False, outcomes=made_from.outcomes,
        command=made_from.command,
    )  # fmt: skip
    return (suggest_view.view(result, made_from.invented),)


def _timeline(made_from: Materials) -> Sequence[ResultView]:
    """A view of each corpus that has days.  Raises InputError with the reasons where none has."""
    views: list[ResultView] = []
    reasons: list[str] = []
    for corpus in made_from.corpora:
        try:
            result = timeline.timeline(made_from.engine, corpus, made_from.seed, command=made_from.command)
        except InputError as error:
            reasons.append(f"{corpus.name}: {error.message}")
        else:
            views.append(timeline_view.view(result))
    if not views:
        raise InputError("ME911", "no corpus can give it", "; ".join(reasons))
    return _named(made_from, views)


def _named(made_from: Materials, views: Sequence[ResultView]) -> Sequence[ResultView]:
    """Views of single corpora, with names and titles of their own where there are several corpora."""
    if len(made_from.corpora) == 1:
        return views
    named = [(view, view.result.stamp.corpora[0].name) for view in views]
    return [replace(view, name=f"{view.name}-{name}", title=f"{view.title} ({name})") for view, name in named]


SECTIONS: Mapping[str, Section] = {
    "eval": _eval,
    "together": _together,
    "diff": _diff,
    "fairness": _fairness,
    "evade": _evade,
    "ablate": _ablate,
    "fit": _fit,
    "suggest": _suggest,
    "timeline": _timeline,
}
"""In the order of the report."""


@dataclass(frozen=True, slots=True)
class Report:
    """The views of all sections, and why others are not there."""

    front: Front
    views: tuple[ResultView, ...]
    left_out: tuple[tuple[str, str], ...]

    def as_html(self) -> str:
        return page(self.views, self.front, self.left_out)

    def as_json(self) -> str:
        """An object with the result of each view, under the name of the view."""
        results: dict[str, Any] = {view.name: view.result for view in self.views}
        return as_json(results) + "\n"


def make_report(
    engine: Engine,
    corpora: Sequence[Corpus],
    seed: int = 1,
    *,
    sections: Sequence[str] | None = None,
    against: Sequence[Engine] = (),
    prevalence: float | Mapping[str, float] | None = None,
    declare: Sequence[str] = (),
    show_text: bool = False,
    command: str = "",
    title: str = "",
    authors: Sequence[str] = (),
    progress: Progress | None = None,
    on_section: Callable[[str], object] | None = None,
    jobs: int = 1,
) -> Report:
    """Every section that the corpora can give, or only `sections`.

    Policies `against` which this one is compared must have names of their own.  Raises InputError (ME911) where no
    section can be given.
    `progress` is told how many rows are decided, those of each policy, `on_section` which section is begun; `jobs`
    processes share the work of the longest.
    """
    outcomes, *others = decide_by_each((engine, *against), corpora, progress)
    made_from = Materials(
        engine, tuple(corpora), outcomes, seed, command, show_text, prevalence, tuple(declare), tuple(against),
        jobs, tuple(others),
    )  # fmt: skip
    views: list[ResultView] = []
    left_out: list[tuple[str, str]] = []
    absent = {*(() if against else ("diff",)), *(() if made_from.several else ("together",))}
    every = [name for name in SECTIONS if name not in absent]
    for name in every if sections is None else sections:
        if on_section is not None:
            on_section(name)
        try:
            views += SECTIONS[name](made_from)
        except ModengineError as error:
            left_out.append((name, str(error)))
    if left_out and not views:
        reasons = "; ".join(f"{name}: {why}".split("\n", 1)[0] for name, why in left_out)
        raise InputError(
            "ME911", f"no section of the report can be given: {reasons}", "ask for others, or other corpora"
        )
    front = Front(title or f"What {engine.policy.id} does to speech", tuple(authors))
    return Report(front, tuple(views), tuple(left_out))
