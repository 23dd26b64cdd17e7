"""Messages a second of the shipped policy, on the samples and on the development data.

    python bench/decide.py [--repeat 5]

Prints a table; one process, one thread.  Times are of this machine: compare ratios of one run.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import time
from collections.abc import Iterator
from pathlib import Path

import modengine
from modengine import Engine, Message
from modengine.match.literals import Automaton

ROOT = Path(__file__).parent.parent


def texts(file: Path) -> list[str]:
    rows = (json.loads(line) for line in file.read_text("utf-8").splitlines() if line.strip())
    return [row["text"][:20_000] for row in rows if isinstance(row.get("text"), str)]


def sources() -> Iterator[tuple[str, list[str]]]:
    yield "samples", texts(ROOT / "samples" / "messages.jsonl")
    data = Path(os.environ.get("MODENGINE_DATA", ROOT.parent / "shared" / "data"))
    for file in sorted(data.glob("*.jsonl")) if data.is_dir() else ():
        yield file.stem, texts(file)


def rate(work: list[str], run: object, repeat: int) -> float:
    """Median messages a second over `repeat` runs after one to warm up."""
    rates = []
    for _ in range(repeat + 1):
        start = time.perf_counter()
        for text in work:
            run(text)  # type: ignore[operator]
        rates.append(len(work) / (time.perf_counter() - start))
    return statistics.median(rates[1:])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeat", type=int, default=5)
    repeat = parser.parse_args().repeat
    start = time.perf_counter()
    engine: Engine = modengine.load()
    print(f"load and compile: {time.perf_counter() - start:.2f} s, {len(engine.policy.rules)} rules")
    bare = Automaton(sorted({t for r in engine.policy.rules for p in r.patterns for t in p.terms}))
    print(f"{'source':24}{'n':>7}{'characters':>12}{'decide/s':>11}{'trace/s':>10}{'automaton/s':>13}{'ratio':>8}")
    for name, work in sources():
        length = statistics.mean(map(len, work))
        decide = rate(work, lambda text: engine.decide(Message(text), ignore_scope=True), repeat)
        trace = rate(work[:300], engine.trace, 1)
        find = rate(work, bare.find, repeat)
        print(
            f"{name:24}{len(work):>7}{length:>12.1f}{decide:>11,.0f}{trace:>10,.0f}{find:>13,.0f}{find / decide:>8.1f}"
        )


if __name__ == "__main__":
    main()
