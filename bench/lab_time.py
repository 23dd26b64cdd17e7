"""How long the lab takes on the development data: every command, as it is typed, two at a time.

    python bench/lab_time.py [--only NAME] [--at-a-time 2]

Seconds of the processor and the greatest memory of each command, and on the last line how long all took on
the clock.  A command that takes one corpus runs once for each card that it can use; its line is the sum
(of memory the greatest), and each run is told on standard error as it ends.  A processor that others use
too shows in the clock, not in the seconds of the processor.  Exit code 1 if all together took more than ten
minutes on the clock, 2 if the development data is not here or a command failed.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from modengine.lab.data.card import data_folder  # noqa: E402

FOLDER = ROOT / "samples" / "cards"
CARDS = (*sorted(FOLDER.glob("*-dev.yaml")), FOLDER / "chinese-poetry.yaml")
LIMIT = 600.0
POLICY = "campaign-2014"
FITTED = FOLDER / "teleantifraud-dev.yaml"
"""The others have no rows of a category, or few."""
DATED = FOLDER / "samples.yaml"
"""No row of the development data has a date."""


@dataclass(frozen=True, slots=True)
class Cost:
    name: str
    processor: float
    """Seconds of all its cores."""
    memory: float
    """Greatest resident set, MiB."""


def commands() -> dict[str, list[list[str]]]:
    """The command lines of each command, without `modengine`; what takes longest last."""
    cards = [str(card) for card in CARDS]
    return {
        "flip": [["flip", POLICY, "刷单日结私我，一单返五元，当天结算，加微信了解"]],
        "timeline": [["timeline", POLICY, str(DATED)]],
        "eval": [["eval", POLICY, *cards]],
        "fairness": [["fairness", POLICY, *cards]],
        "fit": [["fit", POLICY, str(FITTED)]],
        "diff": [["diff", POLICY, "campaign-2014-reposts", card] for card in cards],
        "ablate": [["ablate", POLICY, card] for card in cards],
        "evade": [["evade", POLICY, *cards, "--examples"]],
        "report": [["report", POLICY, *cards]],
    }


def run(line: list[str]) -> Cost:
    """Runs one command line; raises SystemExit where it fails."""
    with tempfile.TemporaryDirectory() as folder, (Path(folder) / "errors").open("w+b") as errors:
        process = subprocess.Popen(
            [sys.executable, "-m", "modengine", *line, "-o", str(Path(folder) / "out.html")],
            cwd=ROOT, env=os.environ | {"PYTHONPATH": str(ROOT)}, stderr=errors,
        )  # fmt: skip
        _, status, used = os.wait4(process.pid, 0)
        code = process.returncode = os.waitstatus_to_exitcode(status)
        if code != 0:
            errors.seek(0)
            print(f"modengine {' '.join(line)}: exit code {code}\n{errors.read().decode()}", file=sys.stderr)
            raise SystemExit(2)
    unit = 2**20 if sys.platform == "darwin" else 2**10
    print(f"{used.ru_utime + used.ru_stime:6.1f} s  {line[0]} {Path(line[-1]).name}", file=sys.stderr, flush=True)
    return Cost(line[0], used.ru_utime + used.ru_stime, used.ru_maxrss / unit)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", action="append", choices=tuple(commands()), help="this command alone; repeatable")
    parser.add_argument("--at-a-time", type=int, default=2, help="processes at a time")
    arguments = parser.parse_args()
    if data_folder() is None:
        print("the development data is not here: set MODENGINE_DATA", file=sys.stderr)
        return 2
    if not hasattr(os, "wait4"):
        print("this measures processes by wait4, which this system lacks", file=sys.stderr)
        return 2
    chosen = {name: lines for name, lines in commands().items() if not arguments.only or name in arguments.only}
    start = time.perf_counter()
    with ThreadPoolExecutor(arguments.at_a_time) as pool:
        # What takes longest is begun first, so that no core waits for it at the end.
        costs = list(pool.map(run, [line for lines in reversed(chosen.values()) for line in lines]))
    clock = time.perf_counter() - start
    print("| command | runs | seconds of the processor | MiB |\n|---|---|---|---|")
    for name in chosen:
        print(_row(f"`{name}`", [cost for cost in costs if cost.name == name]))
    print(_row("all", costs))
    print(f"\nOn the clock, {arguments.at_a_time} at a time: {clock:.0f} s.")
    return int(clock > LIMIT)


def _row(name: str, costs: Sequence[Cost]) -> str:
    processor, memory = sum(cost.processor for cost in costs), max(cost.memory for cost in costs)
    return f"| {name} | {len(costs)} | {processor:.0f} | {memory:.0f} |"


if __name__ == "__main__":
    sys.exit(main())
