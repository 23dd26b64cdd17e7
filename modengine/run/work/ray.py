"""The same work on many machines: items decided by the workers of a Ray cluster (the extra `ray`).

Ray Data runs the work in actors, one a core, each made once; it starts others in the place of those
that die, and gives them their items again, a few times.  The work must bear that: an item done twice
counts once.
"""

from __future__ import annotations

import logging
import os
import pickle
import socket
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

from modengine.errors import InputError, ModengineError, WorkerError

_WAIT = 10.0
"""Seconds for a cluster to answer."""
_AGAIN = 3
"""Times that an item is given to another actor, after one that died."""
Item = TypeVar("Item")
Made = TypeVar("Made")


def require() -> Any:
    """Ray with its data library.  Raises InputError (ME913) where it is not installed."""
    os.environ.setdefault("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0")
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    os.environ.setdefault("RAY_BACKEND_LOG_LEVEL", "fatal")  # errors come as exceptions
    try:
        import ray  # noqa: PLC0415  (heavy, and only this needs it)
        import ray.data  # noqa: PLC0415
    except ImportError as error:
        what = f"`--engine ray` needs Ray: {error}"
        raise InputError("ME913", what, "pip install 'modengine[ray]', here and on every machine") from None
    return ray


@contextmanager
def cluster(address: str | None) -> Iterator[Any]:
    """Ray, connected to a cluster, or to one of this machine alone.  Raises InputError (ME913)."""
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
            yield ray
        finally:
            ray.shutdown()


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


class _ShardWorker:
    """What runs in an actor: `work`, unpickled once, called with each item."""

    def __init__(self, work: bytes) -> None:
        self._work: Callable[[Any], Any] = pickle.loads(work)  # noqa: S301  (made by `mapped`)

    def __call__(self, row: dict[str, Any]) -> dict[str, Any]:
        item = pickle.loads(row["item"])  # noqa: S301
        try:
            made: Any = self._work(item)
        except ModengineError as error:
            made = error  # Ray would bury it in a traceback of its own
        except Exception as error:
            made = RuntimeError(f"{type(error).__name__} in a worker: {error}")
        return {"made": pickle.dumps(made)}


def mapped(ray: Any, work: Callable[[Item], Made], items: Sequence[Item], jobs: int | None = None) -> Iterator[Made]:
    """What `work` makes of each item, as it comes, in no order.

    `jobs` actors, or as many as the cluster has cores.  Raises what `work` raises, and WorkerError
    (ME914) where the cluster, or an item, is given up.
    """
    if not items:
        return
    context = ray.data.DataContext.get_current()
    context.enable_progress_bars = False
    logging.getLogger("ray.data").setLevel(logging.CRITICAL)  # errors come as exceptions
    most = jobs or max(1, int(ray.cluster_resources().get("CPU", 1)))
    data = ray.data.from_items([{"item": pickle.dumps(item)} for item in items], override_num_blocks=len(items))
    made = data.map(
        _ShardWorker,
        fn_constructor_args=(pickle.dumps(work),),
        compute=ray.data.ActorPoolStrategy(
            min_size=1, max_size=min(most, len(items)), initial_size=min(most, len(items))
        ),
        num_cpus=1,
        max_task_retries=_AGAIN,  # else for ever, even of an item that no machine has the memory for
    )
    try:
        for row in made.iter_rows():
            found = pickle.loads(row["made"])  # noqa: S301
            if isinstance(found, Exception):
                raise found
            yield found
    except ray.exceptions.RayError as error:
        why = str(error).strip().splitlines()
        what = f"the Ray cluster gave up: {why[0] if why else type(error).__name__}"
        raise WorkerError("ME914", what, "what is done is kept; go on with --resume") from error
