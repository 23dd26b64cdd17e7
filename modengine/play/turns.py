"""Which worker is asked next: one that has the rule set compiled, and none that is needed for something quicker."""

from __future__ import annotations

import threading
import time
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Generic, Literal, TypeVar

from modengine.play.limits import MOST_ENGINES, MOST_SETS

Lane = Literal["verdict", "rules", "reasons", "study"]
"""What somebody waits for: a decision at every keystroke, rules to be read, reasons, or a study of many messages."""
RANK: Mapping[Lane, int] = {"verdict": 0, "rules": 1, "reasons": 2, "study": 3}
"""Who goes first; of those who wait for the same, who came first."""
PATIENCE = 0.2
"""Seconds to wait for a worker that knows a rule set whose compiling was not timed."""
CROWD = 3
"""So many who wait for workers that know a rule set are worth compiling it once more."""
T = TypeVar("T")


class Seat(Generic[T]):
    """A worker, and what is known of it."""

    __slots__ = ("busy", "coming", "known", "lane", "verdict", "worker")

    def __init__(self, worker: T) -> None:
        self.worker = worker
        self.busy = False
        self.lane: Lane = "verdict"
        """What it is busy with."""
        self.coming = ""
        """The rule set of the request that it is busy with, which it may be compiling."""
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


class EndedError(Exception):
    """No more turns are given: the page was ended."""


class Waiter(Generic[T]):
    """A request that waits for its turn."""

    __slots__ = ("came", "lane", "name", "patient", "seat", "turn")

    def __init__(self, name: str, lane: Lane) -> None:
        self.name, self.lane = name, lane
        self.came = time.monotonic()
        self.patient = True
        """Whether it waits for a worker that knows its rules, where there is one."""
        self.seat: Seat[T] | None = None
        self.turn = threading.Event()


class Turns(Generic[T]):
    """Hands out workers, one to one request at a time.  Safe to use from several threads.

    A rule set of 1,000 rules takes seconds to compile.  So a request waits for a worker that has its rules
    compiled for as long as compiling them took, and only then has another compile them again, if that has nothing
    else to do; reasons keep away from the worker that gave the latest verdict where they can, and studies always.
    Reasons and studies together leave one worker to those who only type.
    """

    def __init__(self, workers: Sequence[T]) -> None:
        self.seats = tuple(Seat(worker) for worker in workers)
        spare = max(2, len(self.seats) - 1)
        self._most: Mapping[Lane, int] = {"reasons": spare - spare // 2, "study": spare // 2}
        self._guard = threading.Lock()
        self._waiting: list[Waiter[T]] = []
        self._ended = False
        self._took: OrderedDict[str, float] = OrderedDict()

    @contextmanager
    def turn(self, name: str, lane: Lane, crowded: Callable[[], None]) -> Iterator[Seat[T]]:
        """A worker for a request about a rule set; `crowded` is told where many wait for those that know it.

        Raises EndedError.
        """
        seat = self._take(name, lane, crowded)
        try:
            yield seat
        finally:
            self._leave(seat)

    @contextmanager
    def another(self, name: str) -> Iterator[Seat[T] | None]:
        """An idle worker that does not know a rule set yet; None unless that leaves one idle."""
        with self._guard:
            idle = [seat for seat in self.seats if not seat.busy]
            new = [seat for seat in idle if name not in seat.known]
            seat = min(new, key=lambda seat: seat.verdict) if new and len(idle) > 1 else None
            if seat is not None:
                _begin(seat, name, "rules")
        try:
            yield seat
        finally:
            if seat is not None:
                self._leave(seat)

    def compiled(self, name: str, seconds: float) -> None:
        """Takes down how long a rule set took to compile."""
        with self._guard:
            self._took[name] = seconds
            while len(self._took) > MOST_SETS:
                self._took.popitem(last=False)

    def end(self) -> None:
        """Sends all away who wait, and whoever comes."""
        with self._guard:
            self._ended = True
            for waiter in self._waiting:
                waiter.turn.set()
            self._waiting.clear()

    def _take(self, name: str, lane: Lane, crowded: Callable[[], None]) -> Seat[T]:
        waiter = Waiter[T](name, lane)
        with self._guard:
            if self._ended:
                raise EndedError
            self._waiting.append(waiter)
            self._hand_out()
            same = sum(other.name == name for other in self._waiting)
            crowd = same >= CROWD and any(name in seat.known for seat in self.seats)
            patience = self._took.get(name, PATIENCE)
        if crowd:
            crowded()
        if not waiter.turn.wait(patience):
            with self._guard:
                waiter.patient = False
                self._hand_out()
            waiter.turn.wait()
        if waiter.seat is None:
            raise EndedError
        return waiter.seat

    def _hand_out(self) -> None:
        """Gives idle workers to those who wait; of the same rank last to who would have rules compiled once more."""
        for waiter in sorted(self._waiting, key=lambda one: (RANK[one.lane], self._again(one), one.came)):
            if all(seat.busy for seat in self.seats):
                return
            seat = self._choice(waiter)
            if seat is not None:
                self._waiting.remove(waiter)
                _begin(seat, waiter.name, waiter.lane)
                waiter.seat = seat
                waiter.turn.set()

    def _again(self, waiter: Waiter[T]) -> bool:
        return not waiter.patient and any(waiter.name in seat.known for seat in self.seats)

    def _choice(self, waiter: Waiter[T]) -> Seat[T] | None:
        seats, lane = list(self.seats), waiter.lane
        if Counter(seat.lane for seat in seats if seat.busy)[lane] >= self._most.get(lane, len(seats)):
            return None
        # Where a class waits, compiling the rules of each once more would hold up all.
        busy = len(self._waiting) > len(seats) and lane in self._most
        if lane == "study" and len(seats) > 1 and not busy:
            seats.remove(max(seats, key=lambda seat: seat.verdict))
        idle = [seat for seat in seats if not seat.busy]
        knowing = [seat for seat in idle if waiter.name in seat.known]
        if knowing:
            return (max if lane == "verdict" else min)(knowing, key=lambda seat: seat.verdict)
        waits = waiter.patient or busy
        if waits and any(waiter.name in seat.known or waiter.name == seat.coming for seat in seats):
            return None
        # Rules of many are spread, so that none has more of them than it keeps.
        return min(idle, key=lambda seat: (len(seat.known), seat.verdict), default=None)

    def _leave(self, seat: Seat[T]) -> None:
        with self._guard:
            seat.busy, seat.coming = False, ""
            self._hand_out()


def _begin(seat: Seat[T], name: str, lane: Lane) -> None:
    seat.busy, seat.coming, seat.lane = True, name, lane
    if lane == "verdict":
        seat.verdict = time.monotonic()
