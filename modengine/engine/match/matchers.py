"""The kinds of patterns, each with what finds them."""

from __future__ import annotations

from collections.abc import Callable

from modengine.engine.match.found import Matcher
from modengine.engine.match.regex import RegexMatcher
from modengine.engine.match.terms import Boundary, TermMatcher
from modengine.engine.match.tokens import TokenMatcher
from modengine.policy.model import Pattern

MATCHERS: dict[str, Callable[[Pattern, Boundary], Matcher]] = {
    "words": TermMatcher,
    "text": TermMatcher,
    "regex": lambda pattern, _: RegexMatcher(pattern),
    "tokens": lambda pattern, _: TokenMatcher(pattern),
}
