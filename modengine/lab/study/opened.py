"""What a study names, opened: engines, cards and corpora, and whether its outcomes can be asked of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from modengine.checks.errors import with_source
from modengine.engine.engine import Engine
from modengine.errors import Diagnostic, PolicyError
from modengine.lab.data.card import Card, is_card, load_card, read_card
from modengine.lab.data.corpus import HARMLESS, Corpus
from modengine.lab.stats.metrics import Flags, labelled, levels
from modengine.lab.stats.one_way import Way, one_way
from modengine.lab.study.coded import CodedSample, read_coded
from modengine.lab.study.model import ANYTHING, WITHIN, CodedRef, FigureKeys, Half, Study, StudyOutcome
from modengine.loading import load_any, load_copied
from modengine.policy.load import is_lone, not_a_policy
from modengine.policy.nodes.diagnostics import listed, meant

CHECKING, WRITING = 1, 0
"""The halves of a corpus (`Corpus.halves`): rules are written with the one, claims are tested on the other."""


@dataclass(frozen=True)
class OpenedStudy:
    """A study with its policies compiled and its corpora read."""

    study: Study
    engines: Mapping[str, Engine]
    cards: Mapping[str, Card]
    corpora: Mapping[str, Corpus]
    """Whole, under their names in the study."""
    coded: Mapping[str, CodedSample] = field(default_factory=dict)

    def rows(self, name: str, half: Half) -> NDArray[np.int64]:
        """The numbers of a corpus's rows that are in a half."""
        corpus = self.corpora[name]
        if half == "whole":
            return np.arange(len(corpus), dtype=np.int64)
        return np.flatnonzero(corpus.halves == (CHECKING if half == "checking" else WRITING)).astype(np.int64)

    def part(self, name: str, half: Half) -> Corpus:
        """A corpus, or a half of it.  What was left out of it is told of the whole."""
        corpus = self.corpora[name]
        if half == "whole":
            return corpus
        flags = np.zeros(len(corpus), np.bool_)
        flags[self.rows(name, half)] = True
        told = {"left_out": corpus.left_out, "unreadable": corpus.unreadable}
        return replace(corpus.take(flags), **told, first_unreadable=corpus.first_unreadable)  # type: ignore[arg-type]

    def claimed_rows(self, outcome: StudyOutcome, half: Half) -> int | None:
        """How many rows a share is a share of, as far as that is known before anything is decided."""
        if outcome.corpus is None or outcome.figure in ("precision", "still-caught") or outcome.corpus in self.coded:
            return None
        parts = (self.part(name, half) for name in self.study.members(outcome.corpus))
        return sum(int(among(part, outcome).sum()) for part in parts)

    def one_way(self, outcome: StudyOutcome) -> Way | None:
        """Whether a difference has its sign whatever the rows are: there is nothing to test then, and it stays open.

        A margin can be tested all the same.
        """
        if outcome.than is None or outcome.direction in WITHIN:
            return None
        return one_way(self.engines[outcome.than].policy, self.engines[outcome.policy].policy)


def open_study(
    study: Study,
    engines: Mapping[str, Engine] | None = None,
    cards: Mapping[str, Card] | None = None,
    coded: Mapping[str, CodedRef] | None = None,
) -> OpenedStudy:
    """Compiles and reads all that a study names; `engines`, `cards` and `coded` in place of its own files.

    Raises PolicyError, with all outcomes that cannot be asked; InputError for a corpus that cannot be read.
    """
    engines = engines or {name: study_engine(path) for name, path in study.policies.items()}
    if cards is None:
        wrong = [
            study.problem(f"`{ref.card.name}` is no card", "write a card for the data: a YAML file", "corpora", name)
            for name, ref in study.corpora.items()
            if not is_card(ref.card)
        ]
        if wrong:
            raise PolicyError(wrong)
        cards = {name: read_card(ref.card) for name, ref in study.corpora.items()}
    categories = tuple(dict.fromkeys(c for engine in engines.values() for c in engine.policy.categories))
    corpora = {
        name: replace(load_card(card, categories, None, study.corpora[name].sample, study.seed), name=name)
        for name, card in cards.items()
    }
    samples = {name: read_coded(ref) for name, ref in (coded or study.coded).items()}
    opened = OpenedStudy(study, engines, cards, corpora, samples)
    wrong = list(_problems(opened))
    if wrong:
        raise PolicyError(wrong)
    return opened


def study_engine(path: Path, homes: Mapping[str, str] = MappingProxyType({}), cached: bool = True) -> Engine:
    """The engine of a policy; `homes` are folders that stand for the shipped rules and for packs.

    Raises PolicyError, for a ruleset too.
    """
    engine = load_copied(path, homes) if homes else load_any(path, cached)[0]
    if is_lone(engine.policy):
        raise PolicyError(with_source([not_a_policy(engine.policy.rulesets[0])], engine.policy))
    return engine


