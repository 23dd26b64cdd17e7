"""The pattern kinds `words` and `text`: terms, as words or anywhere."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal as OneOf, NamedTuple

from modengine.engine.match.matcher import Candidate, Finding, Found, Literal, Sounds, sheltered, sifted
from modengine.engine.match.part import PartText, Runs, TextForm, reduce
from modengine.engine.match.walk import Alignment, Spelling, Walk, alike, beginnings, forms, same
from modengine.model import Suppression
from modengine.policy.model import Pattern
from modengine.text.normalize import CLAUSE_ENDS, plain
from modengine.text.sounds import initials, pronunciations, sound_view, term_sounds
from modengine.text.spelled import spelling
from modengine.text.tables import is_everyday, lookalikes, splits, syllable

Boundary = OneOf["not-straddling", "token-equality", "substring"]
"""What makes a match of `words` count.  The rule language knows the first alone; the lab asks for the
others to measure what it is worth: that the match is exactly one token, or nothing at all."""


class PatternTerm(NamedTuple):
    raw: str
    plain: str
    cased: str
    """The term as it is normalised for the pattern: before folding case where that must be exact."""
    squeezed: str
    """The plain term, every run of one character squeezed to one where the pattern allows repeats."""
    strict: bool
    """Of one character, or of Latin letters and digits: must begin and end at token edges."""


@dataclass(frozen=True, slots=True)
class _TermReading:
    """What a payload stands for: a term read in one way."""

    term: PatternTerm
    way: str
    spelling: Spelling
    begin: frozenset[str]
    """What may repeat the first character before a candidate: none but where it may do so in other forms."""


BY_SOUND, BY_LOOK, BY_INITIALS, SPELLED = 1 << 24, 2 << 24, 3 << 24, 4 << 24
"""Payloads are the numbers of the terms; from here on of their two sounds each, of their looks, of their initials, and
of the terms spelled in part.

