"""What it takes to begin, to scan with two processes, and to read and write JSON Lines.

    python bench/start.py [--rounds 5] [--scanned 200000]

Beginning: seconds on the clock of a new process, imports included, with nothing kept (`MODENGINE_CACHE` an empty
folder) and with the policy kept.  Two processes: wall seconds of `modengine scan` of made-up messages, less those of
one message.  Lines: processor microseconds a message.  Medians; `bench/run.py` puts them into its table.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from messages import messages  # noqa: E402

from modengine import load  # noqa: E402
from modengine.run.read.jsonl import rows  # noqa: E402
from modengine.run.read.lines import LineReader  # noqa: E402
from modengine.run.write.results import Result, encode  # noqa: E402

TEXT = "明天下午三点开会，请带上身份证，联系13800000000"
DECIDE = f"import modengine\nmodengine.load().decide({TEXT!r})"
LINES = 4000
"""So many messages are read and written."""


def seconds(command: Sequence[str], cache: str) -> dict[str, float]:
    """Of a new process: wall and processor seconds."""
    before, start = os.times(), time.perf_counter()
    environment = os.environ | {"MODENGINE_CACHE": cache, "PYTHONPATH": str(ROOT)}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)  # elsewhere Python keeps what it compiles of our modules too
    subprocess.run([sys.executable, *command], env=environment, stdout=subprocess.DEVNULL, check=True)
    wall, after = time.perf_counter() - start, os.times()
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    return {"wall_s": wall, "cpu_s": cpu}


def summed_up(found: Sequence[dict[str, float]]) -> dict[str, float]:
    """The best and the median of each measure."""
    summary: dict[str, float] = {"n": len(found)}
    for name in found[0]:
        values = [measured[name] for measured in found]
        summary |= {name: statistics.median(values), f"best_{name}": min(values)}
    return summary


def beginnings(rounds: int) -> dict[str, dict[str, float]]:
    commands = {
        "load and first decision": ["-c", DECIDE],
        "modengine explain": ["-m", "modengine", "explain", TEXT],
        "modengine check": ["-m", "modengine", "check"],
        "modengine test": ["-m", "modengine", "test"],
        "modengine --help": ["-m", "modengine", "--help"],
    }
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        cold = [seconds(commands["load and first decision"], f"{folder}/{number}") for number in range(rounds)]
        found["load and first decision, nothing kept"] = summed_up(cold)
        for what, command in commands.items():
            found[what] = summed_up([seconds(command, f"{folder}/0") for _ in range(rounds)])
        found["modengine explain, a rule changed"] = summed_up(list(edits(Path(folder), rounds + 1))[1:])
    return found


def edits(folder: Path, count: int) -> Iterator[dict[str, float]]:
    """A copy of the shipped policy, explained after each edit of a rule; before the first nothing was kept of it."""
    policy = Path(shutil.copytree(ROOT / "rules", folder / "rules"), "campaign-2014.yaml")
    posts = policy.with_name("posts.yaml")
    written = posts.read_text("utf-8")
    for number in range(count):
        posts.write_text(re.sub(r"score: \d+", f"score: {20 + number}", written, count=1), "utf-8")
        yield seconds(["-m", "modengine", "explain", "--policy", str(policy), TEXT], f"{folder}/0")


def two_processes(rounds: int, count: int) -> dict[str, float]:
    """How many times as fast `scan` is with two processes, what one message takes subtracted; pairs in turn."""
    ratios, rates = [], []
    with tempfile.TemporaryDirectory() as folder:
        files = {}
        for number in (1, count):
            files[number] = Path(folder) / f"{number}.jsonl"
            lines = (json.dumps(message, ensure_ascii=False) + "\n" for message in messages(number))
            files[number].write_text("".join(lines), "utf-8", newline="\n")
        for _ in range(rounds):
            took = {}
            for jobs in ("1", "2"):
                command = ["-m", "modengine", "scan", "--no-audit", "-q", "-j", jobs, "-o", f"{folder}/out.jsonl"]
                idle, busy = (seconds([*command, str(files[n])], f"{folder}/cache")["wall_s"] for n in (1, count))
                took[jobs] = max(busy - idle, 1e-9)
            ratios.append(took["1"] / took["2"])
            rates.append(count / took["1"])
    return {"ratio": statistics.median(ratios), "best_ratio": max(ratios), "per_s": max(rates), "n": rounds}


def lines(rounds: int, texts: Sequence[str]) -> dict[str, dict[str, float]]:
    """Reading messages as JSON Lines and writing their decisions: microseconds a message."""
    texts = texts[:LINES]
    objects = [{"id": f"m{number}", "text": text, "channel": "group"} for number, text in enumerate(texts)]
    data = "".join(json.dumps(message, ensure_ascii=False) + "\n" for message in objects).encode()
    results = [
        Result(number, "messages.jsonl", decision)  # type: ignore[arg-type]
        for number, decision in enumerate(load().decide_batch(list(texts), ignore_scope=True), 1)
    ]

    def read() -> None:
        for _ in rows(LineReader(b"", BytesIO(data)), "messages.jsonl"):
            pass

    def write() -> None:
        for result in results:
            encode(result)

    write()  # what is described when it is read is so by now
    return {"read": _spent(read, rounds, len(texts)), "write": _spent(write, rounds, len(texts))}


def _spent(work: Callable[[], None], rounds: int, count: int) -> dict[str, float]:
    taken = []
    for _ in range(rounds):
        start = time.process_time()
        work()
        taken.append({"us": 1e6 * (time.process_time() - start) / count})
    return summed_up(taken)


def measure(rounds: int, texts: Sequence[str], scanned: int = 200_000) -> dict[str, Any]:
    return {
        "beginnings": beginnings(rounds),
        "two processes": two_processes(rounds, scanned),
        "lines": lines(rounds, texts),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--scanned", type=int, default=200_000)
    given = parser.parse_args()
    texts = [str(message["text"]) for message in messages(LINES)]
    print(json.dumps(measure(given.rounds, texts, given.scanned), indent=1))


if __name__ == "__main__":
    main()
