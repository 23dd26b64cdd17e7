"""Terms that are probably not what was meant."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations, islice, pairwise

from modengine.checks.patterns import patterns_of
from modengine.checks.sources import sources
from modengine.engine.match.terms import plain_term
from modengine.errors import Diagnostic, Location
from modengine.model import PART_KINDS
from modengine.policy.condition import And, Condition, Count, Has, Near, Of, Together, walk
from modengine.policy.model import Pattern, Policy
from modengine.policy.nodes.diagnostics import listed, shown

FEW = 5
"""Terms that one finding names."""
NEEDLESS = "remove it: a message must have it too, just there"
"""What is told of white space around a word; in a `text`, it may have been meant to keep other words out."""
_EDGE = "a message must have it too, just there: remove it, or look for whole words by `words`"
Placed = tuple[str, Location]


@dataclass(frozen=True, slots=True)
class WrittenTerms:
    """Terms as they stand together in a file: those of a list, or a pattern's own."""

    name: str
    terms: tuple[Placed, ...]
    patterns: tuple[Pattern, ...]
    """The patterns that look for them."""

    @property
    def as_words(self) -> bool:
        return any(pattern.kind == "words" for pattern in self.patterns)


def written_terms(policy: Policy) -> Iterator[WrittenTerms]:
    """Every list that a `words` or `text` pattern uses, then the terms that patterns write themselves."""
    for ruleset in policy.rulesets:
        of_terms = {id(pattern): pattern for pattern in ruleset.patterns if pattern.terms}.values()
        for terms in ruleset.lists:
            using = tuple(pattern for pattern in of_terms if terms.name in pattern.lists)
            if using:
                yield WrittenTerms(terms.name, tuple(zip(terms.terms, terms.places, strict=True)), using)
    of_lists = {place for ruleset in policy.rulesets for terms in ruleset.lists for place in terms.places}
    for pattern in patterns_of(policy):
        placed = zip(pattern.terms, pattern.term_places, strict=False)
        own = tuple((term, place) for term, place in placed if place not in of_lists)
        if own:
            yield WrittenTerms(pattern.name, own, (pattern,))


class OneCharacterWords:
    """ME820: a word of one character that a condition takes wherever it stands, near nothing else."""

    def find(self, policy: Policy) -> Iterator[Diagnostic]:
        alone = _taken_anywhere(policy)
        for written in written_terms(policy):
            plainly = [p for p in written.patterns if p.kind == "words" and id(p) in alone]
            short = [(term, place) for term, place in written.terms if len(plain_term(term)) == 1] if plainly else []
            if short:
                named = [term for term, _ in short[:FEW]]
                rest = f" and {len(short) - FEW} more" if len(short) > FEW else ""
                said = ", ".join(f"`{term}`" for term in named) + rest if rest else listed(named)
                verb = "has" if len(short) == 1 else "have"
                yield Diagnostic(
                    "ME820", f"{said} of `{written.name}` {verb} one character: much else is written with it",
                    short[0][1], "write the words that are meant, or let a condition ask for more beside it",
                )  # fmt: skip


def _taken_anywhere(policy: Policy) -> set[int]:
    """The patterns that some condition names outside of `near`, `before` and `together`, by their identity."""
    found: set[int] = set()
    for rule in policy.rules:
        names: set[str] = set()
        for node in rule.nodes:
            if isinstance(node, Has | Count):
                names.update(node.select.names)
            elif isinstance(node, Of):
                names.update(node.names)
        found.update(id(pattern) for pattern in rule.patterns if pattern.name in names)
    return found


class OddTerms:
    """ME821 and ME822: white space around a term, and signs that have no meaning in it."""

    def find(self, policy: Policy) -> Iterator[Diagnostic]:
        for written in written_terms(policy):
            for term, place in written.terms:
                if term != term.strip():
                    yield Diagnostic(
                        "ME821", f"a term of `{written.name}` has white space around it: `{term}`", place,
                        NEEDLESS if all(pattern.kind == "words" for pattern in written.patterns) else _EDGE,
                    )  # fmt: skip
                if "*" in term and written.as_words:
                    yield Diagnostic(
                        "ME822", f"the `*` in `{term}` of `{written.name}` stands for itself, not for other characters",
                        place, "write each form out, or allow characters in between with `gaps` or a `regex`",
                    )  # fmt: skip


_BEHIND_TERM = re.compile(r"(?<=\w)\s*([，、；]|(?<=[^\x00-\x7f])[,;])\s*(?=\w|$)")
"""A comma of a list file, one of ASCII behind other letters alone: `hello, world` is a term."""


