"""Blocks decided on this machine: in this process, or by several.  Results come in order.

Workers are started anew (`spawn`), so that they are alike on every system, and each compiles the
policy once.  So many blocks are under way as keep every worker busy, and no more: memory does not
grow with the input.
"""

from __future__ import annotations

import gc
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing import connection, get_context, parent_process

from modengine.errors import WorkerError
from modengine.run.read.blocks import Block
from modengine.run.work.work import Done, Work

AHEAD = 2
"""Blocks that each worker has waiting."""
Decide = Callable[[Iterable[Block]], Iterator[Done]]


def cores() -> int:
    """How many processors this process may use."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # not Linux
        return os.cpu_count() or 1


@contextmanager
def deciding(work: Work, jobs: int = 1) -> Iterator[Decide]:
    """What decides blocks, in order.  Leaving it stops the workers; what they are at is dropped."""
    if jobs == 1:
        yield lambda some: map(work, some)
        return
    pool = ProcessPoolExecutor(jobs, get_context("spawn"), _begin, (work,))
    try:
        yield lambda some: _in_order(pool, some, AHEAD * jobs)
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _in_order(pool: ProcessPoolExecutor, some: Iterable[Block], most: int) -> Iterator[Done]:
    """Raises WorkerError (ME914) where a worker dies."""
    waiting: deque[tuple[Block, Future[Done]]] = deque()
    for block in some:
        waiting.append((block, _submit(pool, block)))
        if len(waiting) >= most:
            yield _result(*waiting.popleft())
        while waiting and waiting[0][1].done():
            yield _result(*waiting.popleft())
    while waiting:
        yield _result(*waiting.popleft())


def _submit(pool: ProcessPoolExecutor, block: Block) -> Future[Done]:
    try:
        with _no_interrupt():  # a worker may be started here
            return pool.submit(_decide, block)
    except BrokenProcessPool:
        raise _died(block) from None


def _result(block: Block, future: Future[Done]) -> Done:
    try:
        return future.result()
    except BrokenProcessPool:
        raise _died(block) from None


def _died(block: Block) -> WorkerError:
    lines = f"lines {block.line} to {block.end.line - 1} of `{block.name}`"
    return WorkerError(
        "ME914",
        f"a worker process ended before its time; {lines}, and what follows, may not have been decided",
        "the system may have been short of memory: try fewer --jobs",
    )


@contextmanager
def _no_interrupt() -> Iterator[None]:
    """Ctrl-C goes to every process of a terminal: one started within this never sees it, and ends with its parent."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


# --------------------------------------------------------------------------- in a worker

_WORK: list[Work] = []
"""The one that this process was started with; empty in any other process."""


def _begin(work: Work) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    _WORK.append(work)
    gc.freeze()  # the engine stays as long as the worker


def _end_with_parent() -> None:
    parent = parent_process()
    assert parent is not None
    connection.wait([parent.sentinel])
    os._exit(1)


def _decide(block: Block) -> Done:
    return _WORK[0](block)
