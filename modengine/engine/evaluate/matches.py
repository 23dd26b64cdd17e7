"""Matches as they are shown: the original characters and every step from the term to them."""

from __future__ import annotations

from functools import lru_cache

from modengine.engine.evaluate.context import EvaluationContext
from modengine.engine.match.matcher import Found
from modengine.engine.match.part import PartText
from modengine.engine.match.terms import plain_term, reads, squeeze
from modengine.engine.match.walk import Walk
from modengine.entities.comparing import described
from modengine.entities.model import ENTITY_KINDS
from modengine.model import Match, Suppressed
from modengine.policy.model import Pattern
from modengine.text.normalize import plain, steps
from modengine.text.sounds import pronunciations, sound_view


def matches(context: EvaluationContext, rule_id: str) -> tuple[Match, ...]:
    """Every match of a rule's patterns, in the order of their places."""
    program = context.program.rules[rule_id]
    found = [
        describe(part, pattern, place)
        for pattern in program.rule.patterns
        for part, finding in zip(context.parts, context.evidence(program.patterns[pattern.name]).findings, strict=False)
        for place in finding.found
    ]
    return tuple(sorted(found, key=lambda match: (match.part_index, match.start, match.end, match.pattern)))


def suppressed(context: EvaluationContext, rule_id: str) -> tuple[Suppressed, ...]:
    """What its patterns found that does not count."""
    program = context.program.rules[rule_id]
    found = [
        Suppressed(describe(part, pattern, dropped.found), dropped.reason)
        for pattern in program.rule.patterns
        for part, finding in zip(context.parts, context.evidence(program.patterns[pattern.name]).findings, strict=False)
        for dropped in finding.dropped
    ]
    return tuple(sorted(found, key=lambda dropped: (dropped.match.part_index, dropped.match.start, dropped.match.end)))


def describe(part: PartText, pattern: Pattern, found: Found) -> Match:
    """A match as it is shown."""
    here = part.plain[found.start : found.end] if found.read is None else found.read
    original = part.original[found.first : found.last]
    kind = pattern.kind if pattern.entity is None else pattern.entity.kind
    found_as, how = shown(
        kind, original, here, found.term, pattern.gaps, pattern.repeats, found.way, pattern.undisguised
    )
    return Match(pattern.name, part.kind, part.index, found.first, found.last, original, found_as, how, found.weight)


@lru_cache(maxsize=8192)
def shown(
    kind: str,
    original: str,
    here: str,
    term: str,
    gaps: int,
    repeats: bool,
    way: str,
    undisguised: bool,
) -> tuple[str, tuple[str, ...]]:
    """What an `original` was found as, and how: the kind of pattern, or of entity, and every step from it to the text.

    `here` is what was read: the plain view, or the undisguised one.
    """
    steps_ = () if original == term else _steps_between(original, here, term, gaps, repeats, way)
    if undisguised and plain(original) != here:
        steps_ = (*steps_, "undisguised")
    if kind in ENTITY_KINDS:
        return described(kind, here), ("entity", kind, *steps_)
    return term or here, (kind, *steps_)


def _steps_between(original: str, here: str, raw: str, gaps: int, repeats: bool, way: str) -> tuple[str, ...]:
    """Every step from a term to the `original`; `here` is its plain view."""
    how = list(normal := steps(original))
    term = plain_term(raw)
    sounded = squeeze(term) if repeats else term

    def reads_by(walk: Walk) -> bool:
        return reads(here, term, walk, way, pronunciations(sounded))

    # Where there are as many sounds as in the term, each of them is met, and none skipped or repeated.
    is_met = way == "sounds_like" and len(sound_view(here).text) == len(sound_view(sounded).text)
    if raw and here != term and not is_met and way not in ("initials", "spelled"):
        # An option was a step if the term is not read here without it.
        if gaps and not reads_by(Walk(0, repeats)):
            how.append("gaps")
        if repeats and not reads_by(Walk(gaps, False)):
            how.append("repeats")
        if gaps and len(how) == len(normal) and not reads_by(Walk(0, False)):
            how.append("gaps")  # either would do
    if way != "exact":
        how.append(way)
    return tuple(how)
