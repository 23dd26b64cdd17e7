"""What the fault programs share: a small engine, messages, logs to harm, and the row that each prints."""

from __future__ import annotations

import argparse
import json
import os
import random
import select
import shutil
import signal
import struct
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from modengine.audit.files.layout import LogPaths  # noqa: E402
from modengine.audit.records.commitments import pseudonym  # noqa: E402
from modengine.audit.records.record import Record  # noqa: E402
from modengine.audit.records.segments import lines, record_of  # noqa: E402
from modengine.audit.records.vault import Vault  # noqa: E402
from modengine.audit.tree.keys import make_key  # noqa: E402
from modengine.audit.write.log import AuditLog  # noqa: E402
from modengine.engine.engine import Engine  # noqa: E402
from modengine.loading import load  # noqa: E402
from modengine.model import Decision, Message  # noqa: E402

NOW = datetime(2026, 1, 1, tzinfo=UTC)
TELL = struct.Struct("<cQQ")
"""What a child tells: `?` before and `!` after it did something, and two numbers."""
Tell = tuple[bytes, int, int]
Row = tuple[str, str, str, str, bool]
KEY = make_key("example.org/faults", lambda n: b"\x01" * n)
_LEFT = 20.0
"""Seconds after which workers that go on without the process that started them are a fault."""
RESULTS = Path(__file__).with_name("results.json")
POLICY = """\
policy: faults
title: A policy for the fault programs
rulesets: [rules.yaml]
fields: {channel: {enum: [private, group]}}
scope: {default: message.channel == "group"}
actions: {fraud: {label: 30, block: 90}}
"""
RULES = """\
ruleset: rules
title: Rules for the fault programs
category: fraud
rules:
  - id: fraud.parcel
    title: A parcel that costs
    score: 60
    patterns: {parcel: {words: [快递]}}
    when: parcel
"""


@dataclass(frozen=True, slots=True)
class Outcome:
    """A row of the table."""

    fault: str
    figure: str
    promise: str
    result: str
    held: bool
    seconds: float


def small_engine() -> Engine:
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "policy.yaml").write_text(POLICY, "utf-8")
        (Path(folder) / "rules.yaml").write_text(RULES, "utf-8")
        return load(Path(folder) / "policy.yaml")


def pairs(engine: Engine, start: int, count: int) -> list[tuple[Message, Decision]]:
    """Messages `m-START` and so on, each with its decision; every third hits."""
    found = []
    for number in range(start, start + count):
        text = f"第{number}个快递到了" if number % 3 == 0 else f"第{number}天，明天见"
        message = Message(text, f"m-{number}", fields={"channel": "group"})
        found.append((message, engine.decide(message)))
    return found


def make(folder: Path, engine: Engine, count: int, batch: int, close: bool = True, **options: Any) -> AuditLog | None:
    """A log of `count` records: the revision, and decisions, `batch` at a time.

    Without `close` no checkpoint is made of them: the log is as a writer leaves it that was killed.
    """
    log = AuditLog.open(folder, time=NOW, batch=batch, **options)
    log.use(engine, NOW)
    log.append_many(pairs(engine, 0, count - log.size), NOW)
    if close:
        log.close()
        return None
    return log


def abandon(log: AuditLog) -> None:
    """Lets a log go as a killed process does: without a checkpoint."""
    log._let_go()


def records(folder: Path) -> Iterator[Record]:
    """The records of a log, up to the first that is none."""
    for line in lines(LogPaths(folder).segments):
        try:
            yield record_of(line)
        except ValueError:
            return


def messages(folder: Path) -> list[str]:
    """The pseudonyms of the decisions, in their order."""
    return [record["message"] for record in records(folder) if record["kind"] == "decision"]


def key_of(folder: Path) -> bytes:
    origin = json.loads((folder / "log.json").read_bytes())["origin"]
    vault = Vault.read(folder / "vault.sqlite", origin)
    assert vault is not None
    try:
        return vault.key
    finally:
        vault.close()


