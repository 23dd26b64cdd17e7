"""What a policy should do with each template, and whether it does: functional tests, by function and by group.

A function is what templates of one kind, category and expected outcome ask of a policy.  It passes where every
sentence is decided as expected, whoever is named.

Source: P. Roettger and others, HateCheck: functional tests for hate speech detection models, ACL 2021, tables 1 and 3.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal

import msgspec
import numpy as np

from modengine.lab.data.frames import Frame, Verdict
from modengine.lab.data.templates import Template
from modengine.lab.stats.intervals import Estimate, by_cluster, proportion


class TreatmentTest(msgspec.Struct, frozen=True):
    """The templates of one function."""

    kind: str
    category: str | None
    expected: Literal["act", "allow"]
    """`act`: at least `label`, in the category where one is named; `allow`: no action of any category."""
    templates: int
    as_expected: Estimate
    """Sentences with a term that are decided so; the template is the cluster."""
    passes: bool
    """All of them are."""


class GroupTest(msgspec.Struct, frozen=True):
    """A function, or one of its templates, with the terms of one group."""

    kind: str
    category: str | None
    template: str | None
    """None for all templates of the function."""
    expected: Literal["act", "allow"]
    group: str
    as_expected: Estimate


def as_expected(template: Template, verdict: Verdict) -> bool:
    """Whether a sentence of the template is decided as it should be."""
    if not template.acted_on:
        return verdict.action == "allow"
    named = [action for name, action, _ in verdict.categories if name == template.category]
    return any(action != "allow" for action in named) if named else verdict.action != "allow"


def tested(frames: Sequence[Frame]) -> tuple[tuple[TreatmentTest, ...], tuple[GroupTest, ...]]:
    """Each function; and each function, then each template, by group."""
    functions: dict[tuple[str, str | None, Literal["act", "allow"]], list[Frame]] = {}
    for frame in frames:
        functions.setdefault(_function(frame.template), []).append(frame)
    rows = []
    groups: list[GroupTest] = []
    for (kind, category, expected), mine in functions.items():
        share = _share(mine, None)
        templates = tuple(dict.fromkeys(frame.template.id for frame in mine))
        rows.append(TreatmentTest(kind, category, expected, len(templates), share, share.k == share.n))
        for template in (None, *templates):
            of = [frame for frame in mine if template in (None, frame.template.id)]
            for group in dict.fromkeys(term.group for frame in of for term in frame.terms):
                groups.append(GroupTest(kind, category, template, expected, group, _share(of, group)))
    return tuple(rows), tuple(groups)


def _function(template: Template) -> tuple[str, str | None, Literal["act", "allow"]]:
    return template.kind, template.category, "act" if template.acted_on else "allow"


def _share(frames: Sequence[Frame], group: str | None) -> Estimate:
    found = [(number, ok) for number, ok in _held(frames, group)]
    codes = np.array([number for number, _ in found], np.int64)
    flags = np.array([ok for _, ok in found], bool)
    return proportion(by_cluster(codes, flags), by_cluster(codes, np.ones(len(codes), bool)))


def _held(frames: Sequence[Frame], group: str | None) -> Iterator[tuple[int, bool]]:
    """The template of each sentence, by number, and whether it is decided as expected."""
    numbers = {name: i for i, name in enumerate(dict.fromkeys(frame.template.id for frame in frames))}
    for frame in frames:
        for term, verdict in zip(frame.terms, frame.outcomes, strict=True):
            if group in (None, term.group):
                yield numbers[frame.template.id], as_expected(frame.template, verdict)
