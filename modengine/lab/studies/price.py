"""What resisting evasion costs, and what it brings: a matching option in no pattern, in some, in all.

A state says which `words` and `text` patterns have the option (gaps: 2 characters): none (`off`), those
of whose terms none is shorter than so many characters (`4 or more`), or every one (`on`); `as it is` is
the policy itself.  The same harmless rows, the same caught rows, the same disguises under each: the
differences are paired.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import msgspec
import numpy as np

from modengine.engine.engine import Engine
from modengine.lab.data.corpus import HARMLESS, Corpus
from modengine.lab.data.derived import derived
from modengine.lab.data.outcomes import DecidedCorpus, Progress, decide, decision_of
from modengine.lab.data.perturb_tables import DISGUISES
from modengine.lab.stats.claims import adjusted
from modengine.lab.stats.intervals import FORBIDDEN, NOTHING, Estimate, Ints, by_cluster, difference, proportion
from modengine.lab.stats.metrics import Flags, labelled, rate
from modengine.lab.stats.one_way import only_adds
from modengine.lab.stats.signs import p_value
from modengine.lab.studies.caught import Caught, Disguisable
from modengine.model import Message
from modengine.policy.model import Pattern, Policy
from modengine.run.work.beside import Beside
from modengine.text.normalize import plain

Option = Literal["gaps", "repeats", "sounds_like", "looks_like"]
OPTIONS: tuple[Option, ...] = ("gaps", "repeats", "sounds_like", "looks_like")
GAPS = 2
"""Characters of a gap where a pattern gets gaps."""
State = Literal["off", "6 or more", "4 or more", "3 or more", "2 or more", "on", "as it is"]
AS_IT_IS: State = "as it is"
LEAST: dict[State, int | None] = {
    "off": None, "6 or more": 6, "4 or more": 4, "3 or more": 3, "2 or more": 2, "on": 0,
}  # fmt: skip
"""The length of the shortest term of the patterns that have the option: from the fewest patterns to all."""
ENDS: tuple[State, ...] = ("off", AS_IT_IS, "on")
STEPS: tuple[State, ...] = (*LEAST, AS_IT_IS)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A caught row, disguised at strength 1."""

    message: Message
    group: int
    """Among `Disguisable.caught`."""
    row: int
    kept: bool
    """Whether the policy as it is still catches it."""


class Price(msgspec.Struct, frozen=True):
    """A matching option in one state, on one corpus."""

    option: Option
    state: State
    corpus: str
    patterns: int
    """Patterns that have the option in this state."""
    over_blocking: Estimate
    """Harmless rows on which any category acts."""
    added: Estimate
    """Over-blocking less that of the policy as it is: paired."""
    p: float | None
    """Exact permutation test of `added`, two-sided; null where nothing changes, or an option can only add hits."""
    p_bh: float | None
    """Corrected with all other rows of this table by the false discovery rate."""


class Gain(msgspec.Struct, frozen=True):
    """What the option brings in one state, on one corpus."""

    option: Option
    state: State
    corpus: str
    kinds: tuple[str, ...]
    """The disguises that the option is meant against."""
    kept: Estimate
    """Of the rows that the policy as it is catches, disguised by those kinds at strength 1, those still caught."""


class PricePoint(msgspec.Struct, frozen=True):
    """The price of an option in one state against its gain, all corpora together: a point of its curve."""

    option: Option
    state: State
    patterns: int
    over_blocking: Estimate
    """Harmless rows of all corpora on which any category acts, but of those whose card forbids it."""
    kept: Estimate
    """Disguised rows of all corpora that are still caught."""


class Prices(msgspec.Struct, frozen=True):
    """All of it."""

    prices: tuple[Price, ...] = ()
    gains: tuple[Gain, ...] = ()
    costs: tuple[PricePoint, ...] = ()


def switched(policy: Policy, option: Option, least: int | None) -> Policy:
    """The policy with the option in every pattern that can have it and has no term shorter than `least`.

    In no pattern where `least` is None.
    """

    def of(pattern: Pattern) -> Pattern:
        if pattern.kind not in ("words", "text"):
            return pattern
        on = least is not None and min(map(len, map(plain, pattern.terms)), default=0) >= least
        value: Any = on
        if option == "gaps":
            value = max(GAPS, pattern.gaps) if on else 0
        return replace(pattern, **{option: value})

    rulesets = tuple(
        replace(
            ruleset,
            shared=tuple(map(of, ruleset.shared)),
            rules=tuple(replace(rule, patterns=tuple(map(of, rule.patterns))) for rule in ruleset.rules),
        )
        for ruleset in policy.rulesets
    )
    return replace(policy, rulesets=rulesets)


def prices(
    beside: Beside[Disguisable],
    disguised: Callable[[str], list[Wanted]],
    states: Sequence[State] = ENDS,
    progress: Progress | None = None,
) -> Prices:
    """Every option in every state: over the harmless rows of the corpora, and over disguised rows.

    `disguised` gives the rows of an option; `progress` is told how many states are done.
    """
    found: list[Price] = []
    gains: list[Gain] = []
    costs: list[PricePoint] = []
    tasks = [
        _InState(option, state, wanted) for option in OPTIONS for wanted in [disguised(option)] for state in states
    ]
    for done, (price, gain, cost) in enumerate(beside.each(tasks), 1):
        found += price
        gains += gain
        costs.append(cost)
        if progress is not None:
            progress(done)
    corrected = adjusted([row.p for row in found], "fdr_bh")
    found = [msgspec.structs.replace(row, p_bh=p) for row, p in zip(found, corrected, strict=True)]
    return Prices(tuple(found), tuple(gains), tuple(costs))


