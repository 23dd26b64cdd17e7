"""Whether two things that act on rows act on the same ones."""

from __future__ import annotations

import msgspec

from modengine.lab.stats.intervals import Estimate, Ints
from modengine.lab.stats.metrics import Flags, rate


class ActsAlike(msgspec.Struct, frozen=True):
    """A and B on the same rows."""

    both: int
    only_a: int
    only_b: int
    neither: int
    alike: Estimate
    """Rows that both act on or neither, of all."""
    shared: Estimate
    """Rows that both act on, of those that either does (P. Jaccard, 1901)."""


def overlap(clusters: Ints, a: Flags, b: Flags, seed: int) -> ActsAlike:
    """How far A and B agree, with the intervals of `intervals.proportion`."""
    both, either = a & b, a | b
    everything = either | ~either
    return ActsAlike(
        int(both.sum()), int((a & ~b).sum()), int((b & ~a).sum()), int((~either).sum()),
        rate(clusters, a == b, everything, seed), rate(clusters, both, either, seed),
    )  # fmt: skip
