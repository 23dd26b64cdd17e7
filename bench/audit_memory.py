"""Memory and time of what is done with a log, as the log grows.

    python bench/audit_memory.py [--sizes 10000 100000] [--folder FOLDER]

A log of so many decisions is recorded (cheap ones: one decision, over and over, under other ids), then
opened, verified, replayed from its source, and asked; each in a process of its own, whose largest
resident size is shown.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from modengine.audit.files.layout import LogPaths, read_origin
from modengine.audit.read.query import query
from modengine.audit.read.replay import Replayer
from modengine.audit.read.source import MessageSource
from modengine.audit.read.verify import verify
from modengine.audit.records.vault import Vault
from modengine.audit.write.log import AuditLog
from modengine.audit.write.recorder import BATCH
from modengine.loading import load
from modengine.model import Message

NOW = datetime(2026, 1, 1, tzinfo=UTC)
TEXT = "明天下午三点开会，请带笔记本"
FIELDS = {"channel": "group", "time": "2014-06-01"}


def messages(size: int) -> Iterator[Message]:
    return (Message(TEXT, f"m-{number}", fields=FIELDS) for number in range(size))


def record(folder: Path, size: int) -> None:
    engine = load()
    decision = engine.decide(Message(TEXT, fields=FIELDS))
    with AuditLog.open(folder, time=NOW, batch=BATCH) as log:
        log.use(engine, NOW)
        batch = []
        for message in messages(size):
            batch.append((message, decision))
            if len(batch) == BATCH:
                log.append_many(batch, NOW)
                batch = []
        log.append_many(batch, NOW)


def open_log(folder: Path, size: int) -> None:
    with AuditLog.open(folder, time=NOW) as log:
        assert log.size == size + 1


def verify_log(folder: Path, size: int) -> None:
    report = verify(LogPaths(folder))
    assert report.ok
    assert report.size == size + 1


def replay(folder: Path, size: int) -> None:
    layout = LogPaths(folder)
    vault = Vault.read(layout.vault, read_origin(layout))
    assert vault is not None
    with closing(vault), MessageSource(messages(size), vault.key) as source:
        replayer = Replayer(layout, vault, source)
        verify(layout, on_record=replayer.take)
    assert replayer.result.same == size, replayer.result.causes


def ask(folder: Path, size: int) -> None:
    answer, _ = query(LogPaths(folder), "SELECT action, count(*) FROM decisions GROUP BY 1")
    assert answer.rows == [("allow", size)]


WORK: Mapping[str, Callable[[Path, int], None]] = {
    "record": record,
    "open": open_log,
    "verify": verify_log,
    "replay": replay,
    "query": ask,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="+", default=[10_000, 100_000])
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--one", dest="measured", nargs=3, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.measured is not None:
        name, folder, size = arguments.measured
        start = time.process_time()
        WORK[name](Path(folder), int(size))
        largest = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024 if sys.platform == "linux" else 1 << 20)
        print(json.dumps([largest, time.process_time() - start]))
        return
    print(f"{'decisions':>10}" + "".join(f"{name + ' MB':>12}{'cpu s':>8}" for name in WORK))
    for size in arguments.sizes:
        with tempfile.TemporaryDirectory(dir=arguments.folder) as place:
            row = f"{size:>10,}"
            for name in WORK:
                command = [sys.executable, __file__, "--one", name, str(Path(place) / "log"), str(size)]
                largest, took = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
                row += f"{largest:>12,.0f}{took:>8.1f}"
            print(row, flush=True)


if __name__ == "__main__":
    main()
