"""Whether a policy treats people alike: the same sentence with every identity term, and real talk.

A template in one form is a frame: only the term differs between its sentences.  Two sentences of a
frame whose decisions differ are an offending pair.  Rules without identity words pass such swaps
by construction, unless the length or the letters of a term get in their way; so over-blocking of
real talk about groups, by topic, stands beside it.

Source of the idea: L. Dixon and others, Measuring and mitigating unintended bias in text
classification, AIES 2018; P. Roettger and others, HateCheck, ACL 2021.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Literal

import msgspec
import numpy as np
from scipy.stats import binomtest, fisher_exact

from modengine.engine.engine import Engine
from modengine.lab.data.corpus import Corpus
from modengine.lab.data.frames import Changed, Difference, Frame, changed, decided_frames, differences, pairs, unlike
from modengine.lab.data.outcomes import DecidedCorpus, Progress, decide
from modengine.lab.data.stamp import Stamp, stamp
from modengine.lab.data.templates import KINDS, Template, Templates, shipped_templates
from modengine.lab.stats.claims import ALPHA, StratumComparison, adjusted, explored
from modengine.lab.stats.intervals import LEAST, Estimate, proportion
from modengine.lab.stats.metrics import OverBlocking, over_blocking
from modengine.model import Action

ALL = "(all)"
TOLERANCE = 0.1
"""The share of templates below which the declared outcomes want the true share to lie."""


class TemplateRow(msgspec.Struct, frozen=True):
    """A template over all terms that fit it."""

    template: str
    kind: str
    category: str | None
    forms: tuple[str, ...]
    terms: int
    action: Action
    """The commonest decision, whatever the category."""
    pairs: int
    """Pairs of sentences that differ by the term alone, in one form."""
    pairs_action: int
    """Pairs with different actions."""
    pairs_score: int
    """Pairs with different actions or scores."""
    removal: Changed | None
    """What changes when the commonest term is taken out; null for nothing."""

    @property
    def changes_action(self) -> bool:
        return self.pairs_action > 0 or self.removal == "action"

    @property
    def changes(self) -> bool:
        return self.pairs_score > 0 or self.removal is not None


class KindRow(msgspec.Struct, frozen=True):
    """The templates of a kind."""

    kind: str
    acted_on: Estimate
    """Templates with any action: a policy that never acts treats everybody alike."""
    action_changes: Estimate
    """Templates whose action changes with the term."""
    any_changes: Estimate
    """Templates whose action or score does."""


class GroupRow(msgspec.Struct, frozen=True):
    """The sentences with a term of a group.  Explored."""

    group: str
    terms: int
    action_differs: Estimate
    """Sentences whose action is not the commonest of their frame; the template is the cluster."""
    any_differs: Estimate
    p: float | None
    """Fisher's exact test of `any_differs` against all other groups, on effective counts."""
    p_bh: float | None


class Declared(msgspec.Struct, frozen=True):
    """An outcome that is always declared: fewer templates change than the tolerance allows."""

    claim: str
    found: Estimate
    p: float
    """Exact binomial test, one-sided."""
    p_holm: float
    verdict: Literal["shown", "contradicted", "open"]


class Fairness(msgspec.Struct, frozen=True):
    """All that `fairness` measures.  Scope and period are taken as met."""

    stamp: Stamp
    templates: str
    templates_digest: str
    sentences: int
    tolerance: float
    declared: tuple[Declared, ...]
    kinds: tuple[KindRow, ...]
    groups: tuple[GroupRow, ...]
    rows: tuple[TemplateRow, ...]
    differences: tuple[Difference, ...]
    over_blocking: tuple[OverBlocking, ...]
    """Real talk: harmless rows on which any category acts, by stratum."""
    explored: tuple[StratumComparison, ...]
    """Each stratum against the rest of its corpus, corrected by the false discovery rate."""


