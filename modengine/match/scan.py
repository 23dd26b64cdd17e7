"""What the automata find: in one part, or in many texts at once."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from modengine.match.found import Candidate, Scan, reduced
from modengine.match.layout import Payloads
from modengine.match.literals import Automaton
from modengine.match.part import PartText, Reduced, reduce
from modengine.text.sounds import sound_view

if TYPE_CHECKING:
    from modengine.text.bulk import Joined

Hits = list[tuple[int, int, int]]
"""What an automaton found: start, end and number of the literal, by end."""


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

    def text(self, part: PartText) -> str:
        return part.plain if self.scan is Scan.PLAIN else reduced(part, self.scan).text


class Candidates:
    """The hits in one part, by the matcher that asks for them."""

    __slots__ = ("_places", "passes")

    def __init__(self, passes: tuple[Pass, ...], found: tuple[Hits, ...]) -> None:
        self.passes = passes
        self._places: list[dict[int, list[tuple[int, int]]]] = []
        for hits in found:
            places: dict[int, list[tuple[int, int]]] = {}
            for start, end, literal in hits:
                if literal in places:
                    places[literal].append((start, end))
                else:
                    places[literal] = [(start, end)]
            self._places.append(places)

    def of(self, number: int) -> list[Candidate]:
        """The hits of the literals of one matcher."""
        mine: list[Candidate] = []
        for one, places in zip(self.passes, self._places, strict=True):
            payloads = one.payloads.get(number)
            if payloads is not None:
                for literal in payloads.keys() & places.keys():
                    for payload in payloads[literal]:
                        mine += [(one.scan, start, end, payload) for start, end in places[literal]]
        return mine


class Scans:
    """What each of many texts touches, found by one call of each automaton.

    `alone` has the numbers of the texts that cannot be done together with others.
    """

    __slots__ = ("_always", "_found", "_plain", "_reduced", "alone")

    def __init__(self, passes: tuple[Pass, ...], always: int, texts: Sequence[str], owners: Sequence[int]) -> None:
        from modengine.text.bulk import Bulk  # noqa: PLC0415  (numpy takes 0.1 s to import, and may be missing)

        bulk = Bulk(texts)
        self._plain = bulk.plain
        self._reduced: Joined | None = None
        self.alone = bulk.alone
        self._always = always
        self._found: list[_Found] = []
        for one in passes:
            read: set[int] = set()
            match one.scan:
                case Scan.PLAIN:
                    joined = bulk.plain
                case Scan.REDUCED:
                    joined = self._reduced = bulk.reduced()
                case Scan.SOUNDS:
                    joined, read = bulk.sounds_reduced()
                case Scan.LOOKS:
                    joined = bulk.looks_reduced()
            heard = {n: one.automaton.find(reduce(sound_view(bulk.plain.of(n)).text)) for n in read}
            self._found.append(_Found(one, joined, heard, owners))

    def touched(self, numbers: Iterable[int]) -> int:
        """What the texts of one message touch, as bits: matchers, and above them the rules they open."""
        touched = self._always
        for found in self._found:
            touches = found.touches
            for number in numbers:
                for _, _, literal in found.hits(number):
                    touched |= touches[literal]
        return touched

    def fill(self, columns: list[int]) -> None:
        """Adds, for each thing that is touched, the messages whose texts touch it."""
        for found in self._found:
            things = found.things
            for literal, messages in found.messages.items():
                for thing in things[literal]:
                    columns[thing] |= messages

    def plain(self, number: int) -> str:
        """The plain view of one text, each of whose characters stands for the one at its own place."""
        return self._plain.of(number)

    def reduced(self, number: int) -> Reduced | None:
        """The reduced text of one, if a pass read it."""
        joined = self._reduced
        if joined is None or joined.places is None:
            return None
        places = joined.places[joined.start(number) : joined.ends[number]] - self._plain.start(number)
        return Reduced(self.plain(number), array("I", places.tolist()))

    def found(self, number: int) -> tuple[Hits, ...]:
        """The hits in one text, a list for each pass."""
        return tuple(found.of(number) for found in self._found)


class _Found:
    """The hits of one pass.  `others` has those of texts that were not looked at in the joined one."""

    __slots__ = ("_firsts", "_hits", "_joined", "_others", "messages", "things", "touches")

    def __init__(self, one: Pass, joined: Joined, others: Mapping[int, Hits], owners: Sequence[int]) -> None:
        self._joined, self._others = joined, others
        self.things, self.touches = one.things, one.touches
        self.messages = messages = dict[int, int]()
        """For each literal, the messages that hold it as a set of bits."""
        self._hits = hits = one.automaton.find(joined.text)
        self._firsts = firsts = [0]
        ends = joined.ends
        number, stop = 0, ends[0]
        bit = 0 if number in others else 1 << owners[number]
        for at, (_, end, literal) in enumerate(hits):
            if end > stop:
                while end > stop:
                    number += 1
                    stop = ends[number]
                    firsts.append(at)
                bit = 0 if number in others else 1 << owners[number]
            messages[literal] = messages.get(literal, 0) | bit
        firsts += [len(hits)] * (len(ends) - number)
        for number, heard in others.items():
            for _, _, literal in heard:
                messages[literal] = messages.get(literal, 0) | 1 << owners[number]

    def hits(self, number: int) -> Hits:
        """The hits in one text, at places of the joined one if they were found there."""
        known = self._others.get(number)
        return self._hits[self._firsts[number] : self._firsts[number + 1]] if known is None else known

    def of(self, number: int) -> Hits:
        """The hits in one text, at its own places."""
        hits = self.hits(number)
        if number in self._others:
            return hits
        base = self._joined.start(number)
        return [(start - base, end - base, literal) for start, end, literal in hits]
