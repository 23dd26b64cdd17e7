"""Conditions, and parts of them, that always or never hold, or say nothing that the rest does not say."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from modengine.checks.meaning.facts import Names, World
from modengine.checks.meaning.logic import Formula, negation
from modengine.checks.meaning.proof import Proof, refuted
from modengine.errors import Diagnostic, Location
from modengine.policy.condition import Always, And, Compare, Condition, Count, Length, Not, Or
from modengine.policy.nodes.diagnostics import listed, shown

AT_MOST = 60
"""Characters that are shown of a condition."""


def brief(condition: Condition) -> str:
    return shown(str(condition), AT_MOST)


@dataclass(frozen=True, slots=True)
class Looked:
    """A condition that is looked through, with what its findings say of it."""

    world: World
    names: Names
    what: str
    """Such as `when` of a rule."""
    place: Location

    def findings(self, condition: Condition, holds: bool = True) -> Iterator[Diagnostic]:
        """What is wrong with a condition and all its parts; what holds never or always is not looked into.

        With `holds` false it matters where the condition is false: an odd number of `not` stands before it.
        """
        finding = self._constant(condition)
        if finding is not None:
            yield finding
        elif isinstance(condition, Not):
            yield from self.findings(condition.item, not holds)
        elif isinstance(condition, And | Or):
            for item in condition.items:
                yield from self.findings(item, holds)
            yield from self._implied(condition, holds)

    def _constant(self, condition: Condition) -> Diagnostic | None:
        return None if isinstance(condition, Always) else self.never(condition) or self._always(condition)

    def never(self, condition: Condition) -> Diagnostic | None:
        parts = condition.items if isinstance(condition, And) else (condition,)
        formulas = [self.world.true(part, self.names) for part in parts]
        said = "can never hold", "{} never hold together"
        return self._decided("ME812", condition, parts, formulas, said, "remove it, or mend what contradicts itself")

    def _always(self, condition: Condition) -> Diagnostic | None:
        parts = condition.items if isinstance(condition, Or) else (condition,)
        formulas = [negation(self.world.true(part, self.names)) for part in parts]
        said = "always holds", "of {} there is always one that holds"
        hint = "remove it, or say what is meant; a condition that is meant to hold always is `any`"
        return self._decided("ME813", condition, parts, formulas, said, hint)

    def _decided(
        self,
        code: str,
        condition: Condition,
        parts: Sequence[Condition],
        formulas: Sequence[Formula],
        said: tuple[str, str],
        hint: str,
    ) -> Diagnostic | None:
        """Of a condition whose formulas, one a part, cannot all be true; `said` of a lone part, and of several."""
        proof = refuted(self.world, formulas)
        if proof is None:
            return None
        core = [brief(parts[number]) for number in proof.needed]
        if len(core) < 2:
            message = f"`{brief(condition)}` {said[0]}" + proof.because(_why(condition))
        else:
            message = said[1].format(listed(core)) + proof.because()
        return Diagnostic(code, f"in {self.what}, {message}", self.place, hint)

    def _implied(self, condition: And | Or, holds: bool) -> Iterator[Diagnostic]:
        """The items that could be left out, the last ones first."""
        both = isinstance(condition, And) == holds
        """Whether the items have to hold together for the whole to be as it matters."""
        formulas = {
            number: self.world.formula(item, self.names, holds)
            for number, item in enumerate(condition.items)
            if not isinstance(item, Always) and self._constant(item) is None
        }
        for number in reversed(list(formulas)):
            rest = [other for other in formulas if other != number]
            ours, theirs = formulas[number], [formulas[other] for other in rest]
            proof = refuted(self.world, [negation(ours), *theirs] if both else [ours, *map(negation, theirs)])
            if proof is not None:
                others = [condition.items[rest[needed - 1]] for needed in proof.needed if needed]
                yield self._adds_nothing(condition, condition.items[number], others, proof)
                del formulas[number]

    def _adds_nothing(
        self, condition: And | Or, item: Condition, others: Sequence[Condition], proof: Proof
    ) -> Diagnostic:
        beside, alone = listed([brief(other) for other in others]), len(others) == 1
        if isinstance(condition, And):
            why = f"it holds wherever {beside} {'does' if alone else 'do'}"
        elif alone:
            why = f"{beside} holds wherever it does"
        else:
            why = f"wherever it holds, one of {beside} does"
        message = f"in {self.what}, `{brief(item)}` adds nothing: {why}{proof.because()}"
        return Diagnostic("ME814", message, self.place, "remove it, or say what was meant")


def _why(condition: Condition) -> str:
    """Why a condition without parts holds always or never, where no law says it."""
    match condition:
        case Count() | Length() | Compare(asks="count"):
            return "it is never below 0"
        case Compare():
            return "no whole number lies there"
        case _:
            return ""
