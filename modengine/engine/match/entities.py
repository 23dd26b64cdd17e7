"""The pattern kind `entity`: what its expressions find in the undisguised view, where the value is asked for."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, partial

from modengine.engine.match.matcher import Candidate, Finding, Found, sheltered, sifted
from modengine.engine.match.part import KnownSpans, PartText, UndisguisedText
from modengine.engine.match.regex import CoreSpans, left_to_python, spans_of
from modengine.entities.comparing import claimed, is_asked_for
from modengine.entities.expressions import expressions, longest
from modengine.entities.model import Entity
from modengine.model import Failure, Suppression
from modengine.policy.model import Pattern

SENDER = Entity("sender")
TIMEOUT = 5.0
"""Seconds for one expression: they are ours and take time in proportion to the text, and an automaton takes longer."""


def entity_of(pattern: Pattern) -> Entity:
    """What an `entity` pattern asks for."""
    assert pattern.entity is not None
    return pattern.entity


def entity_spans(
    asked: Entity, text: str, known: KnownSpans, core: CoreSpans = left_to_python
) -> list[tuple[int, int]] | Failure:
    """Where the expressions of a kind match in an undisguised view, the longest of those that overlap.

    What an expression finds is added to what is `known` of the text: many patterns ask for one kind.
    """
    found: list[tuple[int, int]] = []
    for source in expressions(asked):
        if source not in known:
            by_core = core(source, text)
            known[source] = spans_of(source, False, text, TIMEOUT) if by_core is None else by_core
        spans = known[source]
        if isinstance(spans, Failure):
            return spans
        found += spans
    return longest(found)


class EntityMatcher:
    """Entities that do not overlap; those whose value is not asked for are dropped."""

    def __init__(self, pattern: Pattern, core: CoreSpans = left_to_python) -> None:
        self.pattern, self.entity, self._core = pattern, entity_of(pattern), core

    def find(self, part: PartText, _candidates: list[Candidate]) -> Finding:
        """All matches in a part, which is the undisguised one where there is one."""
        spans = self._spans(self.entity, part)
        if isinstance(spans, Failure):
            return Finding(failed=spans)
        matches = (Found(start, end, *part.view.span(start, end)) for start, end in spans)
        return sifted(matches, partial(self._objection, part, cache(lambda: claimed(self._senders(part)))))

    def _spans(self, asked: Entity, part: PartText) -> list[tuple[int, int]] | Failure:
        return entity_spans(asked, part.plain, part.entity_spans, self._core)

    def _senders(self, part: PartText) -> list[str]:
        spans = self._spans(SENDER, part)
        return [] if isinstance(spans, Failure) else [part.plain[start:end] for start, end in spans]

    def _objection(self, part: PartText, domains: Callable[[], frozenset[str]], found: Found) -> Suppression | None:
        """Why a match does not count; None if it does."""
        if reason := sheltered(part, self.pattern, found):
            return reason
        text = part.plain[found.start : found.end]
        undone = isinstance(part, UndisguisedText) and part.is_undone(found.start, found.end)
        return None if is_asked_for(self.entity, text, undone, domains) else Suppression.VALUE
