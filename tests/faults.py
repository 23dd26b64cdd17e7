"""The fault programs of bench/faults, with figures of the caller's: nothing that was acknowledged is lost."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from importlib import import_module

import pytest

linux = pytest.mark.skipif(sys.platform != "linux", reason="needs fork and signals as Linux has them")
superuser = pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only the superuser mounts disks"
)
forks = pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")

ANYWHERE = {"truncate", "bitflips", "structural"}
"""Programs that need no Linux."""


def each(figures: Mapping[str, tuple[int, ...]]) -> pytest.MarkDecorator:
    """A test of `name` and `arguments` for each program that has figures."""
    cases = [
        pytest.param(name, arguments, marks=() if name in ANYWHERE else linux, id=name)
        for name, arguments in figures.items()
    ]
    return pytest.mark.parametrize(("name", "arguments"), cases)


def lose_nothing(name: str, *arguments: int) -> None:
    program, *stage = name.split(" --stage ")
    outcome = import_module(f"bench.faults.{program}").run(*arguments, *stage)
    assert outcome.held, outcome


def a_full_disk_loses_nothing(times: int) -> None:
    try:
        lose_nothing("full_disk", times)
    except (OSError, subprocess.CalledProcessError) as error:
        pytest.skip(f"no disk can be mounted here: {error}")
