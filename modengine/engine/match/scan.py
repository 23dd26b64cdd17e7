"""What the automata find: in one part, or in many texts at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from modengine.engine.compile.layout import Payloads
from modengine.engine.match.doubts import Doubts, Hits, Pass, Users
from modengine.engine.match.found import Candidate
from modengine.engine.match.part import Runs, Scan, reduce
from modengine.text.sounds import sound_view

if TYPE_CHECKING:
    from modengine.text.bulk import Joined

Heard = tuple[Hits, list[Users] | None]
"""What a pass found in a part, and who is left to ask for each hit; None where that is all who ask for its literal."""


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
        for scan, asked, places in self._passes:
            payloads = asked.get(number)
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
        for number, heard in others.items():  # only sounds have others, whose hits are not doubted
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
