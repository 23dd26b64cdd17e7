"""The fault programs of bench/faults, with the smallest figures: that they run, and hold.

tests/nightly has a tenth of the figures of docs/audit-log.md.
"""

from __future__ import annotations

import json
import os
import sys
from importlib import import_module

import pytest

from tests.paths import ROOT

linux = pytest.mark.skipif(sys.platform != "linux", reason="needs fork and signals as Linux has them")


@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        pytest.param("kill9", (2,), marks=linux),
        ("truncate", (3, 61)),
        ("bitflips", (4096, 185)),
        ("structural", (12,)),
        pytest.param("writers", (6, 3), marks=linux),
        pytest.param("lost_lock", (1,), marks=linux),
        pytest.param("kill_worker", (1,), marks=linux),
    ],
)
def test_faults_lose_nothing_that_was_acknowledged(name: str, arguments: tuple[int, ...]) -> None:
    outcome = import_module(f"bench.faults.{name}").run(*arguments)
    assert outcome.held, outcome


@linux
@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only the superuser mounts disks")
def test_a_full_disk_loses_nothing() -> None:
    try:
        outcome = import_module("bench.faults.full_disk").run(1)
    except (OSError, import_module("subprocess").CalledProcessError) as error:
        pytest.skip(f"no disk can be mounted here: {error}")
    assert outcome.held, outcome


def test_the_table_of_the_page_is_the_last_output() -> None:
    run_all = import_module("bench.faults.run_all")
    text = run_all.PAGE.read_text("utf-8")
    assert run_all.page(text) == text
    kept = json.loads((ROOT / "bench/faults/results.json").read_text("utf-8"))
    assert set(kept) == set(run_all.PROGRAMS)
    assert all(row["held"] for row in kept.values())
