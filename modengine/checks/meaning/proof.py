"""Proofs: that formulas cannot all be true, with as few of them and of the laws as it takes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from modengine.checks.meaning.facts import World
from modengine.checks.meaning.logic import (
    MOST_STEPS,
    NOTHING_KNOWN,
    ClauseSet,
    Formula,
    OutOfSteps,
    Steps,
    holds_in,
    model_of,
)

Item = TypeVar("Item")

FEW = 3
"""Laws that a proof names."""
MOST_MODELS = 50
A_QUESTION = 200
"""Steps that a question costs at the least: the models that are known are looked at."""


@dataclass(frozen=True, slots=True)
class Proof:
    """Why some formulas cannot all be true."""

    needed: tuple[int, ...]
    """The numbers of the formulas that it takes."""
    laws: tuple[str, ...]

    def because(self, otherwise: str = "") -> str:
        """The laws, or what is said where it takes none, as the end of a sentence."""
        more = [f"and {len(self.laws) - FEW} more"] if len(self.laws) > FEW else []
        said = "; ".join([*self.laws[:FEW], *more]) or otherwise
        return f": {said}" if said else ""


def refuted(world: World, formulas: Sequence[Formula]) -> Proof | None:
    """The proof that the formulas cannot all be true; None where they can, or where it cannot be told."""
    try:
        model = possible(world, formulas)
    except OutOfSteps:
        return None
    if model is not None:
        return None
    steps = world.known.steps
    kept = _needed(world.laws[0], lambda rest: _contradict([*formulas, *(law.formula for law in rest)], steps))
    said = [law.formula for law in kept]
    needed = _needed(range(len(formulas)), lambda rest: _contradict([*(formulas[n] for n in rest), *said], steps))
    return Proof(tuple(needed), tuple(dict.fromkeys(law.text for law in kept)))


def possible(world: World, formulas: Sequence[Formula]) -> set[int] | None:
    """What is true of some message where all the formulas hold; None where there is none.

    Raises OutOfSteps where it cannot be told.
    """
    total = world.known.steps
    total.spend(A_QUESTION)
    laws, clauses = world.laws
    for model in world.models:
        if all(holds_in(formula, model) for formula in formulas):
            return model
    found = _model(formulas, clauses, total)
    if found is not None and all(holds_in(law.formula, found) for law in laws):
        world.models.insert(0, found)
        del world.models[MOST_MODELS:]
    return found


def _contradict(formulas: Sequence[Formula], total: Steps) -> bool:
    """Whether the formulas are known not to be true together: where the steps are out, nobody knows."""
    try:
        total.spend(len(formulas))
        return _model(formulas, NOTHING_KNOWN, total) is None
    except OutOfSteps:
        return False


def _model(formulas: Sequence[Formula], known: ClauseSet, total: Steps) -> set[int] | None:
    """A model, by as many steps as one question may cost."""
    given = min(MOST_STEPS, total.left)
    steps = Steps(given)
    try:
        return model_of(formulas, known, steps)
    finally:
        total.left -= given - max(0, steps.left)


def _needed(items: Iterable[Item], suffices: Callable[[list[Item]], bool]) -> list[Item]:
    """The items without those that it goes without, the first ones kept; as many as will do are left out at once."""
    kept = list(items)
    size = len(kept)
    while size:
        for end in range(len(kept), 0, -size):
            rest = kept[: max(0, end - size)] + kept[end:]
            if suffices(rest):
                kept = rest
        size //= 2
    return kept
