"""Things that are almost right: what is common to all fuzzers.

A run is as long as `MODENGINE_EXAMPLES` (a number of examples) and `MODENGINE_SECONDS` (of each fuzzer) say, and begins
from `MODENGINE_SEED`, or from a number of its own, which it prints: with it the same examples are made again.
"""

from __future__ import annotations

import os
import sys
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from random import Random
from typing import TypeVar

from hypothesis import HealthCheck, given, seed, settings, strategies as st
from hypothesis.errors import HypothesisWarning

from tests.nightly.sampling import examples

SEED = int(os.environ.get("MODENGINE_SEED") or Random().randrange(1 << 32))
EXAMPLES, SECONDS = os.environ.get("MODENGINE_EXAMPLES"), float(os.environ.get("MODENGINE_SECONDS") or 600)
HANGS = 2.0
"""Seconds of processor time after which an example is said to hang."""
TOO_MUCH = 300 << 20
"""Bytes of memory that no example may need more than there was; what Hypothesis keeps of each is not among them."""
T = TypeVar("T")


def fuzz(strategy: st.SearchStrategy[T], whole: int, check: Callable[[T], object]) -> None:
    """Checks so many examples, as far as the time lasts; each in its time and its memory."""
    print(f"MODENGINE_SEED={SEED}")
    end = time.monotonic() + SECONDS
    done = 0

    @seed(SEED)
    @settings(
        max_examples=int(EXAMPLES) if EXAMPLES else examples(whole),
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        print_blob=True,
    )
    @given(strategy)
    def run(example: T) -> None:
        nonlocal done
        if time.monotonic() > end:
            return
        done += 1
        before, began = _memory(), time.process_time()
        check(example)
        took, more = time.process_time() - began, _memory() - before
        assert took < HANGS, f"it took {took:.1f} s"
        assert more < TOO_MUCH, f"it took {more >> 20} MB"

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", HypothesisWarning)  # of how long an example is that failed
        run()
    print(f"{done:,} examples")


def _memory() -> int:
    """The most that this process ever had; 0 where the system does not tell."""
    if sys.platform == "win32":
        return 0
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


@contextmanager
def only(*expected: type[Exception]) -> Iterator[None]:
    """Errors of these types are an answer; any other is a crash."""
    with suppress(*expected):
        yield


@st.composite
def mutated(draw: st.DrawFn, corpus: Sequence[str], pieces: Sequence[str]) -> str:
    """A text of the corpus with a few things cut out, doubled, moved, put in or taken from another one."""
    text = draw(st.sampled_from(corpus))
    for _ in range(draw(st.integers(1, 6))):
        at = draw(st.integers(0, len(text)))
        to = min(len(text), at + draw(st.integers(0, 30)))
        match draw(st.integers(0, 6)):
            case 0:
                text = text[:at] + text[to:]
            case 1:
                text = text[:to] + text[at:to] * draw(st.sampled_from((1, 2, 20, 300))) + text[to:]
            case 2:
                text = text[:at] + draw(st.sampled_from(pieces)) + text[to:]
            case 3:
                text = text[:at] + draw(st.sampled_from(pieces)) * draw(st.sampled_from((1, 2, 60, 1000))) + text[at:]
            case 4:
                other = draw(st.sampled_from(corpus))
                start = draw(st.integers(0, len(other)))
                text = text[:at] + other[start : start + draw(st.integers(0, 200))] + text[to:]
            case 5:
                lines = text.split("\n")
                line = lines.pop(draw(st.integers(0, len(lines) - 1)))
                lines.insert(draw(st.integers(0, len(lines))), line)
                text = "\n".join(lines)
            case _:
                text = text[:at] + draw(st.text(max_size=4)) + text[to:]
    return text
