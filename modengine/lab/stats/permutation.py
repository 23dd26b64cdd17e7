"""Whether a group's counts are those of any others alike: the exact permutation test, within blocks.

If it made no difference who belongs to the group, its members might as well be any others of their block.
All ways of drawing them are counted, not sampled: within a block the sum of a draw without replacement,
over blocks the sum of these.  With counts of 0 and 1 in one block it is Fisher's exact test (R. A. Fisher, The
Design of Experiments, 1935).
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence

import numpy as np
from scipy.special import comb

from modengine.lab.stats.intervals import Floats, Ints

ALPHA = 0.05


def exchanged(counts: Ints, inside: Sequence[bool], blocks: Sequence[Hashable]) -> float | None:
    """Two-sided p of the sum of the `counts` (>= 0) that are `inside`; None where nothing could be otherwise."""
    flags, total, expected = np.asarray(inside, bool), 0, 0.0
    chances: Floats = np.ones(1)
    for block in dict.fromkeys(blocks):
        mine = np.array([of == block for of in blocks])
        drawn = int((flags & mine).sum())
        if drawn:
            total += int(counts[flags & mine].sum())
            expected += drawn * float(counts[mine].mean())
            chances = np.convolve(chances, _drawn(counts[mine], drawn))
    if np.count_nonzero(chances > 0) < 2:
        return None
    far = np.abs(np.arange(len(chances)) - expected) >= abs(total - expected) - 1e-9
    return min(1.0, float(chances[far].sum()))


def _drawn(counts: Ints, drawn: int) -> Floats:
    """How likely each sum of so many of the counts is, drawn without replacement."""
    most = int(np.sort(counts)[-drawn:].sum())
    ways = np.zeros((drawn + 1, most + 1))
    ways[0, 0] = 1.0
    for value, many in zip(*np.unique(counts, return_counts=True), strict=True):
        before, ways = ways, np.zeros_like(ways)
        for taken in range(min(int(many), drawn) + 1):
            moved = int(value) * taken
            if moved <= most:
                ways[taken:, moved:] += comb(many, taken) * before[: drawn + 1 - taken, : most + 1 - moved]
    return np.asarray(ways[drawn] / ways[drawn].sum())


def set_aside(names: Sequence[str], p: Callable[[str, tuple[str, ...]], float | None]) -> tuple[str, ...]:
    """What lies far from all others, the farthest first: one after the other, the one with the least `p(name, less)`
    against the rest without it and without `less`, while that p times those that are left is below 0.05.  Fewer than
    half of all.
    """
    aside: tuple[str, ...] = ()
    for _ in range((len(names) - 1) // 2):
        left = [name for name in names if name not in aside]
        tested = [(value, name) for name in left if (value := p(name, aside)) is not None]
        if not tested or min(tested)[0] * len(left) >= ALPHA:
            break
        aside += (min(tested)[1],)
    return aside
