"""The fault programs of bench/faults, with the smallest figures: that they run, and hold.

tests/nightly has a tenth of the figures of docs/audit-log.md.
"""

from __future__ import annotations

import json
from importlib import import_module

from tests.faults import a_full_disk_loses_nothing, each, forks, linux, lose_nothing, superuser
from tests.paths import ROOT

FIGURES = {
    "kill9": (2,),
    "truncate": (3, 61),
    "bitflips": (4096, 185),
    "structural": (12,),
    "writers": (6, 3),
    "lost_lock": (1,),
    "kill_worker": (1,),
}


@forks
@each(FIGURES)
def test_faults_lose_nothing_that_was_acknowledged(name: str, arguments: tuple[int, ...]) -> None:
    lose_nothing(name, *arguments)


@linux
@superuser
def test_a_full_disk_loses_nothing() -> None:
    a_full_disk_loses_nothing(1)


def test_the_table_of_the_page_is_the_last_output() -> None:
    run_all = import_module("bench.faults.run_all")
    text = run_all.PAGE.read_text("utf-8")
    assert run_all.page(text) == text
    kept = json.loads((ROOT / "bench/faults/results.json").read_text("utf-8"))
    assert set(kept) == set(run_all.PROGRAMS)
    assert all(row["held"] for row in kept.values())
