"""The pattern kind `regex`: the syntax of the `regex` package on the plain view, ignoring case."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable
from functools import cached_property, lru_cache, partial
from time import thread_time

import regex

from modengine.engine import budget
from modengine.engine.match.linear import Linear, linear
from modengine.engine.match.matcher import Candidate, Finding, Found, sheltered, sifted
from modengine.engine.match.part import PartText
from modengine.model import Cause, Failure, Suppression
from modengine.policy.model import Pattern
from modengine.text.normalize import plain

TIMEOUT = 0.25
"""Seconds of processor time that one expression may spend on one part."""
_NOTICED = 0.001
"""Seconds below which nobody asks whether an automaton could say the expression: that takes as long."""


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


CoreSpans = Callable[[str, str], list[tuple[int, int]] | None]
"""The matches of a source in a text, case ignored, by the compiled core; None where it does not know the source."""


def left_to_python(_source: str, _text: str) -> None:
    """Without a core."""


class RegexMatcher:
    """Leftmost matches that do not overlap; empty ones do not count."""

    def __init__(self, pattern: Pattern, opaque_length: int, core: CoreSpans = left_to_python) -> None:
        self.pattern, self.opaque_length = pattern, opaque_length
        self._core = left_to_python if pattern.exact_case else core

    @cached_property
    def source(self) -> str:
        """Made when a message first asks for it: few messages ask for many."""
        return source_of(self.pattern)

    @property
    def _linear(self) -> Linear | None:
        """Made when a long part or a long time asks for it: it takes as long as compiling, and few ever do."""
        return linear(self.source, self.pattern.exact_case)

    def find(self, part: PartText, _candidates: list[Candidate]) -> Finding:
        text = (part.cased if self.pattern.exact_case else part.view).text
        spans: list[tuple[int, int]] | Failure | None = self._core(self.source, text)
        if spans is None:
            spans = self._spans(part, text)
        if isinstance(spans, Failure):
            return Finding(failed=spans)
        return sifted((self._found(part, *span) for span in spans), partial(self._objection, part))

    def _spans(self, part: PartText, text: str) -> list[tuple[int, int]] | Failure:
        """The matches; where no automaton can say them, in the time that is left of the message's."""
        if len(part.original) > self.opaque_length and self._linear is None:
            limit = f"the regex is not asked of more than {self.opaque_length:,} characters"
            return Failure(Cause.OPAQUE, limit)
        if part.patience.left <= 0 and self._linear is None:
            return Failure(Cause.TIMEOUT, f"such regexes took longer than {budget.PATIENCE} s in the message")
        compiled(self.source, self.pattern.exact_case)  # the first time takes long, and is not the message's
        began = thread_time()
        spans = spans_of(self.source, self.pattern.exact_case, text, TIMEOUT)
        took = thread_time() - began
        if took > _NOTICED and self._linear is None:
            part.patience.left -= took
        return spans

    def _objection(self, part: PartText, found: Found) -> Suppression | None:
        """Why a match does not count; None if it does."""
        if reason := sheltered(part, self.pattern, found):
            return reason
        cuts = self.pattern.boundary == "words" and part.words.cut_by(found.start, found.end)
        return Suppression.WORD_BOUNDARY if cuts else None

    def _found(self, part: PartText, start: int, end: int) -> Found:
        if not self.pattern.exact_case:
            return Found(start, end, *part.view.span(start, end))
        first, last = part.cased.span(start, end)
        return Found(*plain_place(part, first, last), first, last)


def spans_of(source: str, exact_case: bool, text: str, seconds: float) -> list[tuple[int, int]] | Failure:
    """The matches by the `regex` package, which compiles what a message asks for; where its clock runs out, all of them
    by the automaton.

    What no automaton can say fails then: a last guard, and the one place where a machine's speed matters.
    """
    expression = compiled(source, exact_case)
    try:
        return [match.span() for match in expression.finditer(text, timeout=seconds) if match.end() > match.start()]
    except TimeoutError:
        if (made := linear(source, exact_case)) is not None:
            return list(made.spans(text))
        return Failure(Cause.TIMEOUT, f"the regex took longer than {seconds} s")
    except (MemoryError, RecursionError) as error:
        return Failure(Cause.FAILED, f"the regex failed: {type(error).__name__}")


def plain_place(part: PartText, first: int, last: int) -> tuple[int, int]:
    """The stretch of the plain view that an original stretch became."""
    view = part.view
    if view.starts is None or view.ends is None:
        return first, last
    return bisect_right(view.ends, first), bisect_left(view.starts, last)
