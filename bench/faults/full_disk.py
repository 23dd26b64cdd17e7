"""A disk that fills up: nothing acknowledged is lost, the writer is poisoned, and goes on when there is room.

    python bench/faults/full_disk.py [25]        (mounts a tmpfs: needs root on Linux)

So many disks, each a little larger than the one before, so that they fill at different places.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))
from bench.faults.kit import NOW, Outcome, key_of, main, messages, names, pairs, scratch, small_engine, timed
from modengine.audit.files.layout import LogPaths
from modengine.audit.read.verify import verify
from modengine.audit.write.log import AuditLog
from modengine.errors import AuditError

CODES = ("ME958",)


@contextmanager
def disk(place: Path, kilobytes: int) -> Iterator[Path]:
    place.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={kilobytes}k", "tmpfs", str(place)], check=True)
    try:
        yield place
    finally:
        subprocess.run(["umount", "-l", str(place)], check=True)


def run(n: int) -> Outcome:
    def work() -> tuple[str, str, str, str, bool]:
        engine = small_engine()
        lost = extra = unpoisoned = bad = acknowledged = full = early = 0
        with scratch() as place:
            for number in range(n):
                with disk(place / str(number), 300 + 13 * number) as mounted:
                    folder, done = mounted / "log", 0
                    try:
                        log = AuditLog.open(folder, time=NOW, every=60, batch=6)
                    except AuditError as error:
                        early += 1
                        bad += error.code not in CODES
                        continue
                    try:
                        log.use(engine, NOW)
                        while True:
                            log.append_many(pairs(engine, done, 20), NOW)
                            done += 20
                    except AuditError as error:
                        full += 1
                        bad += error.code not in CODES
                    try:
                        log.append_many(pairs(engine, done, 1), NOW)
                        unpoisoned += 1
                    except AuditError as error:
                        unpoisoned += "not written any more" not in error.message
                    log.close()
                    acknowledged += done
                    now, wanted = messages(folder), names(key_of(folder), 0, done + 20)
                    lost += now[:done] != wanted[:done]
                    extra += now[done:] != wanted[done : len(now)] or len(now) > done + 20
                    subprocess.run(["mount", "-o", "remount,size=4m", str(mounted)], check=True)
                    with AuditLog.open(folder, time=NOW) as again:
                        again.use(engine, NOW)
                        again.append_many(pairs(engine, 10_000, 5), NOW)
                    bad += not verify(LogPaths(folder)).ok or messages(folder)[:done] != wanted[:done]
        result = (
            f"{acknowledged:,} acknowledged, lost on {lost} disks; {full} full while writing, {early} while opening;"
            f" not poisoned {unpoisoned}; not good with room again {bad + extra}"
        )
        held = not (lost or extra or unpoisoned or bad)
        return (
            "full disk (tmpfs)",
            f"{n} sizes",
            "no acknowledged loss, writer poisoned, goes on with room",
            result,
            held,
        )

    return timed(work)


if __name__ == "__main__":
    main("full_disk", run, 25)
