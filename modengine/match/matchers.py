"""The kinds of patterns, each with what finds them."""

from __future__ import annotations

from collections.abc import Callable

from modengine.match.found import Matcher
from modengine.match.regex import RegexMatcher
from modengine.match.terms import Boundary, TermMatcher
from modengine.match.tokens import TokenMatcher
from modengine.ruleset.model import Pattern

MATCHERS: dict[str, Callable[[Pattern, Boundary], Matcher]] = {
    "words": TermMatcher,
    "text": TermMatcher,
    "regex": lambda pattern, _: RegexMatcher(pattern),
    "tokens": lambda pattern, _: TokenMatcher(pattern),
}
