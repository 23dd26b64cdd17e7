"""kill -9 of workers of `modengine scan`: it says so within seconds (ME914) or ends whole, and is gone on with.

    python bench/faults/kill_worker.py [200]

By turns a worker of two is killed while it starts, at any moment after that, and in the middle of a result: there the
scan is held (SIGSTOP) until its workers, whose results are larger than a pipe, wait for it.  Every third scan is gone
on with by `--resume`, a worker of that one is killed too, and then it must end as one that nobody disturbed.
For each twenty of them a worker of Ray is killed, where that is installed.
"""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))
from bench.faults.kit import POLICY, ROOT, RULES, Outcome, main, scratch, timed
from modengine.audit.files.layout import LogPaths
from modengine.audit.read.shards import verify_manifest
from modengine.audit.read.verify import verify

COUNT = 6_000
"""Messages in a scan."""
LIMIT, RAY_LIMIT = 20.0, 240.0
"""Seconds that a scan may go on for after the kill."""
MORE_RULES = f"""\
  - id: fraud.many
    title: More than a pipe holds, for a worker to read when it starts
    score: 60
    patterns: {{many: {{words: [{", ".join(f"快递{number}单" for number in range(1500))}]}}}}
    when: many
"""
POINTS = ("start", "any", "write")
WORKER, RAY_WORKER = b"spawn_main", b"ray::modengine"
_MARK = "MODENGINE_KILL_WORKER"


