"""Durable appends against a plain write and sync of the same bytes.

    python bench/audit_append.py [--repeat 15] [--folder FOLDER] [--quiet]

For each batch size, in turns: a batch of decisions appended to a log (vault and records, each synced
once), and the same bytes (those that the batch added to the vault's journal and to the records) written
to two plain files and synced.  Medians of one run; the folder should lie on a real disk.  Every turn takes
other decisions of the shuffled samples, so that batches of all sizes are alike; more than half of the samples
have hits, with some twenty places each.  `--quiet` takes only those without.

`seal` makes the records (commitments, pseudonyms, JSON, hashes): work for the processor and none for the disk.
`commit` puts finished records on the disk.  `raw` is the plain write.  Of the three the first depends on the
processor alone; on a disk whose sync takes t us longer than the one printed, `commit` and `raw` take 2 t longer,
and so append/raw is about (append + 2 t) / (raw + 2 t).
`list` is a call with a list of several batches, which are made while the one before them is synced, against as
many plain writes: all of its records are acknowledged when it returns.
`cpu us` is the processor's time for a record, of the append and of the sealing in it.
"""

from __future__ import annotations

import argparse
import os
import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import cycle, islice
from pathlib import Path
from statistics import median
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

import modengine
from modengine.audit.records.batch import Pair
from modengine.audit.write.log import BATCH, AuditLog
from modengine.audit.write.recorder import BATCH as SCAN
from modengine.run.read.files import read_paths

SAMPLES = Path(__file__).parents[1] / "samples" / "messages.jsonl"
SIZES = (1, 8, 16, 32, 64, BATCH, 256, SCAN)
LIST = 8
"""Batches of a list."""
NOW = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(slots=True)
class Spent:
    """Seconds of the clock and of the processor, a turn each."""

    clock: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)

    def of(self, run: Callable[[], Any]) -> Any:
        start, busy = time.perf_counter(), time.process_time()
        try:
            return run()
        finally:
            self.cpu.append(time.process_time() - busy)
            self.clock.append(time.perf_counter() - start)


class Bench:
    """One batch size: a log, and what its turns took.  The first turn does not count."""

    def __init__(self, place: Path, batch: int, pairs: Iterator[Pair]) -> None:
        self._place, self._batch, self._pairs = place, batch, pairs
        self.log = AuditLog.open(place / str(batch), time=NOW, batch=batch)
        self._append, self._seal, self._commit, self._raw, self._list, self._raws = (Spent() for _ in range(6))
        self._written: list[int] = []

    def turn(self) -> None:
        log, pairs = self.log, list(islice(self._pairs, self._batch))
        seal, commit, least = log._seal, log._commit, 0

        def commit_timed(*given: Any, **named: Any) -> None:
            nonlocal least
            least = sum(len(cell or b"") for row in given[0].rows for cell in row)
            self._commit.of(lambda: commit(*given, **named))

        before = sizes(log.path)
        log._seal = lambda *given: self._seal.of(lambda: seal(*given))  # type: ignore[method-assign]
        log._commit = commit_timed  # type: ignore[method-assign]
        self._append.of(lambda: log.append_many(pairs, NOW))
        log._seal, log._commit = seal, commit  # type: ignore[method-assign]
        first, second = (max(0, new - old) for old, new in zip(before, sizes(log.path), strict=True))
        # The journal is used again after SQLite has emptied it: then the rows alone are counted.
        data = os.urandom(max(first, least)), os.urandom(second)
        self._written.append(len(data[0]) + len(data[1]))
        self._raw.of(lambda: raw(self._place, *data))
        several = [*pairs, *islice(self._pairs, self._batch * (LIST - 1))]
        self._list.of(lambda: log.append_many(several, NOW))
        self._raws.of(lambda: [raw(self._place, *data) for _ in range(LIST)])

    def row(self) -> str:
        batch = self._batch
        append, seal, commit, plain, several, plains = (
            median(spent.clock[1:]) * 1e6
            for spent in (self._append, self._seal, self._commit, self._raw, self._list, self._raws)
        )
        busy, sealing = (median(spent.cpu[1:]) * 1e6 / batch for spent in (self._append, self._seal))
        name, size = f"{batch}{'*' if batch == BATCH else ''}", median(self._written[1:]) / batch
        return (
            f"{name:>6}{append:>11,.0f}{seal:>9,.0f}{commit:>11,.0f}{plain:>9,.0f}{append / plain:>12.2f}"
            f"{commit / plain:>12.2f}{batch / append * 1e6:>11,.0f}{busy:>8.1f}{sealing:>8.1f}"
            f"{size:>14,.0f}{several / plains:>10.2f}{LIST * batch / several * 1e6:>11,.0f}"
        )


HEAD = (
    f"{'batch':>6}{'append us':>11}{'seal us':>9}{'commit us':>11}{'raw us':>9}{'append/raw':>12}{'commit/raw':>12}"
    f"{'records/s':>11}{'cpu us':>8}{'(seal)':>8}{'bytes/record':>14}{'list/raw':>10}{'records/s':>11}"
)


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


def one_sync(folder: Path, repeat: int) -> float:
    """The microseconds that a sync of 4 KB at the end of a file takes."""
    spent = Spent()
    descriptor = os.open(folder / "sync", os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    for _ in range(repeat + 1):
        os.write(descriptor, b"x" * 4096)
        spent.of(lambda: os.fsync(descriptor))
    os.close(descriptor)
    return median(spent.clock[1:]) * 1e6


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeat", type=int, default=15)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--quiet", action="store_true", help="only decisions without hits")
    arguments = parser.parse_args()
    engine = modengine.load()
    messages = [row.message for row in read_paths([SAMPLES]) if row.message is not None]
    pairs = [(message, engine.decide(message)) for message in messages]
    if arguments.quiet:
        pairs = [(message, decision) for message, decision in pairs if not decision.hits and not decision.relief]
    random.Random(1).shuffle(pairs)
    places = sum(len(hit.matches) for _, decision in pairs for hit in (*decision.hits, *decision.relief))
    hits = sum(bool(decision.hits) for _, decision in pairs)
    with tempfile.TemporaryDirectory(dir=arguments.folder) as folder:
        place = Path(folder)
        syncs = [one_sync(place, arguments.repeat)]
        benches = [Bench(place, batch, cycle(pairs)) for batch in SIZES]
        for bench in benches:
            bench.log.use(engine, NOW)
        for _ in range(arguments.repeat + 1):
            for bench in benches:
                bench.turn()
        for bench in benches:
            bench.log.close()
        syncs.append(one_sync(place, arguments.repeat))
    print(
        f"{len(pairs)} decisions, {hits} with hits, {places / len(pairs):.1f} places a decision;"
        f" a sync of 4 KB: {syncs[0]:,.0f} us before, {syncs[1]:,.0f} us after; medians of {arguments.repeat}"
    )
    print(HEAD)
    for bench in benches:
        print(bench.row())
    print("* the default")


if __name__ == "__main__":
    main()
