"""How long the lab takes on the development data: every command, as it is typed, one after another.

    python bench/lab_time.py [--only NAME]

Each line is one process: seconds on the clock, seconds of the processor, and its greatest memory.  A
command that takes one corpus runs once for each card that it can use; the line is their sum (of memory
the greatest).  Times are of this machine and of what else runs on it.  Exit code 1 if all together took
more than ten minutes, 2 if the development data is not here or a command failed.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from modengine.lab.card import data_folder  # noqa: E402

FOLDER = ROOT / "samples" / "cards"
CARDS = (*sorted(FOLDER.glob("*-dev.yaml")), FOLDER / "chinese-poetry.yaml")
LIMIT = 600.0
POLICY = "campaign-2014"
TUNABLE = FOLDER / "teleantifraud-dev.yaml"
"""The others forbid a figure that `tune` needs, or have one class only."""
DATED = FOLDER / "samples.yaml"
"""No row of the development data has a date."""


@dataclass(frozen=True, slots=True)
class Cost:
    clock: float
    """Seconds."""
    processor: float
    """Seconds of all its cores."""
    memory: float
    """Greatest resident set, MiB."""


def commands() -> dict[str, list[list[str]]]:
    """The command lines of each command, without `modengine`."""
    cards = [str(card) for card in CARDS]
    return {
        "eval": [["eval", POLICY, *cards]],
        "diff": [["diff", POLICY, "campaign-2014-reposts", card] for card in cards],
        "fairness": [["fairness", POLICY, *cards]],
        "evade": [["evade", POLICY, *cards, "--examples"]],
        "ablate": [["ablate", POLICY, card] for card in cards],
        "flip": [["flip", POLICY, "刷单日结私我，一单返五元，当天结算，加微信了解"]],
        "tune": [["tune", POLICY, str(TUNABLE)]],
        "timeline": [["timeline", POLICY, str(DATED)]],
        "report": [["report", POLICY, *cards]],
    }


def run(line: list[str], folder: Path) -> Cost:
    """Runs one command line; raises SystemExit where it fails."""
    out = folder / "out.html"
    with (folder / "errors").open("w+b") as errors:
        start = time.perf_counter()
        process = subprocess.Popen(
            [sys.executable, "-m", "modengine", *line, "-o", str(out)],
            cwd=ROOT, env=os.environ | {"PYTHONPATH": str(ROOT)}, stderr=errors,
        )  # fmt: skip
        _, status, used = os.wait4(process.pid, 0)
        clock = time.perf_counter() - start
        code = process.returncode = os.waitstatus_to_exitcode(status)
        if code != 0:
            errors.seek(0)
            print(f"modengine {' '.join(line)}: exit code {code}\n{errors.read().decode()}", file=sys.stderr)
            raise SystemExit(2)
    unit = 2**20 if sys.platform == "darwin" else 2**10
    return Cost(clock, used.ru_utime + used.ru_stime, used.ru_maxrss / unit)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", action="append", choices=tuple(commands()), help="this command alone; repeatable")
    only = parser.parse_args().only
    if data_folder() is None:
        print("the development data is not here: set MODENGINE_DATA", file=sys.stderr)
        return 2
    if not hasattr(os, "wait4"):
        print("this measures processes by wait4, which this system lacks", file=sys.stderr)
        return 2
    print("| command | runs | seconds | of the processor | MiB |\n|---|---|---|---|---|", flush=True)
    total: list[Cost] = []
    with tempfile.TemporaryDirectory() as folder:
        for name, lines in commands().items():
            if only and name not in only:
                continue
            costs = [run(line, Path(folder)) for line in lines]
            total += costs
            print(_row(f"`{name}`", costs), flush=True)
    print(_row("all", total))
    return int(sum(cost.clock for cost in total) > LIMIT)


def _row(name: str, costs: list[Cost]) -> str:
    clock, processor = sum(c.clock for c in costs), sum(c.processor for c in costs)
    return f"| {name} | {len(costs)} | {clock:.0f} | {processor:.0f} | {max(c.memory for c in costs):.0f} |"


if __name__ == "__main__":
    sys.exit(main())
