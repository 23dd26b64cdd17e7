"""`modengine scan --engine ray` without its cluster; tests/nightly has one."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Sequence
from types import SimpleNamespace
from typing import Any

import pytest

from modengine.errors import WorkerError
from modengine.run.work.ray import mapped


class LostError(Exception):
    """Stands for Ray's own, of a process or machine that died."""


class Cluster:
    """One that does a task when its result is asked for, and loses the process of some items a few times."""

    exceptions = SimpleNamespace(RayError=LostError)

    def __init__(self, lost: dict[str, int]) -> None:
        self._lost = lost
        self.tried: list[str] = []
        self.most = 0

    def remote(self, **_: object) -> Callable[[Callable[..., bytes]], Any]:
        def task(function: Callable[..., bytes]) -> Any:
            made = SimpleNamespace(remote=lambda *arguments: _Reference(function, arguments))
            return SimpleNamespace(options=lambda **_: made)

        return task

    def put(self, value: bytes) -> bytes:
        return value

    def cluster_resources(self) -> dict[str, float]:
        return {"CPU": 1.0}

    def wait(self, given: Sequence[_Reference], num_returns: int) -> tuple[Sequence[_Reference], Sequence[_Reference]]:
        self.most = max(self.most, len(given))
        return given[:num_returns], given[num_returns:]

    def get(self, reference: _Reference) -> bytes:
        item = pickle.loads(reference.arguments[1])
        self.tried.append(item)
        if self._lost.get(item, 0) > 0:
            self._lost[item] -= 1
            raise LostError("the node is gone\nand more")
        return reference.function(*reference.arguments)


class _Reference:
    def __init__(self, function: Callable[..., bytes], arguments: tuple[bytes, bytes]) -> None:
        self.function, self.arguments = function, arguments


def test_an_item_whose_machine_is_lost_is_given_out_again_after_the_others() -> None:
    cluster = Cluster({"a": 3})
    assert list(mapped(cluster, str.upper, ["a", "b", "c"])) == ["B", "C", "A"]
    assert cluster.tried == ["a", "b", "c", "a", "a", "a"]


def test_an_item_that_is_lost_four_times_ends_the_work_when_the_others_are_done() -> None:
    cluster = Cluster({"b": 99})
    made = mapped(cluster, str.upper, ["a", "b", "c"])
    done = [next(made), next(made)]
    with pytest.raises(WorkerError, match=r"\[ME914 worker-died\] the Ray cluster gave up: the node is gone\n"):
        next(made)
    assert (done, cluster.tried) == (["A", "C"], ["a", "b", "c", "b", "b", "b"])


@pytest.mark.parametrize(("jobs", "most"), [(3, 3), (None, 2)])
def test_no_more_is_given_out_than_the_jobs_or_twice_the_cores(jobs: int | None, most: int) -> None:
    cluster = Cluster({})
    assert sorted(mapped(cluster, str.upper, list("abcdefgh"), jobs)) == list("ABCDEFGH")
    assert cluster.most == most


def test_what_the_work_raises_is_raised() -> None:
    with pytest.raises(RuntimeError, match="TypeError in a worker: "):
        list(mapped(Cluster({}), len, [7]))  # type: ignore[arg-type]
