"""What a command of the lab measures can be called from Python by a public name."""

from __future__ import annotations

import modengine.lab
from modengine.cli.rules.schema import LAB, SPECIMEN
from modengine.cli.study.group import COMMANDS

NAMES = {
    "eval": "evaluate", "report": "make_report", "diff": "compare", "ablate": "ablate", "flip": "smallest",
    "try": "trial",
    "fairness": "fairness", "evade": "evade", "fit": "fit", "suggest": "suggest", "timeline": "timeline",
    "power": "power", "sample": "sample", "agree": "agreement", "estimate": "estimate", "study": "run_study",
    "study-pin": "make_pin", "study-run": "run_study", "study-pack": "write_package", "study-verify": "verify_package",
    "specimen-import": "import_specimen", "specimen-measure": "measure_specimens",
    "specimen-describe": "describe_specimens", "specimen-compare": "compare_specimens",
    "specimen-history": "specimen_history",
}  # fmt: skip


def test_every_command_has_a_public_name() -> None:
    assert set(NAMES) == {*LAB, *SPECIMEN, *(f"study-{name}" for name in COMMANDS)}
    assert {name for name in NAMES.values() if not callable(getattr(modengine.lab, name, None))} == set()
