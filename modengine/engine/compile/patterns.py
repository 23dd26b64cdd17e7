"""The patterns of a compiled policy as plain data, which policies with fewer rules share."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from itertools import repeat
from typing import NamedTuple

import msgspec

from modengine.engine.compile.program import Program
from modengine.engine.compile.revision import pattern_key
from modengine.engine.match.entities import SENDER
from modengine.engine.match.matcher import Sounds
from modengine.engine.match.nfa import automaton
from modengine.engine.match.outside import URL
from modengine.engine.match.part import TextForm
from modengine.engine.match.regex import source_of
from modengine.engine.match.terms import squeeze, terms_of
from modengine.engine.match.walk import alike
from modengine.entities.comparing import READINGS
from modengine.entities.expressions import expressions
from modengine.entities.model import Entity
from modengine.model import FIELD_PART, PART_KINDS
from modengine.policy.model import Pattern
from modengine.text.normalize import ignorable

_OUTSIDE = {"quotes": 1, "urls": 2, "mentions": 4}
REGEXES = 20
"""Where a plain policy has its automata (`PlainPolicy.regexes`)."""
_NO_PAYLOAD = 0xFFFFFFFF
"""Of a literal that only tells that its pattern may be found."""


class Struct(msgspec.Struct, array_like=True):
    pass


class Form(Struct):
    """The literals of one text form, and for each who asks for it: pattern, payload, ..."""

    literals: list[str]
    users: list[list[int]]


class Term(Struct):
    raw: str
    plain: str
    squeezed: str
    strict: bool
    sounds: tuple[str, ...]


class PlainPattern(Struct):
    kind: str
    parts: int
    outside: int
    gaps: int
    repeats: bool
    looks: bool
    weight: int
    terms: list[Term]
    regexes: list[int]
    undisguised: bool
    entity: PlainEntity | None
    foreign: bool
    at_words: bool


class PlainEntity(Struct):
    value: str | None
    at_least: float | None
    at_most: float | None
    currencies: tuple[str, ...]
    per: tuple[str, ...]
    within: float | None
    own: bool | None
    disguised: bool


class Patterns:
    """The patterns of a policy as plain data, which policies with fewer rules share."""

    def __init__(self, program: Program, like: Program) -> None:
        self.program = program
        self.numbers = {pattern_key(pattern): number for number, pattern in enumerate(program.patterns)}
        fuzzy = [p.weight for p in program.patterns if p.is_fuzzy]
        sources, theirs = (tuple(dict.fromkeys(_sources(patterns))) for patterns in (program.patterns, like.patterns))
        kept = _kept(like.plain)
        made = {s: kept.get(s) or expression(s) for s in (theirs if set(sources) <= set(theirs) else sources)}
        self.automata = linked([("", kept.get("") or expression(URL.pattern, exact_case=True)), *made.items()])
        numbers = {s: n for n, (s, own) in enumerate(made.items(), 1) if own.automaton != _NO_AUTOMATON}
        asks_own = any(p.entity is not None and p.entity.own is not None for p in program.patterns)
        self.senders = [numbers[source] for source in expressions(SENDER)] if asks_own else []
        self.regexes = {
            n: [numbers[source] for source in found]
            for n, pattern in enumerate(program.patterns)
            if (found := sources_of(pattern)) and all(source in numbers for source in found)
        }
        """The numbers of the regexes of each pattern that automata find; before them stands that of URLs."""
        self.kinds = (*PART_KINDS, *(FIELD_PART + name for name in program.looked_in))
        """Of parts, and of fields that patterns look in, numbered."""
        self.weights = {weight: at for at, weight in enumerate(dict.fromkeys([1.0, *fuzzy]))}
        self.always = sorted(program.always)
        self.forms = _raw(self._forms())
        self.patterns = _raw([self._pattern(number, pattern) for number, pattern in enumerate(program.patterns)])
        self.letters = _raw(self._letters())
        self.spelled = _raw(list(self.program.learnt.spelled.values()))

    def _forms(self) -> list[Form]:
        asks, forms = [bool(pattern.terms) for pattern in self.program.patterns], []
        for form in TextForm:
            literals = self.program.literals.get(form, {})
            users = [
                [n for pattern, payload in asking for n in (pattern, payload if asks[pattern] else _NO_PAYLOAD)]
                for asking in literals.values()
            ]
            forms.append(Form(list(literals), users))
        return forms

    def _pattern(self, number: int, pattern: Pattern) -> PlainPattern:
        kinds = PART_KINDS if pattern.parts is None else pattern.parts
        is_terms = bool(pattern.terms) and not pattern.exact_case
        return PlainPattern(
            pattern.kind if pattern.entity is None else pattern.entity.kind,
            sum(1 << self.kinds.index(kind) for kind in set(kinds)),
            sum(_OUTSIDE[what] for what in set(pattern.outside)),
            pattern.gaps,
            pattern.repeats,
            pattern.looks_like,
            self.weights[pattern.weight] if pattern.is_fuzzy else 0,
            _terms(pattern, self.program.infos[number].sounds) if is_terms else [],
            self.regexes.get(number, []),
            pattern.undisguised,
            None if pattern.entity is None else _entity(pattern.entity),
            not is_terms and number not in self.regexes,
            pattern.boundary == "words",
        )

    def _letters(self) -> list[tuple[str, tuple[str, ...], str, str]]:
        """How characters of terms are met by look: splits, others, and those of them that are sure to be one."""
        looking = (term for p in self.program.patterns if p.looks_like for term in terms_of(p))
        plain = []
        for char in sorted(set().union(*(term.squeezed for term in looking))):
            letter = alike(char).letters[0]
            longer = {way[0] for way in letter.splits}
            sure = {other for other in letter.others - longer if not ignorable(other)}
            plain.append((char, letter.splits, "".join(sorted(letter.others)), "".join(sorted({char, *sure}))))
        return plain


shared_patterns = lru_cache(maxsize=1)(Patterns)
"""Of a policy from which others are made: without some of its rules, say."""


def _raw(data: object) -> msgspec.Raw:
    return msgspec.Raw(msgspec.msgpack.encode(data))


def _entity(asked: Entity) -> PlainEntity:
    return PlainEntity(
        asked.kind if asked.kind in READINGS else None,
        asked.at_least,
        asked.at_most,
        asked.currencies,
        asked.per,
        asked.within,
        asked.own,
        asked.disguised,
    )


def _sources(patterns: Iterable[Pattern]) -> Iterator[str]:
    """The sources of all regexes; those of senders first, where a pattern asks for them."""
    patterns = tuple(patterns)
    if any(p.entity is not None and p.entity.own is not None for p in patterns):
        yield from expressions(SENDER)
    for pattern in patterns:
        yield from sources_of(pattern)


class PlainRegex(NamedTuple):
    """A regex by itself: the sets of characters that it asks for, and its automaton (`nfa.RegexProgram`), packed."""

    charsets: tuple[bytes, ...]
    automaton: bytes


class _Automata(Struct):
    """What the core is given: all sets of characters; of each regex source, numbers of its sets, and automaton."""

    charsets: list[msgspec.Raw]
    expressions: list[tuple[str, list[int], msgspec.Raw]]


_NO_AUTOMATON = msgspec.msgpack.encode(None)


@lru_cache(maxsize=4096)  # a policy is compiled again at every edit, most of its regexes unchanged
def expression(source: str, exact_case: bool = False) -> PlainRegex:
    """Of a source that compiles."""
    charsets, made = automaton(source, exact_case)
    return PlainRegex(tuple(map(msgspec.msgpack.encode, charsets)), msgspec.msgpack.encode(made))


def linked(expressions: Iterable[tuple[str, PlainRegex]]) -> bytes:
    """Regexes with their sources as the core is given them."""
    numbers: dict[bytes, int] = {}
    written = [
        (source, [numbers.setdefault(charset, len(numbers)) for charset in made.charsets], msgspec.Raw(made.automaton))
        for source, made in expressions
    ]
    return msgspec.msgpack.encode(_Automata(list(map(msgspec.Raw, numbers)), written))


@lru_cache(maxsize=1)
def _kept(plain: bytes | None) -> Mapping[str, PlainRegex]:
    """The regexes of a plain policy by their sources."""
    if plain is None:
        return {}
    data = msgspec.msgpack.decode(msgspec.msgpack.decode(plain, type=list[msgspec.Raw])[REGEXES], type=bytes)
    made = msgspec.msgpack.decode(data, type=_Automata)
    charsets = list(map(bytes, made.charsets))
    return {
        source: PlainRegex(tuple(charsets[number] for number in sets), bytes(automaton))
        for source, sets, automaton in made.expressions
    }


def sources_of(pattern: Pattern) -> tuple[str, ...]:
    """The sources of the regexes that find a pattern, where automata might."""
    if pattern.entity is not None:
        return expressions(pattern.entity)
    return (source_of(pattern),) if pattern.kind == "regex" and not pattern.exact_case else ()


@lru_cache(maxsize=20_000)  # a policy is compiled again at every edit, and for each rule that the lab leaves out
def _terms(pattern: Pattern, sounds: Sounds) -> list[Term]:
    return [
        Term(term.raw, term.plain, term.squeezed, term.strict, tuple(map(squeeze, ways)) if pattern.repeats else ways)
        for term, ways in zip(terms_of(pattern), sounds or repeat(()), strict=False)
    ]