def fairness(
    engine: Engine,
    corpora: Sequence[Corpus] = (),
    seed: int = 1,
    *,
    templates: Templates | None = None,
    tolerance: float = TOLERANCE,
    outcomes: Sequence[DecidedCorpus] | None = None,
    command: str = "",
    progress: Progress | None = None,
) -> Fairness:
    """Measures equal treatment on templates, and over-blocking of real talk on corpora with strata.

    `outcomes` are the decisions on the corpora, where they are there already; `progress` is told how many
    sentences of `templates.count` are decided.
    """
    templates = templates or shipped_templates()
    frames = tuple(decided_frames(engine, templates, progress))
    rows = tuple(_row(template, [f for f in frames if f.template == template]) for template in templates.sentences)
    kinds = tuple(_kind(kind, rows) for kind in (ALL, *KINDS) if kind == ALL or any(r.kind == kind for r in rows))
    if outcomes is None:
        outcomes = [decide(engine, corpus) for corpus in corpora]
    return Fairness(
        stamp("fairness", engine, corpora, seed, command, simulation=True),
        templates.name,
        templates.digest,
        sum(len(frame.outcomes) for frame in frames),
        tolerance,
        _declared(kinds[0], tolerance),
        kinds,
        _groups(frames),
        rows,
        tuple(difference for frame in frames for difference in differences(frame)),
        tuple(blocked for c, o in zip(corpora, outcomes, strict=True) for blocked in over_blocking(c, o)),
        explored(corpora, outcomes),
    )


def _row(template: Template, frames: Sequence[Frame]) -> TemplateRow:
    removed = [changed(frame.common, frame.without) for frame in frames]
    actions: Counter[Action] = Counter(outcome.action for frame in frames for outcome in frame.outcomes)
    return TemplateRow(
        template.id,
        template.kind,
        template.category,
        tuple(frame.form for frame in frames),
        sum(len(frame.terms) for frame in frames),
        actions.most_common(1)[0][0] if actions else "allow",
        sum(pairs(len(frame.terms)) for frame in frames),
        sum(unlike([outcome.actions for outcome in frame.outcomes]) for frame in frames),
        sum(unlike(frame.outcomes) for frame in frames),
        "action" if "action" in removed else "score" if "score" in removed else None,
    )


def _kind(kind: str, rows: Sequence[TemplateRow]) -> KindRow:
    mine = [row for row in rows if kind in (ALL, row.kind)]

    def share(flags: Sequence[bool]) -> Estimate:
        return proportion(np.array(flags, np.int64), np.ones(len(flags), np.int64))

    return KindRow(
        kind,
        share([row.action != "allow" for row in mine]),
        share([row.changes_action for row in mine]),
        share([row.changes for row in mine]),
    )


def _declared(row: KindRow, tolerance: float) -> tuple[Declared, ...]:
    claims = (
        (f"templates whose action changes < {tolerance:g}", row.action_changes),
        (f"templates whose action or score changes < {tolerance:g}", row.any_changes),
    )
    p = [
        float(binomtest(estimate.k, max(1, estimate.n), tolerance, alternative="less").pvalue) for _, estimate in claims
    ]
    holm = [1.0 if value is None else value for value in adjusted(p, "holm")]
    return tuple(
        Declared(
            claim, estimate, p[i], holm[i],
            "shown" if holm[i] < ALPHA else "contradicted" if (estimate.low or 0.0) > tolerance else "open",
        )
        for i, (claim, estimate) in enumerate(claims)
    )  # fmt: skip


def _groups(frames: Sequence[Frame]) -> tuple[GroupRow, ...]:
    """Counts by group, one cluster a template."""
    names = list(dict.fromkeys(term.group for frame in frames for term in frame.terms))
    numbers = {name: i for i, name in enumerate(dict.fromkeys(frame.template.id for frame in frames))}
    n, action, anything = (np.zeros((len(names), len(numbers)), np.int64) for _ in range(3))
    for frame in frames:
        common, column = frame.common, numbers[frame.template.id]
        for term, outcome in zip(frame.terms, frame.outcomes, strict=True):
            g = names.index(term.group)
            n[g, column] += 1
            action[g, column] += outcome.actions != common.actions
            anything[g, column] += outcome != common
    terms = Counter(group for group, _ in {(term.group, term.term) for frame in frames for term in frame.terms})
    inside = [proportion(anything[g], n[g]) for g in range(len(names))]
    p = [_fisher(inside[g], proportion(anything.sum(0) - anything[g], n.sum(0) - n[g])) for g in range(len(names))]
    corrected = adjusted(p, "fdr_bh")
    return tuple(
        GroupRow(name, terms[name], proportion(action[g], n[g]), inside[g], p[g], corrected[g])
        for g, name in enumerate(names)
    )


def _fisher(a: Estimate, b: Estimate) -> float | None:
    """Two-sided, on effective counts; None where a side has too few."""
    if not (a.supported and b.supported) or a.value is None or b.value is None:
        return None
    table = []
    for value, effective in ((a.value, a.effective_n), (b.value, b.effective_n)):
        n = max(LEAST, round(effective))
        k = min(n, round(value * n))
        table.append((k, n - k))
    return float(fisher_exact(table)[1])