@dataclass(frozen=True, slots=True)
class _InState:
    """An option in a state: a task."""

    option: Option
    state: State
    wanted: Sequence[Wanted]

    def __call__(self, made_from: Disguisable) -> tuple[list[Price], list[Gain], PricePoint]:
        engine, option, state = made_from.engine, self.option, self.state
        pairs = zip(made_from.corpora, made_from.decided, strict=True)
        changed = _engine(engine, option, state)
        # A repeat that belongs to a match may make another word of it.
        nested = option != "repeats" and only_adds(engine.policy)
        having = sum(bool(getattr(pattern, option)) for pattern in _patterns(changed.policy))
        blocked = [(c, o, _blocked(changed, engine, c, o)) for c, o in pairs if labelled(c, HARMLESS).any()]
        kept = dict(_kept(changed, engine, made_from.caught, self.wanted))
        kinds = tuple(kind.name for kind in DISGUISES.values() if kind.counters == option)
        price = _together([_counts(corpus, now) for corpus, _, now in blocked if _told(corpus)])
        return (
            [_price(corpus, before, now, option, state, having, nested) for corpus, before, now in blocked],
            [Gain(option, state, name, kinds, proportion(*counts)) for name, counts in kept.items()],
            PricePoint(option, state, having, price, _together(list(kept.values()))),
        )


def _engine(engine: Engine, option: Option, state: State) -> Engine:
    if state == AS_IT_IS:
        return engine
    policy = switched(engine.policy, option, LEAST[state])
    return engine if policy == engine.policy else derived(engine, policy)


def _blocked(changed: Engine, engine: Engine, corpus: Corpus, before: DecidedCorpus) -> Flags:
    """The harmless rows on which any category acts under the changed engine."""
    harmless = labelled(corpus, HARMLESS)
    if changed is engine:
        return before.hit(None, "label") & harmless
    now = np.zeros(len(corpus), np.bool_)
    now[harmless] = decide(changed, corpus.take(harmless)).hit(None, "label")
    return now


def _told(corpus: Corpus) -> bool:
    return "over-blocking" not in corpus.columns.forbidden


def _price(
    corpus: Corpus, before: DecidedCorpus, now: Flags, option: Option, state: State, having: int, one_way: bool
) -> Price:
    if not _told(corpus):
        return Price(option, state, corpus.name, having, FORBIDDEN, FORBIDDEN, None, None)
    harmless = labelled(corpus, HARMLESS)
    was = before.hit(None, "label") & harmless
    rows, a, b = (by_cluster(corpus.clusters, flags) for flags in (harmless, now, was))
    added = NOTHING if state == AS_IT_IS else difference(a, b, rows)
    p = None if state == AS_IT_IS or one_way else p_value(a - b)
    return Price(option, state, corpus.name, having, rate(corpus.clusters, now, harmless), added, p, None)


def _patterns(policy: Policy) -> tuple[Pattern, ...]:
    """Every pattern once: a shared one stands in all rules that use it."""
    found: dict[tuple[object, ...], Pattern] = {}
    for rule in policy.rules:
        for pattern in rule.patterns:
            found[pattern.place, pattern.name] = pattern
    return tuple(found.values())


def _counts(corpus: Corpus, blocked: Flags) -> tuple[Ints, Ints]:
    """Blocked rows and harmless rows, by cluster."""
    return by_cluster(corpus.clusters, blocked), by_cluster(corpus.clusters, labelled(corpus, HARMLESS))


def _kept(
    changed: Engine, engine: Engine, caught: Sequence[Caught], wanted: Sequence[Wanted]
) -> Iterator[tuple[str, tuple[Ints, Ints]]]:
    """Still caught, and all, by cluster: rows of one cluster, and the kinds of one row, are not independent."""
    by_corpus: dict[str, list[Wanted]] = {}
    for variant in wanted:
        by_corpus.setdefault(caught[variant.group].corpus.name, []).append(variant)
    for name, rows in by_corpus.items():
        clusters = caught[rows[0].group].corpus.clusters
        codes = np.unique([clusters[variant.row] for variant in rows], return_inverse=True)[1].astype(np.int64)
        still = [
            variant.kept
            if changed is engine
            else caught[variant.group].is_caught(variant.row, decision_of(changed, variant.message))
            for variant in rows
        ]
        yield name, (by_cluster(codes, np.array(still, np.bool_)), by_cluster(codes, np.ones(len(codes), np.bool_)))


def _together(counts: Sequence[tuple[Ints, Ints]]) -> Estimate:
    """The share over the clusters of all corpora."""
    if not counts:
        return NOTHING
    hit, rows = (np.concatenate(column) for column in zip(*counts, strict=True))
    filled = rows > 0
    return proportion(hit[filled], rows[filled])