class SplitTerms:
    """ME823: a comma that ends a term in a list in brackets, where it was probably meant as part of it, and one in a
    list file, where it ends none.
    """

    def find(self, policy: Policy) -> Iterator[Diagnostic]:
        files = tuple(sources(policy))
        lines = {source.file: source.lines for source in files if not source.is_list}
        lists = {source.file for source in files if source.is_list}
        for written in written_terms(policy):
            for term, place in written.terms:
                if place.file in lists and (found := _BEHIND_TERM.search(term)):
                    yield Diagnostic(
                        "ME823", f"the line is one term of `{written.name}`: `{found[1]}` ends none in a list file",
                        place, "write one term a line",
                    )  # fmt: skip
            commas = list(_commas(written.terms, lines))
            tight = [comma for comma in commas if comma.tight]
            mostly_loose = len(tight) * 2 < len(commas)
            for comma in tight:
                if mostly_loose or (re.search(r"\d$", comma.before) and re.match(r"\d{3}(?!\d)", comma.after)):
                    yield Diagnostic(
                        "ME823",
                        f"the comma ends the term `{comma.before}` of `{written.name}`: `{comma.after}` is another one",
                        comma.place, f'quote it if it is one term: "{comma.before},{comma.after}"; else put a blank '
                        "after the comma",
                    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Comma:
    before: str
    after: str
    place: Location
    tight: bool
    """Nothing stands between it and the next term."""


def _commas(terms: Iterable[Placed], lines: dict[str, list[str]]) -> Iterator[_Comma]:
    """The commas between unquoted terms of one line."""
    for (before, place), (after, there) in pairwise(terms):
        if (place.file, place.line) != (there.file, there.line) or place.line > len(lines.get(place.file, ())):
            continue
        line, start, end = lines[place.file][place.line - 1], place.column - 1, there.column - 1
        if line[start:].startswith(before) and line[start + len(before) : end].strip() == ",":
            at = start + len(before)
            yield _Comma(before, after, place, line[at] == "," and end == at + 1)


MOST_PAIRS = 1_000
"""Pairs of patterns of one condition that are looked at."""


class TermsThatCountTwice:
    """ME824: a term of two patterns of which a condition wants both: one match is enough for it."""

    def find(self, policy: Policy) -> Iterator[Diagnostic]:
        plain_terms: dict[int, dict[str, str]] = {}
        for rule in policy.rules:
            patterns = {pattern.name: pattern for pattern in rule.patterns if pattern.terms}
            for pattern in patterns.values():  # rules share patterns as objects
                if id(pattern) not in plain_terms:
                    plain_terms[id(pattern)] = {plain_term(term): term for term in reversed(pattern.terms)}
            for condition, place in ((rule.when, rule.when_place), (rule.unless, rule.unless_place)):
                for node in walk(condition) if condition else ():
                    wanted = islice(_wanted_both(node), MOST_PAIRS)
                    pairs = {(min(pair), max(pair)): None for pair in wanted if {*pair} <= patterns.keys()}
                    shared = {
                        (term, this, other): None
                        for this, other in pairs
                        for term in _shared(patterns[this], patterns[other], plain_terms)
                    }
                    if shared:
                        term, this, other = next(iter(shared))
                        more = len({term for term, _, _ in shared}) - 1
                        rest = f", and so do {more} other terms" if more > 1 else ", and so does another" * more
                        yield Diagnostic(
                            "ME824", f"in `{shown(str(node), 60)}` of `{rule.id}`, one match of `{term}` counts for "
                            f"`{this}` and for `{other}`{rest}", place or rule.place,
                            "remove the term from one of the two, if both were meant to be there",
                        )  # fmt: skip


def _wanted_both(node: Condition) -> Iterator[tuple[str, str]]:
    """The patterns of which a condition wants one beside the other."""
    match node:
        case Of(n, _, _) if n != 1:
            yield from combinations(node.names, 2)
            return
        case And(items):
            groups = [item.select.names for item in items if isinstance(item, Has)]
        case Near(left, right, _, _, ordered) if not ordered:
            groups = [left.names, right.names]
        case Together(selects):
            groups = [select.names for select in selects]
        case _:
            return
    for some, others in combinations(groups, 2):
        yield from ((this, other) for this in some for other in others if this != other)


def _shared(this: Pattern, other: Pattern, plain_terms: Mapping[int, dict[str, str]]) -> list[str]:
    """The terms that two patterns share; none where they look into different parts."""
    if not set(this.parts or PART_KINDS) & set(other.parts or PART_KINDS):
        return []
    ours, theirs = plain_terms[id(this)], plain_terms[id(other)]
    both = ours.keys() & theirs.keys()
    return [ours[term] for term in reversed(ours) if term in both] if both else []
