"""What is known of one message, worked out as conditions ask for it."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import accumulate
from typing import NamedTuple

from modengine.engine.compile.program import Program
from modengine.engine.match.found import NOTHING, Finding
from modengine.engine.match.part import PartText
from modengine.engine.match.scan import Candidates, Heard
from modengine.model import FieldValue

MOST_FAILURES = 4
"""After so many matchers have run out of time in one message, no further regex is tried."""


class Place(NamedTuple):
    """A match with its part: what conditions compare."""

    part: int
    first: int
    last: int
    sentence_at: int
    """Where it starts in the plain view, for the sentence."""
    weight: float


class Evidence(NamedTuple):
    """All that one matcher found in a message."""

    findings: tuple[Finding, ...]
    """One a part; none at all where no part is touched."""
    places: tuple[Place, ...]
    """Sorted by part and place."""
    best: float
    """The greatest weight of a match; 0 for none."""
    failed: str | None


NO_EVIDENCE = Evidence((), (), 0.0, None)
"""Of a matcher that no part touches."""

Read = Callable[[], tuple[Sequence[PartText], Callable[[], Sequence[tuple[Heard, ...]]]]]
"""Gives the parts of a message, and what gives what the automata found in each."""


class Facts:
    """The evidence of one message.  Belongs to one call."""

    __slots__ = ("_candidates", "_evidence", "_hits", "_length", "_parts", "_places", "_read", "failures", "fields",
                 "program", "touched")  # fmt: skip

    def __init__(self, program: Program, fields: Mapping[str, FieldValue], touched: int, read: Read) -> None:
        self.program, self.fields, self._read = program, fields, read
        self.touched = touched
        """The matchers that may find something, as bits; above them the rules that they open."""
        self._parts: Sequence[PartText] | None = None
        self._hits: Callable[[], Sequence[tuple[Heard, ...]]] = tuple
        self._candidates: list[Candidates] | None = None
        self._length: int | None = None
        self._evidence: dict[int, Evidence] = {}
        self._places: dict[tuple[int, ...], Sequence[Place]] = {}
        self.failures = 0

    @property
    def parts(self) -> Sequence[PartText]:
        """Read when a rule first asks for more than what was touched."""
        if self._parts is None:
            self._parts, self._hits = self._read()
        return self._parts

    @property
    def candidates(self) -> Sequence[Candidates]:
        """The hits in each part, sorted out when a matcher first asks for them."""
        if self._candidates is None:
            self._candidates = [Candidates(self.program.passes, found) for found in self._hits()]
        return self._candidates

    def evidence(self, number: int) -> Evidence:
        """What matcher `number` finds, confirmed when first asked for."""
        known = self._evidence.get(number)
        if known is None:
            if not self.touched >> number & 1:
                return NO_EVIDENCE
            known = self._evidence[number] = self._look(number)
        return known

    @property
    def length(self) -> int:
        """How many letters, digits and Han characters all parts have together, in the plain view."""
        if self._length is None:
            self._length = sum(char.isalnum() for part in self.parts for char in part.plain)
        return self._length

    def failed(self, numbers: Iterable[int]) -> bool:
        """Whether one of some matchers failed."""
        return self.failures > 0 and any(self.evidence(number).failed for number in numbers)

    def failure(self, number: int) -> str | None:
        """Why a matcher failed; None if it did not, or was not asked."""
        known = self._evidence.get(number)
        return None if known is None else known.failed

    def _look(self, number: int) -> Evidence:
        pattern, matcher = self.program.patterns[number], self.program.matchers[number]
        parts = self.parts
        gated = not self.program.ungated >> number & 1
        # Where there is one part it is the one that is touched.
        sought = gated and (matcher.wants_candidates or len(parts) > 1)
        findings = []
        places: list[Place] = []
        failed = None
        for at, part in enumerate(parts):
            mine = self.candidates[at].of(number) if sought else []
            if (sought and not mine) or (pattern.parts is not None and part.kind not in pattern.parts):
                findings.append(NOTHING)
                continue
            if self.failures >= MOST_FAILURES and pattern.kind == "regex":
                failed = f"not run: {self.failures} matchers had failed before it"
                findings.append(NOTHING)
                continue
            finding = matcher.find(part, mine)
            if finding.failed is not None:
                failed = finding.failed
                self.failures += 1
            findings.append(finding)
            places += [Place(part.index, f.first, f.last, f.start, f.weight) for f in finding.found]
        if not places and failed is None and not any(finding.dropped for finding in findings):
            return NO_EVIDENCE
        places.sort()
        return Evidence(tuple(findings), tuple(places), max([p.weight for p in places], default=0.0), failed)

    def places(self, numbers: tuple[int, ...], least: float) -> Sequence[Place]:
        """The matches of several matchers of at least a weight, sorted by part and place."""
        if least > 0:
            return [place for place in self.places(numbers, 0) if place.weight >= least]
        known = self._places.get(numbers)
        if known is None:  # the rules of a ruleset ask for the same again and again
            asked = [number for number in numbers if self.touched >> number & 1]
            if len(asked) == 1:
                known = self.evidence(asked[0]).places
            else:
                known = sorted([place for number in asked for place in self.evidence(number).places])
            self._places[numbers] = known
        return known


def disjoint(places: Iterable[Place]) -> int:
    """How many matches do not overlap, taken by earliest end."""
    total, part, end = 0, -1, 0
    for place in sorted(places, key=lambda p: (p.part, p.last, p.first)):
        if place.part != part or place.first >= end:
            total, part, end = total + 1, place.part, place.last
    return total


def near(left: Sequence[Place], right: Sequence[Place], distance: int) -> bool:
    """Whether a left and a right match of one part are at most `distance` code points apart."""
    for _, ours, theirs in _by_part(left, right):
        latest = [p.last + distance for p in ours]
        earliest = [p.first - distance for p in ours]
        if _near(theirs, latest, earliest):
            return True
    return False


def near_words(left: Sequence[Place], right: Sequence[Place], distance: int, parts: Sequence[PartText]) -> bool:
    """The same with at most `distance` words, wholly between the two, that hold a letter or digit."""
    for part, ours, theirs in _by_part(left, right):
        starts, ends = _word_edges(parts[part])
        latest = [_start_limit(starts, ends, p.last, distance) for p in ours]
        earliest = [_end_limit(starts, ends, p.first, distance) for p in ours]
        if _near(theirs, latest, earliest):
            return True
    return False


def _near(theirs: Sequence[Place], latest: list[int], earliest: list[int]) -> bool:
    """Whether one of theirs starts at one of `latest` at the most and ends at that of `earliest` at the least."""
    starts = [p.first for p in theirs]
    furthest = list(accumulate([p.last for p in theirs], max))
    for i, most in enumerate(latest):
        upto = bisect_right(starts, most)
        if upto and furthest[upto - 1] >= earliest[i]:
            return True
    return False


def before(left: Sequence[Place], right: Sequence[Place], distance: int) -> bool:
    """Whether a right match starts at most `distance` code points after the end of a left one."""
    for _, ours, theirs in _by_part(left, right):
        starts = [p.first for p in theirs]
        for place in ours:
            i = bisect_left(starts, place.last)
            if i < len(starts) and starts[i] - place.last <= distance:
                return True
    return False


def before_words(left: Sequence[Place], right: Sequence[Place], distance: int, parts: Sequence[PartText]) -> bool:
    for part, ours, theirs in _by_part(left, right):
        starts = [p.first for p in theirs]
        edges = _word_edges(parts[part])
        for place in ours:
            i = bisect_left(starts, place.last)
            if i < len(starts) and starts[i] <= _start_limit(*edges, place.last, distance):
                return True
    return False


def _by_part(left: Sequence[Place], right: Sequence[Place]) -> Iterable[tuple[int, Sequence[Place], Sequence[Place]]]:
    """The places of the two in each part that has some of both.  They are sorted by part, and mostly of one."""
    if not left or not right:
        return
    part = left[0].part
    if part == left[-1].part == right[0].part == right[-1].part:
        yield part, left, right
        return
    for part in {p.part for p in left} & {p.part for p in right}:
        yield part, [p for p in left if p.part == part], [p for p in right if p.part == part]


def _word_edges(part: PartText) -> tuple[list[int], list[int]]:
    tokens = part.word_tokens
    return [a for a, _ in tokens], [b for _, b in tokens]


def _start_limit(starts: list[int], ends: list[int], after: int, words: int) -> int:
    """The last place a match can start at so that at most `words` words stand between."""
    i = bisect_left(starts, after) + words
    return ends[i] - 1 if i < len(ends) else 1 << 60


def _end_limit(starts: list[int], ends: list[int], before_: int, words: int) -> int:
    """The first place a match can end at so that at most `words` words stand between."""
    i = bisect_right(ends, before_) - 1 - words
    return starts[i] + 1 if i >= 0 else -(1 << 60)


def gap(left: Sequence[Place], right: Sequence[Place], ordered: bool) -> int | None:
    """The least distance in code points between a left and a right match; for explanations."""
    least: int | None = None
    for a in left[:200]:
        for b in right[:200]:
            if a.part != b.part or (ordered and b.first < a.last):
                continue
            apart = max(0, b.first - a.last, a.first - b.last)
            least = apart if least is None else min(least, apart)
    return least
