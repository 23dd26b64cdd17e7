"""The matches of an automaton, one step of all its threads for each character: never longer than text times program.

A thread is a place in the program and where its match began; the first in the list is the one that a
backtracking matcher would try first.  After R. Pike's `sam`, as told by R. Cox, "Regular Expression Matching:
the Virtual Machine Approach" (2009).
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import chain

from modengine.engine.match.charsets import Intervals
from modengine.engine.match.nfa import JUMP, LOOK, MATCH, SPLIT, Look, RegexProgram, Step, automaton

Thread = tuple[int, int]
"""The step and where the match began."""


@lru_cache(maxsize=512)
def linear(source: str, exact_case: bool) -> Linear | None:
    """The automaton of an expression that compiles, alone.

    None where no automaton can say it: it refers back, calls itself, is fuzzy, or the like.
    """
    charsets, made = automaton(source, exact_case)
    return None if made is None else Linear(made, charsets)


class Linear:
    """An automaton over its sets of characters."""

    def __init__(self, automaton: RegexProgram, charsets: Sequence[Intervals]) -> None:
        self._automaton = automaton
        self._edges = [tuple(chain.from_iterable((first, last + 1) for first, last in charset)) for charset in charsets]

    def spans(self, text: str) -> Iterator[tuple[int, int]]:
        """Leftmost matches that do not overlap, as `regex.finditer` gives them; empty ones are left out."""
        holds = self._looks(text)
        at, advance = 0, False
        while (span := self._search(text, holds, at, advance)) is not None:
            if span[0] < span[1]:
                yield span
            at, advance = span[1], span[0] == span[1]

    def _takes(self, charset: int, char: str) -> bool:
        return bisect_right(self._edges[charset], ord(char)) % 2 == 1

    def _search(self, text: str, holds: list[list[bool]], begin: int, advance: bool) -> tuple[int, int] | None:
        """The first match from there on; with `advance`, not the empty one right there."""
        steps = self._automaton.steps
        found = None
        threads: list[Thread] = []
        for at in range(begin, len(text) + 1):
            if found is None:
                threads.append((0, at))
            elif not threads:
                break
            following: list[Thread] = []
            for step, began in self._reached(steps, threads, holds, at):
                op, a, _ = steps[step]
                if op == MATCH:
                    if advance and at == begin:
                        continue
                    found = began, at
                    break  # what comes after it in the list is worse
                if at < len(text) and self._takes(a, text[at]):
                    following.append((step + 1, began))
            threads = following
        return found

    def _reached(
        self, steps: Sequence[Step], threads: Sequence[Thread], holds: list[list[bool]], at: int
    ) -> Iterator[Thread]:
        """The steps that take a character or are a match, the best first, each of them once."""
        seen = set[int]()
        for start, began in threads:
            pending = [start]
            while pending:
                step = pending.pop()
                if step in seen:
                    continue
                seen.add(step)
                op, a, b = steps[step]
                if op == SPLIT:
                    pending += (b, a)
                elif op == JUMP:
                    pending.append(a)
                elif op == LOOK:
                    if holds[a][at] == bool(b):
                        pending.append(step + 1)
                else:
                    yield step, began

    def _looks(self, text: str) -> list[list[bool]]:
        """Where each look holds, for every place from before the first character to after the last."""
        holds: list[list[bool]] = []
        for look in self._automaton.looks:
            holds.append(self._beside(look, text) if look.charset >= 0 else self._around(look, text, holds))
        return holds

    def _beside(self, look: Look, text: str) -> list[bool]:
        taken = [self._takes(look.charset, char) for char in text]
        return [False, *taken] if look.behind else [*taken, False]

    def _around(self, look: Look, text: str, holds: list[list[bool]]) -> list[bool]:
        """A walk over the text that begins a match at every place; a look ahead walks from the end."""
        steps = look.steps
        places = range(len(text) + 1) if look.behind else range(len(text), -1, -1)
        result = [False] * len(places)
        threads: list[Thread] = []
        for at in places:
            threads.append((0, at))
            next_char = at if look.behind else at - 1
            following: list[Thread] = []
            for step, began in self._reached(steps, threads, holds, at):
                op, a, _ = steps[step]
                if op == MATCH:
                    result[at] = True
                elif 0 <= next_char < len(text) and self._takes(a, text[next_char]):
                    following.append((step + 1, began))
            threads = following
        return result
