"""What came of repeating a study from its package."""

from __future__ import annotations

import msgspec

from modengine.lab.data.stamp import Stamp


class FigureDifference(msgspec.Struct, frozen=True):
    """A number of a figure, or of a declared outcome, that is another one here."""

    what: str
    part: str
    """`value`, `low`, `n`, `verdict` ...; `figure` where it is there on one side alone."""
    packed: str | None
    here: str | None


class DecisionDifference(msgspec.Struct, frozen=True):
    """A row that is decided otherwise here."""

    corpus: str
    policy: str
    row: str
    id: str
    packed: str
    here: str


class StudyVerification(msgspec.Struct, frozen=True):
    """What came of repeating a study."""

    stamp: Stamp
    """Of the repetition."""
    study: str
    pin: str
    pinned: str
    figures: int
    """Figures and declared outcomes that were compared."""
    decisions: int
    """Decisions that were compared."""
    figure_differences: tuple[FigureDifference, ...]
    decision_differences: tuple[DecisionDifference, ...]
    environment: tuple[str, ...]
    """What decides, or is installed, otherwise here."""
    not_compared: str
    """Why the tables, the page and README.txt were not compared; empty where they were."""
    same: bool
    """Whether no figure and no decision differs."""
