"""What the automata find: in one part, or in many texts at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from modengine.match.found import Candidate, Matcher
from modengine.match.layout import Payloads
from modengine.match.literals import Automaton
from modengine.match.part import Runs, Scan, reduce
from modengine.text.normalize import IGNORABLE
from modengine.text.sounds import sound_view

if TYPE_CHECKING:
    from modengine.text.bulk import Joined

Hits = list[tuple[int, int, int]]
"""What an automaton found: start, end and number of the literal, by end."""
Users = tuple[tuple[int, int], ...]
"""The numbers of matchers, each with a payload with which it asks for a literal."""
Heard = tuple[Hits, list[Users] | None]
"""What a pass found in a part, and who is left to ask for each hit; None where that is all who ask for its literal."""


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


class Candidates:
    """The hits in one part, by the matcher that asks for them."""

    __slots__ = ("_left", "_passes")

    def __init__(self, passes: tuple[Pass, ...], heard: tuple[Heard, ...]) -> None:
        self._passes: list[tuple[Scan, Payloads, dict[int, list[tuple[int, int]]]]] = []
        self._left: dict[int, list[Candidate]] = {}
        """Of the passes whose hits were doubted, those that are left to each matcher."""
        for one, (hits, left) in zip(passes, heard, strict=True):
            if left is not None:
                for (start, end, _), users in zip(hits, left, strict=True):
                    for number, payload in users:
                        self._left.setdefault(number, []).append((one.scan, start, end, payload))
                continue
            places: dict[int, list[tuple[int, int]]] = {}
            for start, end, literal in hits:
                if literal in places:
                    places[literal].append((start, end))
                else:
                    places[literal] = [(start, end)]
            if places:
                self._passes.append((one.scan, one.payloads, places))

    def of(self, number: int) -> list[Candidate]:
        """The hits of the literals of one matcher."""
        mine = [*self._left.get(number, ())]
        for scan, users, places in self._passes:
            payloads = users.get(number)
            if payloads is None:
                continue
            few, many = (payloads, places) if len(payloads) < len(places) else (places, payloads)
            for literal in few:
                if literal in many:
                    for payload in payloads[literal]:
                        for start, end in places[literal]:
                            mine.append((scan, start, end, payload))
        return mine


class Scans:
    """What each of many texts touches, found by one call of each automaton.

    `alone` has the numbers of the texts that cannot be done together with others.
    """

    __slots__ = ("_found", "_plain", "alone")

    def __init__(
        self,
        passes: tuple[Pass, ...],
        doubts: Sequence[Doubts | None],
        texts: Sequence[str],
        owners: Sequence[int],
    ) -> None:
        from modengine.text.bulk import Bulk  # noqa: PLC0415  (numpy takes 0.1 s to import, and may be missing)

        bulk = Bulk(texts)
        self._plain = bulk.plain
        self.alone = bulk.alone
        self._found: dict[Scan, _Found] = {}
        for one, doubted in zip(passes, doubts, strict=True):
            read: set[int] = set()
            match one.scan:
                case Scan.PLAIN:
                    joined = bulk.plain
                case Scan.REDUCED:
                    joined = bulk.reduced()
                case Scan.SOUNDS:
                    joined, read = bulk.sounds_reduced()
                case Scan.LOOKS:
                    joined = bulk.looks_reduced()
            heard = {n: one.automaton.find(reduce(sound_view(bulk.plain.of(n)).text)) for n in read}
            self._found[one.scan] = _Found(one, doubted, bulk.plain.text, joined, heard, owners)

    def fill(self, columns: list[int]) -> None:
        """Adds, for each thing that is touched, the messages whose texts touch it."""
        for found in self._found.values():
            found.fill(columns)

    def plain(self, number: int) -> str:
        """The plain view of one text, each of whose characters stands for the one at its own place."""
        return self._plain.of(number)

    def runs(self, number: int, scan: Scan) -> Runs | None:
        """Where the characters of a reduced text come from, if a pass read it."""
        found = self._found.get(scan)
        return None if found is None else found.runs(number, self._plain.start(number))

    def found(self, number: int) -> tuple[Heard, ...]:
        """What each pass found in one text."""
        return tuple([found.of(number) for found in self._found.values()])


class _Found:
    """The hits of one pass that touch anything.

    `others` has those of texts that were not looked at in the joined one.
    """

    __slots__ = ("_firsts", "_hits", "_joined", "_messages", "_others", "_pass", "_touched")

    def __init__(
        self,
        one: Pass,
        doubts: Doubts | None,
        plain: str,
        joined: Joined,
        others: Mapping[int, Hits],
        owners: Sequence[int],
    ) -> None:
        self._pass, self._joined, self._others = one, joined, others
        hits = one.automaton.find(joined.text)
        self._touched: list[Users] | None = None
        """Whom each hit touches, where that was doubted."""
        if doubts is not None:
            hits, self._touched = doubts.kept(plain, joined.text, Runs(joined.places), hits)
        self._hits = hits
        self._messages = messages = dict[int, int]()
        """For each literal, or for each thing where hits were doubted, the messages that hold it as a set of bits."""
        self._firsts = firsts = [0]
        touched, ends = self._touched, joined.ends
        number, stop = 0, ends[0]
        bit = 0 if number in others else 1 << owners[number]
        for at, (_, end, literal) in enumerate(hits):
            if end > stop:
                while end > stop:
                    number += 1
                    stop = ends[number]
                    firsts.append(at)
                bit = 0 if number in others else 1 << owners[number]
            if touched is None:
                messages[literal] = messages.get(literal, 0) | bit
            else:
                for thing, _ in touched[at]:
                    messages[thing] = messages.get(thing, 0) | bit
        firsts += [len(hits)] * (len(ends) - number)
        for number, heard in others.items():
            for _, _, literal in heard:
                messages[literal] = messages.get(literal, 0) | 1 << owners[number]

    def fill(self, columns: list[int]) -> None:
        """Adds, for each thing that is touched, the messages whose texts touch it."""
        things = self._pass.things
        for key, messages in self._messages.items():
            for thing in things[key] if self._touched is None else (key,):
                columns[thing] |= messages

    def of(self, number: int) -> Heard:
        """What was found in one text, at its own places."""
        hits = self._own(number)
        if number in self._others:
            return hits, None
        base = self._joined.start(number)
        users = None if self._touched is None else self._touched[self._firsts[number] : self._firsts[number + 1]]
        return [(start - base, end - base, literal) for start, end, literal in hits], users

    def runs(self, number: int, base: int) -> Runs | None:
        """Where the characters of one reduced text come from, whose plain one begins at `base` of the joined one."""
        return None if number in self._others else Runs(self._joined.places, self._joined.start(number), base)

    def _own(self, number: int) -> Hits:
        """The hits in one text, at places of the joined one if they were found there."""
        known = self._others.get(number)
        return self._hits[self._firsts[number] : self._firsts[number + 1]] if known is None else known


def turned(columns: Sequence[int], rows: int) -> list[int]:
    """The rows of columns, each a set of bits: for each of so many messages, the things that it has."""
    import numpy as np  # noqa: PLC0415  (as above)

    size = (rows + 7) // 8
    packed = np.frombuffer(b"".join([column.to_bytes(size, "little") for column in columns]), np.uint8)
    each = np.unpackbits(packed.reshape(len(columns), size), axis=1, bitorder="little")[:, :rows]
    return [int.from_bytes(row.tobytes(), "little") for row in np.packbits(each.T, axis=1, bitorder="little")]
