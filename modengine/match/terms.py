"""The pattern kinds `words` and `text`: terms, as words or anywhere."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Literal as OneOf

from modengine.match.found import Candidate, Dropped, Finding, Found, Literal, Scan, inside, reduced
from modengine.match.part import PartText, reduce
from modengine.match.walk import Step, Walk, alike, forms, prefixes, same
from modengine.ruleset.model import Pattern
from modengine.text.normalize import plain
from modengine.text.sounds import sound_view, term_sounds

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
    sounds = way == "sounds_like"
    heard = sound_view(text).text if sounds else text
    for one in term_sounds(term) if sounds else (term,):
        sought = squeeze(one) if walk.repeats else one
        step = alike(sought) if way == "looks_like" else same(sought)
        if (0, len(heard)) in walk.ends(heard, sought, 0, 0, step):
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

    # The terms and what is made of them are made when a message first asks for them.

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

    @cached_property
    def sounds(self) -> tuple[tuple[int, str], ...]:
        """How the terms sound, each with the number of its term."""
        return tuple(
            (number, squeeze(sound) if self.pattern.repeats else sound)
            for number, term in enumerate(self.terms)
            if self.pattern.sounds_like
            for sound in term_sounds(term.plain)
        )

    @cached_property
    def _same(self) -> tuple[Step, ...]:
        return tuple(same(term.sought) for term in self.terms)

    @cached_property
    def _alike(self) -> tuple[Step, ...]:
        return tuple(alike(term.sought) for term in self.terms)

    @cached_property
    def _sound(self) -> tuple[Step, ...]:
        return tuple(same(sound) for _, sound in self.sounds)

    # Payloads number the terms first, then the sounds, then the terms again for their looks.

    def occurs(self, _plain: str) -> bool:
        return True

    def literals(self) -> Iterable[Literal]:
        terms, sounds = len(self.terms), len(self.sounds)
        for number, term in enumerate(self.terms):
            yield self._literal(term.sought, number) if self.walk else Literal(Scan.PLAIN, term.plain, number)
            if self.pattern.looks_like:
                for prefix in prefixes(term.sought, self.pattern.repeats):
                    yield self._literal(prefix, terms + sounds + number, Scan.LOOKS)
        for number, (_, sound) in enumerate(self.sounds):
            # A sound without a syllable or letter reduces to nothing and is no evidence of its own.
            if reduced := reduce(sound):
                yield Literal(Scan.SOUNDS, reduced, terms + number)

    @staticmethod
    def _literal(text: str, payload: int, scan: Scan = Scan.REDUCED) -> Literal:
        sought = reduce(text)
        return Literal(scan, sought, payload) if sought else Literal(Scan.PLAIN, text[0], payload)

    def find(self, part: PartText, candidates: list[Candidate]) -> Finding:
        # Priority: exact matches in the order of the terms, then by sound, then by look.
        best: dict[tuple[int, int], tuple[int, Found]] = {}
        for payload, found in self._found_by(part, candidates):
            key = (found.first, found.last)
            if key not in best or payload < best[key][0]:
                best[key] = (payload, found)
        if not best:
            return Finding()
        kept: list[Found] = []
        dropped: list[Dropped] = []
        terms = self.terms
        for (_, _), (payload, found) in sorted(best.items()):
            term = terms[self._number(payload)]
            reason = self._objection(part, term, found)
            if reason is None:
                kept.append(found)
            else:
                dropped.append(Dropped(found, reason))
        return Finding(tuple(kept), tuple(dropped))

    def _found_by(self, part: PartText, candidates: list[Candidate]) -> Iterable[tuple[int, Found]]:
        """Every match with its payload; with `repeats`, of those with one end the first to start."""
        seen: set[tuple[int, int]] = set()
        first: dict[tuple[int, int], Found] = {}
        for candidate in candidates:
            payload = candidate[3]
            for low, high in self._starts(part, candidate):
                if (payload, high) in seen:
                    break
                seen.add((payload, high))
                for found in self._matches(part, candidate, low, high):
                    if not self.pattern.repeats:
                        yield payload, found
                    elif (payload, found.end) not in first or found.start < first[payload, found.end].start:
                        first[payload, found.end] = found
        yield from ((payload, found) for (payload, _), found in first.items())

    def _number(self, payload: int) -> int:
        terms, sounds = len(self.terms), len(self.sounds)
        if payload < terms:
            return payload
        return self.sounds[payload - terms][0] if payload < terms + sounds else payload - terms - sounds

    def _starts(self, part: PartText, candidate: Candidate) -> Iterable[tuple[int, int]]:
        """The stretches in which a match may begin, in the text of the walk; the nearest to the hit first."""
        scan, at, _, payload = candidate
        if scan is Scan.PLAIN:
            yield at, at
            return
        text = reduced(part, scan)
        low, high = text.starts(at)
        yield low, high
        if self.pattern.repeats and payload >= len(self.terms) + len(self.sounds):
            # The first character may be repeated before the hit in other forms.
            begin = frozenset("".join(forms(self.terms[self._number(payload)].sought[0])))
            while low and part.plain[low - 1] in begin:
                at -= 1
                low, high = text.starts(at)
                yield low, high

    def _matches(self, part: PartText, candidate: Candidate, low: int, high: int) -> Iterable[Found]:
        (_, first, last, payload), text = candidate, part.plain
        terms, sounds = len(self.terms), len(self.sounds)
        weight = self.pattern.weight
        if payload < terms:
            term = self.terms[payload]
            spans: Iterable[tuple[int, int]] = ((first, last),)
            if self.walk is not None:
                spans = self.walk.ends(text, term.sought, low, high, self._same[payload])
            for start, end in spans:
                found = self._found(part, start, end, term, "exact", 1.0)
                if not self.pattern.exact_case or self._case_agrees(part, term, found):
                    yield found
        elif payload < terms + sounds:
            number, sound = self.sounds[payload - terms]
            view = part.sounds
            for start, end in self.loose.ends(view.text, sound, low, high, self._sound[payload - terms]):
                first, last = view.span(start, end)
                # What is written as the term does not count for sounding like it.
                if not self._is_exact(text, self.terms[number], first, last):
                    yield self._found(part, first, last, self.terms[number], "sounds_like", weight)
        else:
            number = payload - terms - sounds
            term = self.terms[number]
            for start, end in self.loose.ends(text, term.sought, low, high, self._alike[number]):
                if not self._is_exact(text, term, start, end):
                    yield self._found(part, start, end, term, "looks_like", weight)

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
        return any(end == len(original) for _, end in self.walk.ends(original, sought, 0, 0, same(sought)))