Of matches at one place the one with the least payload counts: exact ones in the order of the terms, then sounds,
then looks, then initials, then those spelled in part.
"""


plain_term = lru_cache(65536)(plain)
"""A rule set names its terms many times, and is compiled again at every edit."""


def terms_of(pattern: Pattern) -> tuple[PatternTerm, ...]:
    """The terms that differ, in order, each with the first raw one that gives it; no empty ones.

    They are told apart by their plain form, or with `case: exact` by that form before folding case.
    """
    found: dict[str, PatternTerm] = {}
    for raw in pattern.terms:
        term = plain_term(raw)
        cased = plain_term(raw, fold=False) if pattern.exact_case else term
        if term and cased not in found:
            squeezed = squeeze(term) if pattern.repeats else term
            found[cased] = PatternTerm(
                raw, term, cased, squeezed, len(term) == 1 or (term.isascii() and term.isalnum())
            )
    return tuple(found.values())


def sounds_of(pattern: Pattern) -> Sounds:
    """How the terms sound; nothing at all for a pattern that does not ask for it."""
    if not pattern.sounds_like:
        return ()
    return tuple(tuple(filter(_is_long, term_sounds(term.squeezed))) for term in terms_of(pattern))


def is_matched_fuzzily(pattern: Pattern) -> bool:
    """Whether some term of a pattern is long enough to be sought by sound or by look, as the pattern asks."""
    terms = [term.squeezed for term in terms_of(pattern)]
    return (pattern.looks_like and any(map(_is_long, terms))) or (
        pattern.sounds_like and any(_is_long(sound) for term in terms for sound in pronunciations(term))
    )


def _is_long(term: str) -> bool:
    """One character or syllable, once or repeated, is no evidence by its look or sound."""
    return len(reduce(term)) > 1


def most_literals(pattern: Pattern) -> int:
    """How many literals its terms are looked for by, at most."""
    whole = 1 + pattern.initials + pattern.spelled
    if not (pattern.looks_like or pattern.sounds_like):
        return len(pattern.terms) * whole
    terms = [term for raw in pattern.terms if (term := plain_term(raw))]
    squeezed = [squeeze(term) if pattern.repeats else term for term in terms]
    by_look = sum(len(beginnings(term, pattern.repeats)) for term in squeezed) if pattern.looks_like else 0
    by_sound = sum(max(2, len(term)) for term in terms) if pattern.sounds_like else 0
    return len(terms) * whole + by_sound + by_look


def literals_of(pattern: Pattern, sounds: Sounds) -> tuple[Literal, ...]:
    """The literals of all terms, one of which stands in every text that matches."""
    every = (literal for n, term in enumerate(terms_of(pattern)) for literal in term_literals(pattern, n, term, sounds))
    return tuple(dict.fromkeys(every))


def term_literals(pattern: Pattern, number: int, term: PatternTerm, sounds: Sounds) -> Iterator[Literal]:
    """The literals of one term.  Each place where one stands is a candidate."""
    if pattern.gaps or pattern.repeats:
        yield _reduced(TextForm.REDUCED, term.squeezed, number)
    else:
        yield Literal(TextForm.PLAIN, term.plain, number)
    if pattern.looks_like and _is_long(term.squeezed):
        for beginning in beginnings(term.squeezed, pattern.repeats):
            yield _reduced(TextForm.REDUCED, beginning, BY_LOOK + number)
    for which, sound in enumerate(sounds[number] if sounds else ()):
        yield Literal(TextForm.SOUNDS, reduce(sound), BY_SOUND + 2 * number + which)
    if pattern.initials and (letters := initials(term.plain)):
        yield Literal(TextForm.PLAIN, letters, BY_INITIALS + number)
    if pattern.spelled and spelling(term.plain):
        yield Literal(TextForm.SPELLED, term.plain, SPELLED + number)


def _reduced(form: TextForm, text: str, payload: int) -> Literal:
    """What a text becomes in a reduced form; where that is nothing, its first character as it is."""
    reduced = reduce(text)
    return Literal(form, reduced, payload) if reduced else Literal(TextForm.PLAIN, text[0], payload)


def reads(text: str, term: str, walk: Walk, way: str, sounds: Iterable[str] = ()) -> bool:
    """Whether a plain text, all of it, is read as a plain term by a walk in some way."""
    if way == "exact" and (text == term or not (walk.gaps or walk.repeats)):
        return text == term
    by_sound = way == "sounds_like"
    text = sound_view(text).text if by_sound else text
    for form in sounds if by_sound else (term,):
        if by_sound and not walk.gaps and len(squeeze(text) if walk.repeats else text) > len(form):
            return False  # however the term is read, it has no more sounds
        squeezed = squeeze(form) if walk.repeats else form
        spelling = alike(squeezed) if way == "looks_like" else same(squeezed)
        if walk.reads(text, spelling):
            return True
    return False


def is_whole_run(text: str, start: int, end: int) -> bool:
    """Whether a run of Latin letters is not part of a longer one of letters and digits."""
    beside = text[max(0, start - 1) : start] + text[end : end + 1]
    return not any(char.isascii() and char.isalnum() for char in beside)


def squeeze(text: str) -> str:
    return "".join(char for i, char in enumerate(text) if i == 0 or text[i - 1] != char)


class TermMatcher:
    """Finds the terms of one pattern; see docs/rule-language.md for what each option means."""

    def __init__(self, pattern: Pattern, sounds: Sounds, boundary: Boundary = "not-straddling") -> None:
        self.pattern = pattern
        self.boundary: Boundary | None = boundary if pattern.kind == "words" else None
        if pattern.boundary == "words":
            self.boundary = "not-straddling"
        self.walk = Walk(pattern.gaps, pattern.repeats)
        self.is_literal = not (pattern.gaps or pattern.repeats)
        """Whether a term stands there exactly where its literal does."""
        self._sounds = sounds
        self._terms: tuple[PatternTerm, ...] | None = None
        self._readings: dict[int, _TermReading] = {}
        """What a message asked for: the terms and what is made of them are made then."""

    def find(self, part: PartText, candidates: list[Candidate]) -> Finding:
        best: dict[tuple[int, int], tuple[int, Found]] = {}
        for payload, found in self._verified(part, candidates):
            key = (found.first, found.last)
            is_first = key not in best or payload < best[key][0]
            if is_first and not _is_another(part, self._reading(payload).term, found):
                best[key] = (payload, found)
        readings = {place: self._reading(payload) for place, (payload, _) in best.items()}
        matches = (best[place][1] for place in sorted(best))
        return sifted(matches, lambda found: self._objection(part, readings[found.first, found.last], found))

    def _reading(self, payload: int) -> _TermReading:
        known = self._readings.get(payload)
        if known is None:
            known = self._readings[payload] = self._made(payload)
        return known

    def _made(self, payload: int) -> _TermReading:
        if self._terms is None:
            self._terms = terms_of(self.pattern)
        if payload < BY_SOUND:
            term = self._terms[payload]
            return _TermReading(term, "exact", same(term.squeezed), frozenset())
        if payload < BY_LOOK:
            number, which = divmod(payload - BY_SOUND, 2)
            sound = self._sounds[number][which]
            sound = squeeze(sound) if self.pattern.repeats else sound
            return _TermReading(self._terms[number], "sounds_like", same(sound), frozenset())
        if payload >= SPELLED:
            return _TermReading(self._terms[payload - SPELLED], "spelled", same(""), frozenset())
        if payload >= BY_INITIALS:
            term = self._terms[payload - BY_INITIALS]
            return _TermReading(term, "initials", same(""), frozenset())
        term = self._terms[payload - BY_LOOK]
        begin = "".join(forms(term.squeezed[0])) if self.pattern.repeats else ""
        return _TermReading(term, "looks_like", alike(term.squeezed), frozenset(begin))

    def _verified(self, part: PartText, candidates: list[Candidate]) -> Iterable[tuple[int, Found]]:
        """Every match with its payload; with `repeats`, of readings with one end the first to start."""
        seen: set[tuple[int, int]] = set()
        first: dict[tuple[int, int], Alignment] = {}
        walked: defaultdict[int, set[int]] = defaultdict(set)
        for form, at, end, payload in candidates:
            reading = self._reading(payload)
            if reading.way == "exact" and self.is_literal:
                if found := self._exact(part, reading.term, at, end):
                    yield payload, found
                continue
            if reading.way in ("initials", "spelled"):
                if form is TextForm.SPELLED or is_whole_run(part.plain, at, end):
                    yield payload, self._fuzzy(part, reading, at, end)
                continue
            starts = ((at, at),) if form is TextForm.PLAIN else _starts(part.plain, part.runs(form), at, reading.begin)
            for low, high in starts:
                if (payload, high) in seen:
                    break
                seen.add((payload, high))
                for read in self._readings_in(part, reading, low, high, walked[payload]):
                    if not self.pattern.repeats:
                        if found := self._found(part, reading, *read.widest):
                            yield payload, found
                    elif (known := first.get((payload, read.ends[-1]))) is None or read.starts[0] < known.starts[0]:
                        first[payload, read.ends[-1]] = read
        for (payload, _), read in first.items():
            reading = self._reading(payload)
            if found := self._widest_that_counts(part, reading, read):
                yield payload, found

    def _readings_in(
        self, part: PartText, reading: _TermReading, low: int, high: int, walked: set[int]
    ) -> Iterable[Alignment]:
        """The readings that begin in a stretch of the text of the walk, in places of the plain view."""
        if reading.way != "sounds_like":
            return self.walk.readings(part.plain, reading.spelling, low, high, walked)
        view = part.sounds
        return [
            Alignment(tuple(view.span(at, at + 1)[0] for at in starts), tuple(view.span(at - 1, at)[1] for at in ends))
            for starts, ends in self.walk.readings(view.text, reading.spelling, low, high, walked)
        ]

    def _widest_that_counts(self, part: PartText, reading: _TermReading, read: Alignment) -> Found | None:
        """With all repeats beside it; with as few as fit between words where it would else cut one or be another."""
        found = self._found(part, reading, *read.widest)
        if self._at_words(part, reading, *read.widest):
            is_written = found is None and reading.way != "exact"
            if is_written or (found is not None and not _is_another(part, reading.term, found)):
                return found
        return self._found(part, reading, *read.within(lambda place: part.words.token_around(place) is None))

    def _found(self, part: PartText, reading: _TermReading, start: int, end: int) -> Found | None:
        if reading.way == "exact":
            return self._exact(part, reading.term, start, end)
        # What is written as the term counts neither for sounding nor for looking like it.
        if reads(part.plain[start:end], reading.term.plain, self.walk, "exact"):
            return None
        return self._fuzzy(part, reading, start, end)

    def _fuzzy(self, part: PartText, reading: _TermReading, start: int, end: int) -> Found:
        span = part.view.span(start, end)
        return Found(start, end, *span, reading.term.raw, reading.way, self.pattern.weight)

    def _exact(self, part: PartText, term: PatternTerm, start: int, end: int) -> Found | None:
        found = Found(start, end, *part.view.span(start, end), term.raw)
        return found if not self.pattern.exact_case or self._case_agrees(part, term, found) else None

    def _objection(self, part: PartText, reading: _TermReading, found: Found) -> Suppression | None:
        """Why a match does not count; None if it does."""
        if reason := sheltered(part, self.pattern, found):
            return reason
        if self._at_words(part, reading, found.start, found.end):
            return None
        return Suppression.NOT_ONE_TOKEN if self.boundary == "token-equality" else Suppression.WORD_BOUNDARY

    def _at_words(self, part: PartText, reading: _TermReading, start: int, end: int) -> bool:
        """Whether the words around a match let it count."""
        if self.boundary == "token-equality":
            return part.words.is_token(start, end)
        strict = self.pattern.kind == "words" and (reading.term.strict or reading.way == "initials")
        return self.boundary != "not-straddling" or not part.words.cut_by(start, end, strict)

    def _case_agrees(self, part: PartText, term: PatternTerm, found: Found) -> bool:
        original = plain(part.original[found.first : found.last], fold=False)
        if self.is_literal:
            return original == term.cased
        squeezed = squeeze(term.cased) if self.pattern.repeats else term.cased
        return self.walk.reads(original, same(squeezed))


def _is_another(part: PartText, term: PatternTerm, found: Found) -> bool:
    """Whether a match by sound or look is another word, or two.

    A clause ends within it, or a character that is none of the term's is, or is part of, a word itself (疑似 is no
    伊斯).  Where there are more characters than the term has, components are taken for what they look like (女子 for
    好).
    """
    by_sound = found.way == "sounds_like"
    if not (by_sound or found.way == "looks_like"):
        return False
    text = part.plain[found.start : found.end]
    if any(mark in text and mark not in term.plain for mark in CLAUSE_ENDS):
        return True
    strange = [at for at, char in enumerate(text, found.start) if char not in term.plain and syllable(char) is not None]
    if not by_sound:
        is_split = sum(syllable(char) is not None for char in text) > len(term.squeezed)
        alike = _alike_to(term.plain, is_split)
        strange = [at for at in strange if part.plain[at] in alike]
    return any((by_sound and is_everyday(part.plain[at])) or part.words.is_part(at) for at in strange)


@lru_cache(4096)
def _alike_to(term: str, is_split: bool) -> frozenset[str]:
    """The characters that look like one of a term's; where some is split, but for those that it may be split into."""
    components = (
        frozenset(char for own in term for way in splits(own) for char in way) if is_split else frozenset[str]()
    )
    return frozenset[str]().union(*map(lookalikes, term)) - components


def _starts(plain: str, runs: Runs, at: int, begin: frozenset[str]) -> Iterable[tuple[int, int]]:
    """The stretches in which a match may begin whose literal stands at `at`, the nearest to it first.

    `begin` has the characters that may repeat the first one before the literal.
    """
    low, high = runs.starts(at)
    yield low, high
    while low and plain[low - 1] in begin:
        at -= 1
        low, high = runs.starts(at)
        yield low, high
