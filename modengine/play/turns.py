"""Which worker is asked next: one that has the rule set compiled, and none that is needed for something quicker."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Generic, Literal, TypeVar

from modengine.play.limits import MOST_ENGINES, MOST_SETS

Lane = Literal["verdict", "reasons", "study"]
"""What somebody waits for: a decision at every keystroke, its reasons, or a study of many messages."""
PATIENCE = 0.2
"""Seconds to wait for a worker that knows a rule set whose compiling was not timed."""
T = TypeVar("T")


class Seat(Generic[T]):
    """A worker, and what is known of it."""

    __slots__ = ("busy", "known", "verdict", "worker")

    def __init__(self, worker: T) -> None:
        self.worker = worker
        self.busy = False
        self.known: OrderedDict[str, None] = OrderedDict()
        """The rule sets that it has compiled, the latest used last; it keeps as many as this."""
        self.verdict = 0.0
        """When it last gave a verdict."""

    def knows(self, names: Iterable[str]) -> None:
        """Takes down that it has used some rule sets."""
        for name in names:
            self.known[name] = None
            self.known.move_to_end(name)
        while len(self.known) > MOST_ENGINES:
            self.known.popitem(last=False)


class Turns(Generic[T]):
    """Hands out workers, one to one request at a time.  Safe to use from several threads.

    A rule set of 1,000 rules takes seconds to compile.  So a request waits for a worker that has its rules
    compiled for as long as compiling them took, and only then has another compile them again; reasons keep
    away from the worker that gave the latest verdict where they can, and studies always.
    """

    def __init__(self, workers: Sequence[T]) -> None:
        self.seats = tuple(Seat(worker) for worker in workers)
        self._changed = threading.Condition()
        self._took: OrderedDict[str, float] = OrderedDict()

    @contextmanager
    def turn(self, name: str, lane: Lane, crowded: Callable[[], None]) -> Iterator[Seat[T]]:
        """A worker for a request about a rule set; `crowded` is told where all that know it are busy."""
        seat = self._take(name, lane, crowded)
        try:
            yield seat
        finally:
            self._leave(seat)

    @contextmanager
    def another(self, name: str) -> Iterator[Seat[T] | None]:
        """An idle worker that does not know a rule set yet; None unless that leaves one idle."""
        with self._changed:
            idle = [seat for seat in self.seats if not seat.busy]
            new = [seat for seat in idle if name not in seat.known]
            seat = min(new, key=lambda seat: seat.verdict) if new and len(idle) > 1 else None
            if seat is not None:
                seat.busy = True
        try:
            yield seat
        finally:
            if seat is not None:
                self._leave(seat)

    def compiled(self, name: str, seconds: float) -> None:
        """Takes down how long a rule set took to compile."""
        with self._changed:
            self._took[name] = seconds
            while len(self._took) > MOST_SETS:
                self._took.popitem(last=False)

    def _take(self, name: str, lane: Lane, crowded: Callable[[], None]) -> Seat[T]:
        with self._changed:
            end = time.monotonic() + self._took.get(name, PATIENCE)
            told = False
            while (seat := self._choice(name, lane, time.monotonic() < end)) is None:
                if not told and any(name in seat.known for seat in self.seats):
                    told = True
                    crowded()
                left = end - time.monotonic()
                self._changed.wait(left if left > 0 else None)
            seat.busy = True
            if lane == "verdict":
                seat.verdict = time.monotonic()
            return seat

    def _choice(self, name: str, lane: Lane, patient: bool) -> Seat[T] | None:
        seats = list(self.seats)
        if lane == "study" and len(seats) > 1:
            seats.remove(max(seats, key=lambda seat: seat.verdict))
        idle = [seat for seat in seats if not seat.busy]
        knowing = [seat for seat in idle if name in seat.known]
        if knowing:
            return (max if lane == "verdict" else min)(knowing, key=lambda seat: seat.verdict)
        if patient and any(name in seat.known for seat in seats):
            return None
        return min(idle, key=lambda seat: seat.verdict, default=None)

    def _leave(self, seat: Seat[T]) -> None:
        with self._changed:
            seat.busy = False
            self._changed.notify_all()
