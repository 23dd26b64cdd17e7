"""The rows that two policies decide otherwise: what each side says of them, and which rules made it so."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Literal

import msgspec
import numpy as np
from numpy.typing import NDArray

from modengine.engine.engine import Engine
from modengine.lab.data.corpus import HARMLESS, Corpus
from modengine.lab.data.outcomes import DecidedCorpus, decision_of
from modengine.lab.stats.metrics import labelled
from modengine.model import RANK, Action, Decision

Side = Literal["a", "b"]


class RuleSaid(msgspec.Struct, frozen=True):
    """A rule that hit a row on one side, with the points that counted."""

    rule: str
    points: int
    words: tuple[str, ...]
    """What it found there; empty where the texts of the corpus may not be shown."""
    uncapped: int = 0
    """Of a rule with points: those that it has where no cap of a group cuts them."""


class CategoryFlip(msgspec.Struct, frozen=True):
    """A category of a row on both sides, with the explanation of each."""

    category: str
    before: Action
    after: Action
    score_a: int
    score_b: int
    rules_a: tuple[RuleSaid, ...]
    rules_b: tuple[RuleSaid, ...]


class Flip(msgspec.Struct, frozen=True):
    """A row on which the action of a category changes."""

    row: str
    """The id of the message, else its line."""
    label: str
    stratum: str
    before: Action
    """The highest action of the message."""
    after: Action
    already_caught: bool
    """The highest action stays, since another category or rule keeps it."""
    categories: tuple[CategoryFlip, ...]
    text: str | None


class RuleChange(msgspec.Struct, frozen=True):
    """A rule that hits rows, or counts for points there, on one side alone or otherwise than on the other."""

    rule: str
    side: Side
    """The policy under which the rule counts for more: `a` for what goes away."""
    rows: int
    changed: int
    """Rows on which the action of the rule's category changes."""
    already_caught: int
    """Rows on which the category acts as before, since another rule keeps it there."""
    below: int
    """Rows on which the category stays at `allow`: too few points to matter."""


def order(corpus: Corpus, flipped: NDArray[np.bool_], top_a: NDArray[np.int8], top_b: NDArray[np.int8]) -> list[int]:
    """The flipped rows: lost catches, new false alarms, other changes of the message, then the rest."""
    harmless = labelled(corpus, HARMLESS)

    def place(i: int) -> tuple[int, int, int]:
        rise = int(top_b[i]) - int(top_a[i])
        kind = 3 if rise == 0 else 0 if rise < 0 and not harmless[i] else 1 if rise > 0 and harmless[i] else 2
        return kind, -abs(rise), i

    return sorted((int(i) for i in np.flatnonzero(flipped)), key=place)


def flips(corpus: Corpus, engines: tuple[Engine, Engine], rows: Sequence[int], show: bool) -> tuple[Flip, ...]:
    """The given rows with both explanations; `show` for texts and the words found in them."""
    return tuple(_flip(corpus, engines, i, show) for i in rows)


def _flip(corpus: Corpus, engines: tuple[Engine, Engine], i: int, show: bool) -> Flip:
    a, b = (decision_of(engine, corpus.messages[i]) for engine in engines)
    changed = []
    for category in dict.fromkeys((*a.categories, *b.categories)):
        score_a, score_b = a.categories.get(category), b.categories.get(category)
        before: Action = score_a.action if score_a else "allow"
        after: Action = score_b.action if score_b else "allow"
        if before != after:
            scores = score_a.score if score_a else 0, score_b.score if score_b else 0
            said = _said(a, category, show), _said(b, category, show)
            changed.append(CategoryFlip(category, before, after, *scores, *said))
    text = corpus.text(i) if show else None
    caught = a.action == b.action
    return Flip(
        corpus.row_name(i), corpus.labels[i], corpus.strata[i], a.action, b.action, caught, tuple(changed), text
    )


def _said(decision: Decision, category: str, show: bool) -> tuple[RuleSaid, ...]:
    hits = [(h.rule, h.counted, h.points, h.category, h.matches) for h in decision.hits]
    reliefs = [(r.rule, r.points, r.points, r.category, r.matches) for r in decision.relief]
    said = [
        RuleSaid(rule, points, tuple(dict.fromkeys(m.text for m in matches)) if show else (), uncapped)
        for rule, points, uncapped, home, matches in (*hits, *reliefs)
        if home == category
    ]
    raised = [
        RuleSaid(f"override to {override.action}: {', '.join(override.rules)}", 0, ())
        for override in decision.raised
        if override.category == category
    ]
    longer = [] if decision.longer is None else [RuleSaid(decision.longer.sentence, 0, ())]
    unsure = [
        RuleSaid(f"undetermined: {undetermined.rule or ''} {undetermined.reason}", 0, ())
        for undetermined in decision.undetermined
    ]
    return (*said, *raised, *longer, *unsure)


def rule_changes(
    corpus: Corpus,
    engines: tuple[Engine, Engine],
    outcomes: tuple[DecidedCorpus, DecidedCorpus],
    categories: Sequence[str],
    ranks: tuple[NDArray[np.int8], NDArray[np.int8]],
) -> tuple[RuleChange, ...]:
    """Each rule whose hits or points differ, by the side on which it counts for more; most rows first."""
    homes = {rule.id: rule.about for engine in engines for rule in engine.policy.rules if rule.about is not None}
    columns = {category: at for at, category in enumerate(categories)}
    found: dict[tuple[str, Side], Counter[str]] = {}
    for i in range(len(corpus)):
        points_a, points_b = dict(outcomes[0].rules[i]), dict(outcomes[1].rules[i])
        if points_a == points_b:
            continue
        for rule in dict.fromkeys((*points_a, *points_b)):
            if points_a.get(rule) == points_b.get(rule) or rule not in homes:
                continue
            # A relief has points below 0; what counts is how much it weighs.
            more: Side = "b" if abs(points_b.get(rule, 0)) > abs(points_a.get(rule, 0)) or rule not in points_a else "a"
            at = columns[homes[rule]]
            before, after = int(ranks[0][i, at]), int(ranks[1][i, at])
            what = "changed" if before != after else "below" if before == RANK["allow"] else "already_caught"
            found.setdefault((rule, more), Counter())[what] += 1
    changes = [
        RuleChange(rule, side, n.total(), n["changed"], n["already_caught"], n["below"])
        for (rule, side), n in found.items()
    ]
    return tuple(sorted(changes, key=lambda c: (-c.changed, -c.rows, c.rule, c.side)))
