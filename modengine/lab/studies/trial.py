"""A dry run: what rules would newly hit and miss if they counted, before they do.

After is the policy with the rules stable, whatever their status.  Before, a rule is as it is; one that counts
already is left out, or stands as another policy has it.  Rules are told apart beside the same: each alone with
all others as before.  Nothing is written.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Literal

import msgspec
import numpy as np

from modengine.engine.engine import Engine
from modengine.lab.data.corpus import HARMLESS, Corpus
from modengine.lab.data.derived import derived, refuse_specimens
from modengine.lab.data.outcomes import DecidedCorpus, Progress, decide, decision_of, later
from modengine.lab.data.stamp import Stamp, stamp
from modengine.lab.data.without import Reach, as_before, changed, promoted
from modengine.lab.stats.intervals import FORBIDDEN, Estimate
from modengine.lab.stats.metrics import Flags, labelled, rate
from modengine.lab.studies.compare import Move, moves
from modengine.lab.studies.failing import Failable
from modengine.lab.studies.flips import Flip, flips, order
from modengine.model import ACTIONS, Action
from modengine.policy.model import Policy, Rule, Status

MOST = 10
"""Examples of each kind that are listed of a rule, and flips of all; every one is counted."""
Was = Literal["on test", "draft", "left out", "new", "as it was"]
"""What a rule is held against: itself as it is, the policy without it, the policy that lacks it, its old version."""
Kind = Literal["newly hit", "newly missed", "still missed"]


class LabelHits(msgspec.Struct, frozen=True):
    """Rows with a label, and what the rule does to them."""

    label: str
    rows: int
    before: int
    """Rows that the rule hit, and gave or took points."""
    after: int
    newly_hit: int
    acted_on: int
    """Of the newly hit, rows on which its category acted before, by other rules."""
    newly_missed: int
    rises: int
    """Rows whose highest action rises."""
    falls: int


class TrialExample(msgspec.Struct, frozen=True):
    """A row that shows what a rule does."""

    rule: str
    kind: Kind
    row: str
    """The id of the message, else its line."""
    label: str
    stratum: str
    before: Action
    """The highest action of the message."""
    after: Action
    words: tuple[str, ...]
    """What the rule finds, or found, there; empty where the texts of the corpus may not be shown."""
    text: str | None


class TriedRule(msgspec.Struct, frozen=True):
    """A rule that is tried, beside all others as they were."""

    rule: str
    title: str
    category: str
    status: Status
    was: Was
    points: int | None
    """Its score; for a relief what it takes, below 0, or null for all."""
    hits: int
    newly_hit: int
    acted_on: int
    newly_missed: int
    flipped: int
    """Rows on which the action of any category changes."""
    own: Estimate
    """Rows of its category that it hits, of all of them."""
    harmless: Estimate
    """Harmless rows that it hits, of all of them."""
    still_missed: int
    """Rows of its category that it does not hit and on which nothing acts, with it counting; 0 for a relief."""
    labels: tuple[LabelHits, ...]
    examples: tuple[TrialExample, ...]
    """At most `most` of each kind; of the newly hit, harmless ones first."""


class Trial(Failable, frozen=True):
    """All that `try` measures.  Scope and period are taken as met.  `stamp` is that of the policy as it is."""

    stamp: Stamp
    against: str | None
    """The policy whose versions of the rules stand before; null where they are measured as they are."""
    revision_against: str | None
    rules: tuple[TriedRule, ...]
    flipped: int
    """Rows on which the action of any category changes, with all tried rules counting together."""
    new_catches: int
    """Rows of a category whose highest action rises."""
    new_false_alarms: int
    """Harmless rows whose highest action rises."""
    lost_catches: int
    """Rows of a category whose highest action falls."""
    false_alarms_gone: int
    """Harmless rows whose highest action falls."""
    undetermined: int
    """Rows that could not be decided with them; they count as review."""
    moves: tuple[Move, ...]
    flips: tuple[Flip, ...]
    """Lost catches and new false alarms first; at most `most`."""


def trial(
    engine: Engine,
    corpus: Corpus,
    rules: Sequence[str],
    seed: int = 1,
    *,
    against: Engine | None = None,
    show_text: bool = False,
    most: int = MOST,
    command: str = "",
    progress: Progress | None = None,
) -> Trial:
    """Decides a corpus without the rules counting, and with them; progress is told `steps` rows.

    Raises InputError (ME911) for a list that others made, and for an old version that does not fit the policy.
    """
    refuse_specimens(engine.policy)
    tried = [rule for rule in engine.policy.rules if rule.id in set(rules)]
    old = None if against is None else against.policy
    before = as_before(engine.policy, tried, old)
    after = promoted(changed(before, tried), *(rule.id for rule in tried))
    pair = _Pair(corpus, _engine(engine, before), _engine(engine, after), progress)
    told = show_text or corpus.columns.invented
    alone = [pair] if len(tried) == 1 else _each(engine, pair, tried, old is None, progress)
    made = [_tried(one, rule, old, told, most) for one, rule in zip(alone, tried, strict=True)]
    rises, falls, harmless = pair.rises, pair.falls, labelled(corpus, HARMLESS)
    categories = pair.first.categories
    return Trial(
        stamp("try", engine, (corpus,), seed, command),
        None if against is None else against.policy.id,
        None if against is None else against.revision,
        tuple(made),
        int(pair.flipped.sum()),
        int((rises & ~harmless).sum()),
        int((rises & harmless).sum()),
        int((falls & ~harmless).sum()),
        int((falls & harmless).sum()),
        int(pair.second.undetermined.sum()),
        tuple(moves(categories, pair.first.ranks, pair.second.ranks, harmless)),
        flips(
            corpus, (pair.a, pair.b), order(corpus, pair.flipped, pair.first.highest(), pair.second.highest())[:most],
            told,
        ),
    )  # fmt: skip


def steps(corpus: Corpus, rules: Sequence[str]) -> int:
    """How many rows the progress of `trial` has."""
    return len(corpus) * (2 if len(rules) < 2 else 2 + len(rules))


# --------------------------------------------------------------------------- before and after


def _engine(engine: Engine, policy: Policy) -> Engine:
    return engine if policy == engine.policy else derived(engine, policy)


class _Pair:
    """A corpus decided before and after."""

    def __init__(
        self, corpus: Corpus, a: Engine, b: Engine, progress: Progress | None, base: _Pair | None = None,
        rows: Flags | None = None,
    ) -> None:  # fmt: skip
        """With a `base` before is that of another pair, and only some `rows` are decided again."""
        self.corpus, self.a, self.b = corpus, a, b
        if base is None:
            self.first = decide(a, corpus, progress)
            self.second = self.first if a is b else decide(b, corpus, later(progress, len(corpus)))
        else:
            self.first = base.first
            self.second = _again(base.first, b, corpus, rows)
        before, after = self.first.highest(), self.second.highest()
        self.flipped: Flags = (self.first.ranks != self.second.ranks).any(axis=1)
        self.rises: Flags = np.asarray(after > before)
        self.falls: Flags = np.asarray(after < before)


def _again(first: DecidedCorpus, engine: Engine, corpus: Corpus, rows: Flags | None) -> DecidedCorpus:
    if rows is None:
        return decide(engine, corpus)
    if not rows.any():
        return first
    found = decide(engine, corpus.take(rows))
    ranks, undetermined, rules = first.ranks.copy(), first.undetermined.copy(), list(first.rules)
    ranks[rows], undetermined[rows] = found.ranks, found.undetermined
    for i, given in zip(np.flatnonzero(rows), found.rules, strict=True):
        rules[i] = given
    return replace(first, ranks=ranks, undetermined=undetermined, rules=tuple(rules))


def _each(
    engine: Engine, pair: _Pair, tried: Sequence[Rule], as_it_is: bool, progress: Progress | None
) -> Iterator[_Pair]:
    """Each rule alone.  A rule on test has told the segmenter its words already: only rows that it hits can change."""
    corpus, before = pair.corpus, pair.a.policy
    few = as_it_is and all(rule.status == "test" for rule in tried)
    reach = Reach(pair.b.policy, corpus, pair.second, engine.program.learnt.words) if few else None
    for number, rule in enumerate(tried, 3):
        rows = None if reach is None else reach.rows(rule.id)
        alone = promoted(changed(before, [rule]), rule.id)
        b = pair.b if rows is not None and not rows.any() else _engine(engine, alone)
        yield _Pair(corpus, pair.a, b, None, pair, rows)
        if progress is not None:
            progress(number * len(corpus))


# --------------------------------------------------------------------------- one rule


def _tried(pair: _Pair, rule: Rule, old: Policy | None, told: bool, most: int) -> TriedRule:
    corpus, category = pair.corpus, rule.about or ""
    was, now = _hits(pair.first, rule), _hits(pair.second, rule)
    acted = now & ~was & pair.first.hit(category, "label")
    own, harmless = labelled(corpus, category), labelled(corpus, HARMLESS)
    missed = own & ~now & ~pair.second.hit(category, "label") & (rule.relief is None)
    forbidden, codes = corpus.columns.forbidden, corpus.clusters
    return TriedRule(
        rule.id,
        rule.title,
        category,
        rule.status,
        _was(rule, old),
        rule.points,
        int(now.sum()),
        int((now & ~was).sum()),
        int(acted.sum()),
        int((was & ~now).sum()),
        int(pair.flipped.sum()),
        FORBIDDEN if "recall" in forbidden else rate(codes, now, own),
        FORBIDDEN if "over-blocking" in forbidden else rate(codes, now, harmless),
        int(missed.sum()),
        tuple(_labels(pair, was, now, acted)),
        tuple(_examples(pair, rule, {"newly hit": now & ~was, "newly missed": was & ~now, "still missed": missed},
                        told, most)),
    )  # fmt: skip


def _was(rule: Rule, old: Policy | None) -> Was:
    if old is not None:
        return "as it was" if any(other.id == rule.id for other in old.rules) else "new"
    return {"test": "on test", "draft": "draft", "stable": "left out"}[rule.status]  # type: ignore[return-value]


def _hits(outcomes: DecidedCorpus, rule: Rule) -> Flags:
    return np.array([any(name == rule.id for name, _ in given) for given in outcomes.rules], np.bool_)


def _labels(pair: _Pair, was: Flags, now: Flags, acted: Flags) -> Iterator[LabelHits]:
    """Every label of the corpus, that of harmless rows last."""
    corpus = pair.corpus
    for label in sorted(set(corpus.labels), key=lambda name: (name == HARMLESS, name)):
        rows = labelled(corpus, label)
        counted = (rows, was, now, now & ~was, acted, was & ~now, pair.rises, pair.falls)
        yield LabelHits(label, *(int((rows & flags).sum()) for flags in counted))


def _examples(pair: _Pair, rule: Rule, kinds: Mapping[Kind, Flags], told: bool, most: int) -> Iterator[TrialExample]:
    corpus = pair.corpus
    top_a, top_b = pair.first.highest(), pair.second.highest()
    harmless = labelled(corpus, HARMLESS)
    for kind, flags in kinds.items():
        wrong = harmless if kind == "newly hit" else ~harmless

        def place(i: int, wrong: Flags = wrong) -> tuple[bool, int, int]:
            return not wrong[i], -abs(int(top_b[i]) - int(top_a[i])), i

        for i in sorted(map(int, np.flatnonzero(flags)), key=place)[:most]:
            engine = pair.a if kind == "newly missed" else pair.b
            yield TrialExample(
                rule.id, kind, corpus.row_name(i), corpus.labels[i], corpus.strata[i], ACTIONS[top_a[i]],
                ACTIONS[top_b[i]], _words(engine, corpus, i, rule) if told else (), corpus.text(i) if told else None,
            )  # fmt: skip


def _words(engine: Engine, corpus: Corpus, i: int, rule: Rule) -> tuple[str, ...]:
    decision = decision_of(engine, corpus.messages[i])
    found = [hit.matches for hit in decision.hits if hit.rule == rule.id]
    found += [relief.matches for relief in decision.relief if relief.rule == rule.id]
    return tuple(dict.fromkeys(match.text for matches in found for match in matches))
