"""A study as its file says it, and the figures that it can declare.

`FIGURES` is the registry: what each figure is, which keys of an outcome it needs and which it may have.
A figure is known by these keys, in an outcome as in a result.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import msgspec

from modengine.errors import Diagnostic, Location
from modengine.lab.data.outcomes import LEVELS
from modengine.model import Action

Half = Literal["whole", "checking", "writing"]
Source = Literal["corpus", "pool", "coded sample"]
"""What the `corpus` of an outcome can name: one, several pooled, or one that people coded a sample of."""
Weigh = Literal["rows", "corpora"]
Direction = Literal["at least", "at most", "higher", "lower", "different", "not lower", "not higher", "alike"]
WITHIN: tuple[Direction, ...] = ("not lower", "not higher", "alike")
"""Directions with a margin: not lower by it or more (non-inferior), not higher, neither (equivalent)."""
ANYTHING = "any"
"""The category that stands for whatever category."""


@dataclass(frozen=True, slots=True)
class FigureKind:
    """A figure that an outcome can be about."""

    doc: str
    needs: tuple[str, ...]
    """Keys of the outcome beside `policy` and the direction."""
    may: tuple[str, ...] = ()
    difference: bool = False
    """Of two policies: it has a direction, and a margin where that asks for one; else it has a bound."""
    otherwise: tuple[tuple[str, str], ...] = ()
    """What a key that is left out means."""
    of: tuple[Source, ...] = ("corpus",)
    """What its `corpus` may name."""


_ANY = (("category", ANYTHING),)
FIGURES: Mapping[str, FigureKind] = {
    "recall": FigureKind(
        "of the rows of the category, the share that is hit", ("corpus", "category", "action"), ("stratum",),
        of=("corpus", "pool", "coded sample"),
    ),
    "precision": FigureKind(
        "of the hit rows, the share that is of the category", ("corpus", "category", "action"), ("stratum",),
        of=("corpus", "coded sample"),
    ),
    "prevalence": FigureKind(
        "of all rows of a corpus of which a sample was coded, the share that is of the category",
        ("corpus", "category", "action"), ("stratum",), of=("coded sample",),
    ),
    "over-blocking": FigureKind(
        "of the harmless rows, the share that is hit, by one category or any",
        ("corpus", "action"), ("category", "stratum"), otherwise=_ANY, of=("corpus", "pool", "coded sample"),
    ),
    "recall-difference": FigureKind(
        "recall of `policy` minus recall of `than`, on the same rows",
        ("than", "corpus", "action"), ("category",), difference=True, otherwise=_ANY, of=("corpus", "pool"),
    ),
    "over-blocking-difference": FigureKind(
        "over-blocking of `policy` minus over-blocking of `than`, on the same rows",
        ("than", "corpus", "action"), ("category",), difference=True, otherwise=_ANY, of=("corpus", "pool"),
    ),
    "unequal-templates": FigureKind(
        "of the sentence templates of `fairness` with any action (or points), the share whose action (with "
        "`change: score`, action or score) changes with the identity term",
        (), ("change",), otherwise=(("change", "action"),),
    ),
    "still-caught": FigureKind(
        "of the rows of the category that are caught as they are, the share that is caught disguised",
        ("corpus", "action", "kind", "strength"), ("category",), otherwise=_ANY,
    ),
}  # fmt: skip
"""By the name that `figure` takes."""
KEYS = ("policy", "than", "corpus", "category", "stratum", "action", "kind", "strength", "change")
"""By these a figure is known, beside its name."""
Known = tuple[str | int | None, ...]


class FigureKeys(msgspec.Struct, frozen=True, kw_only=True):
    """What a figure is of, by which an outcome names it."""

    figure: str
    policy: str
    than: str | None = None
    """The policy that it is compared with."""
    corpus: str | None = None
    """Or the name of a pool, or of a coded sample."""
    category: str | None = None
    stratum: str | None = None
    """None for all rows."""
    action: str | None = None
    """A row is hit from this action upwards."""
    kind: str | None = None
    """The kind of disguise."""
    strength: int | None = None
    change: str | None = None
    """`action`, or `score`: an action or a score."""

    @property
    def known(self) -> Known:
        return (self.figure, *(getattr(self, key) for key in KEYS))

    @property
    def level(self) -> Action:
        """Its action, of a figure that has one."""
        return next(level for level in LEVELS if level == self.action)


class StudyOutcome(FigureKeys, frozen=True, kw_only=True):
    """An outcome that is declared before looking."""

    direction: Direction
    bound: float = 0.0
    """Between 0 and 1; of a direction in `WITHIN` the margin.  Other differences are held against 0."""
    question: str | None = None

    def words(self) -> str:
        """`recall of fraud at label or more, small on shop: at least 0.5`."""
        joint = {"at least": " ", "at most": " ", "not lower": " by ", "not higher": " by ", "alike": " within "}
        bound = f"{joint[self.direction]}{self.bound:g}" if self.direction in joint else ""
        return f"{in_words(self.known)}: {self.direction}{bound}"


def in_words(known: Known) -> str:
    """What a figure is, for a reader."""
    figure = known[0]
    policy, than, corpus, category, stratum, action, kind, strength, change = known[1:]
    of = "" if category is None else f" of {category}{' category' if category == ANYTHING else ''}"
    at = f" at {action}{'' if action == 'block' else ' or more'}" if action is not None else ""
    how = f", {kind} {strength}" if kind is not None else f" ({change})" if change is not None else ""
    on = f" on {corpus}" if corpus is not None else ""
    within = f", stratum {stratum}" if stratum is not None else ""
    against = f" against {than}" if than is not None else ""
    return f"{figure}{of}{at}{how}, {policy}{against}{on}{within}"


@dataclass(frozen=True, slots=True)
class CorpusRef:
    """A corpus of a study."""

    card: Path
    sample: int | None = None


@dataclass(frozen=True, slots=True)
class CorpusPool:
    """Corpora that outcomes are about together."""

    corpora: tuple[str, ...]
    weigh: Weigh = "rows"
    """What counts alike: each row, or each corpus."""


@dataclass(frozen=True, slots=True)
class CodedRef:
    """A sample that a policy drew from a corpus, and what people said of it."""

    policy: str
    corpus: str
    key: Path
    sheets: tuple[Path, ...]
    """One a coder, named after the coder; none need be there before the coders are done."""
    settled: Path | None = None
    beyond: bool = False


@dataclass(frozen=True, slots=True)
class Study:
    """`study.yaml` as it was read."""

    path: Path
    name: str
    title: str
    authors: tuple[str, ...]
    licence: str
    note: str
    questions: Mapping[str, str]
    policies: Mapping[str, Path]
    corpora: Mapping[str, CorpusRef]
    pools: Mapping[str, CorpusPool]
    coded: Mapping[str, CodedRef]
    split: Literal["none", "halves"]
    seed: int
    correction: Literal["holm", "holm-by-question"]
    explore: tuple[str, ...]
    outcomes: Mapping[str, StudyOutcome]
    places: Mapping[tuple[str, ...], Location]
    """Where each key of each entry stands: `("outcomes", NAME, KEY)`."""
    lines: tuple[str, ...]

    @property
    def half(self) -> Half:
        """The rows that a pinned study is run on."""
        return "checking" if self.split == "halves" else "whole"

    def source(self, name: str) -> Source | None:
        """What a name of `corpora`, `pools` or `coded` stands for."""
        kinds: tuple[tuple[Source, Mapping[str, object]], ...] = (
            ("corpus", self.corpora), ("pool", self.pools), ("coded sample", self.coded),
        )  # fmt: skip
        return next((kind for kind, names in kinds if name in names), None)

    def members(self, name: str) -> tuple[str, ...]:
        """The corpora that a corpus or pool stands for."""
        return self.pools[name].corpora if name in self.pools else (name,)

    def problem(self, message: str, hint: str, *keys: str) -> Diagnostic:
        """ME205 at a key, or at the nearest thing around it that has a place."""
        while keys and keys not in self.places:
            keys = keys[:-1]
        place = self.places.get(keys, Location(str(self.path)))
        source = self.lines[place.line - 1] if 0 < place.line <= len(self.lines) else ""
        return Diagnostic("ME205", message, place, hint, source)
