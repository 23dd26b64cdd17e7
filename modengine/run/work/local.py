"""Blocks decided on this machine: in this process, or by several.  Results come in order.

Workers are started anew (`spawn`), so that they are alike on every system, and each compiles the
policy once.  So many blocks are under way as keep every worker busy, and no more: memory does not
grow with the input.

Each worker has a pipe of its own, and no third process holds an end of it.  Where either side dies,
however much of a message it had written, the other reads the end of the pipe, and never waits for more.
"""

from __future__ import annotations

import os
import pickle
import signal
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from multiprocessing import Pipe, connection, get_context
from typing import Any

from modengine.errors import WorkerError
from modengine.run.read.blocks import Block
from modengine.run.work.work import Done, Work
from modengine.run.work.worker import serve

AHEAD = 2
"""Blocks that each worker has waiting."""
_CLOSING = 2.0
"""Seconds that a worker has to end what reads files for it."""
Decide = Callable[[Iterable[Block]], Iterator[Done]]


def cores() -> int:
    """How many processors this process may use."""
    if sys.platform == "linux":
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@contextmanager
def deciding(work: Work, jobs: int = 1) -> Iterator[Decide]:
    """What decides blocks, in order.  Leaving it stops the workers and readers; what they are at is dropped."""
    readers = getattr(work, "readers", None)
    if jobs == 1:
        try:
            yield lambda blocks: map(work, blocks)
        finally:
            if readers is not None:
                readers.close()
        return
    workers: list[WorkerProcess] = []
    try:
        data = pickle.dumps(work)
        for _ in range(jobs):
            workers.append(WorkerProcess(data))
        yield lambda blocks: _in_order(workers, blocks)
    finally:
        for worker in workers:
            worker.end(0 if readers is None else _CLOSING)


@dataclass(slots=True)
class Task:
    """What a worker is given, and what it made of it."""

    block: Any
    done: Any = None


class WorkerProcess:
    """A process that works, and the tasks that it has, in the order in which it was given them."""

    def __init__(self, work: bytes) -> None:
        self.tasks: deque[Task] = deque()
        self.pipe, theirs = Pipe()
        self._process = get_context("spawn").Process(target=serve, args=(theirs,), daemon=True)
        with theirs, _no_interrupt():
            self._process.start()
        self._work: bytes | None = work

    def give(self, task: Task) -> None:
        """Raises OSError where it has died."""
        if self._work is not None:
            # Not at its start: what starts a process waits for one that died before it read all it was given.
            self.pipe.send_bytes(self._work)
            self._work = None
        self.tasks.append(task)
        self.pipe.send(task.block)

    def take(self) -> None:
        """Waits for its next result.  Raises EOFError, OSError where it has died, and what deciding raised."""
        made = self.pipe.recv()
        if isinstance(made, Exception):
            raise made
        self.tasks.popleft().done = made

    def end(self, patience: float = 0) -> None:
        """At once, or with some seconds to end by itself: it holds nothing that another process needs."""
        self.pipe.close()
        self._process.join(patience)
        self._process.kill()
        self._process.join()


def _in_order(workers: Sequence[WorkerProcess], blocks: Iterable[Block]) -> Iterator[Done]:
    """Raises WorkerError (ME914) where a worker dies."""
    tasks: deque[Task] = deque()
    for block in blocks:
        tasks.append(Task(block))
        with alive(partial(_undecided, tasks)):
            min(workers, key=lambda worker: len(worker.tasks)).give(tasks[-1])
        yield from _done(workers, tasks, AHEAD * len(workers) - 1)
    yield from _done(workers, tasks, 0)


def _done(workers: Sequence[WorkerProcess], tasks: deque[Task], most: int) -> Iterator[Done]:
    """Results as far as they are there in order; waits until no more than `most` tasks are left."""
    while tasks:
        first = tasks[0].done
        if first is not None:
            tasks.popleft()
            yield first
            continue
        ready = connection.wait([worker.pipe for worker in workers], None if len(tasks) > most else 0)
        if not ready:
            return
        with alive(partial(_undecided, tasks)):
            for worker in workers:
                if worker.pipe in ready:
                    worker.take()


def _undecided(tasks: Sequence[Task]) -> str:
    block = tasks[0].block
    lines = f"lines {block.line} to {block.end.line - 1} of `{block.name}`"
    return f"{lines}, and what follows, may not have been decided"


@contextmanager
def alive(lost: Callable[[], str]) -> Iterator[None]:
    """Raises WorkerError (ME914) with what is lost where a pipe is found to have ended."""
    try:
        yield
    except (EOFError, OSError):
        raise WorkerError(
            "ME914", f"a worker process ended before its time; {lost()}",
            "the system may have been short of memory: try fewer --jobs",
        ) from None  # fmt: skip


@contextmanager
def _no_interrupt() -> Iterator[None]:
    """Ctrl-C goes to every process of a terminal: one started within this never sees it, and ends with its parent."""
    if sys.platform == "win32":
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
