"""Tasks on one material, done in this process and, with more than one job, in others beside it.

A task is called with the material; both pickle.  Each other process (`local.WorkerProcess`) is given the material once,
then tasks, and this one does what they have not been given.  Results come in the order of the tasks, whoever did them.
"""

from __future__ import annotations

import pickle
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import connection
from typing import Any, Generic, TypeVar

from modengine.run.work.local import AHEAD, Task, WorkerProcess, alive

Material = TypeVar("Material")
Made = TypeVar("Made")


@dataclass(frozen=True, slots=True)
class _Work:
    """What a worker is given."""

    material: Any

    def __call__(self, task: Callable[[Any], Any]) -> tuple[Any]:
        return (task(self.material),)


@dataclass(frozen=True, slots=True)
class Beside(Generic[Material]):
    """This process and those beside it."""

    material: Material
    workers: tuple[WorkerProcess, ...] = ()

    def each(self, tasks: Iterable[Callable[[Material], Made]]) -> Iterator[Made]:
        """What each task makes, in order.  Raises what a task raises, and WorkerError (ME914) where a worker dies."""
        if not self.workers:
            yield from (task(self.material) for task in tasks)
            return
        order: deque[Task] = deque(map(Task, tasks))
        waiting = deque(order)
        work = _Work(self.material)
        while order:
            done: Any = order[0].done
            if done is not None:
                order.popleft()
                yield done[0]
                continue
            self._give(waiting)
            if waiting:
                mine = waiting.popleft()
                mine.done = work(mine.block)
            self._take(0 if order[0].done is not None or waiting else None)

    def _give(self, waiting: deque[Task]) -> None:
        for worker in self.workers:
            while waiting and len(worker.tasks) < AHEAD:
                with alive(_unmeasured):
                    worker.give(waiting.popleft())

    def _take(self, seconds: float | None) -> None:
        """What is there by now; without `seconds` something will be."""
        ready = connection.wait([worker.pipe for worker in self.workers if worker.tasks], seconds)
        with alive(_unmeasured):
            for worker in self.workers:
                if worker.pipe in ready:
                    worker.take()


def _unmeasured() -> str:
    return "nothing was measured"


@contextmanager
def beside(material: Material, jobs: int = 1) -> Iterator[Beside[Material]]:
    """So many processes, this one among them.  Leaving it ends the others; what they are at is dropped."""
    workers: list[WorkerProcess] = []
    try:
        if jobs > 1:
            data = pickle.dumps(_Work(material))
            for _ in range(jobs - 1):
                workers.append(WorkerProcess(data))
        yield Beside(material, tuple(workers))
    finally:
        for worker in workers:
            worker.end()