def _problems(opened: OpenedStudy) -> Iterator[Diagnostic]:
    """Outcomes that policy and corpus cannot give, found before anything is decided."""
    study = opened.study
    for name, sample in opened.coded.items():
        yield from _foreign(opened, name, sample)
    for name, pool in study.pools.items():
        if len({opened.corpora[corpus].simulation for corpus in pool.corpora}) > 1:
            what = f"the pool `{name}` has corpora of real messages, and of messages that were made up"
            yield study.problem(what, "pool them apart", "pools", name)
    known = {None, ANYTHING, *(c for engine in opened.engines.values() for c in engine.policy.categories)}
    for name, outcome in study.outcomes.items():
        at = ("outcomes", name)
        if outcome.than is not None:
            both = [set(opened.engines[name].policy.categories) for name in (outcome.policy, outcome.than)]
            if both[0].isdisjoint(both[1]):
                yield study.problem(
                    f"`{outcome.policy}` and `{outcome.than}` share no category", "compare others", *at, "than"
                )
        for key in ("policy", "than"):
            engine = opened.engines.get(getattr(outcome, key) or "")
            if engine is None or outcome.category in (None, ANYTHING):
                continue
            categories = engine.policy.categories
            if outcome.category not in categories:
                hint = meant(str(outcome.category), categories, f"it has {listed(categories)}")
                what = f"the policy `{getattr(outcome, key)}` has no category `{outcome.category}`"
                yield study.problem(what, hint, *at, "category")
            elif outcome.action not in levels(engine.policy)[str(outcome.category)]:
                what = f"`{outcome.category}` never reaches `{outcome.action}` in the policy `{getattr(outcome, key)}`"
                reach = levels(engine.policy)[str(outcome.category)]
                yield study.problem(what, f"it reaches {listed(reach) or 'no action'}", *at, "action")
        one = study.source(outcome.corpus or "") == "corpus" and outcome.figure in ("recall", "precision")
        if outcome.category == ANYTHING and one:
            yield study.problem(
                f"`{outcome.figure}` is of one category, not of any", "name a category", *at, "category"
            )
        elif outcome.corpus in opened.coded:
            yield from _no_stratum(
                opened, outcome, [cell.value for cell in opened.coded[str(outcome.corpus)].key.cells], at
            )
        elif outcome.corpus is not None and outcome.category in known:
            for corpus in study.members(outcome.corpus):
                yield from _unanswerable(opened, corpus, outcome, at)


def _foreign(opened: OpenedStudy, name: str, sample: CodedSample) -> Iterator[Diagnostic]:
    """What is wrong with a sample that was drawn by another policy, or from another corpus, than the study says."""
    study, ref, stamp = opened.study, sample.ref, sample.key.stamp
    engine, corpus = opened.engines[ref.policy], opened.corpora[ref.corpus]
    if (stamp.policy, sample.key.categories) != (engine.policy.id, engine.policy.categories):
        what = f"the sample `{name}` was drawn by the policy `{stamp.policy}`, not by `{engine.policy.id}`"
        yield study.problem(what, "name the policy that it was drawn by", "coded", name, "policy")
    drawn = stamp.corpora[0] if stamp.corpora else None
    if drawn is None or (drawn.digest, sample.key.size) != (corpus.digest, len(corpus)):
        what = f"the sample `{name}` was drawn from other rows than those of `{ref.corpus}`"
        yield study.problem(what, "name the corpus that it was drawn from", "coded", name, "corpus")
    elif drawn.sampled_from is not None and stamp.seed != study.seed:
        what = f"the sample `{name}` was drawn from rows that were drawn by the seed {stamp.seed}, here by {study.seed}"
        yield study.problem(what, "give the study that seed, or draw anew", "coded", name, "corpus")


def _no_stratum(
    opened: OpenedStudy, outcome: StudyOutcome, names: Sequence[str], at: tuple[str, str]
) -> Iterator[Diagnostic]:
    if outcome.stratum is not None and outcome.stratum not in names:
        hint = meant(outcome.stratum, names, "name the column of strata in the card, with `stratum`")
        what = f"`{outcome.corpus}` has no stratum `{outcome.stratum}`"
        yield opened.study.problem(what, hint, *at, "stratum")


def _unanswerable(opened: OpenedStudy, name: str, outcome: StudyOutcome, at: tuple[str, str]) -> Iterator[Diagnostic]:
    study, corpus = opened.study, opened.corpora[name]
    figure = outcome.figure.removesuffix("-difference").replace("still-caught", "recall")
    strata = [stratum for stratum, _ in corpus.parted()]
    if figure in corpus.columns.forbidden:
        yield study.problem(f"the card of `{name}` forbids `{figure}`", "ask it of another", *at, "corpus")
    elif outcome.stratum is not None and outcome.stratum not in strata:
        yield from _no_stratum(opened, outcome, strata, at)
    elif not among(opened.part(name, study.half), outcome).any():
        what = "harmless row" if figure == "over-blocking" else f"row of `{outcome.category}`"
        half = "" if study.half == "whole" else f" in its {study.half} half"
        hint = "it needs labels, and rows of that kind"
        yield study.problem(f"`{name}` has no {what}{half}", hint, *at, "corpus")


def among(corpus: Corpus, outcome: FigureKeys) -> Flags:
    """The rows that a share is a share of; for precision and disguises those that it must have."""
    harmless = labelled(corpus, HARMLESS)
    if outcome.figure.startswith("over-blocking"):
        rows = harmless
    else:
        rows = ~harmless if outcome.category == ANYTHING else labelled(corpus, str(outcome.category))
    if outcome.stratum is not None:
        rows = rows & dict(corpus.parted()).get(outcome.stratum, np.False_)
    return rows
