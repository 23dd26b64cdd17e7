"""What resisting evasion costs: over-blocking and recall with a matching option switched off, and on.

`off` takes an option from every pattern, `on` gives it to every `words` and `text` pattern (gaps: 2
characters).  The same harmless rows, the same caught rows, the same disguises under each: the
differences are paired.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import msgspec
import numpy as np
from scipy.stats import binomtest

from modengine.engine import Engine
from modengine.errors import MessageError
from modengine.lab.claims import adjusted
from modengine.lab.corpus import HARMLESS, Corpus
from modengine.lab.intervals import FORBIDDEN, NOTHING, Estimate, by_cluster, difference, proportion
from modengine.lab.metrics import Flags, labelled, rate
from modengine.lab.outcomes import Outcomes, Progress, decide
from modengine.lab.perturb_tables import DISGUISES
from modengine.loading import compile_engine
from modengine.model import RANK, Decision, Message
from modengine.ruleset.model import Pattern, Policy

Option = Literal["gaps", "repeats", "sounds_like", "looks_like"]
OPTIONS: tuple[Option, ...] = ("gaps", "repeats", "sounds_like", "looks_like")
GAPS = 2
"""Characters of a gap where every pattern gets gaps."""
State = Literal["off", "as it is", "on"]
STATES: tuple[State, ...] = ("off", "as it is", "on")


@dataclass(frozen=True, slots=True)
class Wanted:
    """A caught row, disguised at strength 1."""

    message: Message
    is_caught: Callable[[Decision], bool]
    corpus: Corpus
    row: int


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
    """Two-sided sign test over clusters that changed; null where none did."""
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


def decision_of(engine: Engine, message: Message) -> Decision:
    """The decision without scope; without fields where a column means another thing than the policy's field."""
    try:
        return engine.decide(message, ignore_scope=True)
    except MessageError:
        return engine.decide(Message(message.text, message.id, message.parts), ignore_scope=True)


def switched(policy: Policy, option: Option, on: bool) -> Policy:
    """The policy with the option in every pattern that can have it, or in none."""

    def of(pattern: Pattern) -> Pattern:
        if pattern.kind not in ("words", "text"):
            return pattern
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
    engine: Engine,
    corpora: Sequence[Corpus],
    decided: Sequence[Outcomes],
    seed: int,
    disguised: Callable[[str], list[Wanted]],
    progress: Progress | None = None,
) -> tuple[tuple[Price, ...], tuple[Gain, ...]]:
    """Every option off, as it is and on: over the harmless rows of the corpora, and over disguised rows.

    `disguised` gives the rows of an option; `progress` is told how many states are done.
    """
    pairs = [(c, o) for c, o in zip(corpora, decided, strict=True) if labelled(c, HARMLESS).any()]
    found: list[Price] = []
    gains: list[Gain] = []
    done = 0
    for option in OPTIONS:
        wanted = disguised(option)
        for state in STATES:
            changed = engine if state == "as it is" else _engine(engine, option, state == "on")
            found += (_price(changed, corpus, outcomes, option, state, seed) for corpus, outcomes in pairs)
            gains += _gains(changed, wanted, option, state, seed)
            done += 1
            if progress is not None:
                progress(done)
    corrected = adjusted([one.p for one in found], "fdr_bh")
    return tuple(msgspec.structs.replace(one, p_bh=p) for one, p in zip(found, corrected, strict=True)), tuple(gains)


def _engine(engine: Engine, option: Option, on: bool) -> Engine:
    policy = switched(engine.policy, option, on)
    return engine if policy == engine.policy else compile_engine(policy)


def _price(changed: Engine, corpus: Corpus, before: Outcomes, option: Option, state: State, seed: int) -> Price:
    harmless = labelled(corpus, HARMLESS)
    was = np.asarray(before.highest() >= RANK["label"]) & harmless
    now, p = was, None
    if state != "as it is":
        benign = corpus.take(harmless)
        now = np.zeros(len(corpus), np.bool_)
        now[harmless] = np.asarray(decide(changed, benign).highest() >= RANK["label"])
        p = _sign(corpus, was, now)
    having = sum(bool(getattr(pattern, option)) for pattern in _patterns(changed.policy))
    if "over-blocking" in corpus.columns.forbidden:
        return Price(option, state, corpus.name, having, FORBIDDEN, FORBIDDEN, None, None)
    codes = corpus.clusters
    rows, a, b = (by_cluster(codes, flags) for flags in (harmless, now, was))
    added = NOTHING if state == "as it is" else difference(a, b, rows, seed)
    share = rate(codes, now, harmless, seed)
    return Price(option, state, corpus.name, having, share, added, p, None)


def _patterns(policy: Policy) -> tuple[Pattern, ...]:
    """Every pattern once: a shared one stands in all rules that use it."""
    found: dict[tuple[object, ...], Pattern] = {}
    for rule in policy.rules:
        for pattern in rule.patterns:
            found[pattern.place, pattern.name] = pattern
    return tuple(found.values())


def _sign(corpus: Corpus, was: Flags, now: Flags) -> float | None:
    change = by_cluster(corpus.clusters, now) - by_cluster(corpus.clusters, was)
    up, down = int((change > 0).sum()), int((change < 0).sum())
    return float(binomtest(up, up + down, 0.5).pvalue) if up + down else None


def _gains(changed: Engine, wanted: Sequence[Wanted], option: Option, state: State, seed: int) -> Iterator[Gain]:
    """Corpus by corpus.  Rows of one cluster, and the kinds of one row, are not independent."""
    kinds = tuple(kind.name for kind in DISGUISES.values() if kind.counters == option)
    by_corpus: dict[str, list[Wanted]] = {}
    for one in wanted:
        by_corpus.setdefault(one.corpus.name, []).append(one)
    for name, rows in by_corpus.items():
        clusters = rows[0].corpus.clusters
        codes = np.unique([clusters[one.row] for one in rows], return_inverse=True)[1].astype(np.int64)
        caught = np.array([one.is_caught(decision_of(changed, one.message)) for one in rows], np.bool_)
        kept = proportion(by_cluster(codes, caught), by_cluster(codes, np.ones(len(codes), np.bool_)), seed)
        yield Gain(option, state, name, kinds, kept)
