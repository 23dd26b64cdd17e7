"""What the hits of an automaton touch: at once, or only where what they are part of stands."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from modengine.engine.compile.layout import Payloads
from modengine.engine.match.found import Matcher
from modengine.engine.match.literals import Automaton
from modengine.engine.match.part import Runs, Scan
from modengine.text.normalize import IGNORABLE

Hits = list[tuple[int, int, int]]
"""What an automaton found: start, end and number of the literal, by end."""
Users = tuple[tuple[int, int], ...]
"""The numbers of matchers, each with a payload with which it asks for a literal."""


@dataclass(frozen=True, slots=True)
class Pass:
    """One automaton and the text it passes over.

    `things` has the numbers of what each literal touches; `touches` the same as bits, and above them the rules
    that it opens.
    """

    scan: Scan
    automaton: Automaton
    payloads: Payloads
    things: tuple[tuple[int, ...], ...]
    touches: tuple[int, ...]


Asked = tuple[int, Callable[[str, Runs, int, int], bool], int]
"""The number of a matcher that doubts a hit, its `leads`, and the payload to ask it with."""


class _Asking(NamedTuple):
    """Who asks for a literal."""

    trusting: Users
    by_next: dict[str, tuple[Asked, ...]]
    """Those that doubt it, by the character behind a hit where that must be one of some,"""
    any_next: tuple[Asked, ...]
    """and those of them that it tells nothing;"""
    signed: tuple[Asked, ...]
    """and those that doubt it unless a sign stands in it or beside it."""


class Doubts:
    """What the hits of a pass really touch: its literals may stand where what they are part of does not.

    A matcher that doubts a hit is asked at once, in the plain text alone.  Most hits of the beginnings of terms end
    here, before any rule is thought of.
    """

    __slots__ = ("_known", "_matchers", "_opened_by", "_pass")

    def __init__(self, one: Pass, matchers: Sequence[Matcher], opened_by: Sequence[int]) -> None:
        self._pass, self._matchers, self._opened_by = one, matchers, opened_by
        self._known: dict[int, _Asking] = {}

    def kept(self, plain: str, scanned: str, runs: Runs, hits: Hits) -> tuple[Hits, list[Users]]:
        """The hits that touch any matcher, and whom each touches.

        `scanned` is what was passed over; `runs` tells the places of its characters in the plain text.
        """
        kept: Hits = []
        touched: list[Users] = []
        for hit in hits:
            at, end, literal = hit
            asking = self._known.get(literal)
            if asking is None:
                asking = self._known[literal] = self._asking(literal, scanned[end - 1])
            users = asking.trusting
            asked = asking.by_next.get(scanned[end], asking.any_next) if end < len(scanned) else asking.any_next
            if asking.signed and _is_signed(plain, runs, at, end):
                asked += asking.signed
            if asked:
                users += tuple([(number, one) for number, leads, one in asked if leads(plain, runs, at, one)])
            if users:
                kept.append(hit)
                touched.append(users)
        return kept, touched

    def bits(self, users: Iterable[tuple[int, int]]) -> int:
        """Matchers as bits, and above them the rules they open."""
        found = 0
        for number, _ in users:
            found |= 1 << number | self._opened_by[number]
        return found

    def _asking(self, literal: int, last: str) -> _Asking:
        """Worked out when the literal is first met."""
        trusting: list[tuple[int, int]] = []
        asked: list[tuple[frozenset[str] | None, Asked]] = []
        signed: list[Asked] = []
        for number in self._pass.things[literal]:
            matcher = self._matchers[number]
            for payload in self._pass.payloads[number][literal]:
                doubt = matcher.doubts(self._pass.scan, payload, last)
                if doubt is None:
                    trusting.append((number, payload))
                elif doubt.signed:
                    signed.append((number, matcher.leads, payload))
                else:
                    asked.append((doubt.nexts, (number, matcher.leads, payload)))
        some = dict.fromkeys(char for nexts, _ in asked for char in nexts or ())
        by_next = {char: tuple(one for nexts, one in asked if nexts is None or char in nexts) for char in some}
        any_next = tuple(one for nexts, one in asked if nexts is None)
        return _Asking(tuple(trusting), by_next, any_next, tuple(signed))


def _is_signed(plain: str, runs: Runs, at: int, end: int) -> bool:
    """Whether a sign may stand in a hit, before it or behind it: there is more than its characters."""
    low, last = runs.starts(at)[0], runs.starts(end - 1)[1]
    return last + 1 - low > end - at or (last + 1 < len(plain) and IGNORABLE[plain[last + 1]])
