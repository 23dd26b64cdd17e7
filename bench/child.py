"""One contender measured, in the process that `bench/run.py` starts for it.

Times are processor seconds of this process.  Nothing here imports modengine: it may be that of another checkout.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
from importlib import import_module
from pathlib import Path
from typing import Any

from reading import Read, batches, result

try:
    import resource
except ImportError:  # Windows
    resource = None  # type: ignore[assignment]

BEFORE = "modengine of before, batches"
PIECE = 256
"""So many messages are timed at once for throughput."""
SHORT = 100
"""One message at a time is measured with messages of so many characters at most."""
ALONE = 2000
"""So many of them."""


def throughput(read: Read, texts: list[str], seconds: float, rounds: int) -> dict[str, float]:
    """Messages a second, each round over all texts or until the time is up."""
    rates = []
    for _ in range(rounds):
        done, spent = 0, 0.0
        while done < len(texts) and spent < seconds:
            piece = texts[done : done + PIECE]
            start = time.process_time()
            read(piece)
            spent += time.process_time() - start
            done += len(piece)
        rates.append(done / spent)
    return {"best": max(rates), "median": statistics.median(rates), "n": rounds}


def latencies(read: Read, texts: list[str], seconds: float, rounds: int) -> dict[str, float]:
    """Median and 99th percentile of one short message in microseconds: of the best round, and medians of all."""
    short = [text for text in texts if len(text) <= SHORT][:ALONE]
    cuts = []
    for _ in range(rounds):
        taken: list[int] = []
        until = time.process_time() + seconds
        for text in short:
            start = time.process_time_ns()
            read([text])
            taken.append(time.process_time_ns() - start)
            if time.process_time() > until and len(taken) > 1:
                break
        percentiles = statistics.quantiles(taken, n=100, method="inclusive")
        cuts.append((percentiles[49] / 1000, percentiles[98] / 1000))
    middle, late = zip(*cuts, strict=True)
    return {
        "p50_us": min(middle),
        "p99_us": min(late),
        "p50_median_us": statistics.median(middle),
        "p99_median_us": statistics.median(late),
        "messages": len(taken),
        "n": rounds,
    }


def peak() -> float:
    """The most memory of this process so far, in MiB."""
    status = Path("/proc/self/status")
    if status.is_file():  # of this program alone: `getrusage` counts what the process was before it
        return int(status.read_text(encoding="utf-8").split("VmHWM:")[1].split()[0]) / 1024
    if resource is None:
        return float("nan")
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024 if sys.platform != "darwin" else 1024**2)


def before(terms: list[str]) -> Read:
    """Batches of the engine of another checkout, with its own way to add terms."""
    return batches(import_module("texts").engine_with(terms), result)


def measure(name: str, terms: int, sets: dict[str, list[str]], seconds: float, rounds: int) -> dict[str, Any]:
    """One contender with one number of extra terms, on every set of messages."""
    words = import_module("texts").extra_terms(terms)
    start = time.process_time()
    peers = None if name == BEFORE else import_module("peers")
    read = before(words) if peers is None else peers.CONTENDERS[name](words)
    found: dict[str, Any] = {"contender": name, "terms": terms, "compile_s": time.process_time() - start, "sets": {}}
    for label, texts in sets.items():
        read(texts[:PIECE])
        found["sets"][label] = throughput(read, texts, seconds, rounds)
    found["alone"] = latencies(read, sets["mixed"], seconds, rounds)
    if peers is not None and name in peers.EQUAL:
        found["part"], found["hits"] = peers.EQUAL[name].share(), read(sets["mixed"])
    return found | {"peak_mib": peak()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name")
    parser.add_argument("--terms", type=int, required=True)
    parser.add_argument("--sets", type=Path, required=True)
    parser.add_argument("--seconds", type=float, required=True)
    parser.add_argument("--rounds", type=int, required=True)
    parser.add_argument("--checkout", type=Path, required=True)
    given = parser.parse_args()
    sys.path[:0] = [str(given.checkout), str(given.checkout / "bench")]
    sets = json.loads(given.sets.read_text("utf-8"))
    print(json.dumps(measure(given.name, given.terms, sets, given.seconds, given.rounds)))


if __name__ == "__main__":
    main()
