"""How long the lab takes on the development data: every command, as it is typed, two at a time.

    python bench/lab_time.py [--only NAME] [--at-a-time 2]
    python bench/lab_time.py --drawn [--rounds 3] [--only NAME] [--jobs 2]

Seconds of the processor and the greatest memory of each command, and on the last line how long all took on
the clock.  A command that takes one corpus runs once for each card that it can use; its line is the sum
(of memory the greatest), and each run is told on standard error as it ends.  A processor that others use
too shows in the clock, not in the seconds of the processor.

With `--drawn` each command runs on 10,000 rows drawn from all cards, one corpus whose strata are the cards, one run
after the other: the median of some rounds beside its budget, written to `bench/results/lab.md`.  Exit code 1 if a
budget is missed, or all together took more than ten minutes on the clock; 2 if the development data is not here or a
command failed.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import numpy as np

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from modengine import load  # noqa: E402
from modengine.lab.data.card import data_folder, load_card, read_card  # noqa: E402

FOLDER = ROOT / "samples" / "cards"
CARDS = (*sorted(FOLDER.glob("*-dev.yaml")), FOLDER / "chinese-poetry.yaml")
LIMIT = 600.0
POLICY = "campaign-2014"
FITTED = FOLDER / "teleantifraud-dev.yaml"
"""The others have no rows of a category, or few."""
DATED = FOLDER / "samples.yaml"
"""No row of the development data has a date."""


DRAWN = 10_000
BUDGETS = {"eval": 3, "diff": 5, "fairness": 5, "ablate": 20, "evade": 30, "report": 60}
"""Seconds of the processor on so many rows."""
TABLE = ROOT / "bench" / "results" / "lab.md"


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


def draw(folder: Path) -> Path:
    """The card of rows drawn by chance from all cards, labelled as these say."""
    categories = load().policy.categories
    rows = []
    for card in CARDS:
        corpus = load_card(read_card(card), categories)
        pairs = zip(corpus.messages, corpus.labels, strict=True)
        rows += [{"text": message.text, "label": label, "source": corpus.name} for message, label in pairs]
    chosen = sorted(np.random.default_rng(1).choice(len(rows), DRAWN, replace=False).tolist())
    lines = [json.dumps({"id": str(number), **rows[at]}) for number, at in enumerate(chosen)]
    (folder / "drawn.jsonl").write_text("\n".join(lines) + "\n", "utf-8")
    card = folder / "drawn.yaml"
    card.write_text(
        "corpus: drawn\ntitle: Drawn\nsource: all cards\nlicence: research\nfiles: [drawn.jsonl]\n"
        "label: label\nstratum: source\n", "utf-8",
    )  # fmt: skip
    return card


def measure_drawn(only: Sequence[str], rounds: int, jobs: int) -> int:
    """The table of the budgets, written as it grows; whether one is missed."""
    load_before = os.getloadavg()[0]
    rows, missed = [], False
    with tempfile.TemporaryDirectory() as folder:
        card = str(draw(Path(folder)))
        for name, budget in BUDGETS.items():
            if only and name not in only:
                continue
            policies = [POLICY, "campaign-2014-reposts"] if name == "diff" else [POLICY]
            shared = ["--jobs", str(jobs)] if jobs > 1 and name in ("evade", "ablate", "report") else []
            costs = [run([name, *policies, *shared, card]) for _ in range(rounds)]
            seconds = [cost.processor for cost in costs]
            missed |= median(seconds) > budget
            memory = max(cost.memory for cost in costs)
            rows.append(f"| `{name}` | {budget} | {median(seconds):.1f} | {min(seconds):.1f} | {memory:.0f} |")
            text = (
                f"{DRAWN:,} rows drawn from {len(CARDS)} corpora, policy `{POLICY}`; {os.cpu_count()} cores, load "
                f"{load_before:.1f} before the run; rounds: {rounds}; "
                f"processes of `ablate`, `evade` and `report`: {jobs}\n\n"
                "| command | budget, s | median, s of the processor | best | MiB |\n|---|---:|---:|---:|---:|\n"
            )
            TABLE.write_text(text + "\n".join(rows) + "\n", "utf-8")
    print(TABLE.read_text("utf-8"))
    return int(missed)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", action="append", choices=tuple(commands()), help="this command alone; repeatable")
    parser.add_argument("--at-a-time", type=int, default=2, help="processes at a time")
    parser.add_argument("--drawn", action="store_true", help="10,000 rows drawn from all cards, against the budgets")
    parser.add_argument("--rounds", type=int, default=3, help="of --drawn")
    parser.add_argument("--jobs", type=int, default=1, help="of --drawn: processes of the commands that take --jobs")
    arguments = parser.parse_args()
    if data_folder() is None:
        print("the development data is not here: set MODENGINE_DATA", file=sys.stderr)
        return 2
    if not hasattr(os, "wait4"):
        print("this measures processes by wait4, which this system lacks", file=sys.stderr)
        return 2
    if arguments.drawn:
        return measure_drawn(arguments.only or (), arguments.rounds, arguments.jobs)
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
