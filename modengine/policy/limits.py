"""The budget of one policy: how much there may be of what takes time or memory to load.

Whoever names a thing pays for it, over and over where one name stands for many: a list that three patterns use is
paid four times, a `rule(*)` once for each rule.  So nothing short can stand for something that takes minutes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

Quantity = Literal[
    "files", "characters", "values", "rules", "patterns", "terms", "used", "nodes", "compared", "literals", "steps"
]


@dataclass(frozen=True, slots=True)
class PolicyBudget:
    """Of all files of a policy together.  The shipped policy is below a fifth of each."""

    files: int = 1_000
    """The policy, its bases, its rulesets and their lists."""
    characters: int = 5_000_000
    """Of all files."""
    values: int = 250_000
    """Texts and numbers in YAML files, keys among them, and the lists and mappings that they stand in."""
    rules: int = 5_000
    patterns: int = 10_000
    terms: int = 300_000
    """Of lists and of patterns: a list counts again for each pattern that uses it."""
    used: int = 4_000_000
    """Characters of terms and regexes in the patterns of rules: a shared pattern counts again for each rule."""
    nodes: int = 100_000
    """Of conditions, overrides and reliefs: each condition within a condition, and every pattern or rule that a
    name or glob stands for."""
    compared: int = 5_000_000
    """Names that globs are compared with."""
    literals: int = 600_000
    """That the terms are looked for by: one for a term, as many again as it has characters by its sounds,
    and up to a hundred and fifty by its looks."""
    steps: int = 1_000_000
    """Of all regexes, their counts written out."""
    nesting: int = 50
    """Levels of YAML, and of brackets in a condition."""


POLICY_BUDGET = PolicyBudget()
"""The budget of the rule language; tests ask for smaller ones."""

_WORDS: dict[Quantity, tuple[str, str]] = {
    "files": ("files", "join small files of rules or of terms"),
    "characters": ("characters in its files", "leave out what no rule needs"),
    "values": ("values in its YAML files", "move long lists to files of one term a line"),
    "rules": ("rules", "leave out what no message needs, or make a policy of a part of them"),
    "patterns": ("patterns", "join patterns of one kind to one with several terms, or share them"),
    "terms": ("terms in its lists and patterns", "share one pattern among rules in place of a list among patterns"),
    "used": ("characters in the patterns of its rules", "ask for a rule that uses a long pattern, by `rule(NAME)`"),
    "nodes": ("steps in its conditions", "name a few rules or patterns in place of a glob that takes many"),
    "compared": ("comparisons of names with globs", "name rules and patterns in full"),
    "literals": ("literals that its terms are looked for by", "leave out `looks_like` or `sounds_like`, or some terms"),
    "steps": ("steps in its regexes", "write smaller counts than {300}, or fewer regexes"),
}


class Spending:
    """What was spent of a budget so far."""

    def __init__(self, budget: PolicyBudget = POLICY_BUDGET) -> None:
        self._left: dict[Quantity, int] = {what: getattr(budget, what) for what in get_args(Quantity)}
        self._budget = budget

    @property
    def spent(self) -> dict[Quantity, int]:
        """What was spent of each."""
        return {what: getattr(self._budget, what) - left for what, left in self._left.items()}

    def has(self, amounts: Mapping[Quantity, int]) -> bool:
        """Whether so much is left."""
        return all(self._left[what] >= amount for what, amount in amounts.items())

    def spend(self, what: Quantity, amount: int = 1) -> tuple[str, str] | None:
        """Spends some; where there was less left, what is wrong and how to mend it."""
        self._left[what] -= amount
        if self._left[what] >= 0:
            return None
        noun, hint = _WORDS[what]
        return f"a policy of more than {getattr(self._budget, what):,} {noun}", hint
