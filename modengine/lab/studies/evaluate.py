"""What a policy catches and misses, and whom it hits by mistake."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from modengine.engine.engine import Engine
from modengine.errors import InputError
from modengine.lab.data.corpus import Corpus
from modengine.lab.data.outcomes import DecidedCorpus, Progress, decide_all
from modengine.lab.data.stamp import Stamp, stamp
from modengine.lab.stats.claims import Claim, StratumComparison, Tested, declared, explored, read_claim
from modengine.lab.stats.false_alarms import RuleAlarms, alarms
from modengine.lab.stats.intervals import FORBIDDEN
from modengine.lab.stats.metrics import Figures, OverBlocking, figures, levels, over_blocking, project
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
    prevalence: dict[str, float]
    """Category to its share of traffic, which `projected` is for; empty where none was asked for."""
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
    prevalence: float | Mapping[str, float] | None = None,
    declare: Sequence[str] = (),
    show_text: bool = False,
    outcomes: Sequence[DecidedCorpus] | None = None,
    command: str = "",
    progress: Progress | None = None,
) -> Evaluation:
    """Measures a policy on labelled corpora.

    `prevalence` is the share of traffic for which precision is projected, of every category or by category;
    `declare` holds outcomes fixed beforehand (`fraud.recall@review>=0.5`); `outcomes` the decisions, where they are
    there already.  Raises InputError (ME911) for an outcome that cannot be tested, or no such category.
    """
    rates = _rates(prevalence, engine.policy.categories)
    claims: list[Claim] = [read_claim(text, engine.policy.categories) for text in declare]
    if outcomes is None:
        outcomes = decide_all(engine, corpora, progress)
    reach = levels(engine.policy)
    pairs = tuple(zip(corpora, outcomes, strict=True))
    over = tuple(blocked for c, o in pairs for blocked in over_blocking(c, o))
    found = tuple(_projected(figure, rates) for c, o in pairs for figure in figures(c, o, reach))
    return Evaluation(
        stamp("eval", engine, corpora, seed, command),
        rates,
        over,
        found,
        declared(claims, found, over),
        explored(corpora, outcomes),
        tuple(alarm for c, o in pairs for alarm in alarms(engine, c, o, show_text)),
        tuple(choice for c, o in pairs for choice in choose(c, o, engine.policy)),
        tuple(point for c, o in pairs for point in sweep(c, o)),
        tuple(Trouble(c.name, int(o.undetermined.sum()), int(o.refused.sum())) for c, o in pairs),
    )


def _rates(given: float | Mapping[str, float] | None, categories: Sequence[str]) -> dict[str, float]:
    if given is None:
        return {}
    if isinstance(given, Mapping):
        unknown = [name for name in given if name not in categories]
        if unknown:
            hint = f"its categories are {', '.join(categories)}"
            raise InputError("ME911", f"the policy has no category `{unknown[0]}` to project", hint)
        return dict(given)
    return dict.fromkeys(categories, given)


def _projected(found: Figures, rates: Mapping[str, float]) -> Figures:
    """With the precision at the share of its category, where one was asked for and the card allows it."""
    if found.category not in rates:
        return found
    forbidden = "forbidden" in (found.precision.method, found.recall.method)
    projected = FORBIDDEN if forbidden else project(found.recall, found.others_hit, rates[found.category])
    return msgspec.structs.replace(found, projected=projected)
