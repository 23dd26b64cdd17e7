"""The pattern kinds `words` and `text`: terms, as words or anywhere."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Literal as OneOf

from modengine.engine.match.found import NOTHING, Candidate, Doubt, Dropped, Finding, Found, Literal, inside
from modengine.engine.match.part import PartText, Runs, Scan, reduce
from modengine.engine.match.walk import Spelling, Walk, alike, forms, next_looks, prefixes, same
from modengine.policy.model import Pattern
from modengine.text.normalize import ignorable, plain
from modengine.text.sounds import sound_view, term_sounds

PLAIN = Scan.PLAIN

Boundary = OneOf["not-straddling", "token-equality", "substring"]
"""What makes a match of `words` count.  The rule language knows the first alone; the lab asks for the
others to measure what it is worth: that the match is exactly one token, or nothing at all."""


@dataclass(frozen=True, slots=True)
class _Term:
    raw: str
    plain: str
    cased: str
    """The term as it is normalised for the pattern: before folding case where that must be exact."""
    sought: str
    """The plain term, squeezed where the pattern asks for repeats."""
    strict: bool
    """Of one character, or of Latin letters and digits: must begin and end at token edges."""


@dataclass(frozen=True, slots=True)
class _Sought:
    """What a payload stands for: a term read in one way."""

    term: _Term
    way: str
    spelling: Spelling
    begin: frozenset[str]
    """What may repeat the first character before the hit: none but where it may do so in other forms."""


SOUNDS, LOOKS = 1 << 24, 2 << 24
"""Payloads are the numbers of the terms; from here on of their two sounds each, and of their looks."""


plain_term = lru_cache(65536)(plain)
"""A rule set names its terms many times, and is compiled again at every edit."""


def plain_terms(pattern: Pattern) -> dict[str, str]:
    """The terms that differ, each with the first raw one that gives it, in order; no empty ones.

    They are told apart by their plain form, or with `case: exact` by that form before folding case.
    """
    found: dict[str, str] = {}
    for raw in pattern.terms:
        if plain_term(raw):
            found.setdefault(plain_term(raw, not pattern.exact_case), raw)
    return found


def reads(text: str, term: str, walk: Walk, way: str) -> bool:
    """Whether a plain text, all of it, is read as a plain term by a walk in some way."""
    if way == "exact" and (text == term or not (walk.gaps or walk.repeats)):
        return text == term
    sounds = way == "sounds_like"
    heard = sound_view(text).text if sounds else text
    for one in term_sounds(term) if sounds else (term,):
        sought = squeeze(one) if walk.repeats else one
        spelling = alike(sought) if way == "looks_like" else same(sought)
        if (0, len(heard)) in walk.ends(heard, spelling, 0, 0):
            return True
    return False


def squeeze(text: str) -> str:
    return "".join(char for i, char in enumerate(text) if i == 0 or text[i - 1] != char)


class TermMatcher:
    """Finds the terms of one pattern; see docs/rule-language.md for what each option means."""

    query = None
    wants_candidates = True
    is_quick = False

    def __init__(self, pattern: Pattern, boundary: Boundary = "not-straddling") -> None:
        self.pattern = pattern
        self.boundary: Boundary | None = boundary if pattern.kind == "words" else None
        self.walk = Walk(pattern.gaps, pattern.repeats) if pattern.gaps or pattern.repeats else None
        self.loose = Walk(pattern.gaps, pattern.repeats)
        self._known: dict[int, _Sought] = {}
        """What a message asked for: the terms and what is made of them are made then."""

    @cached_property
    def terms(self) -> tuple[_Term, ...]:
        repeats = self.pattern.repeats
        return tuple(
            _Term(
                raw,
                term,
                cased,
                squeeze(term) if repeats else term,
                len(term) == 1 or (term.isascii() and term.isalnum()),
            )
            for cased, raw in plain_terms(self.pattern).items()
            for term in (plain_term(raw),)
        )

    def _sought(self, payload: int) -> _Sought:
        known = self._known.get(payload)
        if known is None:
            known = self._known[payload] = self._made(payload)
        return known

    def _made(self, payload: int) -> _Sought:
        if payload < SOUNDS:
            term = self.terms[payload]
            return _Sought(term, "exact", same(term.sought), frozenset())
        if payload < LOOKS:
            number, which = divmod(payload - SOUNDS, 2)
            term = self.terms[number]
            return _Sought(term, "sounds_like", same(self._sounds(term)[which]), frozenset())
        term = self.terms[payload - LOOKS]
        begin = "".join(forms(term.sought[0])) if self.pattern.repeats else ""
        return _Sought(term, "looks_like", alike(term.sought), frozenset(begin))

    def _sounds(self, term: _Term) -> tuple[str, ...]:
        sounds = term_sounds(term.plain)
        return tuple(map(squeeze, sounds)) if self.pattern.repeats else sounds

    def occurs(self, _plain: str) -> bool:
        return True

    def literals(self) -> Iterable[Literal]:
        for number, term in enumerate(self.terms):
            yield self._literal(term.sought, number) if self.walk else Literal(Scan.PLAIN, term.plain, number)
            if self.pattern.looks_like:
                for prefix in prefixes(term.sought, self.pattern.repeats):
                    yield self._literal(prefix, LOOKS + number, Scan.LOOKS)
            for which, sound in enumerate(self._sounds(term) if self.pattern.sounds_like else ()):
                # A sound without a syllable or letter reduces to nothing and is no evidence of its own.
                if reduced := reduce(sound):
                    yield Literal(Scan.SOUNDS, reduced, SOUNDS + 2 * number + which)

    @staticmethod
    def _literal(text: str, payload: int, scan: Scan = Scan.REDUCED) -> Literal:
        sought = reduce(text)
        return Literal(scan, sought, payload) if sought else Literal(Scan.PLAIN, text[0], payload)

    def doubts(self, scan: Scan, payload: int, last: str) -> Doubt | None:
        spelling = self._sought(payload).spelling
        if scan is Scan.LOOKS:
            return Doubt(next_looks(spelling, self.pattern.repeats, last), signed=False)
        if scan is Scan.REDUCED and reduce(spelling.term) != spelling.term:
            return Doubt(None, any(map(ignorable, spelling.term)))
        return None

    def leads(self, plain: str, runs: Runs, at: int, payload: int) -> bool:
        one = self._known.get(payload) or self._sought(payload)
        low, high = runs.starts(at)
        if one.begin:
            stretches = _starts(plain, runs, at, one.begin)
            return any(self.loose.ends(plain, one.spelling, low, high) for low, high in stretches)
        if low == high and one.way != "exact" and self._stands(plain, one.term, low):
            return False  # it is hit as it is written, too
        return bool(self.loose.ends(plain, one.spelling, low, high))

    def _stands(self, text: str, term: _Term, at: int) -> bool:
        """Whether a match at `at` would be read letter by letter as the term is written."""
        return not self.pattern.repeats and text.startswith(term.sought, at)

    def find(self, part: PartText, candidates: list[Candidate]) -> Finding:
        # Priority: exact matches in the order of the terms, then by sound, then by look.
        best: dict[tuple[int, int], tuple[int, Found]] = {}
        for payload, found in self._found_by(part, candidates):
            key = (found.first, found.last)
            if key not in best or payload < best[key][0]:
                best[key] = (payload, found)
        if not best:
            return NOTHING
        kept: list[Found] = []
        dropped: list[Dropped] = []
        for _, (payload, found) in sorted(best.items()):
            reason = self._objection(part, self._sought(payload).term, found)
            if reason is None:
                kept.append(found)
            else:
                dropped.append(Dropped(found, reason))
        return Finding(tuple(kept), tuple(dropped))

    def _found_by(self, part: PartText, candidates: list[Candidate]) -> Iterable[tuple[int, Found]]:
        """Every match with its payload; with `repeats`, of those with one end the first to start."""
        seen: set[tuple[int, int]] = set()
        first: dict[tuple[int, int], Found] = {}
        repeats = self.pattern.repeats
        for scan, at, last, payload in candidates:
            one = self._sought(payload)
            if one.way == "exact" and self.walk is None:
                found = self._exact(part, one.term, at, last)
                if found is not None:
                    yield payload, found
                continue
            starts = ((at, at),) if scan is PLAIN else _starts(part.plain, part.runs(scan), at, one.begin)
            for low, high in starts:
                if (payload, high) in seen:
                    break
                seen.add((payload, high))
                heard = one.way == "sounds_like" and low == high and part.sounds.starts is None
                if heard and self._stands(part.plain, one.term, low):
                    continue
                for found in self._matches(part, one, low, high):
                    if not repeats:
                        yield payload, found
                    elif (payload, found.end) not in first or found.start < first[payload, found.end].start:
                        first[payload, found.end] = found
        yield from ((payload, found) for (payload, _), found in first.items())

    def _matches(self, part: PartText, one: _Sought, low: int, high: int) -> Iterable[Found]:
        """The matches that begin in a stretch of the text of the walk."""
        term, text = one.term, part.plain
        if one.way == "sounds_like":
            view = part.sounds
            places = [view.span(*ends) for ends in self.loose.ends(view.text, one.spelling, low, high)]
        else:
            places = self.loose.ends(text, one.spelling, low, high)
        for start, end in places:
            if one.way == "exact":
                found = self._exact(part, term, start, end)
                if found is not None:
                    yield found
            # What is written as the term counts neither for sounding nor for looking like it.
            elif not self._is_exact(text, term, start, end):
                yield self._found(part, start, end, term, one.way, self.pattern.weight)

    def _exact(self, part: PartText, term: _Term, start: int, end: int) -> Found | None:
        found = self._found(part, start, end, term, "exact", 1.0)
        return found if not self.pattern.exact_case or self._case_agrees(part, term, found) else None

    def _is_exact(self, text: str, term: _Term, start: int, end: int) -> bool:
        """Whether a stretch is written as the term; a match of it may reach further."""
        return reads(text[start:end], term.plain, self.loose, "exact")

    @staticmethod
    def _found(part: PartText, start: int, end: int, term: _Term, way: str, weight: float) -> Found:
        return Found(start, end, *part.view.span(start, end), term.raw, way, weight)

    def _objection(self, part: PartText, term: _Term, found: Found) -> str | None:
        """Why a match does not count; None if it does."""
        pattern = self.pattern
        if pattern.outside and (reason := inside(part, pattern, found)):
            return reason
        if self.boundary == "token-equality" and not part.words.is_token(found.start, found.end):
            return "not one token"
        if self.boundary == "not-straddling":
            for end in (found.start, found.end):
                token = part.words.token_around(end)
                if token is not None and (term.strict or not (token[0] <= found.start and found.end <= token[1])):
                    return "word boundary"
        return None

    def _case_agrees(self, part: PartText, term: _Term, found: Found) -> bool:
        original = plain(part.original[found.first : found.last], fold=False)
        if self.walk is None:
            return original == term.cased
        sought = squeeze(term.cased) if self.pattern.repeats else term.cased
        return any(end == len(original) for _, end in self.walk.ends(original, same(sought), 0, 0))


def _starts(plain: str, runs: Runs, at: int, begin: frozenset[str]) -> Iterable[tuple[int, int]]:
    """The stretches in which a match may begin that was hit at `at`, the nearest to the hit first.

    `begin` has the characters that may repeat the first one before the hit.
    """
    low, high = runs.starts(at)
    yield low, high
    while low and plain[low - 1] in begin:
        at -= 1
        low, high = runs.starts(at)
        yield low, high
