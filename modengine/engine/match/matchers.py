"""The kinds of patterns: what is worked out of each before any message, and what verifies its candidates."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import lru_cache

from modengine.engine.budget import Budget
from modengine.engine.match import terms, tokens
from modengine.engine.match.entities import EntityMatcher, entity_of
from modengine.engine.match.expression import required_literals, steps
from modengine.engine.match.matcher import Literal, Matcher, PatternInfo, Sounds
from modengine.engine.match.part import TextForm
from modengine.engine.match.regex import CoreSpans, RegexMatcher, left_to_python, source_of
from modengine.engine.match.terms import Boundary, TermMatcher
from modengine.engine.match.tokens import TokenMatcher
from modengine.entities.expressions import expressions
from modengine.policy.model import Pattern


def size_of(pattern: Pattern) -> int:
    """`PatternInfo.size`; raises what a regex raises that does not compile.  The expressions of an entity are ours."""
    return steps(source_of(pattern)) if pattern.kind == "regex" else terms.most_literals(pattern)


def _required(sources: Iterable[str]) -> tuple[Literal, ...] | None:
    """Literals one of which any match of some regexes holds; None where a regex has none."""
    found: set[str] = set()
    for source in sources:
        required = required_literals(source)
        if required is None:
            return None
        found |= required
    return tuple(Literal(TextForm.PLAIN, text, 0) for text in sorted(found))


LITERALS: dict[str, Callable[[Pattern, Sounds], tuple[Literal, ...] | None]] = {
    "words": terms.literals_of,
    "text": terms.literals_of,
    "regex": lambda pattern, _: _required([source_of(pattern)]),
    "tokens": lambda pattern, _: tokens.literals_of(pattern),
    "entity": lambda pattern, _: _required(expressions(entity_of(pattern))),
}


@dataclass(frozen=True, slots=True)
class Matching:
    """What matchers are made for."""

    boundary: Boundary
    budget: Budget
    core: CoreSpans = left_to_python


def _terms(pattern: Pattern, info: PatternInfo, made_for: Matching) -> Matcher:
    return TermMatcher(pattern, info.sounds, made_for.boundary)


MATCHERS: dict[str, Callable[[Pattern, PatternInfo, Matching], Matcher]] = {
    "words": _terms,
    "text": _terms,
    "regex": lambda pattern, _, made_for: RegexMatcher(pattern, made_for.budget.opaque_length, made_for.core),
    "tokens": lambda pattern, _, made_for: TokenMatcher(pattern, made_for.budget.token_steps),
    "entity": lambda pattern, _, made_for: EntityMatcher(pattern, made_for.core),
}


def info_of(pattern: Pattern) -> PatternInfo:
    """The info of a pattern that compiles.  Patterns that find the same share it, wherever they stand."""
    return _info(replace(pattern.without_places(), name=""))


@lru_cache(maxsize=20_000)  # a rule set is compiled again at every edit, most of its patterns unchanged
def _info(pattern: Pattern) -> PatternInfo:
    sounds = terms.sounds_of(pattern)
    return PatternInfo(LITERALS[pattern.kind](pattern, sounds), sounds, size_of(pattern))
