"""Propositional formulas, and whether something makes them all true: a search with unit propagation.

M. Davis, G. Logemann, D. Loveland, "A machine program for theorem-proving" (1962).  Within a budget of steps; beyond
it nothing is known.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from itertools import combinations
from math import comb
from typing import Literal

Formula = int | tuple[Literal["and", "or"], tuple["Formula", ...]]
"""A literal (a variable from 1, or its negation), or a conjunction or disjunction."""

TRUE: Formula = ("and", ())
FALSE: Formula = ("or", ())
MOST_STEPS = 20_000
"""ClauseSet that are looked at."""
MOST_CHOICES = 300
"""Ways to choose so many of so many; of more it is not said which."""


class OutOfSteps(Exception):
    """The budget did not last."""


class Steps:
    """A budget that several searches share."""

    __slots__ = ("left",)

    def __init__(self, left: int) -> None:
        self.left = left

    def spend(self, amount: int) -> None:
        """Raises OutOfSteps where that is more than there is."""
        self.left -= amount
        if self.left < 0:
            raise OutOfSteps


def conjunction(items: Iterable[Formula]) -> Formula:
    return _joined("and", items)


def disjunction(items: Iterable[Formula]) -> Formula:
    return _joined("or", items)


def _joined(how: Literal["and", "or"], items: Iterable[Formula]) -> Formula:
    neutral, absorbing = (TRUE, FALSE) if how == "and" else (FALSE, TRUE)
    kept: list[Formula] = []
    for item in items:
        if item == absorbing:
            return absorbing
        if item == neutral:
            continue
        if isinstance(item, tuple) and item[0] == how:
            kept += item[1]
        else:
            kept.append(item)
    return kept[0] if len(kept) == 1 else (how, tuple(kept))


def negation(formula: Formula) -> Formula:
    if isinstance(formula, int):
        return -formula
    how, items = formula
    return ("or" if how == "and" else "and", tuple(map(negation, items)))


def at_least(n: int, items: Sequence[Formula]) -> Formula | None:
    """That so many of the formulas are true; None where that takes too long to say."""
    if n <= 0:
        return TRUE
    if n > len(items):
        return FALSE
    if comb(len(items), n) > MOST_CHOICES:
        return None
    return disjunction(conjunction(chosen) for chosen in combinations(items, n))


def variables(formula: Formula) -> list[int]:
    """Every variable as often as it stands in the formula."""
    if isinstance(formula, int):
        return [abs(formula)]
    return [variable for item in formula[1] for variable in variables(item)]


def holds_in(formula: Formula, true: Collection[int]) -> bool:
    """Whether a formula holds where these variables are true and no others."""
    if isinstance(formula, int):
        return formula in true if formula > 0 else -formula not in true
    how, items = formula
    decides = how == "or"
    for item in items:  # no generator: most of the time goes here
        if holds_in(item, true) is decides:
            return decides
    return not decides


class ClauseSet:
    """Formulas as disjunctions of literals, each part of them that is no literal behind a variable of its own.

    The variable implies what it stands for, which is enough (D. Plaisted, S. Greenbaum, "A structure-preserving clause
    form translation", 1986).
    """

    def __init__(self, formulas: Iterable[Formula], first_own: int) -> None:
        self.all: list[tuple[int, ...]] = []
        self.of: dict[int, list[tuple[int, ...]]] = {}
        """Those that hold a literal."""
        self._next = first_own
        for formula in formulas:
            self._add(formula, ())
        for clause in self.all:
            for literal in clause:
                self.of.setdefault(literal, []).append(clause)

    def _add(self, formula: Formula, before: tuple[int, ...]) -> None:
        if isinstance(formula, int):
            self.all.append((*before, formula))
        elif formula[0] == "and":
            for item in formula[1]:
                self._add(item, before)
        else:
            self.all.append((*before, *map(self._literal, formula[1])))

    def _literal(self, formula: Formula) -> int:
        if isinstance(formula, int):
            return formula
        own = self._next
        self._next += 1
        self._add(formula, (-own,))
        return own


OWN, OWN_OF_LAWS = 1 << 20, 1 << 24
"""The first variables that clauses have of their own, apart for what is asked and for what is known."""
NOTHING_KNOWN = ClauseSet((), OWN_OF_LAWS)


def model_of(
    formulas: Iterable[Formula], known: ClauseSet = NOTHING_KNOWN, steps: Steps | None = None
) -> set[int] | None:
    """The variables that are true in a world where all the formulas and clauses hold; None where there is none.

    Raises OutOfSteps where it cannot be told.
    """
    steps = steps or Steps(MOST_STEPS)
    asked = ClauseSet(formulas, OWN)
    steps.spend(sum(map(len, asked.all)) // 4 + len(known.all) // 8)
    return _ModelSearch((asked, known), steps).model()


class _ModelSearch:
    def __init__(self, sets: tuple[ClauseSet, ...], steps: Steps) -> None:
        self.sets, self.steps = sets, steps
        self.clauses = [clause for clauses in sets for clause in clauses.all]

    def model(self) -> set[int] | None:
        if () in self.clauses:
            return None
        units = [clause[0] for clause in self.clauses if len(clause) == 1]
        waiting: list[tuple[list[int], set[int], int]] = [(units, set(), 0)]
        while waiting:
            pending, assigned, first = waiting.pop()
            if not self._propagated(pending, assigned):
                continue
            number = self._open(assigned, first)
            if number is None:
                return {literal for literal in assigned if 0 < literal < OWN}
            literal = next(literal for literal in self.clauses[number] if -literal not in assigned)
            waiting += [([-literal], assigned, number), ([literal], assigned.copy(), number)]
        return None

    def _open(self, assigned: set[int], first: int) -> int | None:
        """The number of the first clause from a number on that nothing makes true yet."""
        for number in range(first, len(self.clauses)):
            if assigned.isdisjoint(self.clauses[number]):
                self.steps.spend(1 + (number - first + len(assigned)) // 8)
                return number
        return None

    def _propagated(self, pending: list[int], assigned: set[int]) -> bool:
        """Whether the literals and all that follows from them by clauses with one way left can be true."""
        while pending:
            literal = pending.pop()
            if -literal in assigned:
                return False
            assigned.add(literal)
            for clauses in self.sets:
                for clause in clauses.of.get(-literal, ()):
                    self.steps.spend(1 + len(clause) // 4)
                    left = 0
                    for other in clause:
                        if other in assigned:
                            break
                        if -other not in assigned:
                            if left:
                                break  # two ways are left
                            left = other
                    else:
                        if not left:
                            return False
                        pending.append(left)
        return True
