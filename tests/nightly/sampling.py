"""How much of each nightly test is run: all, or with `--sample N` one part in N."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

ONE_IN = 1
"""Set by `--sample` before the tests are read."""


def examples(whole: int) -> int:
    """How many examples of `whole`."""
    return max(1, whole // ONE_IN)


T = TypeVar("T")


def sampled(whole: Sequence[T]) -> Sequence[T]:
    return whole[::ONE_IN]
