"""kill -9 at random points: acknowledged ⊆ recovered, at most what one call was given more, order kept.

    python bench/faults/kill9.py [1000] [--stage scan|resume|erase|seal|rotate]

A child opens the log (and so recovers what the child before it left), adds batches of random size
and tells of each before and after; it is killed after a random time, in a third of the runs while it opens.

With `--stage` a child does one thing from its beginning to its end, and is killed at any time of it; how long that
takes is learned from those that end before it (about one in seven).  `scan` is `modengine scan --jobs 2` to JSON Lines,
CSV or a stream, gone on with to the end; `resume` kills those that go on, up to three times; `erase` is that of
`modengine audit` and the same in Python; `seal` adds batches that are made while others are synced, each with its
checkpoint, by turns signed; `rotate` begins a file of records every few batches.  Children are forked from a process
that is warm, and so are the workers of all scans but one in forty.
"""

from __future__ import annotations

import os
import random
import sys
from collections import Counter
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2]))
from bench.faults.kill9_erase import erasing
from bench.faults.kill9_scan import scanning
from bench.faults.kit import (
    KEY,
    NOW,
    TELL,
    Outcome,
    Row,
    Spread,
    key_of,
    killed,
    main,
    messages,
    names,
    pairs,
    scratch,
    small_engine,
    timed,
)
from modengine.audit.files.layout import LogPaths
from modengine.audit.read.verify import verify
from modengine.audit.write.log import AuditLog
from modengine.engine.engine import Engine

OPTIONS: dict[str, dict[str, Any]] = {
    "": {"every": 40, "segment": 30_000},
    # Every batch has a checkpoint; several a call, each made while the one before it is synced.
    "seal": {"every": 1, "batch": 4, "keep_text": True},
    "rotate": {"every": 100, "batch": 4, "segment": 2_000},
}
_PROMISE = "acknowledged ⊆ recovered, at most what one call was given more, order kept"


def child(folder: Path, engine: Engine, start: int, seed: int, stage: str, pipe: int) -> None:
    """Adds decisions until it is killed; in a stage, of eight calls."""
    chance = random.Random(seed)
    # Every other child has several batches a call: one is made while another is synced.
    options = {"batch": 6 if seed % 2 else 128, **OPTIONS[stage]}
    with AuditLog.open(folder, key_for(folder, stage), time=NOW, **options) as log:
        log.use(engine, NOW)
        calls = 0
        while not stage or calls < 8:
            count = chance.randint(1, 20)
            batch = pairs(engine, start, count)
            os.write(pipe, TELL.pack(b"?", start, count))
            log.append_many(batch, NOW)
            os.write(pipe, TELL.pack(b"!", start, count))
            start += count
            calls += 1


def key_for(folder: Path, stage: str) -> Any:
    """In a stage every other log is signed."""
    return KEY if stage and int(folder.name) % 2 else None


def adding(n: int, chance: random.Random, stage: str = "") -> Row:
    engine = small_engine()
    spreads = Spread(chance), Spread(chance)
    most = 25 if stage else 50
    found: Counter[str] = Counter()
    torn: set[Path] = set()
    with scratch() as disk, scratch(memory=True) as memory:
        folder, known, number = disk, list[str](), -1
        while number + 1 - found["whole"] < n:
            number += 1
            if number % most == 0:
                turn = number // most
                on_disk = turn % 10 == 9 if stage else turn % 2 == 0
                folder, known = (disk if on_disk else memory) / str(turn), []
            start = number * 1_000_000
            work = partial(child, folder, engine, start, int(chance.random() * 1e9), stage)
            if stage:
                hit, told = spreads[on_disk].kill(work)
            # Either while it opens, or within a few milliseconds of a random word from it.
            elif chance.random() > 1 / 3:
                hit, told = killed(work, chance.uniform(0, 0.01), chance.randint(1, 24))
            else:
                hit, told = killed(work, chance.uniform(0, 0.06))
            found["whole"] += not hit
            if not (folder / "log.json").exists():
                found["bad"] += bool(told)
                continue
            done = sum(count for sign, _, count in told if sign == b"!")
            tried = next((count for sign, _, count in reversed(told[-1:]) if sign == b"?"), 0)
            key = key_of(folder)
            now = messages(folder)
            found["acknowledged"] += done
            must, may = known + names(key, start, done), known + names(key, start, done + tried)
            found["lost"] += now[: len(must)] != must
            found["order"] += now != may[: len(now)]
            found["extra"] += now != must
            if number % 2:
                try:
                    AuditLog.open(folder, key_for(folder, stage), time=NOW).close()
                    found["bad"] += not verify(LogPaths(folder)).ok
                except Exception as error:
                    found["refused"] += 1
                    print(f"run {number}: {error}", file=sys.stderr)
                found["bad"] += messages(folder) != now
            torn |= set((folder / "quarantine").iterdir())
            known = now
    result = (
        f"{found['acknowledged']:,} acknowledged, lost in {found['lost']} runs, order broken in {found['order']};"
        f" some of one call more in {found['extra']}; torn tails {len(torn)};"
        + (f" ended before the kill {found['whole']};" if stage else "")
        + f" refused to open {found['refused']}; not good afterwards {found['bad']}"
    )
    held = not any(found[name] for name in ("lost", "order", "bad", "refused"))
    where = {"": "at random points", "seal": "while sealing and signing", "rotate": "while files of records rotate"}
    return f"kill -9 {where[stage]}", f"{n:,}", _PROMISE, result, held


STAGES: dict[str, Callable[[int, random.Random, str], Row]] = {
    "": adding,
    "scan": scanning,
    "resume": scanning,
    "erase": erasing,
    "seal": adding,
    "rotate": adding,
}


def run(n: int, stage: str = "", seed: int = 3) -> Outcome:
    return timed(lambda: STAGES[stage](n, random.Random(seed), stage))


if __name__ == "__main__":
    main("kill9", run, 1000, tuple(STAGES))