class Tries:
    """Scans of the same messages, and what came of the kills."""

    def __init__(self, folder: Path, seed: int) -> None:
        self._folder, self._chance = folder, random.Random(seed)
        self.told = self.whole = self.resumed = self.hung = self.wrong = self.left = self.ray = self.ray_whole = 0
        self.slowest = 0.0
        (folder / "policy.yaml").write_text(POLICY, "utf-8")
        (folder / "rules.yaml").write_text(RULES + MORE_RULES, "utf-8")
        with (folder / "messages.jsonl").open("w", encoding="utf-8") as file:
            for number in range(COUNT):
                text = f"第{number}个快递到了" if number % 3 == 0 else f"第{number}天，明天见"
                row = {"id": f"m-{number}", "text": text, "channel": "group"}
                file.write(json.dumps(row, ensure_ascii=False) + "\n")
        self._scan("whole").communicate()
        self._wanted = (folder / "whole.jsonl").read_bytes()

    def local(self, point: str, name: str, *more: str) -> bool:
        """Kills workers of this machine; whether the scan was stopped by it."""
        running = self._scan(name, "-j", "2", *more)
        part = self._folder / f"{name}.jsonl.part"
        begun = part.stat().st_size if part.exists() else 0

        def ready() -> bool:
            if point == "start":
                return bool(children(running.pid))
            return len(children(running.pid)) == 2 and part.exists() and part.stat().st_size > begun

        _wait(lambda: running.poll() is not None or ready())
        workers = children(running.pid)
        if point == "write" and running.poll() is None:
            os.kill(running.pid, signal.SIGSTOP)
            time.sleep(0.4)
        else:
            time.sleep(self._chance.uniform(0, 0.5))
        known = [pid for pid in children(running.pid) if pid in workers]
        for pid in self._chance.sample(known, min(len(known), self._chance.choice((1, 1, 2)))):
            os.kill(pid, signal.SIGKILL)
        if running.poll() is None:
            os.kill(running.pid, signal.SIGCONT)
        stopped = self._stopped(running, LIMIT)
        self.told += stopped is True
        self.whole += stopped is False
        if stopped is False:
            self._compare(name)
        elif not verify(LogPaths(self._folder / name)).ok:
            self.wrong += 1
        self.left += any(Path(f"/proc/{pid}/cmdline").exists() for pid in workers)
        return stopped is not False

    def resume(self, name: str) -> None:
        """Goes on, is killed, and goes on to the end."""
        self.resumed += 1
        if self.local(self._chance.choice(POINTS), name, "--resume"):
            self.wrong += self._stopped(self._scan(name, "-j", "2", "--resume"), RAY_LIMIT) is not False
            self._compare(name)

    def of_ray(self, name: str) -> None:
        folder = self._folder / name
        running = self._scan(name, "--shard-size", "60000", "-j", "2", "--engine", "ray")
        shards = folder / "shards"
        _wait(lambda: running.poll() is not None or bool(list(shards.glob("??????")) and marked(folder)))
        time.sleep(self._chance.uniform(0, 0.3))
        _wait(lambda: running.poll() is not None or self._one_of_ray(folder))
        if self._stopped(running, RAY_LIMIT) is False:
            self.ray_whole += 1
            report = verify_manifest(folder)
            found = b"".join((path / "decisions.jsonl").read_bytes() for path in sorted(shards.iterdir()))
            self.wrong += bool(report.faults) or report.rows != COUNT or found != self._wanted

    def _one_of_ray(self, folder: Path) -> bool:
        """Kills a worker that is deciding; whether there was one, for it bears its name no longer than a shard."""
        for pid in marked(folder)[:1]:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                return False
            self.ray += 1
            return True
        return False

    def _scan(self, name: str, *more: str) -> subprocess.Popen[bytes]:
        folder = self._folder
        command = [sys.executable, "-m", "modengine", "scan", str(folder / "messages.jsonl"), "-q", *more]
        command += ["-p", str(folder / "policy.yaml"), "-o"]
        command += [str(folder / name)] if "ray" in more else [str(folder / f"{name}.jsonl"), "-a", str(folder / name)]
        return subprocess.Popen(
            command,
            env={**os.environ, "PYTHONPATH": str(ROOT), _MARK: str(folder / name)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )

    def _stopped(self, running: subprocess.Popen[bytes], limit: float) -> bool | None:
        """Whether it ended by ME914; None where it did not end."""
        since = time.monotonic()
        try:
            said = running.communicate(timeout=limit)[1].decode("utf-8", "replace")
        except subprocess.TimeoutExpired:
            self.hung += 1
            os.killpg(running.pid, signal.SIGKILL)
            running.communicate()
            return None
        if limit == LIMIT:
            self.slowest = max(self.slowest, time.monotonic() - since)
        told = running.returncode == 2 and "[ME914 worker-died]" in said
        if "Traceback" in said or not (told or running.returncode == 0):
            self.wrong += 1
            print(running.returncode, said, file=sys.stderr)
        return told

    def _compare(self, name: str) -> None:
        report = verify(LogPaths(self._folder / name))
        found = (self._folder / f"{name}.jsonl").read_bytes()
        self.wrong += not report.ok or report.kinds.get("decision") != COUNT or found != self._wanted


def children(parent: int) -> list[int]:
    """The workers of a process."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            if int(entry.read_text().rpartition(")")[2].split()[1]) == parent:
                found += [int(entry.parent.name)] if WORKER in entry.with_name("cmdline").read_bytes() else []
        except OSError:
            continue
    return found


def marked(folder: Path) -> list[int]:
    """The workers of Ray that decide for a scan to a folder."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if entry.read_bytes().startswith(RAY_WORKER):
                environment = entry.with_name("environ").read_bytes().split(b"\0")
                found += [int(entry.parent.name)] if f"{_MARK}={folder}".encode() in environment else []
        except OSError:
            continue
    return found


def _wait(what: Callable[[], bool]) -> None:
    until = time.monotonic() + RAY_LIMIT
    while not what():
        if time.monotonic() > until:
            raise TimeoutError("a scan does not begin")
        time.sleep(0.02)


def run(n: int, seed: int = 5) -> Outcome:
    def work() -> tuple[str, str, str, str, bool]:
        with scratch(memory=True) as folder:
            tries = Tries(folder, seed)
            for number in range(n):
                if tries.local(POINTS[number % 3], str(number)) and number // 3 % 3 == 0:
                    tries.resume(str(number))
            for number in range(n // 20 if find_spec("ray") else 0):
                tries.of_ray(f"ray-{number}")
        result = (
            f"{tries.told} stopped with ME914, {tries.whole} ended whole (slowest {tries.slowest:.1f} s after it);"
            f" {tries.resumed} of them gone on with; with Ray {tries.ray} killed, {tries.ray_whole} ended whole;"
            f" hung {tries.hung}, processes left {tries.left}, wrong {tries.wrong}"
        )
        held = not (tries.hung or tries.left or tries.wrong)
        return "kill -9 of a worker of a scan", f"{n} scans", _PROMISE, result, held

    return timed(work)


_PROMISE = "ME914 within 20 s or all decided, no process left; gone on with to the same bytes"


if __name__ == "__main__":
    main("kill_worker", run, 200)
