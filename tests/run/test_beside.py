"""Tasks that several processes share: results as of one process, in order."""

from __future__ import annotations

import os
from dataclasses import dataclass

import pytest

from modengine.errors import InputError, WorkerError
from modengine.run.work.beside import beside


@dataclass(frozen=True, slots=True)
class Times:
    number: int

    def __call__(self, material: int) -> int:
        return self.number * material


@dataclass(frozen=True, slots=True)
class Refuses:
    def __call__(self, material: int) -> int:
        raise InputError("ME911", f"not of {material}", "ask for something else")


@dataclass(frozen=True, slots=True)
class Dies:
    """In any process but the one that it was made in."""

    parent: int

    def __call__(self, material: int) -> int:
        if os.getpid() != self.parent:
            os._exit(1)
        return material


@pytest.mark.parametrize("jobs", [1, 3])
def test_results_come_in_the_order_of_the_tasks(jobs: int) -> None:
    with beside(7, jobs) as processes:
        assert list(processes.each(map(Times, range(40)))) == [7 * number for number in range(40)]
        assert list(processes.each([Times(2)])) == [14], "the same processes are asked again"


@pytest.mark.parametrize("jobs", [1, 2])
def test_what_a_task_raises_is_raised_here(jobs: int) -> None:
    with beside(7, jobs) as processes, pytest.raises(InputError, match="not of 7"):
        list(processes.each([Refuses(), Refuses()]))


def test_a_process_that_dies_is_told_of() -> None:
    with beside(7, 2) as processes, pytest.raises(WorkerError, match="ended before its time"):
        list(processes.each([Dies(os.getpid())] * 8))
