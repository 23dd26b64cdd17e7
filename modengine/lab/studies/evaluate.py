"""What a policy catches and misses, and whom it hits by mistake."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from modengine.engine.engine import Engine
from modengine.lab.data.corpus import Corpus
from modengine.lab.data.outcomes import DecidedCorpus, Progress, decide
from modengine.lab.data.stamp import Stamp, stamp
from modengine.lab.stats.claims import Claim, StratumComparison, Tested, declared, explored, read_claim
from modengine.lab.stats.false_alarms import RuleAlarms, alarms
from modengine.lab.stats.metrics import Figures, OverBlocking, figures, levels, over_blocking
from modengine.lab.stats.thresholds import ChosenThreshold, SweepPoint, choose, sweep


class Trouble(msgspec.Struct, frozen=True):
    """Rows of a corpus that were not decided as the others were."""

    corpus: str
    undetermined: int
    """Rows that count as `review`, since something in them could not be decided."""
    without_fields: int
    """Rows decided without their fields, which the policy reads as another type."""


class Evaluation(msgspec.Struct, frozen=True):
    """All that `eval` measures.  Scope and period are taken as met."""

    stamp: Stamp
    prevalence: float | None
    """The share of the category in traffic that `projected` is for."""
    over_blocking: tuple[OverBlocking, ...]
    figures: tuple[Figures, ...]
    declared: tuple[Tested, ...]
    """Corrected after Holm."""
    explored: tuple[StratumComparison, ...]
    """Corrected by the false discovery rate."""
    worst_rules: tuple[RuleAlarms, ...]
    choices: tuple[ChosenThreshold, ...]
    sweep: tuple[SweepPoint, ...]
    """Thresholds on all rows: a precision-recall curve, and what each point costs harmless rows."""
    trouble: tuple[Trouble, ...]


def evaluate(
    engine: Engine,
    corpora: Sequence[Corpus],
    seed: int = 1,
    *,
    prevalence: float | None = None,
    declare: Sequence[str] = (),
    show_text: bool = False,
    outcomes: Sequence[DecidedCorpus] | None = None,
    command: str = "",
    progress: Progress | None = None,
) -> Evaluation:
    """Measures a policy on labelled corpora.

    `declare` holds outcomes fixed beforehand (`fraud.recall@review>=0.5`); `outcomes` the decisions,
    where they are there already.  Raises InputError (ME911) for an outcome that cannot be tested.
    """
    claims: list[Claim] = [read_claim(text, engine.policy.categories) for text in declare]
    if outcomes is None:
        outcomes = _decided(engine, corpora, progress)
    reach = levels(engine.policy)
    pairs = tuple(zip(corpora, outcomes, strict=True))
    over = tuple(blocked for c, o in pairs for blocked in over_blocking(c, o))
    found = tuple(figure for c, o in pairs for figure in figures(c, o, reach, prevalence))
    return Evaluation(
        stamp("eval", engine, corpora, seed, command),
        prevalence,
        over,
        found,
        declared(claims, found, over),
        explored(corpora, outcomes),
        tuple(alarm for c, o in pairs for alarm in alarms(engine, c, o, show_text)),
        tuple(choice for c, o in pairs for choice in choose(c, o, engine.policy)),
        tuple(point for c, o in pairs for point in sweep(c, o)),
        tuple(Trouble(c.name, int(o.undetermined.sum()), int(o.refused.sum())) for c, o in pairs),
    )


def _decided(engine: Engine, corpora: Sequence[Corpus], progress: Progress | None) -> tuple[DecidedCorpus, ...]:
    """The decisions on all corpora; progress is told the rows of all of them."""
    found: list[DecidedCorpus] = []
    before = 0
    for corpus in corpora:
        told = None if progress is None else _shifted(progress, before)
        found.append(decide(engine, corpus, told))
        before += len(corpus)
    return tuple(found)


def _shifted(progress: Progress, before: int) -> Progress:
    return lambda done: progress(before + done)
