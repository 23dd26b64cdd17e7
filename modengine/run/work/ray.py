"""The same work on many machines: items decided by the workers of a Ray cluster (the extra `ray`).

Each item is a task of Ray's, which finds a process for it, on a machine that is there.  Where that
process or machine dies, the item is given out again, after those that wait, a few times.  The work
must bear that: an item done twice counts once.
"""

from __future__ import annotations

import logging
import os
import pickle
import socket
import sys
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from ipaddress import ip_address
from typing import Any, TypeVar

from modengine.errors import InputError, ModengineError, WorkerError

_WAIT = 10.0
"""Seconds for a cluster to answer."""
_AGAIN = 3
"""Times that an item is given out again, after a process or machine that died."""
_AHEAD = 2
"""Items given out for each core, so that none waits for the next, and machines that join find some."""
Item = TypeVar("Item")
Made = TypeVar("Made")


def require() -> Any:
    """Ray.  Raises InputError (ME913) where it is not installed."""
    os.environ.setdefault("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0")
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    os.environ.setdefault("RAY_BACKEND_LOG_LEVEL", "fatal")  # errors come as exceptions
    try:
        import ray  # noqa: PLC0415  (heavy, and only this needs it)
    except ImportError as error:
        what = f"`--engine ray` needs Ray: {error}"
        raise InputError("ME913", what, "pip install 'modengine[ray]', here and on every machine") from None
    return ray


@contextmanager
def cluster(address: str | None) -> Iterator[Any]:
    """Ray, connected to a cluster, or to one of this machine alone, on its loopback address.

    Raises InputError (ME913).
    """
    if address is None:
        # Ray has no other word for it, and reads it when it is imported; whoever reaches its ports runs code here.
        os.environ["RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER"] = "0"
    ray = require()
    if address is not None:
        _reach(address)
    with _words_to_stderr():
        try:
            if address is None:
                ray.init(include_dashboard=False, log_to_driver=False, logging_level=logging.ERROR)
            else:
                ray.init(address=address, log_to_driver=False, logging_level=logging.ERROR)
        except (ConnectionError, ValueError, RuntimeError, OSError) as error:
            raise _unusable(address or "local", error) from None
        try:
            if address is None and not all(map(_is_here_alone, ray.nodes())):
                what = "Ray was imported before, and others than this machine would reach it"
                raise InputError("ME913", what, "set RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER=0 before importing it")
            yield ray
        finally:
            ray.shutdown()


def _is_here_alone(node: Mapping[str, Any]) -> bool:
    return ip_address(node["NodeManagerAddress"]).is_loopback


@contextmanager
def _words_to_stderr() -> Iterator[None]:
    """Ray prints what befalls its workers, from threads and from C++, on standard output, which is for results."""
    sys.stdout.flush()
    saved = os.dup(1)
    os.dup2(2, 1)
    try:
        yield
    finally:
        sys.stdout.flush()
        os.dup2(saved, 1)
        os.close(saved)


def _reach(address: str) -> None:
    """Ray itself would try for minutes.  Raises InputError (ME913)."""
    host, _, port = address.removeprefix("ray://").rpartition(":")
    if not host or not port.isdecimal():
        return  # `auto`, or a name that Ray knows
    try:
        socket.create_connection((host, int(port)), _WAIT).close()
    except (OSError, OverflowError) as error:
        raise _unusable(address, error) from None


def _unusable(address: str, error: Exception) -> InputError:
    why = (getattr(error, "strerror", None) or str(error) or type(error).__name__).splitlines()[0].lower()
    what = f"the Ray cluster `{address}` cannot be used: {why}"
    return InputError("ME913", what, "is it running? `ray status --address ADDRESS` says")


@lru_cache(maxsize=1)
def _worker(work: bytes) -> Callable[[Any], Any]:
    """The work, unpickled once in a process that is given many items."""
    made: Callable[[Any], Any] = pickle.loads(work)  # noqa: S301  (made by `mapped`)
    return made


def _done(work: bytes, item: bytes) -> bytes:
    """What runs in the cluster."""
    try:
        made: Any = _worker(work)(pickle.loads(item))  # noqa: S301
    except ModengineError as error:
        made = error  # Ray would bury it in a traceback of its own
    except Exception as error:
        made = RuntimeError(f"{type(error).__name__} in a worker: {error}")
    return pickle.dumps(made)


def mapped(ray: Any, work: Callable[[Item], Made], items: Sequence[Item], jobs: int | None = None) -> Iterator[Made]:
    """What `work` makes of each item, as it comes, in no order.

    By `jobs` processes at once, or as many as the cluster has cores.  Raises what `work` raises, and
    WorkerError (ME914) where the cluster, or an item, is given up.
    """
    # Ray repeats nothing itself: that would be at once and, of an item that no machine has the memory for, for ever.
    task = ray.remote(num_cpus=1, max_retries=0)(_done).options(name="modengine")
    waiting = deque((pickle.dumps(item), 1) for item in items)
    given: dict[Any, tuple[bytes, int]] = {}
    try:
        packed = ray.put(pickle.dumps(work)) if waiting else None
        while waiting or given:
            most = jobs or _AHEAD * max(1, int(ray.cluster_resources().get("CPU", 1)))
            while waiting and len(given) < most:
                item, time = waiting.popleft()
                given[task.remote(packed, item)] = item, time
            (first,), _ = ray.wait(list(given), num_returns=1)
            item, time = given.pop(first)
            try:
                found = pickle.loads(ray.get(first))  # noqa: S301
            except ray.exceptions.RayError:
                if time > _AGAIN:
                    raise
                waiting.append((item, time + 1))
                continue
            if isinstance(found, Exception):
                raise found
            yield found
    except ray.exceptions.RayError as error:
        why = str(error).strip().splitlines()
        what = f"the Ray cluster gave up: {why[0] if why else type(error).__name__}"
        raise WorkerError("ME914", what, "what is done is kept; go on with --resume") from error
