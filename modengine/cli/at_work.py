"""Which engine is at work, in one line: for `--version` and for the summary of a scan."""

from __future__ import annotations

from modengine.engine.core import module
from modengine.engine.engine import Engine
from modengine.version import __version__


def at_work(engine: Engine | None = None) -> str:
    """`modengine 0.1.0, compiled core 0.1.0`, or that the Python engine decides and why; of one engine, or of any."""
    core, words = module()
    if core is not None and (engine is None or engine.compiled):
        return f"modengine {__version__}, compiled core {words}"
    if core is not None:
        words = "not for the segmenter that the policy asks for"
    return f"modengine {__version__}, Python engine (core: {words})"
