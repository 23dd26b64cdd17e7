"""modengine, its automaton alone and its peers, on the same messages and terms, in one run.

    python bench/run.py [--messages 4000] [--seconds 2] [--terms 1000 10000 100000] [--output bench/results]

Every contender runs in a process of its own, one after the other, so that its peak memory is its own.  Times are
processor seconds of that process (what else the machine does counts as little as can be): the best of three
rounds, each cut short after `--seconds`.  Compare figures of one run only.  Writes `results.json`, `chart.svg`
and `table.md` into the folder.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

try:
    import resource
except ImportError:  # Windows
    resource = None  # type: ignore[assignment]

sys.path[:0] = [str(Path(__file__).parents[1]), str(Path(__file__).parent)]

from peers import CONTENDERS, Read  # noqa: E402
from show import chart, table  # noqa: E402
from texts import engine_with, extra_terms, real, sets  # noqa: E402

PIECE = 256
"""So many messages are timed at once for throughput."""
ALONE = 400
"""So many are timed one by one for the percentiles."""


def throughput(read: Read, texts: list[str], seconds: float) -> float:
    """Messages a second: the best of three rounds over all texts or until the time is up."""
    best = 0.0
    for _ in range(3):
        done, spent = 0, 0.0
        while done < len(texts) and spent < seconds:
            piece = texts[done : done + PIECE]
            start = time.process_time()
            read(piece)
            spent += time.process_time() - start
            done += len(piece)
        best = max(best, done / spent)
    return best


def latencies(read: Read, texts: list[str], seconds: float) -> tuple[float, float]:
    """Median and 99th percentile of one message, in microseconds."""
    taken: list[int] = []
    until = time.process_time() + seconds
    for text in texts[:ALONE]:
        start = time.process_time_ns()
        read([text])
        taken.append(time.process_time_ns() - start)
        if time.process_time() > until:
            break
    cuts = statistics.quantiles(taken, n=100, method="inclusive")
    return cuts[49] / 1000, cuts[98] / 1000


def peak() -> float:
    """The most memory of this process so far, in MiB."""
    status = Path("/proc/self/status")
    if status.is_file():  # of this program alone: `getrusage` counts what the process was before it
        return int(status.read_text().split("VmHWM:")[1].split()[0]) / 1024
    if resource is None:
        return float("nan")
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024 if sys.platform != "darwin" else 1024**2)


def measure(name: str, number: int, work: dict[str, list[str]], seconds: float) -> dict[str, Any]:
    """One contender with one number of terms, on every set of messages."""
    terms = extra_terms(number)
    start = time.process_time()
    read = CONTENDERS[name](terms)
    compiled = time.process_time() - start
    found: dict[str, Any] = {"contender": name, "terms": number, "compile_s": compiled, "sets": {}}
    for label, texts in work.items():
        read(texts[:PIECE])
        rate = throughput(read, texts, seconds)
        median, late = latencies(read, texts, seconds)
        found["sets"][label] = {"per_s": rate, "p50_us": median, "p99_us": late}
    found["peak_mib"] = peak()
    return found


def child(name: str, number: int, work: Path, seconds: float) -> dict[str, Any] | None:
    """The same in a process of its own; None where it fails, as where a peer is not installed."""
    command = [sys.executable, __file__, "--child", name, "--terms", str(number), "--output", str(work)]
    done = subprocess.run([*command, "--seconds", str(seconds)], capture_output=True, text=True, check=False)
    if done.returncode:
        print(f"{name}: {done.stderr.strip().splitlines()[-1]}", file=sys.stderr)
        return None
    return dict(json.loads(done.stdout))


def machine() -> dict[str, str | int | None]:
    cpu = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    if info.is_file():
        names = [line.split(":")[1].strip() for line in info.read_text().splitlines() if line.startswith("model name")]
        cpu = names[0] if names else cpu
    load = round(os.getloadavg()[0], 1) if hasattr(os, "getloadavg") else None
    return {"cpu": cpu, "cores": os.cpu_count(), "python": platform.python_version(), "load": load}


def write(result: dict[str, Any], folder: Path) -> None:
    """The results so far, so that a run that is stopped leaves what it has."""
    (folder / "results.json").write_text(json.dumps(result, indent=1) + "\n", "utf-8", newline="\n")
    (folder / "table.md").write_text(table(result), "utf-8", newline="\n")
    (folder / "chart.svg").write_text(chart(result), "utf-8", newline="\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--messages", type=int, default=4000)
    parser.add_argument("--seconds", type=float, default=2.0)
    parser.add_argument("--terms", type=int, nargs="+", default=[1000, 10_000, 100_000])
    parser.add_argument("--output", type=Path, default=Path(__file__).parent / "results")
    parser.add_argument("--only", nargs="+", choices=CONTENDERS, default=list(CONTENDERS))
    parser.add_argument("--child", choices=CONTENDERS, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.child:
        work = json.loads(given.output.read_text("utf-8"))
        print(json.dumps(measure(given.child, given.terms[0], work, given.seconds)))
        return
    given.output.mkdir(parents=True, exist_ok=True)
    source, texts = real(given.messages)
    characters = statistics.mean(map(len, texts))
    runs: list[dict[str, Any]] = []
    result = {"machine": machine(), "messages": len(texts), "source": source, "characters": characters, "runs": runs}
    work = given.output / "messages.json"
    try:
        work.write_text(json.dumps(sets(texts, engine_with([]))), "utf-8", newline="\n")
        for number in given.terms:
            for name in given.only:
                found = child(name, number, work, given.seconds)
                if found is not None:
                    runs.append(found)
                    write(result, given.output)
                    print(f"{number:>8} {name:30}{found['sets']['mixed']['per_s']:>12,.0f}/s", file=sys.stderr)
    finally:
        work.unlink(missing_ok=True)


if __name__ == "__main__":
    main()
