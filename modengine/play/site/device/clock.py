"""The time that something may take: `worker.js` interrupts Python after it, as Ctrl+C does elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec

_PAGE = import_module("js") if find_spec("js") else None
Ends = Callable[[float], object]

expression_ends_in: Ends = getattr(_PAGE, "expression_ends_in", lambda _seconds: None)
"""Seconds for a regular expression, 0 for no end."""
job_ends_in: Ends = getattr(_PAGE, "job_ends_in", lambda _seconds: None)
"""Seconds for what the page asked, 0 for no end."""
