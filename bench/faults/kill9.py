"""kill -9 at random points: acknowledged ⊆ recovered, at most what one call was given more, order kept.

    python bench/faults/kill9.py [1000]

A child opens the log (and so recovers what the child before it left), adds batches of random size
and tells of each before and after; it is killed after a random time, in a third of the runs while it opens.
"""

from __future__ import annotations

import os
import random
import signal
import struct
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))
from bench.faults.kit import NOW, Outcome, key_of, main, messages, names, pairs, scratch, small_engine, timed
from modengine.audit.files.layout import LogPaths
from modengine.audit.read.verify import verify
from modengine.audit.write.log import AuditLog
from modengine.engine.engine import Engine

_TELL = struct.Struct("<cQQ")


def child(folder: Path, engine: Engine, start: int, seed: int, pipe: int) -> None:
    """Adds decisions until it is killed."""
    chance = random.Random(seed)
    # Every other child has several batches a call: one is made while another is synced.
    with AuditLog.open(folder, time=NOW, every=40, segment=30_000, batch=6 if seed % 2 else 128) as log:
        log.use(engine, NOW)
        while True:
            count = chance.randint(1, 20)
            batch = pairs(engine, start, count)
            os.write(pipe, _TELL.pack(b"?", start, count))
            log.append_many(batch, NOW)
            os.write(pipe, _TELL.pack(b"!", start, count))
            start += count


def run(n: int, seed: int = 3) -> Outcome:
    def work() -> tuple[str, str, str, str, bool]:
        chance = random.Random(seed)
        engine = small_engine()
        lost = extra = order = bad = refused = acknowledged = 0
        torn: set[Path] = set()
        with scratch() as disk, scratch(memory=True) as memory:
            folder, known = disk, list[str]()
            for number in range(n):
                if number % 50 == 0:
                    folder, known = (memory if number % 100 else disk) / str(number), []
                start = number * 1_000_000
                told = killed(folder, engine, start, chance)
                if not (folder / "log.json").exists():
                    bad += bool(told)
                    continue
                done = sum(count for sign, _, count in told if sign == b"!")
                tried = next((count for sign, _, count in reversed(told[-1:]) if sign == b"?"), 0)
                key = key_of(folder)
                now = messages(folder)
                acknowledged += done
                must, may = known + names(key, start, done), known + names(key, start, done + tried)
                lost += now[: len(must)] != must
                order += now != may[: len(now)]
                extra += now != must
                if number % 2:
                    try:
                        AuditLog.open(folder, time=NOW).close()
                        bad += not verify(LogPaths(folder)).ok
                    except Exception as error:
                        refused += 1
                        print(f"run {number}: {error}", file=sys.stderr)
                    bad += messages(folder) != now
                torn |= set((folder / "quarantine").iterdir())
                known = now
        result = (
            f"{acknowledged:,} acknowledged, lost in {lost} runs, order broken in {order}; some of one call more in"
            f" {extra}; torn tails {len(torn)}; refused to open {refused}; not good afterwards {bad}"
        )
        held = not (lost or order or bad or refused)
        return "kill -9 at random points", f"{n:,}", _PROMISE, result, held

    return timed(work)


_PROMISE = "acknowledged ⊆ recovered, at most what one call was given more, order kept"


def killed(folder: Path, engine: Engine, start: int, chance: random.Random) -> list[tuple[bytes, int, int]]:
    """What a child told before it was killed."""
    read, write = os.pipe()
    seed = int(chance.random() * 1e9)
    # Either while it opens, or within a few milliseconds of a random word from it.
    words, wait = 0, chance.uniform(0, 0.06)
    if chance.random() > 1 / 3:
        words, wait = chance.randint(1, 24), chance.uniform(0, 0.01)
    pid = os.fork()
    if pid == 0:
        try:
            os.close(read)
            child(folder, engine, start, seed, write)
        finally:
            os._exit(9)
    os.close(write)
    data = b""
    while len(data) < words * _TELL.size and (more := os.read(read, _TELL.size)):
        data += more
    time.sleep(wait)
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    with os.fdopen(read, "rb") as pipe:
        data += pipe.read()
    whole = len(data) // _TELL.size * _TELL.size
    return [(sign, at, count) for sign, at, count in _TELL.iter_unpack(data[:whole])]


if __name__ == "__main__":
    main("kill9", run, 1000)
