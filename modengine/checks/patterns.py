"""Patterns that cost or catch more than they seem to."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import regex

from modengine.checks.ambiguity import is_exponential
from modengine.engine.match.expression import CostlyRegex, required_literals
from modengine.engine.match.regex import source_of
from modengine.engine.match.terms import is_matched_fuzzily
from modengine.errors import Diagnostic, Location
from modengine.policy.model import Pattern, Policy, texts_of
from modengine.text.normalize import plain


def patterns_of(policy: Policy) -> Iterator[Pattern]:
    """Every pattern once, shared ones too."""
    seen: set[tuple[Location, str]] = set()
    for ruleset in policy.rulesets:
        for pattern in ruleset.patterns:
            if (pattern.place, pattern.name) not in seen:
                seen.add((pattern.place, pattern.name))
                yield pattern


def _regexes(policy: Policy, is_bad: Callable[[str], bool]) -> Iterator[tuple[Pattern, Location]]:
    """The regexes whose source is bad in some way, with the place of each."""
    for pattern in patterns_of(policy):
        if pattern.kind != "regex":
            continue
        try:
            bad = is_bad(source_of(pattern))
        except (regex.error, CostlyRegex, RecursionError, ValueError):
            continue  # refused elsewhere
        if bad:
            yield pattern, pattern.first_place


class RegexWithoutGate:
    """ME805: a regex that runs on every message."""

    def find(self, policy: Policy) -> Iterator[Diagnostic]:
        for pattern, place in _regexes(policy, lambda source: required_literals(source) is None):
            yield Diagnostic(
                "ME805",
                f"the regex `{pattern.name}` needs no literal, so it runs wherever its rule is looked at",
                place,
                "let some literal text stand in every branch, or join it to a rarer pattern with `and`",
            )


class CatastrophicRegex:
    """ME811: a regex that a hostile text makes run into its time limit."""

    def find(self, policy: Policy) -> Iterator[Diagnostic]:
        for pattern, place in _regexes(policy, is_exponential):
            yield Diagnostic(
                "ME811",
                f"a repeat in the regex `{pattern.name}` can read the same text in two ways: "
                "some texts make it very slow, until its time limit ends it",
                place,
                "let each round begin with what no round goes on with, or make the inner repeat possessive: `a++`",
            )


class ShortFuzzyTerms:
    """ME808: terms that are to be sought by sound or by look, and are too short for it: they never are."""

    def find(self, policy: Policy) -> Iterator[Diagnostic]:
        for pattern in patterns_of(policy):
            terms = list(texts_of(pattern)) if pattern.sounds_like or pattern.looks_like else []
            if terms and not is_matched_fuzzily(pattern):
                yield Diagnostic(
                    "ME808",
                    f"no term of `{pattern.name}` is sought by sound or by look: each is one syllable or one character",
                    terms[0][1],
                    "use them in longer terms, or take these options away",
                )


class DuplicateTerms:
    """ME810: a term that stands twice, perhaps in two scripts or widths, or cases where case makes no difference."""

    def find(self, policy: Policy) -> Iterator[Diagnostic]:
        exact: set[tuple[Location, ...]] = set()  # where terms stand: two lists may name one file
        for ruleset in policy.rulesets:
            names = {name for pattern in ruleset.patterns if pattern.exact_case for name in pattern.lists}
            exact |= {terms.places for terms in ruleset.lists if terms.name in names}
        for ruleset in policy.rulesets:
            for terms in ruleset.lists:
                yield from self._find(terms.name, terms.terms, terms.places, terms.places in exact)
        for pattern in patterns_of(policy):
            if pattern.terms and not pattern.lists:
                yield from self._find(pattern.name, pattern.terms, pattern.term_places, pattern.exact_case)

    @staticmethod
    def _find(
        name: str, terms: tuple[str, ...], places: tuple[Location, ...], exact_case: bool
    ) -> Iterator[Diagnostic]:
        same = "width and script make" if exact_case else "width, case and script make"
        first: dict[str, str] = {}
        for number, term in enumerate(terms):
            form = plain(term, fold=not exact_case)
            if form in first and number < len(places):
                other = first[form]
                as_what = "" if other == term else f" as `{other}`"
                yield Diagnostic("ME810", f"`{term}` stands in `{name}` already{as_what}", places[number],
                              f"remove one: {same} no difference")  # fmt: skip
            first.setdefault(form, term)
