"""The evaluation context: what is known of one message, worked out as conditions ask for it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from modengine.engine.compile.program import Program
from modengine.engine.evaluate.occurrences import Occurrence
from modengine.engine.match.candidates import Candidates
from modengine.engine.match.matcher import NOTHING, Candidate, Finding, Matcher
from modengine.engine.match.part import PartText
from modengine.model import PART_KINDS, Cause, Failure, FieldValue


@dataclass(frozen=True, slots=True)
class PatternEvidence:
    """All that one pattern found in a message."""

    findings: tuple[Finding, ...] = ()
    """One a part; none at all where it was looked for in none."""
    occurrences: tuple[Occurrence, ...] = ()
    """Sorted by part and place."""
    best: float = 0.0
    """The greatest weight of a match; 0 for none."""
    failed: Failure | None = None


NO_EVIDENCE = PatternEvidence()


class EvaluationContext:
    """The evidence of one message.  Belongs to one call."""

    def __init__(
        self,
        program: Program,
        matchers: Sequence[Matcher],
        fields: Mapping[str, FieldValue],
        parts: Sequence[PartText] = (),
        candidates: Sequence[Candidates] = (),
        undisguised: Sequence[Candidates] = (),
    ) -> None:
        """`candidates` has those in each part, `undisguised` those in its undisguised view."""
        self.program, self.fields, self.parts = program, fields, parts
        self.possible = program.always.union(*candidates, *undisguised)
        """The patterns that may be found: those with a candidate, and those without literals."""
        self._matchers, self._candidates, self._undisguised = matchers, candidates, undisguised
        self._evidence: dict[int, PatternEvidence] = {}
        self._occurrences: dict[tuple[int, ...], Sequence[Occurrence]] = {}
        self._length: int | None = None

    def evidence(self, number: int) -> PatternEvidence:
        """What a pattern finds: its candidates are verified when it is first asked for."""
        if number not in self.possible:
            return NO_EVIDENCE
        known = self._evidence.get(number)
        if known is None:
            known = self._evidence[number] = self._verified(number)
        return known

    def _verified(self, number: int) -> PatternEvidence:
        pattern, matcher, budget = self.program.patterns[number], self._matchers[number], self.program.budget
        unfound: list[Candidate] | None = [] if number in self.program.always else None
        where = self._undisguised if pattern.undisguised else self._candidates
        kinds = PART_KINDS if pattern.parts is None else pattern.parts
        mine = [
            candidates.get(number, unfound) if part.kind in kinds else None
            for part, candidates in zip(self.parts, where, strict=True)
        ]
        if pattern.kind in ("words", "text") and sum(map(len, filter(None, mine))) > budget.candidates:
            return PatternEvidence(failed=Failure(Cause.CANDIDATES, f"more than {budget.candidates:,} candidates"))
        findings = [
            NOTHING if candidates is None else _find(matcher, part, candidates, pattern.undisguised)
            for part, candidates in zip(self.parts, mine, strict=True)
        ]
        if all(finding is NOTHING for finding in findings):
            return NO_EVIDENCE
        found = [
            Occurrence(part.index, place.first, place.last, place.start, place.weight)
            for part, finding in zip(self.parts, findings, strict=True)
            for place in finding.found
        ]
        failed = [finding.failed for finding in findings if finding.failed is not None]
        best = max([occurrence.weight for occurrence in found], default=0.0)
        return PatternEvidence(tuple(findings), tuple(sorted(found)), best, failed[0] if failed else None)

    def failed(self, numbers: Iterable[int]) -> bool:
        """Whether one of some patterns failed."""
        return any(self.evidence(number).failed for number in numbers)

    def occurrences(self, numbers: tuple[int, ...], least: float = 0.0) -> Sequence[Occurrence]:
        """The matches of several patterns of at least a weight, sorted by part and place."""
        known = self._occurrences.get(numbers)
        if known is None:  # the rules of a ruleset ask for the same again and again
            found = [occurrence for number in numbers for occurrence in self.evidence(number).occurrences]
            known = self._occurrences[numbers] = sorted(found)
        return known if least <= 0 else [occurrence for occurrence in known if occurrence.weight >= least]

    @property
    def length(self) -> int:
        """How many letters, digits and Han characters all parts have together, in the plain view; fields are none."""
        if self._length is None:
            parts = (part for part in self.parts if part.kind in PART_KINDS)
            self._length = sum(char.isalnum() for part in parts for char in part.plain)
        return self._length


def _find(matcher: Matcher, part: PartText, candidates: list[Candidate], in_undisguised: bool) -> Finding:
    """What a matcher finds in a part, or in its undisguised view, with places in the plain one."""
    undisguised = part.undisguised if in_undisguised else None
    if undisguised is None:
        return matcher.find(part, candidates)
    return matcher.find(undisguised, candidates).in_plain(undisguised)
