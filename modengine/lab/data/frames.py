"""Frames: one sentence with every identity term that fits, decided, and the pairs that differ."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import msgspec

from modengine.checks.lexicon import IdentityTerm
from modengine.engine.engine import Engine
from modengine.lab.data.outcomes import Progress
from modengine.lab.data.templates import Template, Templates
from modengine.model import Action, Decision

Changed = Literal["action", "score"]
How = Literal["exchange", "removal"]


class Difference(msgspec.Struct, frozen=True):
    """An offending pair: two sentences alike but for the term, decided differently in a category."""

    template: str
    kind: str
    form: str
    how: How
    """`exchange` for another term, `removal` for none."""
    term: str
    group: str
    other: str
    """The term it is compared with: one of those with the commonest decision; for removal what stands instead."""
    category: str
    changed: Changed
    action: Action
    other_action: Action
    score: int
    other_score: int


@dataclass(frozen=True, slots=True)
class Verdict:
    """What can change: the decision's action, and each category's action and score."""

    action: Action
    categories: tuple[tuple[str, Action, int], ...]

    @staticmethod
    def of(decision: Decision) -> Verdict:
        found = tuple((name, score.action, score.score) for name, score in decision.categories.items())
        return Verdict(decision.action, found)

    @property
    def actions(self) -> tuple[Action, ...]:
        return tuple(action for _, action, _ in self.categories)


@dataclass(frozen=True)
class Frame:
    """A template in one form, decided with every term that fits."""

    template: Template
    form: str
    terms: tuple[IdentityTerm, ...]
    outcomes: tuple[Verdict, ...]
    """One a term."""
    without: Verdict

    @cached_property
    def common(self) -> Verdict:
        """The commonest outcome; of several the one met first."""
        return Counter(self.outcomes).most_common(1)[0][0]


def decided_frames(engine: Engine, templates: Templates, progress: Progress | None) -> Iterator[Frame]:
    done = 0
    for template in templates.sentences:
        for form, _ in template.forms:
            terms = template.terms(form)
            texts = (template.without(form), *(template.fill(form, term.term) for term in terms))
            without, *found = (Verdict.of(decision) for decision in engine.decide_many(texts, ignore_scope=True))
            if terms:
                yield Frame(template, form, terms, tuple(found), without)
            done += len(texts)
            if progress is not None:
                progress(done)


def pairs(n: int) -> int:
    return n * (n - 1) // 2


def unlike(values: Sequence[object]) -> int:
    """Pairs of unequal values."""
    return pairs(len(values)) - sum(pairs(count) for count in Counter(values).values())


def changed(left: Verdict, right: Verdict) -> Changed | None:
    if left == right:
        return None
    return "score" if left.actions == right.actions else "action"


def differences(frame: Frame) -> Iterator[Difference]:
    """Every term against one with the commonest decision, and that one against no term at all."""
    common = frame.common
    usual = frame.terms[frame.outcomes.index(common)]
    for term, outcome in zip(frame.terms, frame.outcomes, strict=True):
        yield from _difference(frame, "exchange", term, usual.term, outcome, common)
    yield from _difference(frame, "removal", usual, frame.template.nobody(frame.form), common, frame.without)


def _difference(
    frame: Frame, how: How, term: IdentityTerm, other: str, verdict: Verdict, other_verdict: Verdict
) -> Iterator[Difference]:
    template = frame.template
    for (category, action, score), (_, other_action, other_score) in zip(
        verdict.categories, other_verdict.categories, strict=True
    ):
        if (action, score) != (other_action, other_score):
            changed: Changed = "score" if action == other_action else "action"
            yield Difference(
                template.id, template.kind, frame.form, how, term.term, term.group, other,
                category, changed, action, other_action, score, other_score,
            )  # fmt: skip
