"""Does segmentation matter?  The same rules with other boundaries of words.

`not-straddling` is what the rule language does: a match counts unless it cuts a token.
`token-equality` is the word list looked up token by token: the match must be exactly one token.
`substring` is the word list without a segmenter: every match counts.
The dictionary, the terms and everything else stay as they are, so that the boundary alone differs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import msgspec

from modengine.engine.engine import Engine
from modengine.engine.match.terms import Boundary
from modengine.lab.data.corpus import HARMLESS, Corpus
from modengine.lab.data.derived import derived
from modengine.lab.data.outcomes import LEVELS, DecidedCorpus, decide
from modengine.lab.stats.claims import adjusted
from modengine.lab.stats.intervals import Estimate
from modengine.lab.stats.metrics import ANY, Flags, labelled, levels, rate
from modengine.lab.stats.one_way import only_adds
from modengine.lab.stats.paired import Paired, paired
from modengine.model import Action
from modengine.run.work.beside import Beside

AS_IS: Boundary = "not-straddling"
OTHERS: tuple[Boundary, ...] = ("token-equality", "substring")


class BoundaryFigure(msgspec.Struct, frozen=True):
    """Recall of a category, or over-blocking by any of them, with a boundary."""

    boundary: Boundary
    figure: str
    """`recall` or `over-blocking`."""
    category: str
    action: Action
    share: Estimate
    against: Paired | None
    """This boundary (B) against `not-straddling` (A) on the same rows; null for the latter itself."""
    p_bh: float | None
    """p after the false discovery rate, over all comparisons of boundaries on this corpus."""


@dataclass(frozen=True, slots=True)
class Decided:
    """An engine, and corpora with its decisions: the material of processes beside one another."""

    engine: Engine
    pairs: tuple[tuple[Corpus, DecidedCorpus], ...]


def boundaries(
    processes: Beside[Decided], told: Callable[[int], object] = lambda _: None
) -> tuple[tuple[BoundaryFigure, ...], ...]:
    """For each corpus, with its decisions, every figure with every boundary; none for a policy without `words`.

    `told` how many of the two other boundaries are done.
    """
    engine, pairs = processes.material.engine, processes.material.pairs
    if not any(pattern.kind == "words" for rule in engine.policy.rules for pattern in rule.patterns):
        return ((),) * len(pairs)
    found = [list(_figures(engine, corpus, AS_IS, as_is, as_is)) for corpus, as_is in pairs]
    for number, made in enumerate(processes.each(map(_With, OTHERS))):
        for mine, figures in zip(found, made, strict=True):
            mine += figures
        told(number + 1)
    return tuple(map(_corrected, found))


@dataclass(frozen=True, slots=True)
class _With:
    """Another boundary: a task."""

    boundary: Boundary

    def __call__(self, made_from: Decided) -> list[list[BoundaryFigure]]:
        engine = made_from.engine
        changed = derived(engine, engine.policy, self.boundary)
        return [
            list(_figures(engine, corpus, self.boundary, decide(changed, corpus), as_is))
            for corpus, as_is in made_from.pairs
        ]


def _corrected(found: list[BoundaryFigure]) -> tuple[BoundaryFigure, ...]:
    p = adjusted([figure.against.p if figure.against else None for figure in found], "fdr_bh")
    return tuple(msgspec.structs.replace(figure, p_bh=value) for figure, value in zip(found, p, strict=True))


def _figures(
    engine: Engine, corpus: Corpus, boundary: Boundary, outcomes: DecidedCorpus, as_is: DecidedCorpus
) -> Iterator[BoundaryFigure]:
    for figure, category, level, rows, hit, before in _cells(engine, corpus, outcomes, as_is):
        against = (
            None if boundary == AS_IS else paired(corpus.clusters, before, hit, rows, one_way=only_adds(engine.policy))
        )
        yield BoundaryFigure(boundary, figure, category, level, rate(corpus.clusters, hit, rows), against, None)


def _cells(
    engine: Engine, corpus: Corpus, outcomes: DecidedCorpus, as_is: DecidedCorpus
) -> Iterator[tuple[str, str, Action, Flags, Flags, Flags]]:
    """Figure, category, action, its rows, the hits, and the hits as the rules are."""
    forbidden, reach = corpus.columns.forbidden, levels(engine.policy)
    harmless = labelled(corpus, HARMLESS)
    for level in LEVELS:
        if "over-blocking" not in forbidden and harmless.any():
            hit, before = (decided.hit(None, level) for decided in (outcomes, as_is))
            yield "over-blocking", ANY, level, harmless, hit, before
    for category in outcomes.categories if "recall" not in forbidden else ():
        rows = labelled(corpus, category)
        for level in reach[category] if rows.any() else ():
            hit, before = (decided.hit(category, level) for decided in (outcomes, as_is))
            yield "recall", category, level, rows, hit, before
