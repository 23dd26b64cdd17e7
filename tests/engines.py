"""The shipped engine, which many tests ask and none can change: loaded once in a process."""

from __future__ import annotations

from functools import cache

import modengine
from modengine import Engine
from tests.paths import CAMPAIGN

__all__ = ["campaign"]


@cache
def campaign() -> Engine:
    return modengine.load(CAMPAIGN)
