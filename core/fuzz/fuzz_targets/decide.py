"""What the target `decide` asks of a text.  `_core` is the instrumented core inside of the program that runs this."""

import sys

import _core

sys.modules["modengine._core"] = _core

import modengine  # noqa: E402
from modengine.engine.engine import Engine  # noqa: E402

compiled = modengine.load()
assert compiled.compiled, "the shipped policy is not decided by the core"
written = Engine(compiled.program, matchers=compiled.program.matchers())


def check(data: bytes) -> None:
    """Decided alike alone, in a batch and by the Python engine."""
    text = data.decode("utf-8", "replace")
    alone = compiled.decide(text)
    assert alone == compiled.decide_batch([text, text])[1], text
    assert alone == written.decide(text), text
