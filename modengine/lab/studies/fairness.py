"""Whether a policy treats people alike: the same sentence with every identity term, and real talk.

A template in one form is a frame: only the term differs between its sentences.  Two sentences of a
frame whose decisions differ are an offending pair.  Shares are of the templates on which a policy acts at
all: the others cannot show whom it acts on.  Rules without identity words pass such swaps by
construction, unless the length or the letters of a term get in their way; so what each template
should bring, and over-blocking of real talk about groups, stand beside it.

Source of the idea: L. Dixon and others, Measuring and mitigating unintended bias in text
classification, AIES 2018; P. Roettger and others, HateCheck, ACL 2021.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import msgspec
import numpy as np

from modengine.engine.engine import Engine
from modengine.lab.data.corpus import Corpus
from modengine.lab.data.frames import Changed, Difference, Frame, changed, decided_frames, differences, pairs, unlike
from modengine.lab.data.outcomes import DecidedCorpus, Progress, decide
from modengine.lab.data.stamp import Stamp, stamp
from modengine.lab.data.templates import KINDS, Template, Templates, shipped_templates
from modengine.lab.stats.claims import StratumComparison, Verdict, adjusted, explored, verdict
from modengine.lab.stats.functions import GroupTest, TreatmentTest, tested
from modengine.lab.stats.groups import GroupRow, TermRow, acts, by_term_and_group, scores
from modengine.lab.stats.intervals import Estimate, proportion
from modengine.lab.stats.metrics import ALL, OverBlocking, over_blocking
from modengine.model import Action
from modengine.policy.model import Policy

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
    acts: bool
    """Whether any of its sentences is acted on, with a term or without."""
    scores: bool
    """Whether points arise in any of them."""
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
    """Of the templates with any action, those whose action changes with the term."""
    any_changes: Estimate
    """Of the templates with any points, those whose action or score does."""


class Declared(msgspec.Struct, frozen=True):
    """An outcome that is always declared: of the templates that can show it, fewer change than the tolerance allows."""

    claim: str
    found: Estimate
    p: float | None
    """Exact binomial test, one-sided; null where too few templates act."""
    p_holm: float | None
    p_contrary: float | None
    """The same for the contrary, corrected after Holm."""
    verdict: Verdict


class Fairness(msgspec.Struct, frozen=True):
    """All that `fairness` measures.  Scope and period are taken as met."""

    stamp: Stamp
    templates: str
    templates_digest: str
    sentences: int
    tolerance: float
    declared: tuple[Declared, ...]
    kinds: tuple[KindRow, ...]
    functions: tuple[TreatmentTest, ...]
    """What each kind of template should bring, and whether it does."""
    functions_by_group: tuple[GroupTest, ...]
    terms: tuple[TermRow, ...]
    """Terms of which any sentence is decided otherwise."""
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
    functions, functions_by_group = tested([frame for frame in frames if _asked(frame.template, engine.policy)])
    terms, groups = by_term_and_group(frames)
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
        functions,
        functions_by_group,
        terms,
        groups,
        rows,
        tuple(difference for frame in frames for difference in differences(frame)),
        tuple(blocked for c, o in zip(corpora, outcomes, strict=True) for blocked in over_blocking(c, o)),
        explored(corpora, outcomes),
    )


def _asked(template: Template, policy: Policy) -> bool:
    """Whether the policy can do what the template asks: nobody acts in a category that it lacks.

    A list that others made has one category, its own name, and may match in any.
    """
    return not template.acted_on or template.category in (None, *policy.categories) or bool(policy.specimens)


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
        acts(frames),
        scores(frames),
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
        share([row.acts for row in mine]),
        share([row.changes_action for row in mine if row.acts]),
        share([row.changes for row in mine if row.scores]),
    )


def _declared(row: KindRow, tolerance: float) -> tuple[Declared, ...]:
    claims = (
        (
            f"the action changes in fewer than {100 * tolerance:g} % of the templates with any action",
            row.action_changes,
        ),
        (
            f"action or score changes in fewer than {100 * tolerance:g} % of the templates with any points",
            row.any_changes,
        ),
    )
    p, contrary = (
        [(e.p_below if below else e.p_above)(tolerance) if e.supported else None for _, e in claims]
        for below in (True, False)
    )
    holm, against = adjusted(p, "holm"), adjusted(contrary, "holm")
    return tuple(
        Declared(claim, found, p[i], holm[i], against[i], verdict(holm[i], against[i]))
        for i, (claim, found) in enumerate(claims)
    )
