"""A lock whose holder is killed, and a lock file that is taken from a living holder.

python bench/faults/lost_lock.py [100]
"""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))
from bench.faults.kit import NOW, Outcome, key_of, main, messages, names, pairs, scratch, small_engine, timed
from modengine.audit.files.layout import LogPaths
from modengine.audit.read.verify import verify
from modengine.audit.write.log import AuditLog
from modengine.errors import AuditError


def run(n: int) -> Outcome:
    def work() -> tuple[str, str, str, str, bool]:
        engine = small_engine()
        refused = taken = unnoticed = bad = 0
        slowest = 0.0
        with scratch(memory=True) as place:
            killed = place / "killed"
            AuditLog.open(killed, time=NOW).close()
            for _ in range(n):
                read, write = os.pipe()
                pid = os.fork()
                if pid == 0:
                    log = AuditLog.open(killed, time=NOW)
                    os.write(write, b"!")
                    signal.pause()
                    os._exit(1)
                os.read(read, 1)
                os.close(read)
                os.close(write)
                try:
                    AuditLog.open(killed, time=NOW).close()
                except AuditError as error:
                    refused += error.code == "ME957"
                os.kill(pid, signal.SIGKILL)
                os.waitpid(pid, 0)
                start = time.perf_counter()
                AuditLog.open(killed, time=NOW, wait=5).close()
                slowest = max(slowest, time.perf_counter() - start)
                taken += 1
            for number in range(n):
                folder = place / str(number)
                log = AuditLog.open(folder, time=NOW)
                log.use(engine, NOW)
                log.append_many(pairs(engine, 0, 10), NOW)
                (folder / "lock").unlink()
                if number % 2:  # a second writer gets in
                    with AuditLog.open(folder, time=NOW) as other:
                        other.use(engine, NOW)
                        other.append_many(pairs(engine, 10, 10), NOW)
                try:
                    log.append_many(pairs(engine, 20, 10), NOW)
                    unnoticed += 1
                except AuditError as error:
                    unnoticed += error.code != "ME957"
                log.close()
                wanted = names(key_of(folder), 0, 20 if number % 2 else 10)
                bad += messages(folder) != wanted or not verify(LogPaths(folder)).ok
        result = (
            f"while held {refused} of {n} refused; after it {taken} of {n} got it (slowest {slowest * 1000:.0f} ms)"
            f"; lock file removed: noticed by {n - unnoticed} of {n}; not good {bad}"
        )
        held = refused == taken == n and not unnoticed and not bad
        return (
            "lost lock",
            f"{n} killed, {n} taken away",
            "the next one gets it; the one that lost it stops",
            result,
            held,
        )

    return timed(work)


if __name__ == "__main__":
    main("lost_lock", run, 100)
