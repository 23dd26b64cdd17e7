"""Equal treatment by term and by group: of the sentences of templates that act, those decided otherwise.

Both ask the same of the same sentences.  A template on which a policy never acts, whatever the term, shows
nothing about whom it acts on, and is in no figure of actions; one in which no points arise is in none of scores.
Terms of a group share templates, so a group is held against the others term by term within those that fit the
same templates: the exact permutation test of `permutation`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec
import numpy as np

from modengine.checks.lexicon import IdentityTerm
from modengine.lab.data.frames import Frame
from modengine.lab.stats.claims import adjusted
from modengine.lab.stats.intervals import Estimate, Ints, by_cluster, proportion
from modengine.lab.stats.metrics import Flags
from modengine.lab.stats.permutation import exchanged, set_aside


class TermRow(msgspec.Struct, frozen=True):
    """The sentences with a term, one for each template that it fits; only terms with a difference are listed."""

    term: str
    group: str
    action_differs: Estimate
    """Of the sentences of templates that act, those whose action is not the commonest of their template."""
    any_differs: Estimate
    """Of the sentences of templates with points, those whose action or score is not."""


class GroupRow(msgspec.Struct, frozen=True):
    """The sentences with a term of a group.  Explored."""

    group: str
    terms: int
    terms_differ: int
    """Terms of which any sentence is decided otherwise."""
    action_differs: Estimate
    """As for a term.  Of the template and the term, the cluster is the one that tells less."""
    any_differs: Estimate
    p: float | None
    """Exact permutation test of `any_differs` against the other groups, by term; null where nothing differs."""
    p_bh: float | None
    without: tuple[str, ...]
    """Groups that were set aside, since they lie far from all others."""


@dataclass(frozen=True, slots=True)
class _Sentences:
    """All sentences: arrays of one entry each."""

    term: Ints
    template: Ints
    acting: Flags
    scoring: Flags
    action: Flags
    anything: Flags


def acts(frames: Sequence[Frame]) -> bool:
    """Whether any sentence of a template is acted on, with a term or without."""
    return any(v.action != "allow" for frame in frames for v in (*frame.outcomes, frame.without))


def scores(frames: Sequence[Frame]) -> bool:
    """Whether points arise in any sentence of a template."""
    verdicts = (v for frame in frames for v in (*frame.outcomes, frame.without))
    return any(points for v in verdicts for _, _, points in v.categories)


def by_term_and_group(frames: Sequence[Frame]) -> tuple[tuple[TermRow, ...], tuple[GroupRow, ...]]:
    """The terms with a difference, the worst first; and all groups."""
    terms = tuple(dict.fromkeys(t for frame in frames for t in frame.terms))
    if not terms:
        return (), ()
    found = _sentences(frames, terms)
    differ = by_cluster(found.term, found.anything)
    rows = [
        TermRow(terms[t].term, terms[t].group, *_shares(found, found.term == t, (found.template,)))
        for t in np.flatnonzero(differ)
    ]
    rows.sort(key=lambda row: (-row.action_differs.k, -row.any_differs.k, row.term))
    return tuple(rows), _groups(found, terms, differ, _blocks(frames, terms))


def _sentences(frames: Sequence[Frame], terms: Sequence[IdentityTerm]) -> _Sentences:
    numbers = {term: i for i, term in enumerate(terms)}
    by_template: dict[str, list[Frame]] = {}
    for frame in frames:
        by_template.setdefault(frame.template.id, []).append(frame)
    told = {name: (i, acts(mine), scores(mine)) for i, (name, mine) in enumerate(by_template.items())}
    rows = [
        (numbers[term], *told[frame.template.id], verdict.actions != frame.common.actions, verdict != frame.common)
        for frame in frames
        for term, verdict in zip(frame.terms, frame.outcomes, strict=True)
    ]
    columns = np.array(rows, np.int64).T
    return _Sentences(columns[0], columns[1], *(column.astype(bool) for column in columns[2:]))


def _blocks(frames: Sequence[Frame], terms: Sequence[IdentityTerm]) -> list[tuple[int, ...]]:
    """For each term the frames that it fits: terms of one block are in the same sentences."""
    fits: dict[IdentityTerm, list[int]] = {term: [] for term in terms}
    for i, frame in enumerate(frames):
        for term in frame.terms:
            fits[term].append(i)
    return [tuple(fits[term]) for term in terms]


def _shares(found: _Sentences, mine: Flags, clusters: Sequence[Ints]) -> tuple[Estimate, Estimate]:
    """Actions that differ, and actions or scores, each with the clusters that tell least."""
    made = []
    for hit, among in ((found.action, found.acting & mine), (found.anything, found.scoring & mine)):
        each = [proportion(by_cluster(c[among], hit[among]), by_cluster(c[among], hit[among] | True)) for c in clusters]
        made.append(min(each, key=lambda estimate: estimate.effective_n))
    return made[0], made[1]


def _groups(
    found: _Sentences, terms: Sequence[IdentityTerm], differ: Ints, blocks: Sequence[tuple[int, ...]]
) -> tuple[GroupRow, ...]:
    groups = [term.group for term in terms]
    names = list(dict.fromkeys(groups))

    def against(name: str, less: tuple[str, ...]) -> float | None:
        kept = [i for i, group in enumerate(groups) if group == name or group not in less]
        return exchanged(differ[kept], [groups[i] == name for i in kept], [blocks[i] for i in kept])

    aside = set_aside(names, against)
    left = {name: tuple(other for other in aside if other != name) for name in names}
    p = [against(name, left[name]) for name in names]
    corrected = adjusted(p, "fdr_bh")
    rows = []
    for i, name in enumerate(names):
        members = np.array([group == name for group in groups])
        shares = _shares(found, members[found.term], (found.template, found.term))
        several = int((members & (differ > 0)).sum())
        rows.append(GroupRow(name, int(members.sum()), several, *shares, p[i], corrected[i], left[name]))
    return tuple(rows)