def names(key: bytes, start: int, count: int) -> list[str]:
    return [pseudonym(key, f"m-{number}") for number in range(start, start + count)]


def snapshot(folder: Path) -> dict[str, bytes]:
    """Every file of a log."""
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def restore(folder: Path, files: dict[str, bytes]) -> None:
    """Puts a log back as it was."""
    shutil.rmtree(folder, ignore_errors=True)
    for name in ("segments", "rules", "quarantine"):
        (folder / name).mkdir(parents=True)
    for name, data in files.items():
        (folder / name).write_bytes(data)


def killed(work: Callable[[int], object], wait: float | None, words: int = 0) -> tuple[bool, list[Tell]]:
    """Whether a child was killed before its end, and what it told.

    It is killed so many seconds after so many words; without `wait` it is not.  Raises OSError where it
    fails, or where its workers do not end with it.
    """
    read, write = os.pipe()
    pid = os.fork()
    if pid == 0:
        code = 9
        try:
            os.close(read)
            work(write)
            code = 0
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(code)
    os.close(write)
    data = b""
    while len(data) < words * TELL.size and (more := os.read(read, TELL.size)):
        data += more
    if wait is not None:
        time.sleep(wait)
        os.kill(pid, signal.SIGKILL)
    code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    # Its workers hold the pipe as long as they live.
    with os.fdopen(read, "rb", buffering=0) as pipe:
        while select.select([pipe], [], [], _LEFT)[0]:
            if not (more := pipe.read(1 << 16)):
                break
            data += more
        else:
            raise OSError("workers were left behind")
    if code not in (0, -signal.SIGKILL):
        raise OSError(f"a child failed: {code}")
    return code != 0, list(TELL.iter_unpack(data[: len(data) // TELL.size * TELL.size]))


class Spread:
    """Kills spread evenly over as long as something takes: the first ends whole, and of the rest about one in seven."""

    def __init__(self, chance: random.Random) -> None:
        self._chance, self._longest = chance, 0.0

    def kill(self, work: Callable[[int], object]) -> tuple[bool, list[Tell]]:
        start = time.perf_counter()
        hit, told = killed(work, self._chance.uniform(0, self._longest) if self._longest else None)
        self._longest = self._longest * (1.02 if hit else 0.89) or time.perf_counter() - start
        return hit, told


@contextmanager
def scratch(memory: bool = False) -> Iterator[Path]:
    """A folder to work in; with `memory` one that costs no disk, where there is one."""
    where = "/dev/shm" if memory and os.path.isdir("/dev/shm") else None
    with tempfile.TemporaryDirectory(prefix="faults-", dir=where) as folder:
        yield Path(folder)


def main(name: str, run: Callable[..., Outcome], default: int, stages: Sequence[str] = ("",)) -> None:
    """The command line of a program: runs it, prints its row, and keeps it in results.json.

    Where it has stages, `run` is given the one that was asked for; empty is the first.
    """
    parser = argparse.ArgumentParser()
    parser.add_argument("n", type=int, nargs="?", default=default, help=f"how many faults [default: {default}]")
    parser.add_argument("--dry", action="store_true", help="do not keep the result")
    parser.add_argument("--stage", choices=stages, default="", help="what to harm")
    arguments = parser.parse_args()
    stage = (arguments.stage,) if arguments.stage else ()
    row = run(arguments.n, *stage)
    print(f"| {row.fault} | {row.figure} | {row.promise} | {row.result} | {'yes' if row.held else 'NO'} |")
    if not arguments.dry:
        kept = json.loads(RESULTS.read_text("utf-8")) if RESULTS.exists() else {}
        kept[" --stage ".join((name, *stage))] = asdict(row)
        RESULTS.write_text(json.dumps(kept, indent=1, ensure_ascii=False, sort_keys=True) + "\n", "utf-8")
    sys.exit(0 if row.held else 1)


def timed(run: Callable[[], Row]) -> Outcome:
    start = time.perf_counter()
    fault, figure, promise, result, held = run()
    return Outcome(fault, figure, promise, result, held, round(time.perf_counter() - start, 1))
