"""The pattern kind `entity`: what its expressions find in the undisguised view, where the value is asked for."""

from __future__ import annotations

from functools import partial

from modengine.engine.match.expression import required_literals
from modengine.engine.match.linear import linear
from modengine.engine.match.matcher import NOTHING, Candidate, Dropped, Finding, Found, Literal, sheltered
from modengine.engine.match.part import PartText, TextForm, UndisguisedText
from modengine.engine.match.regex import compiled, spans_of
from modengine.entities.comparing import is_asked_for
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


def literals_of(pattern: Pattern) -> tuple[Literal, ...] | None:
    """The literals one of which any match holds; None where some expression has none."""
    found: set[str] = set()
    for source in expressions(entity_of(pattern)):
        required = required_literals(source)
        if required is None:
            return None
        found |= required
    return tuple(Literal(TextForm.PLAIN, text, 0) for text in sorted(found))


def entity_spans(asked: Entity, text: str) -> list[tuple[int, int]] | Failure:
    """Where the expressions of a kind match in an undisguised view, the longest of those that overlap."""
    found: list[tuple[int, int]] = []
    for source in expressions(asked):
        spans = spans_of(compiled(source, False), text, partial(linear, source, False), TIMEOUT)
        if isinstance(spans, Failure):
            return spans
        found += spans
    return longest(found)


class EntityMatcher:
    """Entities that do not overlap; those whose value is not asked for are dropped."""

    def __init__(self, pattern: Pattern) -> None:
        self.pattern, self.entity = pattern, entity_of(pattern)

    def find(self, part: PartText, _candidates: list[Candidate]) -> Finding:
        """All matches in a part, which is the undisguised one where there is one."""
        spans = entity_spans(self.entity, part.plain)
        if isinstance(spans, Failure):
            return Finding(failed=spans)
        if not spans:
            return NOTHING
        counting: dict[tuple[int, int], Found] = {}
        dropped: list[Dropped] = []
        for start, end in spans:
            found = Found(start, end, *part.view.span(start, end))
            reason = sheltered(part, self.pattern, found) or self._objection(part, start, end)
            if reason is None:
                counting.setdefault((found.first, found.last), found)
            else:
                dropped.append(Dropped(found, reason))
        return Finding(tuple(counting.values()), tuple(dropped))

    def _objection(self, part: PartText, start: int, end: int) -> Suppression | None:
        text = part.plain[start:end]
        undone = isinstance(part, UndisguisedText) and part.is_undone(start, end)
        return None if is_asked_for(self.entity, text, undone, lambda: _senders(part)) else Suppression.VALUE


def _senders(part: PartText) -> list[str]:
    spans = entity_spans(SENDER, part.plain)
    return [] if isinstance(spans, Failure) else [part.plain[start:end] for start, end in spans]
