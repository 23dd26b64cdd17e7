"""What one message may cost.  Every engine counts alike: but for `Patience`, no machine's speed changes a decision."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Budget:
    """A message beyond the first two is not read at all; a pattern beyond one of the others fails.

    What it leaves open is `undetermined`, never "not found".
    """

    characters: int = 20_000
    """Of a message, all its parts together, as they were sent."""
    parts: int = 100
    """Of a message, its own text included."""
    candidates: int = 20_000
    """Of a `words` or `text` pattern in all parts that it looks at: the places where a literal of a term stands."""
    token_steps: int = 200_000
    """Of a `tokens` pattern in one part: the states that are held against a token."""
    opaque_length: int = 2_000
    """Characters of the longest part that a regex is asked of that no automaton can say."""


BUDGET = Budget()
"""The budget of the rule language; tests ask for smaller ones."""


PATIENCE = 0.5
"""Seconds of processor time that the regexes that no automaton can say may spend on one message, all together."""


class Patience:
    """What is left of the time of one message.  Belongs to one call: all its parts share it."""

    __slots__ = ("left",)

    def __init__(self) -> None:
        self.left = PATIENCE
