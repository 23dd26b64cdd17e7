"""The pattern kind `regex`: the syntax of the `regex` package on the plain view, ignoring case."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from functools import cached_property, lru_cache

import regex

from modengine.engine.match.expression import Query, necessary, query
from modengine.engine.match.found import Candidate, Dropped, Finding, Found, Literal, inside
from modengine.engine.match.part import PartText, Runs, Scan
from modengine.policy.model import Pattern
from modengine.text.normalize import plain

TIMEOUT = 0.25
"""Seconds of processor time that one expression may spend on one part."""


def source_of(pattern: Pattern) -> str:
    """The source with its literal characters as they stand in the plain view, and nothing else changed.

    Traditional characters and full-width marks would else never match.  What is written in ASCII is
    syntax and stays; so do the ends of a range in a class, whose order matters.
    """
    return _source(pattern.regex or "", fold=not pattern.exact_case)


@lru_cache(maxsize=2048)
def _source(source: str, fold: bool) -> str:
    out: list[str] = []
    in_class = False
    at = 0
    while at < len(source):
        char, size = source[at], 1
        if char == "\\" and at + 1 < len(source):
            size = 2
            char = source[at + 1]
            out.append(source[at : at + 2] if char.isascii() else _literal(char, fold))
        elif not in_class and source.startswith("[^", at):
            in_class, size = True, 2
            out.append("[^")
        elif in_class and source[at + 1 : at + 2] == "-" and source[at + 2 : at + 3] not in ("", "]"):
            size = 4 if source[at + 2] == "\\" else 3
            out.append(source[at : at + size])
        else:
            in_class = char == "[" or (in_class and char != "]")
            out.append(char if char.isascii() else _literal(char, fold))
        at += size
    return "".join(out)


def _literal(char: str, fold: bool) -> str:
    form = plain(char, fold)
    return regex.escape(form, special_only=True) if len(form) == 1 else char


@lru_cache(maxsize=4096)
def compiled(source: str, exact_case: bool) -> regex.Pattern[str]:
    """The compiled regex: checked first and matched with later, and a policy has more than `regex` itself keeps."""
    return regex.compile(source, 0 if exact_case else regex.IGNORECASE)


class RegexMatcher:
    """Leftmost matches that do not overlap; empty ones do not count."""

    wants_candidates = False

    def __init__(self, pattern: Pattern) -> None:
        self.pattern = pattern
        self.is_quick = not pattern.exact_case

    @cached_property
    def regex(self) -> regex.Pattern[str]:
        """Compiled when a message first asks for it: few messages ask for many."""
        return compiled(source_of(self.pattern), self.pattern.exact_case)

    @property
    def query(self) -> Query | None:
        return query(source_of(self.pattern))

    def literals(self) -> Iterable[Literal] | None:
        needed = necessary(source_of(self.pattern))
        return None if needed is None else [Literal(Scan.PLAIN, text, 0) for text in sorted(needed)]

    def occurs(self, plain: str) -> bool:
        return self.regex.search(plain, timeout=TIMEOUT) is not None

    def doubts(self, _scan: Scan, _payload: int, _last: str) -> None:
        return None

    def leads(self, _plain: str, _runs: Runs, _at: int, _payload: int) -> bool:
        return True

    def find(self, part: PartText, _candidates: list[Candidate]) -> Finding:
        view = part.cased if self.pattern.exact_case else part.view
        kept: dict[tuple[int, int], Found] = {}
        dropped: list[Dropped] = []
        failed = None
        try:
            for match in self.regex.finditer(view.text, timeout=TIMEOUT):
                start, end = match.span()
                if start == end:
                    continue
                found = self._found(part, start, end)
                reason = inside(part, self.pattern, found)
                if reason is None:
                    kept.setdefault((found.first, found.last), found)
                else:
                    dropped.append(Dropped(found, reason))
        except TimeoutError:
            failed = f"the regex took longer than {TIMEOUT} s"
        except (MemoryError, RecursionError) as error:
            failed = f"the regex failed: {type(error).__name__}"
        return Finding(tuple(kept.values()), tuple(dropped), failed)

    def _found(self, part: PartText, start: int, end: int) -> Found:
        if self.pattern.exact_case:
            first, last = part.cased.span(start, end)
            start, end = plain_place(part, first, last)
        else:
            first, last = part.view.span(start, end)
        return Found(start, end, first, last, "", "exact", 1.0)


def plain_place(part: PartText, first: int, last: int) -> tuple[int, int]:
    """The stretch of the plain view that an original stretch became."""
    view = part.view
    if view.starts is None or view.ends is None:
        return first, last
    return bisect_right(view.ends, first), bisect_left(view.starts, last)
