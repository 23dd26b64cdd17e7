"""What a policy writes that can count: texts, regexes, and patterns that must meet, each with its place."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import regex

from modengine.checks.identity.parted import Pieces, pieces
from modengine.checks.identity.spelled import Spelled, spelling
from modengine.checks.lexicon import IdentityTerm
from modengine.errors import Location
from modengine.policy.condition import Compare, Condition, Near, Select, Together, walk
from modengine.policy.model import Pattern, Policy, Rule, texts_of

CLOSE = 2
"""Within so many characters two pieces are one word with a gap."""


@dataclass(frozen=True, slots=True)
class Wording:
    """A text that is looked for, or compared with."""

    place: Location
    what: str
    """Where it stands: the pattern `p`."""
    text: str
    by_sound: bool = False
    """Whatever sounds like it is found as well."""


@dataclass(frozen=True, slots=True)
class Expression:
    """The identity words that a regex spells."""

    place: Location
    what: str
    words: tuple[IdentityTerm, ...]


@dataclass(frozen=True, slots=True)
class Meeting:
    """Patterns that a condition wants beside each other."""

    place: Location
    what: str
    parts: tuple[Pieces, ...]
    """Of each side the texts that are pieces of identity words."""
    ordered: bool
    close: bool
    """So near that what they find is one word."""


Evidence = Wording | Expression | Meeting


def evidence(policy: Policy) -> Iterator[Evidence]:
    """All evidence, relief, excuses and exceptions of a policy."""
    for ruleset in policy.rulesets:
        for terms in ruleset.lists:
            for term, place in zip(terms.terms, terms.places, strict=True):
                yield Wording(place, f"the list `{terms.name}`", term)
        own = (pattern for rule in ruleset.rules for pattern in rule.patterns if not pattern.shared)
        for pattern in (*ruleset.shared, *own):
            yield from _pattern(pattern)
        for rule in ruleset.rules:
            yield from _rule(rule)
    for name, scope in policy.scope.items():
        yield from _values(scope, policy.place, f"the scope `{name}`")
    for override in policy.overrides:
        yield from _values(override.when, override.place, "an override")
    for entry in policy.points:
        yield from _values(entry.when, entry.place, "an entry of `points`")
    for exception in (*policy.exceptions, *policy.rule_exceptions):
        yield from _values(exception.when, exception.place, f"the exception `{exception.name}`")


def _pattern(pattern: Pattern) -> Iterator[Evidence]:
    what = f"the pattern `{pattern.name}`"
    for text, place in texts_of(pattern):
        yield Wording(place, what, text, bool(pattern.sounds_like))
    if pattern.kind == "tokens":
        # A sequence of tokens can spell a word that no token holds.
        yield Wording(pattern.place, what, "".join(token.text or "" for token in pattern.tokens))
    if pattern.regex is not None:
        spelled = _spelling(pattern.regex)
        if spelled is None:  # it does not compile either, and is refused for that
            yield Wording(pattern.first_place, what, pattern.regex)
            return
        yield Expression(pattern.first_place, what, spelled.words)
        for run in spelled.runs:
            yield Wording(pattern.first_place, what, run)


def _spelling(source: str) -> Spelled | None:
    try:
        return spelling(source)
    except (regex.error, ValueError, RecursionError):
        return None


def _rule(rule: Rule) -> Iterator[Evidence]:
    what = f"a condition of `{rule.id}`"
    known: dict[str, Pieces] = {}

    def part(select: Select) -> Pieces:
        for pattern in rule.patterns:
            if pattern.name in select.names and pattern.name not in known:
                known[pattern.name] = pieces(_texts(pattern))
        return frozenset[str]().union(*(known.get(name, ()) for name in select.names))

    for condition in (rule.when, rule.unless):
        yield from _values(condition, rule.place, what)
        for node in walk(condition) if condition is not None else ():
            match node:
                case Near(left, right, distance, unit, ordered):
                    close = unit == "characters" and distance <= CLOSE
                    yield Meeting(rule.place, what, (part(left), part(right)), ordered, close)
                case Together(selects):
                    yield Meeting(rule.place, what, tuple(map(part, selects)), ordered=False, close=False)
                case _:
                    pass


def _texts(pattern: Pattern) -> tuple[str, ...]:
    spelled = None if pattern.regex is None else _spelling(pattern.regex)
    tokens = (token.text for token in pattern.tokens if token.text)
    return (*pattern.terms, *(spelled.runs if spelled else ()), *tokens)


def _values(condition: Condition | None, place: Location, what: str) -> Iterator[Wording]:
    if condition is None:
        return
    for node in walk(condition):
        if isinstance(node, Compare):
            values = node.value if isinstance(node.value, tuple) else (node.value,)
            for value in values:
                if isinstance(value, str):
                    yield Wording(place, what, value)
