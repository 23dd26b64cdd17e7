"""Any number of policies on any number of corpora: their figures side by side, their differences, and corpora pooled.

Shares are over-blocking (of harmless rows) and recall (of rows of a category).  Corpora are pooled by design: each is
a stratum, its clusters stay what they are (`stats.pooled`), and two weights are given: each row counts alike, or each
corpus does.  Corpora whose messages were made up are pooled apart from the others.  A difference of two policies is
that of `diff`; pooled, each row counts alike, and its permutation test is over the clusters of all corpora.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Literal

import msgspec
import numpy as np

from modengine.engine.engine import Engine
from modengine.lab.data.clusters import numbered
from modengine.lab.data.corpus import HARMLESS, Corpus
from modengine.lab.data.outcomes import LEVELS, DecidedCorpus, decide_all
from modengine.lab.data.stamp import Stamp, stamp
from modengine.lab.stats.claims import adjusted
from modengine.lab.stats.intervals import Estimate
from modengine.lab.stats.metrics import ANY, Flags, labelled, levels, rate
from modengine.lab.stats.one_way import one_way
from modengine.lab.stats.paired import Paired, paired
from modengine.lab.stats.pooled import pooled
from modengine.model import Action

POOLED, MADE_UP = "(pooled)", "(pooled, made up)"
"""In place of a corpus: those whose messages are real, and those whose messages were made up."""
Figure = Literal["over-blocking", "recall"]


class TogetherPolicy(msgspec.Struct, frozen=True):
    """A policy that was compared."""

    policy: str
    revision: str


class TogetherShare(msgspec.Struct, frozen=True):
    """A figure of a policy on a corpus, or on corpora pooled."""

    policy: str
    corpus: str
    """`(pooled)`, or `(pooled, made up)`, for those of `corpora`."""
    corpora: tuple[str, ...]
    """Those that have rows for the figure, and whose cards allow it."""
    figure: Figure
    category: str
    """`(any)` for whatever category."""
    action: Action
    share: Estimate
    """Pooled: each row counts alike."""
    corpora_alike: Estimate | None
    """Pooled: each corpus counts alike; null for a single corpus."""


class TogetherDifference(msgspec.Struct, frozen=True):
    """The figure of `policy` less that of `than`, on the same rows."""

    policy: str
    than: str
    corpus: str
    corpora: tuple[str, ...]
    figure: Figure
    category: str
    action: Action
    found: Paired
    """Its `hit_a` are of `than`.  No p where the one can only hit more, or fewer."""
    p_bh: float | None
    """p after the false discovery rate, over all differences."""


class PoolWeight(msgspec.Struct, frozen=True):
    """What a corpus counts for in a pooled figure."""

    corpus: str
    """`(pooled)` or `(pooled, made up)`."""
    of: str
    """The corpus that is pooled."""
    figure: Figure
    category: str
    rows: int
    clusters: int
    by_rows: float
    corpora_alike: float


class SideBySide(msgspec.Struct, frozen=True):
    """Policies and corpora side by side.  `stamp` is that of the first policy."""

    stamp: Stamp
    policies: tuple[TogetherPolicy, ...]
    shares: tuple[TogetherShare, ...]
    weights: tuple[PoolWeight, ...]
    differences: tuple[TogetherDifference, ...]


@dataclass(frozen=True)
class _Part:
    """Rows of a corpus that a figure is a share of."""

    corpus: Corpus
    number: int
    among: Flags

    @property
    def clusters(self) -> int:
        return len(np.unique(self.corpus.clusters[self.among]))


@dataclass(frozen=True)
class _Pool:
    name: str
    numbers: tuple[int, ...]
    """Of the corpora."""


def together(
    engines: Sequence[Engine],
    corpora: Sequence[Corpus],
    seed: int = 1,
    *,
    outcomes: Sequence[Sequence[DecidedCorpus]] | None = None,
    command: str = "",
) -> SideBySide:
    """`outcomes` holds the decisions of each policy on each corpus, where they are there already.

    Policies and corpora must have names of their own.
    """
    decided = [decide_all(engine, corpora) for engine in engines] if outcomes is None else outcomes
    pools = _pools(corpora)
    stamps = [stamp("together", engine, corpora, seed, command) for engine in engines]
    made = msgspec.structs.replace(
        stamps[0],
        study=any(one.study for one in stamps),
        specimens=tuple(dict.fromkeys(name for one in stamps for name in one.specimens)),
    )
    figures = list(figures_together(engines))
    return SideBySide(
        made,
        tuple(TogetherPolicy(engine.policy.id, engine.revision) for engine in engines),
        tuple(_shares(engines, corpora, decided, pools, figures)),
        tuple(_weights(corpora, pools, figures)),
        _differences(engines, corpora, decided, pools),
    )


def _pools(corpora: Sequence[Corpus]) -> tuple[_Pool, ...]:
    """Each corpus alone, and those of one kind together where there are several."""
    alone = [_Pool(corpus.name, (i,)) for i, corpus in enumerate(corpora)]
    for name, made_up in ((POOLED, False), (MADE_UP, True)):
        numbers = tuple(i for i, corpus in enumerate(corpora) if corpus.simulation == made_up)
        if len(numbers) > 1:
            alone.append(_Pool(name, numbers))
    return tuple(alone)


def figures_together(engines: Sequence[Engine]) -> Iterator[tuple[Figure, str, Action]]:
    """Over-blocking and recall by whatever category, and recall of each, at the actions that a policy reaches."""
    reach: dict[str, set[Action]] = {}
    for engine in engines:
        for category, actions in levels(engine.policy).items():
            reach.setdefault(category, set()).update(actions)
    anything = set(LEVELS) if any(engine.policy.specimens for engine in engines) else set().union(*reach.values())
    for level in LEVELS:
        if level in anything:
            yield "over-blocking", ANY, level
    for category, reached in ({ANY: anything} | reach).items():
        for level in LEVELS:
            if level in reached:
                yield "recall", category, level


def _parts(corpora: Sequence[Corpus], pool: _Pool, figure: Figure, category: str) -> list[_Part]:
    """The corpora of a pool that have rows for the figure, and whose cards allow it."""
    found = []
    for number in pool.numbers:
        corpus = corpora[number]
        harmless = labelled(corpus, HARMLESS)
        of = harmless if figure == "over-blocking" else ~harmless if category == ANY else labelled(corpus, category)
        if figure not in corpus.columns.forbidden and of.any():
            found.append(_Part(corpus, number, np.asarray(of)))
    return found


def _hit(decided: DecidedCorpus, category: str, action: Action) -> Flags:
    return decided.hit(None if category == ANY else category, action)


def _several(pool: _Pool, parts: Sequence[_Part]) -> bool:
    """Whether there is anything to tell: of a pool, that two corpora are in it."""
    return len(parts) > (1 if len(pool.numbers) > 1 else 0)


def _shares(
    engines: Sequence[Engine],
    corpora: Sequence[Corpus],
    decided: Sequence[Sequence[DecidedCorpus]],
    pools: Sequence[_Pool],
    figures: Sequence[tuple[Figure, str, Action]],
) -> Iterator[TogetherShare]:
    for pool in pools:
        for figure, category, action in figures:
            parts = _parts(corpora, pool, figure, category)
            if not _several(pool, parts):
                continue
            names = tuple(part.corpus.name for part in parts)
            for engine, mine in zip(engines, decided, strict=True):
                each = [rate(p.corpus.clusters, _hit(mine[p.number], category, action), p.among) for p in parts]
                by_rows = each[0] if len(pool.numbers) == 1 else pooled(each, [one.n for one in each])
                alike = None if len(pool.numbers) == 1 else pooled(each, [1.0] * len(each))
                yield TogetherShare(
                    engine.policy.id, pool.name, names, figure, category, action, by_rows, alike
                )  # fmt: skip


def _weights(
    corpora: Sequence[Corpus], pools: Sequence[_Pool], figures: Sequence[tuple[Figure, str, Action]]
) -> Iterator[PoolWeight]:
    for pool in pools:
        for figure, category in dict.fromkeys((figure, category) for figure, category, _ in figures):
            parts = _parts(corpora, pool, figure, category)
            if len(parts) < 2:
                continue
            rows = [int(part.among.sum()) for part in parts]
            for part, n in zip(parts, rows, strict=True):
                yield PoolWeight(
                    pool.name, part.corpus.name, figure, category, n, part.clusters, n / sum(rows), 1 / len(parts)
                )


def _differences(
    engines: Sequence[Engine],
    corpora: Sequence[Corpus],
    decided: Sequence[Sequence[DecidedCorpus]],
    pools: Sequence[_Pool],
) -> tuple[TogetherDifference, ...]:
    """Every pair of policies, the later less the earlier, where a side hits anything."""
    made: list[tuple[str, str, str, tuple[str, ...], Figure, str, Action, Paired]] = []
    for (i, than), (j, policy) in combinations(enumerate(engines), 2):
        way = one_way(than.policy, policy.policy) is not None
        for pool in pools:
            for figure, category, action in figures_together((than, policy)):
                parts = _parts(corpora, pool, figure, category)
                if not _several(pool, parts):
                    continue
                a, b = (
                    np.concatenate([_hit(mine[p.number], category, action) for p in parts])
                    for mine in (decided[i], decided[j])
                )
                among = np.concatenate([part.among for part in parts])
                if ((a | b) & among).any():
                    found = paired(numbered(part.corpus.clusters for part in parts), a, b, among, one_way=way)
                    names = tuple(part.corpus.name for part in parts)
                    made.append((policy.policy.id, than.policy.id, pool.name, names, figure, category, action, found))
    p = adjusted([found.p for *_, found in made], "fdr_bh")
    return tuple(TogetherDifference(*names, corrected) for names, corrected in zip(made, p, strict=True))
