"""The rows of a sample file, and the message of a row."""

from __future__ import annotations

from bench.quality.decisions import message, rows_of
from bench.quality.measures import Row
from tests.paths import SAMPLES

__all__ = ("ACTS", "message", "rows")

ACTS = ("review", "block")


def rows(name: str) -> tuple[Row, ...]:
    return rows_of(SAMPLES / name)
