"""The kinds of patterns: what is worked out of each before any message, and what verifies its candidates."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache

from modengine.engine.budget import Budget
from modengine.engine.match import entities, terms, tokens
from modengine.engine.match.entities import EntityMatcher
from modengine.engine.match.expression import required_literals, steps
from modengine.engine.match.matcher import Literal, Matcher, PatternInfo
from modengine.engine.match.part import TextForm
from modengine.engine.match.regex import CoreSpans, RegexMatcher, left_to_python, source_of
from modengine.engine.match.terms import Boundary, TermMatcher
from modengine.engine.match.tokens import TokenMatcher
from modengine.policy.model import Pattern


def size_of(pattern: Pattern) -> int:
    """`PatternInfo.size`; raises what a regex raises that does not compile.  The expressions of an entity are ours."""
    return steps(source_of(pattern)) if pattern.kind == "regex" else terms.most_literals(pattern)


def _term_info(pattern: Pattern) -> PatternInfo:
    sounds = terms.sounds_of(pattern)
    return PatternInfo(terms.literals_of(pattern, sounds), sounds, size_of(pattern))


def _regex_info(pattern: Pattern) -> PatternInfo:
    source = source_of(pattern)
    required = required_literals(source)
    literals = None if required is None else tuple(Literal(TextForm.PLAIN, text, 0) for text in sorted(required))
    return PatternInfo(literals, size=size_of(pattern))


def _token_info(pattern: Pattern) -> PatternInfo:
    return PatternInfo(tokens.literals_of(pattern))


def _entity_info(pattern: Pattern) -> PatternInfo:
    return PatternInfo(entities.literals_of(pattern))


INFOS: dict[str, Callable[[Pattern], PatternInfo]] = {
    "words": _term_info,
    "text": _term_info,
    "regex": _regex_info,
    "tokens": _token_info,
    "entity": _entity_info,
}


@dataclass(frozen=True, slots=True)
class Matching:
    """What matchers are made for."""

    boundary: Boundary
    budget: Budget
    core: CoreSpans = left_to_python


def _terms(pattern: Pattern, info: PatternInfo, made_for: Matching) -> Matcher:
    return TermMatcher(pattern, info.sounds, made_for.boundary)


def _regex(pattern: Pattern, _info: PatternInfo, made_for: Matching) -> Matcher:
    return RegexMatcher(pattern, made_for.budget.opaque_length, made_for.core)


def _tokens(pattern: Pattern, _info: PatternInfo, made_for: Matching) -> Matcher:
    return TokenMatcher(pattern, made_for.budget.token_steps)


def _entity(pattern: Pattern, _info: PatternInfo, made_for: Matching) -> Matcher:
    return EntityMatcher(pattern, made_for.core)


MATCHERS: dict[str, Callable[[Pattern, PatternInfo, Matching], Matcher]] = {
    "words": _terms,
    "text": _terms,
    "regex": _regex,
    "tokens": _tokens,
    "entity": _entity,
}


def info_of(pattern: Pattern) -> PatternInfo:
    """The info of a pattern that compiles.  Patterns that find the same share it, wherever they stand."""
    return _info(replace(pattern.without_places(), name=""))


@lru_cache(maxsize=20_000)  # a rule set is compiled again at every edit, most of its patterns unchanged
def _info(pattern: Pattern) -> PatternInfo:
    return INFOS[pattern.kind](pattern)
