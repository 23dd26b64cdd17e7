"""Sixteen processes that add to one log at once: nothing lost, contiguous numbers.

    python bench/faults/writers.py [1000]

Each adds so many decisions in sessions of 100: it waits for the lock, adds, and lets go.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))
from bench.faults.kit import NOW, Outcome, key_of, main, messages, names, pairs, records, scratch, small_engine, timed
from modengine.audit.files.layout import LogPaths
from modengine.audit.read.verify import verify
from modengine.audit.write.log import AuditLog
from modengine.engine.engine import Engine

WRITERS = 16


def writer(folder: Path, engine: Engine, number: int, count: int, session: int) -> None:
    for start in range(0, count, session):
        batch = pairs(engine, number * 1_000_000 + start, min(session, count - start))
        with AuditLog.open(folder, time=NOW, wait=600, batch=25) as log:
            log.use(engine, NOW)
            log.append_many(batch, NOW)


def run(n: int, session: int = 100) -> Outcome:
    def work() -> tuple[str, str, str, str, bool]:
        engine = small_engine()
        with scratch() as place:
            folder = place / "log"
            children = []
            for number in range(WRITERS):
                pid = os.fork()
                if pid == 0:
                    code = 1
                    try:
                        writer(folder, engine, number, n, session)
                        code = 0
                    finally:
                        os._exit(code)
                children.append(pid)
            failed = sum(os.waitpid(pid, 0)[1] != 0 for pid in children)
            key, now = key_of(folder), messages(folder)
            wanted = {name for number in range(WRITERS) for name in names(key, number * 1_000_000, n)}
            contiguous = [record["seq"] for record in records(folder)] == list(range(sum(1 for _ in records(folder))))
            good = verify(LogPaths(folder)).ok
            lost, twice = len(wanted - set(now)), len(now) - len(set(now))
        result = f"{len(now):,} decisions; lost {lost}, twice {twice}, contiguous: {'yes' if contiguous else 'no'}"
        result += f"; writers that failed: {failed}"
        held = not (lost or twice or failed) and contiguous and good
        return "writers at once", f"{WRITERS} processes × {n:,}", "no loss, contiguous sequence", result, held

    return timed(work)


if __name__ == "__main__":
    main("writers", run, 1000)
