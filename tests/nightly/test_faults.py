"""The fault programs of bench/faults, at a tenth of the figures that docs/audit-log.md tells.

`python bench/faults/run_all.py` runs them whole, for an hour.
"""

from __future__ import annotations

import os
import shutil
import sys
from importlib import import_module

import pytest

linux = pytest.mark.skipif(sys.platform != "linux", reason="needs fork and signals as Linux has them")


@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        pytest.param("kill9", (100,), marks=linux),
        ("truncate", (12, 7)),
        ("bitflips", (4096, 4)),
        ("structural", (100,)),
        pytest.param("writers", (100, 10), marks=linux),
        pytest.param("lost_lock", (10,), marks=linux),
        pytest.param("kill_worker", (3,), marks=linux),
    ],
)
def test_faults_lose_nothing_that_was_acknowledged(name: str, arguments: tuple[int, ...]) -> None:
    outcome = import_module(f"bench.faults.{name}").run(*arguments)
    assert outcome.held, outcome


@linux
@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only the superuser mounts disks")
def test_a_full_disk_loses_nothing() -> None:
    try:
        outcome = import_module("bench.faults.full_disk").run(5)
    except (OSError, import_module("subprocess").CalledProcessError) as error:
        pytest.skip(f"no disk can be mounted here: {error}")
    assert outcome.held, outcome


@linux
@pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed")
def test_failing_calls_lose_nothing() -> None:
    outcome = import_module("bench.faults.strace_faults").run(30)
    assert outcome.held, outcome
