"""The fault programs of bench/faults, at a tenth of the figures that docs/audit-log.md tells; stages of kill9 at a few.

`python bench/faults/run_all.py` runs them whole, for an hour.
"""

from __future__ import annotations

import shutil

import pytest

from tests.faults import a_full_disk_loses_nothing, each, forks, linux, lose_nothing, superuser
from tests.nightly.sampling import examples

FIGURES = {
    "kill9": (examples(100),),
    "kill9 --stage scan": (5,),
    "kill9 --stage resume": (5,),
    "kill9 --stage erase": (5,),
    "kill9 --stage seal": (5,),
    "kill9 --stage rotate": (5,),
    "truncate": (12, 7),
    "bitflips": (4096, 4),
    "structural": (100,),
    "writers": (100, 10),
    "lost_lock": (10,),
    "kill_worker": (3,),
}


@forks
@each(FIGURES)
def test_faults_lose_nothing_that_was_acknowledged(name: str, arguments: tuple[int, ...]) -> None:
    lose_nothing(name, *arguments)


@linux
@superuser
def test_a_full_disk_loses_nothing() -> None:
    a_full_disk_loses_nothing(examples(5))


@linux
@pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed")
def test_failing_calls_lose_nothing() -> None:
    lose_nothing("strace_faults", examples(30))
