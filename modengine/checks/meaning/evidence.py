"""Which patterns find the same, and which find no more than others."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from typing import Any

from modengine.engine.compile.revision import pattern_key
from modengine.engine.match.terms import PatternTerm, terms_of
from modengine.policy.model import Pattern

_OF_SEVERAL = frozenset("株式会社平成昭和大正明治令和")
"""Characters that one character of a message can stand for together (㍿, ㍻ ...): of two terms in it, one counts."""


class Evidence:
    """The patterns of a policy; those that find the same have one number."""

    def __init__(self, patterns: Iterable[Pattern]) -> None:
        self._numbers: dict[int, int] = {}
        """By the identity of the pattern: a hash takes as long as a pattern has terms."""
        self._patterns: list[Pattern] = []
        self._terms: list[tuple[PatternTerm, ...]] = []
        self._alike: list[bool] = []
        """Whether what a term finds does not hang on the other terms of its pattern."""
        self._wider: dict[int, frozenset[int]] = {}
        found: dict[tuple[Any, ...], int] = {}
        for pattern in {id(pattern): pattern for pattern in patterns}.values():
            terms = terms_of(pattern)
            alike = _unordered(pattern, terms)
            kind, written, *rest = pattern_key(pattern)
            key = (kind, frozenset(term.cased for term in terms) if alike else written, *rest)
            number = self._numbers[id(pattern)] = found.setdefault(key, len(found))
            if number == len(self._patterns):
                self._patterns.append(pattern)
                self._terms.append(terms)
                self._alike.append(alike)

    def number(self, pattern: Pattern) -> int:
        return self._numbers[id(pattern)]

    def pattern(self, number: int) -> Pattern:
        return self._patterns[number]

    def wider(self, number: int) -> frozenset[int]:
        """The other patterns that are found wherever this one is, though perhaps at another place of the message.

        They have its options, and its terms among theirs.
        """
        if number not in self._wider:
            holders = self._holders.get(self._options(number), {})
            shared: frozenset[int] | None = None
            for term in self._terms[number] if self._alike[number] else ():
                found = holders.get(term.cased, frozenset())
                shared = found if shared is None else shared & found
                if len(shared) < 2:
                    break  # itself at the most
            self._wider[number] = (shared or frozenset()) - {number}
        return self._wider[number]

    def finds_there_too(self, this: int, other: int) -> bool:
        """Whether every match of the first pattern is one of the other, at the same place."""
        return this == other or (self._patterns[this].kind == "text" and other in self.wider(this))

    @cached_property
    def _holders(self) -> dict[tuple[Any, ...], dict[str, frozenset[int]]]:
        """The patterns that have a term, by their options and the term."""
        found: dict[tuple[Any, ...], dict[str, frozenset[int]]] = {}
        for number, terms in enumerate(self._terms):
            holders = found.setdefault(self._options(number), {}) if self._alike[number] else {}
            for term in terms:
                holders[term.cased] = holders.get(term.cased, frozenset()) | {number}
        return found

    def _options(self, number: int) -> tuple[Any, ...]:
        kind, _, *rest = pattern_key(self._patterns[number])
        return kind, *rest


def _unordered(pattern: Pattern, terms: Iterable[PatternTerm]) -> bool:
    """Whether what a term finds does not hang on the other terms of its pattern.

    Of two terms at one place one counts, and whether it does may hang on its length and script and on what of the
    characters there it stands for.
    """
    if pattern.kind == "text":
        return not pattern.outside
    if pattern.kind != "words" or pattern.sounds_like or pattern.looks_like or pattern.spelled:
        return False
    return all(
        len(term.plain) > 1
        and not _OF_SEVERAL & set(term.plain)
        and all("\u4e00" <= char <= "\u9fff" for char in term.plain)
        for term in terms
    )
