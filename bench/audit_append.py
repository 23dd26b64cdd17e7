"""Durable appends against a plain write and sync of the same bytes.

    python bench/audit_append.py [--repeat 15] [--folder FOLDER]

For each batch size, in turns: a batch of decisions appended to a log (vault and records, each synced
once), and the same bytes (those that the batch added to the vault's journal and to the records) written
to two plain files and synced.  Medians of one run; the folder should lie on a real disk.  `commit` is
the append without the sealing of its records (commitments, pseudonyms, JSON), which is work for the
processor and none for the disk.  `list` is a call with a list of several batches, which are made while the
one before them is synced, against as many plain writes: all of its records are acknowledged when it returns.
`cpu us` is the processor's time for a record of a single batch, the least of all turns: it depends least on what
else the machine does.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import cycle, islice
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

import modengine
from modengine.audit.log import BATCH, AuditLog
from modengine.audit.recorder import BATCH as SCAN
from modengine.run.read import read_paths

SAMPLES = Path(__file__).parents[1] / "samples" / "messages.jsonl"
LIST = 8
"""Batches of a list."""
NOW = datetime(2026, 1, 1, tzinfo=UTC)


def timed(run: Callable[[], object]) -> float:
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


def raw(folder: Path, first: bytes, second: bytes) -> None:
    """The same bytes, the plainest way that keeps the same promise."""
    for name, data in (("first", first), ("second", second)):
        descriptor = os.open(folder / name, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        os.write(descriptor, data)
        os.fsync(descriptor)
        os.close(descriptor)


def sizes(folder: Path) -> tuple[int, int]:
    """The bytes of the vault with its journal, and of the records."""
    vault = sum(path.stat().st_size for path in folder.glob("vault.sqlite*") if not path.name.endswith("-shm"))
    return vault, sum(path.stat().st_size for path in (folder / "segments").iterdir())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeat", type=int, default=15)
    parser.add_argument("--folder", type=Path)
    arguments = parser.parse_args()
    engine = modengine.load()
    messages = [row.message for row in read_paths([SAMPLES]) if row.message is not None]
    pairs = [(message, engine.decide(message)) for message in messages]
    print(
        f"{'batch':>6}{'append ms':>11}{'commit ms':>11}{'raw ms':>9}{'append/raw':>12}{'commit/raw':>12}"
        f"{'records/s':>11}{'cpu us':>8}{'bytes/record':>14}{'list/raw':>10}{'records/s':>11}"
    )
    with tempfile.TemporaryDirectory(dir=arguments.folder) as place:
        for batch in (1, 8, 16, 32, 64, BATCH, 256, SCAN):
            log = AuditLog.open(Path(place) / str(batch), time=NOW, batch=batch)
            log.use(engine, NOW)
            some = list(islice(cycle(pairs), batch))
            appends, commits, raws, written, busy = [], list[float](), [], [], []
            lists, raw_lists, least = [], [], list[int]()
            commit = log._commit

            def commit_timed(*given: Any, **named: Any) -> None:
                rows = given[0].rows
                least.append(sum(len(cell or b"") for row in rows for cell in row))  # noqa: B023
                commits.append(timed(lambda: commit(*given, **named)))  # noqa: B023

            for _ in range(arguments.repeat + 1):
                before = sizes(log.path)
                log._commit = commit_timed  # type: ignore[method-assign]
                start = time.process_time()
                appends.append(timed(lambda: log.append_many(some, NOW)))  # noqa: B023
                busy.append(time.process_time() - start)
                first, second = (max(0, new - old) for old, new in zip(before, sizes(log.path), strict=True))
                # The journal is used again after SQLite has emptied it: then the rows alone are counted.
                first = max(first, least[-1])
                written.append(first + second)
                data = os.urandom(first), os.urandom(second)
                raws.append(timed(lambda: raw(Path(place), *data)))  # noqa: B023
                log._commit = commit  # type: ignore[method-assign]
                lists.append(timed(lambda: log.append_many(some * LIST, NOW)))  # noqa: B023
                raw_lists.append(timed(lambda: [raw(Path(place), *data) for _ in range(LIST)]))  # noqa: B023
            log.close()
            append, alone, plain = (statistics.median(some[1:]) for some in (appends, commits, raws))
            several, plain_several = (statistics.median(some[1:]) for some in (lists, raw_lists))
            size = statistics.median(written[1:]) / batch
            name = f"{batch}{'*' if batch == BATCH else ''}"
            print(
                f"{name:>6}{append * 1000:>11.2f}{alone * 1000:>11.2f}{plain * 1000:>9.2f}{append / plain:>12.2f}"
                f"{alone / plain:>12.2f}{batch / append:>11,.0f}{min(busy[1:]) / batch * 1e6:>8.1f}{size:>14,.0f}"
                f"{several / plain_several:>10.2f}{LIST * batch / several:>11,.0f}"
            )
    print("* the default")


if __name__ == "__main__":
    main()
