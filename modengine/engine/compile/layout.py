"""What a program takes from its patterns: their costs, what they need, and the literals of every pass.

It follows from the patterns alone and is plain data, so that it is worked out once: `modengine.engine.compile.cache`
takes it from one process to the next, and a pickled program takes it along.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from modengine.engine.compile.facts import facts_of
from modengine.engine.compile.need import Need, renamed
from modengine.engine.match.expression import Strings
from modengine.engine.match.part import Scan
from modengine.engine.match.terms import plain_term
from modengine.policy.model import Pattern, sought
from modengine.text import segment, sounds
from modengine.text.normalize import SEPARATOR
from modengine.text.sounds import term_sounds

Value = TypeVar("Value")
OfMatcher = Mapping[int, tuple[int, ...]]
"""For each literal that a matcher asks for, the payloads with which it does."""


@dataclass(frozen=True, slots=True)
class Sought:
    """The literals of one pass.  They are numbered as `texts`; arrays are of unsigned integers of 32 bits."""

    scan: Scan
    texts: list[str]
    groups: list[tuple[int, ...]]
    """The sets of things that a literal may touch: matchers, and above them the sets of `Layout.needs`."""
    group: bytes
    """An array: the group of each literal."""
    asked: dict[int, bytes]
    """For each matcher an array: literal and payload, literal and payload, ..."""

    def each(self, of_groups: Sequence[Value]) -> tuple[Value, ...]:
        """For each literal what its group has."""
        return tuple(map(of_groups.__getitem__, array("I", self.group)))


@dataclass(frozen=True, slots=True)
class Layout:
    """Of the patterns of one policy, numbered in their order."""

    costs: tuple[float, ...]
    """About how often each matcher is touched."""
    needs: tuple[Need | None, ...]
    """What a matcher needs besides the literal that touches it: sets of literals, numbered above the matchers."""
    sets: int
    always: tuple[int, ...]
    """The matchers without a literal."""
    passes: tuple[Sought, ...]
    joins: bool
    """Whether texts may be read together: no literal reaches from one into the next."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What is known of terms without their patterns."""

    sounds: dict[str, tuple[str, ...]]
    """Of those that are sought by sound."""
    words: dict[str, segment.Entry | None]
    """Of those that a policy adds to its segmenter, what the dictionary says."""

    def learn(self) -> None:
        """Spares this process to work it out."""
        sounds.learn(self.sounds)
        segment.learn(self.words)


class Payloads:
    """For each matcher of one pass, the payloads with which it asks for its literals; made when first looked at."""

    __slots__ = ("_arrays", "_made")

    def __init__(self, arrays: Mapping[int, bytes]) -> None:
        self._arrays = arrays
        self._made: dict[int, OfMatcher] = {}

    def get(self, matcher: int) -> OfMatcher | None:
        """None for a matcher that asks for nothing."""
        if matcher in self._made:
            return self._made[matcher]
        return self[matcher] if matcher in self._arrays else None

    def __getitem__(self, matcher: int) -> OfMatcher:
        made = self._made.get(matcher)
        if made is None:
            found: dict[int, tuple[int, ...]] = {}
            pairs = iter(array("I", self._arrays[matcher]))
            for literal, payload in zip(pairs, pairs, strict=True):
                found[literal] = (*found.get(literal, ()), payload)
            made = self._made[matcher] = found
        return made


@dataclass(slots=True)
class _Pass:
    """A pass while its literals are collected."""

    number: dict[str, int] = field(default_factory=dict)
    things: list[list[int]] = field(default_factory=list)
    asked: dict[int, array[int]] = field(default_factory=dict)

    def literal(self, text: str, thing: int) -> int:
        number = self.number.setdefault(text, len(self.number))
        if number == len(self.things):
            self.things.append([])
        if thing not in self.things[number]:
            self.things[number].append(thing)
        return number

    def done(self, scan: Scan) -> Sought:
        groups: dict[tuple[int, ...], int] = {}
        group = array("I", [groups.setdefault(tuple(some), len(groups)) for some in self.things])
        asked = {matcher: pairs.tobytes() for matcher, pairs in self.asked.items()}
        return Sought(scan, list(self.number), list(groups), group.tobytes(), asked)


def layout_of(patterns: Sequence[Pattern]) -> Layout:
    """The layout of patterns that compile and differ."""
    facts = list(map(facts_of, patterns))
    passes = {scan: _Pass() for scan in Scan}
    always = []
    for number, one in enumerate(facts):
        if one.literals is None:
            always.append(number)
            continue
        for scan, text, payload in one.literals:
            literal = passes[scan].literal(text, number)
            passes[scan].asked.setdefault(number, array("I")).extend((literal, payload))
    sets: dict[Strings, int] = {}
    needs = tuple(
        None if one.query is None else renamed(one.query, lambda some: sets.setdefault(some, len(facts) + len(sets)))
        for one in facts
    )
    for some, number in sets.items():
        for text in some:
            passes[Scan.PLAIN].literal(text, number)
    return Layout(
        tuple(one.cost for one in facts),
        needs,
        len(sets),
        tuple(always),
        tuple(one.done(scan) for scan, one in passes.items() if one.number),
        not any(SEPARATOR in text for one in passes.values() for text in one.number),
    )


def terms_of(patterns: Sequence[Pattern]) -> Terms:
    """What a program will ask of the terms of its patterns."""
    heard = {term: term_sounds(term) for one in patterns if one.sounds_like for term in map(plain_term, one.terms)}
    return Terms(heard, segment.entries(dictionary(patterns)))


def dictionary(patterns: Iterable[Pattern]) -> Iterable[str]:
    """The terms that a policy adds to its segmenter."""
    for pattern in patterns:
        if pattern.kind in ("words", "tokens"):
            yield from (plain_term(text) for text, _ in sought(pattern))
