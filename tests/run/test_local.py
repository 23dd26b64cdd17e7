"""Blocks decided by several processes: their order, and what is said where one of them fails or dies."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from multiprocessing import connection, spawn
from pathlib import Path
from typing import Any, NoReturn

import pytest

from modengine.errors import InputError, WorkerError
from modengine.run.read.blocks import Block, Position
from modengine.run.work.local import deciding

posix = pytest.mark.skipif(sys.platform == "win32", reason="signals and scripts")
COUNT = 20
LARGE = 3 << 20
"""Bytes: much more than a pipe holds."""


@pytest.fixture(autouse=True)
def no_hang() -> Iterator[None]:
    """What waits for ever fails."""
    if sys.platform == "win32":
        yield
        return

    def late(_signal: int, _frame: object) -> NoReturn:
        raise TimeoutError("it waits for ever")

    before = signal.signal(signal.SIGALRM, late)
    signal.alarm(100)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def blocks(data: bytes = b"") -> Iterator[Block]:
    for number in range(COUNT):
        yield Block("a.txt", "text", 10 * number + 1, Position(line=10 * number + 11), 10, data)


def decided(work: Any, data: bytes = b"", into: list[int] | None = None) -> list[Any]:
    """All results; `into` takes their lines as they come."""
    found: list[Any] = []
    with deciding(work, 2) as decide:
        for result in decide(blocks(data)):
            found.append(result)
            if into is not None:
                into.append(found[-1][0])
    assert multiprocessing.active_children() == []
    return found


@dataclass
class Lines:
    """Gives the first line of a block, and much else; every fifth comes late."""

    size: int = 0

    def __call__(self, block: Block) -> tuple[int, bytes]:
        if block.line % 50 == 1:
            time.sleep(0.1)
        return block.line, bytes(self.size)


def test_results_come_in_order_whoever_is_the_first_to_have_one() -> None:
    assert [line for line, _ in decided(Lines())] == [block.line for block in blocks()]


def test_two_that_send_more_than_a_pipe_holds_do_not_wait_for_each_other() -> None:
    assert [len(more) for _, more in decided(Lines(LARGE), bytes(LARGE))] == [LARGE] * COUNT


def _half(self: connection.Connection, data: bytes) -> None:
    os.write(self.fileno(), bytes(data)[: len(data) // 2])
    os.kill(os.getpid(), signal.SIGKILL)


class HalfWritten(Lines):
    """Killed while it writes its result of a line."""

    def __call__(self, block: Block) -> tuple[int, bytes]:
        if block.line == 101:
            connection.Connection._send = _half  # type: ignore[attr-defined]
        return super().__call__(block)


@posix
@pytest.mark.parametrize("size", [0, LARGE])
def test_one_that_is_killed_with_half_a_result_written_is_told(size: int) -> None:
    found: list[int] = []
    with pytest.raises(WorkerError) as error:
        decided(HalfWritten(size), into=found)
    assert error.value.code == "ME914"
    first = 10 * len(found) + 1
    assert f"; lines {first} to {first + 9} of `a.txt`, and what follows, may not have been decided" in str(error.value)
    assert found == [block.line for block in blocks()][: len(found)]
    assert len(found) <= 10
    assert multiprocessing.active_children() == []


@posix
def test_one_that_dies_before_it_has_read_its_work_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script = tmp_path / "python"
    script.write_text("#!/bin/sh\nkill -9 $$\n", "utf-8")
    script.chmod(0o700)
    monkeypatch.setattr(spawn, "_python_exe", os.fsencode(script))
    with pytest.raises(WorkerError, match=r"lines 1 to 10 of `a\.txt`"):
        decided(Failing(ValueError(bytes(LARGE))))


@dataclass
class Failing:
    error: Exception

    def __call__(self, block: Block) -> NoReturn:
        raise self.error


def test_an_error_in_a_worker_is_raised_here() -> None:
    with pytest.raises(InputError, match=r"ME905.*no such file"):
        decided(Failing(InputError("ME905", "no such file", "look")))
    with pytest.raises(RuntimeError, match="KeyError in a worker: 'x'") as error:
        decided(Failing(KeyError("x")))
    assert "in __call__" in error.value.__notes__[0]
