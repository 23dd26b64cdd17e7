"""The guard: no identity word is evidence, relief or an excuse in any policy but a study.

It looks at the words that a policy writes, normalised and with gaps closed.  It stops accident and
drift, not intent: whoever wants to can write around it (docs/scope.md).
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import accumulate

import regex

from modengine.checks.lexicon import IdentityTerm, lexicon
from modengine.engine.match.expression import literal_runs
from modengine.engine.match.literals import Automaton
from modengine.engine.match.part import reduce
from modengine.errors import Diagnostic, Location
from modengine.policy.condition import Compare, Condition, walk
from modengine.policy.model import Pattern, Policy, texts_of
from modengine.text.normalize import SEPARATOR, plain

AT_ONCE = 256
"""So many texts are read together: one that is hard to normalise makes the others slow too."""


@cache
def _automaton() -> tuple[Automaton, tuple[IdentityTerm, ...]]:
    forms: dict[str, IdentityTerm] = {}
    for term in lexicon():
        for word in (term.term, *term.variants):
            forms.setdefault(reduce(plain(word)), term)
    return Automaton(list(forms)), tuple(forms.values())


def identity_words(text: str) -> tuple[IdentityTerm, ...]:
    """The identity words that stand in a text, gaps closed, each once."""
    return identity_words_of([text])[0]


def identity_words_of(texts: Sequence[str]) -> list[tuple[IdentityTerm, ...]]:
    """The same for many texts, read together."""
    found: list[tuple[IdentityTerm, ...]] = []
    for at in range(0, len(texts), AT_ONCE):
        found += _read_together([text.replace(SEPARATOR, " ") for text in texts[at : at + AT_ONCE]])
    return found


def _read_together(texts: Sequence[str]) -> list[tuple[IdentityTerm, ...]]:
    automaton, terms = _automaton()
    joined = plain(SEPARATOR.join(texts))
    found: list[dict[IdentityTerm, None]] = [{} for _ in texts]
    pieces = list(map(reduce, joined.split(SEPARATOR)))
    ends = list(accumulate(len(piece) + 1 for piece in pieces))
    for start, _, number in automaton.find(SEPARATOR.join(pieces)):
        found[bisect_right(ends, start)][terms[number]] = None
    return list(map(tuple, found))


def guard(policy: Policy) -> tuple[Diagnostic, ...]:
    """A finding for every identity word in a policy's evidence: ME701, or ME809 in a study."""
    code = "ME809" if policy.study else "ME701"
    found: dict[tuple[Location, str], Diagnostic] = {}
    evidence = list(dict.fromkeys(_evidence(policy)))
    texts = list(dict.fromkeys(text for _, text, _ in evidence))
    words = dict(zip(texts, identity_words_of(texts), strict=True))
    for place, text, what in evidence:
        for word in words[text]:
            found.setdefault((place, word.term), _problem(code, place, word, what))
    return tuple(found.values())


def _problem(code: str, place: Location, word: IdentityTerm, what: str) -> Diagnostic:
    return Diagnostic(
        code,
        f"{what} holds the identity word `{word.term}` ({word.group.replace('_', ' ')}: {word.en})",
        place,
        "describe what is done, never who; see docs/scope.md"
        if code == "ME701"
        else "nothing to mend: a study may say so, and its decisions stay shadow",
    )


def _evidence(policy: Policy) -> Iterator[tuple[Location, str, str]]:
    for ruleset in policy.rulesets:
        for terms in ruleset.lists:
            for term, place in zip(terms.terms, terms.places, strict=True):
                yield place, term, f"the list `{terms.name}`"
        own = (pattern for rule in ruleset.rules for pattern in rule.patterns if not pattern.shared)
        for pattern in (*ruleset.shared, *own):
            yield from _pattern(pattern)
        for rule in ruleset.rules:
            for condition in (rule.when, rule.unless):
                yield from _condition(condition, rule.place, f"a condition of `{rule.id}`")
    for name, scope in policy.scope.items():
        yield from _condition(scope, policy.place, f"the scope `{name}`")
    for override in policy.overrides:
        yield from _condition(override.when, override.place, "an override")
    for entry in policy.points:
        yield from _condition(entry.when, entry.place, "an entry of `points`")
    for exception in policy.exceptions:
        yield from _condition(exception.when, exception.place, f"the exception `{exception.name}`")


def _pattern(pattern: Pattern) -> Iterator[tuple[Location, str, str]]:
    what = f"the pattern `{pattern.name}`"
    for text, place in texts_of(pattern):
        yield place, text, what
    if pattern.kind == "tokens":
        # A sequence of tokens can spell a word that no token holds.
        yield pattern.place, "".join(token.text or "" for token in pattern.tokens), what
    if pattern.regex is not None:
        try:
            runs = literal_runs(pattern.regex)
        except (regex.error, ValueError, RecursionError):
            runs = (pattern.regex,)  # it does not compile either, and is refused for that
        for run in runs:
            yield pattern.first_place, run, what


def _condition(condition: Condition | None, place: Location, what: str) -> Iterator[tuple[Location, str, str]]:
    if condition is None:
        return
    for node in walk(condition):
        if isinstance(node, Compare):
            values = node.value if isinstance(node.value, tuple) else (node.value,)
            for value in values:
                if isinstance(value, str):
                    yield place, value, what
