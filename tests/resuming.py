"""Scans that are stopped by whatever stops one, and gone on with: output and log agree after it."""

from __future__ import annotations

import csv
import json
import os
import signal
import sys
from pathlib import Path

import pytest

from modengine.audit.files.layout import LogPaths
from modengine.audit.read.verify import verify
from modengine.audit.records.segments import lines, record_of
from modengine.cli.main import run
from modengine.run.read import blocks
from modengine.run.work import commit
from tests.commands import EXPIRY, POLICY, Command, finish, started, wait_for

posix = pytest.mark.skipif(sys.platform == "win32", reason="forks and signals")
proc = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks for processes in /proc")
ROWS = 60


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Blocks of a few rows, each put away by itself, however slow the disk."""
    monkeypatch.setattr(blocks, "BYTES", 800)
    monkeypatch.setattr(blocks, "ROWS", 15)
    monkeypatch.setattr(commit, "MOST", 1)


def message(number: int) -> dict[str, str]:
    return {"id": f"m{number}", "text": f"{number} {EXPIRY}" if number % 3 else f"{number} 明天见"}


@pytest.fixture
def jsonl(tmp_path: Path) -> Path:
    """Messages with bad lines among them."""
    path = tmp_path / "messages.jsonl"
    rows = [json.dumps(message(n), ensure_ascii=False) if n % 10 != 5 else "no message" for n in range(ROWS)]
    path.write_text("".join(f"{row}\n" for row in rows), encoding="utf-8")
    return path


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "messages.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, ("id", "text"))
        writer.writeheader()
        writer.writerows(message(n) for n in range(ROWS))
    return path


def recorded(log: Path) -> int:
    """The decisions of a log, which verifies."""
    report = verify(LogPaths(log))
    assert report.faults == []
    return report.kinds.get("decision", 0)


def logged(log: Path) -> list[object]:
    found = map(record_of, lines(LogPaths(log).segments))
    return [record["message"] for record in found if record["kind"] == "decision"]


def crash(at: int, how: str, args: list[str]) -> int:
    """Runs a command in a child that dies, as by `kill -9`, at its call number `at` of `os.HOW`; its exit code."""
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    try:
        real = getattr(os, how)
        calls = 0

        def dying(*given: object) -> object:
            nonlocal calls
            calls += 1
            if calls == at:
                if how == "write":
                    descriptor, data = given
                    real(descriptor, bytes(data)[: len(bytes(data)) * 2 // 3])  # type: ignore[call-overload]
                os._exit(99)
            return real(*given)

        setattr(os, how, dying)
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 1)
        os.dup2(nowhere, 2)
        os._exit(run(args))
    finally:
        os._exit(98)


def killed_at_every_step(how: str, form: str, source: Path, place: Path, step: int) -> None:
    """Killed at each `step`-th call of `os.HOW`, a scan goes on to the same end."""
    options = ["-p", str(POLICY), "-q"] + (["--format", "csv"] if form == "csv" else [])
    names = {
        "jsonl": ["out"],
        "csv": ["decisions.csv", "hits.csv", "datapackage.json"],
        "rows": ["out.csv", "out.csv.datapackage.json"],
        "parquet": ["out.parquet", "out.parquet.datapackage.json"],
    }[form]

    def at(folder: Path, *more: str) -> list[str]:
        to = folder if form == "csv" else folder / names[0]
        return ["scan", str(source), *options, "-o", str(to), "-a", str(folder / "log"), *more]

    whole = place / "whole"
    whole.mkdir()
    wanted_code = run(at(whole))
    decisions = recorded(whole / "log")
    assert decisions == ROWS - (6 if source.suffix == ".jsonl" else 0)
    for number in range(1, 400, step):
        folder = place / f"{how}-{number}"
        folder.mkdir()
        code = crash(number, how, at(folder))
        if code == wanted_code:
            break
        assert code == 99
        # Begun again and again, it may be killed again and again.
        if crash(number // 2 + 1, how, at(folder, "--resume")) != wanted_code:
            assert run(at(folder, "--resume")) == wanted_code
        for name in names:
            assert (folder / name).read_bytes() == (whole / name).read_bytes(), (number, name)
        assert sorted(os.listdir(folder)) == sorted(["log", *names])
        assert recorded(folder / "log") == decisions, number
    assert number > 5


COUNT = 8_000


@pytest.fixture
def many(tmp_path: Path) -> Path:
    path = tmp_path / "many.jsonl"
    with path.open("w", encoding="utf-8") as file:
        rows = ({"id": f"m{n}", "text": EXPIRY if n % 50 == 0 else "明天见", "gloss": "x" * 99} for n in range(COUNT))
        file.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    return path


def workers_of(pid: int) -> list[int]:
    """The processes that decide."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = entry.read_text().rpartition(")")[2].split()
            words = entry.with_name("cmdline").read_bytes()
        except OSError:
            continue
        if int(fields[1]) == pid and b"spawn_main" in words:
            found.append(int(entry.parent.name))
    return found


HOLDS = """
import os, signal, sys
from modengine.cli.main import main
from modengine.run.work.commit import Commits
put = Commits._put
def once(self, group):
    put(self, group)
    Commits._put = put
    os.kill(os.getpid(), signal.SIGSTOP)
Commits._put = once
main()
"""
"""The command line, which stops for a while when it has put away its first results."""


def held(pid: int) -> bool:
    """Whether a process is stopped for a while."""
    return Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()[0] == "T"


def stopped_and_gone_on_with(how: str, many: Path, folder: Path, command: Command) -> None:
    """Two processes, stopped by `how`, leave nothing behind and lose nothing."""
    scan = ["scan", str(many), "-p", str(POLICY), "-o", "out.jsonl", "-j", "2"]
    running = started([sys.executable, "-c", HOLDS, *scan], group=True)
    wait_for(lambda: held(running.pid))
    assert (folder / "out.jsonl.part").stat().st_size > 0
    workers = workers_of(running.pid)
    assert len(workers) == 2
    if how == "worker":
        for pid in workers:
            os.kill(pid, signal.SIGKILL)
    elif how == "kill":
        running.kill()
    elif how == "term":
        running.terminate()
    else:
        os.killpg(running.pid, signal.SIGINT)
    running.send_signal(signal.SIGCONT)
    code, _, err = finish(running)
    assert code == {"kill": -9, "ctrl-c": 130, "worker": 2, "term": 143}[how]
    assert "Traceback" not in err
    if how == "worker":
        assert "[ME914 worker-died] a worker process ended before its time; lines " in err
    if how != "kill":
        assert "to go on: modengine scan" in err
    wait_for(lambda: not any(Path(f"/proc/{pid}").exists() for pid in workers))
    assert verify(LogPaths(folder / "audit")).ok
    ran = command("scan", many, "-p", POLICY, "-o", "out.jsonl", "-j", 2, "--resume")
    assert ran.out.startswith(f"{COUNT:,} messages decided")
    assert recorded(folder / "audit") == COUNT
    found = [json.loads(line)["id"] for line in (folder / "out.jsonl").read_text("utf-8").splitlines()]
    assert found == [f"m{n}" for n in range(COUNT)]
    assert len(set(map(str, logged(folder / "audit")))) == COUNT
