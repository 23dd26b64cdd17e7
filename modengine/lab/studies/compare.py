"""What changes between two policies: every row that A and B decide otherwise, counted and explained.

A flip is a row on which the action of a category differs.  Counts and tests are at each action level:
a row is hit where the category reached it.  A false alarm is a hit on a harmless row, a catch a hit
of a row's own category; `(any)` takes the highest action of all categories, and a row of any of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import msgspec
import numpy as np
from numpy.typing import NDArray

from modengine.engine.compile.revision import revision
from modengine.engine.engine import Engine
from modengine.errors import InputError
from modengine.lab.data.corpus import HARMLESS, Corpus
from modengine.lab.data.outcomes import LEVELS, DecidedCorpus, Progress, decide, later
from modengine.lab.data.stamp import Stamp, stamp
from modengine.lab.stats.claims import adjusted
from modengine.lab.stats.metrics import ALL, ANY, Flags, labelled, strata
from modengine.lab.stats.one_way import Way, one_way
from modengine.lab.stats.paired import ActsAlike, Paired, overlap, paired
from modengine.lab.studies.failing import Failable
from modengine.lab.studies.flips import Flip, RuleChange, flips, order, rule_changes
from modengine.model import ACTIONS, RANK, Action
from modengine.policy.model import Longer

MOST = 200
"""Flips that are listed, one by one; all are counted."""


class FlipCount(msgspec.Struct, frozen=True):
    """Rows of a stratum that change sides at an action, by direction and by what they are."""

    category: str
    stratum: str
    action: Action
    new_false_alarms: int
    false_alarms_gone: int
    new_catches: int
    lost_catches: int
    others_gained: int
    """Rows of another category that B alone hits."""
    others_lost: int


class Test(msgspec.Struct, frozen=True):
    """A and B on the rows of one kind at one action.  Explored, unless its question was fixed beforehand."""

    category: str
    action: Action
    rows_of: str
    """`harmless` (the change of over-blocking) or `category` (the change of recall)."""
    found: Paired
    p_bh: float | None
    """p after the false discovery rate, over all tests of this comparison that have one."""


class Move(msgspec.Struct, frozen=True):
    """Rows that go from an action to another; the highest action of the message for `(any)`."""

    category: str
    before: Action
    after: Action
    rows: int
    harmless: int


class Comparison(Failable, frozen=True):
    """All that `diff` measures.  Scope and period are taken as met.  `stamp` is that of A."""

    stamp: Stamp
    policy_b: str
    revision_b: str
    only_a: tuple[str, ...]
    """Categories that B does not have: it allows all there."""
    only_b: tuple[str, ...]
    difference: str | None
    """In words, where the policies differ in nothing but `longer`."""
    one_way: Way | None
    """`more` where B can only hit more than A, `fewer` where it can only hit less: then no test has a p."""
    flipped: int
    """Rows on which the action of any category changes."""
    already_caught: int
    """Of these, rows whose highest action stays: another category or rule keeps it."""
    new_false_alarms: int
    """Harmless rows whose highest action rises."""
    lost_catches: int
    """Rows of a category on which the highest action falls."""
    undetermined_a: int
    undetermined_b: int
    overlap: ActsAlike
    """Whether they act on the same rows, by any category at any action."""
    counts: tuple[FlipCount, ...]
    tests: tuple[Test, ...]
    moves: tuple[Move, ...]
    rules: tuple[RuleChange, ...]
    flips: tuple[Flip, ...]
    """Lost catches and new false alarms first; at most `MOST`."""


def compare(
    a: Engine,
    b: Engine,
    corpus: Corpus,
    seed: int = 1,
    *,
    show_text: bool = False,
    most: int = MOST,
    outcomes: tuple[DecidedCorpus, DecidedCorpus] | None = None,
    command: str = "",
    progress: Progress | None = None,
) -> Comparison:
    """Decides a corpus by both policies; `outcomes` are the decisions of both, if at hand.  Progress is told 2 n rows.

    Raises InputError (ME911) where the policies share no category.
    """
    common = set(a.policy.categories) & set(b.policy.categories)
    if not common and not (a.policy.specimens or b.policy.specimens):  # lists are compared by `(any)`
        raise InputError(
            "ME911", "the two policies share no category, so there is nothing to compare",
            f"A has {', '.join(a.policy.categories)}; B has {', '.join(b.policy.categories)}",
        )  # fmt: skip
    if outcomes is None:
        outcomes = decide(a, corpus, progress), decide(b, corpus, later(progress, len(corpus)))
    first, second = outcomes
    categories = tuple(dict.fromkeys((*a.policy.categories, *b.policy.categories)))
    before, after = ranks(first, categories), ranks(second, categories)
    top_a, top_b = first.highest(), second.highest()
    way = one_way(a.policy, b.policy)
    flipped = (before != after).any(axis=1)
    harmless = labelled(corpus, HARMLESS)
    changes = rule_changes(corpus, (a, b), (first, second), categories, (before, after))
    listed = order(corpus, flipped, top_a, top_b)[:most]
    shown = show_text or corpus.columns.invented
    of_a, of_b = (stamp("diff", engine, (corpus,), seed, command) for engine in (a, b))
    return Comparison(
        msgspec.structs.replace(of_a, specimens=tuple(dict.fromkeys((*of_a.specimens, *of_b.specimens)))),
        b.policy.id,
        b.revision,
        tuple(c for c in a.policy.categories if c not in common),
        tuple(c for c in b.policy.categories if c not in common),
        _difference(a, b),
        way,
        int(flipped.sum()),
        int((flipped & (top_a == top_b)).sum()),
        int((harmless & (top_b > top_a)).sum()),
        int((~harmless & (top_b < top_a)).sum()),
        int(first.undetermined.sum()),
        int(second.undetermined.sum()),
        overlap(corpus.clusters, np.asarray(top_a > 0), np.asarray(top_b > 0)),
        tuple(_counts(corpus, categories, before, after)),
        _tests(corpus, categories, before, after, way is not None),
        tuple(moves(categories, before, after, harmless)),
        changes,
        flips(corpus, (a, b), listed, shown),
    )


def _difference(a: Engine, b: Engine) -> str | None:
    """What the policies differ in, where that is `longer` alone."""
    if a.policy.specimens or b.policy.specimens:
        return None
    alike = replace(b.policy, id=a.policy.id, longer=a.policy.longer)
    if a.policy.longer == b.policy.longer or revision(alike, b.program.boundary, b.program.budget) != a.revision:
        return None
    each = (f"{name}: {_longer(engine.policy.longer)}" for name, engine in (("A", a), ("B", b)))
    return f"only `longer` differs, the points that every step asks for more in long texts ({'; '.join(each)})"


def _longer(entries: Sequence[Longer]) -> str:
    return ", ".join(f"{entry.add} above {entry.above} characters" for entry in entries) or "none"


def ranks(outcomes: DecidedCorpus, categories: Sequence[str]) -> NDArray[np.int8]:
    """(n, c): the ranks in another order of categories; 0 in those that the policy does not have."""
    found = np.zeros((len(outcomes.ranks), len(categories)), np.int8)
    for at, category in enumerate(categories):
        if category in outcomes.categories:
            found[:, at] = outcomes.ranks[:, outcomes.column(category)]
    return found


def _sides(
    categories: Sequence[str], before: NDArray[np.int8], after: NDArray[np.int8]
) -> Iterator[tuple[str, NDArray[np.int8], NDArray[np.int8]]]:
    """`(any)` and each category, with the ranks on both sides."""
    yield ANY, before.max(axis=1, initial=0), after.max(axis=1, initial=0)
    for at, category in enumerate(categories):
        yield category, before[:, at], after[:, at]


def _own(corpus: Corpus, category: str) -> Flags:
    return ~labelled(corpus, HARMLESS) if category == ANY else labelled(corpus, category)


def _counts(
    corpus: Corpus, categories: Sequence[str], before: NDArray[np.int8], after: NDArray[np.int8]
) -> Iterator[FlipCount]:
    harmless = labelled(corpus, HARMLESS)
    for stratum, rows in strata(corpus):
        for category, ranks_a, ranks_b in _sides(categories, before, after):
            own = _own(corpus, category)
            groups = (harmless & rows, own & rows, ~harmless & ~own & rows)
            for level in LEVELS:
                a, b = ranks_a >= RANK[level], ranks_b >= RANK[level]
                found = [int((side & group).sum()) for group in groups for side in (b & ~a, a & ~b)]
                if any(found) or (stratum == ALL and category == ANY):
                    yield FlipCount(category, stratum, level, *found)


def _tests(
    corpus: Corpus, categories: Sequence[str], before: NDArray[np.int8], after: NDArray[np.int8], one_way: bool
) -> tuple[Test, ...]:
    """Over-blocking and recall, where a side hits anything.  What the card forbids is left out."""
    harmless, codes = labelled(corpus, HARMLESS), corpus.clusters
    made: list[tuple[str, Action, str, Paired]] = []
    for category, ranks_a, ranks_b in _sides(categories, before, after):
        for level in LEVELS:
            a, b = np.asarray(ranks_a >= RANK[level]), np.asarray(ranks_b >= RANK[level])
            for name, rows, figure in (
                ("harmless", harmless, "over-blocking"),
                ("category", _own(corpus, category), "recall"),
            ):
                if figure not in corpus.columns.forbidden and ((a | b) & rows).any():
                    made.append((category, level, name, paired(codes, a, b, rows, one_way=one_way)))
    p = adjusted([result.p for *_, result in made], "fdr_bh")
    return tuple(Test(*names, p_bh) for names, p_bh in zip(made, p, strict=True))


def moves(
    categories: Sequence[str], before: NDArray[np.int8], after: NDArray[np.int8], harmless: Flags
) -> Iterator[Move]:
    """From action to action, of `(any)` and each category; (n, c) ranks on both sides."""
    for category, ranks_a, ranks_b in _sides(categories, before, after):
        for i, old in enumerate(ACTIONS):
            for j, new in enumerate(ACTIONS):
                rows = (ranks_a == i) & (ranks_b == j)
                if i != j and rows.any():
                    yield Move(category, old, new, int(rows.sum()), int((rows & harmless).sum()))
