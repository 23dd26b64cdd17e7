"""`modengine scan --resume`: whatever stopped a scan, output and log agree after it, and nothing is decided twice."""

from __future__ import annotations

import csv
import json
import os
import signal
import sys
from pathlib import Path

import pytest

from modengine.audit.layout import Layout
from modengine.audit.segments import lines, record_of
from modengine.audit.verify import verify
from modengine.cli.main import run
from modengine.errors import AuditError
from modengine.run import blocks, commit
from tests.commands import EXPIRY, POLICY, Command, finish, process, wait_for

posix = pytest.mark.skipif(sys.platform == "win32", reason="forks and signals")
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
    report = verify(Layout(log))
    assert report.faults == []
    return report.kinds.get("decision", 0)


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


@posix
@pytest.mark.usefixtures("small")
@pytest.mark.parametrize(("how", "form"), [("fsync", "jsonl"), ("write", "jsonl"), ("replace", "csv")])
def test_killed_at_every_step_it_goes_on_to_the_same_end(
    how: str, form: str, jsonl: Path, table: Path, tmp_path: Path
) -> None:
    source = jsonl if form == "jsonl" else table
    options = ["-p", str(POLICY), "-q"] + ([] if form == "jsonl" else ["--format", "csv"])
    names = ["out"] if form == "jsonl" else ["decisions.csv", "hits.csv"]

    def at(folder: Path, *more: str) -> list[str]:
        place = folder / "out" if form == "jsonl" else folder
        return ["scan", str(source), *options, "-o", str(place), "-a", str(folder / "log"), *more]

    whole = tmp_path / "whole"
    whole.mkdir()
    wanted_code = run(at(whole))
    decisions = recorded(whole / "log")
    assert decisions == ROWS - (6 if form == "jsonl" else 0)
    for number in range(1, 400, 3):
        folder = tmp_path / f"{how}-{number}"
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


def logged(log: Path) -> list[object]:
    return [record_of(line)["message"] for line in lines(Layout(log).segments) if record_of(line)["kind"] == "decision"]


def stop_at(monkeypatch: pytest.MonkeyPatch, call: int, error: BaseException) -> None:
    """The log fails at a batch."""
    from modengine.audit.log import AuditLog

    real, calls = AuditLog.append_sealed, 0

    def failing(self: AuditLog, *given: object) -> int:
        nonlocal calls
        calls += 1
        if calls == call:
            raise error
        return real(self, *given)  # type: ignore[arg-type]

    monkeypatch.setattr(AuditLog, "append_sealed", failing)


def test_an_interrupted_scan_says_how_to_go_on_and_goes_on(
    command: Command, jsonl: Path, folder: Path, monkeypatch: pytest.MonkeyPatch, small: None
) -> None:
    with monkeypatch.context() as patch:
        stop_at(patch, 3, KeyboardInterrupt())
        ran = command("scan", jsonl, "-p", POLICY, "-o", "out.jsonl")
    assert (ran.code, ran.out) == (130, "")
    assert "lines are decided, kept in `out.jsonl.part`; to go on: modengine scan" in ran.err
    assert ran.err.splitlines()[-2].endswith(" -o out.jsonl --resume")
    assert sorted(os.listdir(folder)) == ["audit", "out.jsonl.part", "out.jsonl.resume"]
    assert verify(Layout(folder / "audit")).ok
    ran = command("scan", jsonl, "-p", POLICY, "-o", "out.jsonl", "--resume")
    assert ran.code == 1
    assert ran.out.startswith("54 messages decided by class")
    assert sorted(os.listdir(folder)) == ["audit", "out.jsonl"]
    assert recorded(folder / "audit") == 54
    assert len(set(map(str, logged(folder / "audit")))) == 54
    replayed = command("audit", "replay", "--from", jsonl)
    assert replayed.out == "54 decisions: 54 came out the same, 0 otherwise\n"
    whole = command("scan", jsonl, "-p", POLICY, "--no-audit", "-q")
    assert (folder / "out.jsonl").read_text("utf-8") == whole.out


@pytest.fixture
def unfinished(command: Command, jsonl: Path, monkeypatch: pytest.MonkeyPatch, small: None) -> Path:
    """The source of a scan that was stopped."""
    with monkeypatch.context() as patch:
        stop_at(patch, 3, KeyboardInterrupt())
        command("scan", jsonl, "-p", POLICY, "-o", "out.jsonl")
    assert Path("out.jsonl.resume").exists()
    return jsonl


def change(path: Path, before: bytes, after: bytes) -> None:
    data = path.read_bytes()
    assert before in data
    path.write_bytes(data.replace(before, after, 1))


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (("--ignore-scope",), "--ignore-scope is another"),
        (("-p", POLICY.with_name("study.yaml")), "the policy is another"),
        (("--no-audit",), "the audit log is another"),
        (("--keep-text",), "--keep-text is another"),
        (("--input-format", "text"), "--input-format is another"),
    ],
)
def test_it_is_gone_on_with_only_as_it_was_begun(
    args: tuple[object, ...], words: str, command: Command, unfinished: Path
) -> None:
    before = recorded(Path("audit"))
    ran = command("scan", unfinished, "-p", POLICY, "-o", "out.jsonl", *args, "--resume")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("modengine: [ME912 not-resumable] the unfinished scan cannot be gone on with")
    assert words in ran.err
    assert recorded(Path("audit")) == before
    assert command("scan", unfinished, "-p", POLICY, "-o", "out.jsonl", "-q", "--resume").code == 1


def test_another_input_or_a_changed_one_is_refused(command: Command, unfinished: Path) -> None:
    again = ("-p", POLICY, "-o", "out.jsonl", "--resume")
    other = unfinished.with_name("other.jsonl")
    other.write_bytes(unfinished.read_bytes())
    ran = command("scan", other, *again)
    assert (ran.code, "the input files are others" in ran.err) == (2, True)
    change(unfinished, b'"m1"', b'"mX"')
    ran = command("scan", unfinished, *again)
    assert ran.code == 2
    assert f"[ME912 not-resumable] what had been decided of `{unfinished}` is not what stands there now" in ran.err
    change(unfinished, b'"mX"', b'"m1"')
    ran = command("scan", unfinished, *again)
    assert ran.out.startswith("54 messages decided")


def test_a_file_that_has_grown_meanwhile_is_decided_to_its_new_end(command: Command, unfinished: Path) -> None:
    with unfinished.open("a", encoding="utf-8") as file:
        file.write(json.dumps(message(999), ensure_ascii=False) + "\n")
    ran = command("scan", unfinished, "-p", POLICY, "-o", "out.jsonl", "--resume")
    assert ran.out.startswith("55 messages decided")
    assert recorded(Path("audit")) == 55


def test_other_rules_are_refused(command: Command, jsonl: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
                                 small: None) -> None:  # fmt: skip
    rules = tmp_path / "policy"
    rules.mkdir()
    for file in POLICY.parent.iterdir():
        (rules / file.name).write_bytes(file.read_bytes())
    again = ("scan", jsonl, "-p", rules / POLICY.name, "-o", "out.jsonl")
    with monkeypatch.context() as patch:
        stop_at(patch, 3, KeyboardInterrupt())
        command(*again)
    change(rules / "fraud.yaml", "bank: [网银, 银行".encode(), "bank: [网银, 钱庄".encode())
    ran = command(*again, "--resume")
    assert (ran.code, "the rules, or the version of modengine, are not those" in ran.err) == (2, True)
    assert "1 revision" in command("audit", "verify").out  # nothing was added


def test_a_log_that_is_gone_or_another_is_no_log_to_go_on_with(command: Command, unfinished: Path) -> None:
    Path("audit").rename("old")
    again = ("scan", unfinished, "-p", POLICY, "-o", "out.jsonl", "--resume")
    ran = command(*again)
    assert (ran.code, "[ME951 not-a-log] there is no audit log `audit`" in ran.err) == (2, True)
    assert not Path("audit").exists()
    command("scan", unfinished, "-p", POLICY, "-q")
    ran = command(*again)
    assert (ran.code, "the audit log is another" in ran.err) == (2, True)


def test_another_run_may_use_the_log_in_between(command: Command, unfinished: Path) -> None:
    command("scan", unfinished, "-p", POLICY, "--format", "summary", "-q")
    between = recorded(Path("audit"))
    assert command("scan", unfinished, "-p", POLICY, "-o", "out.jsonl", "--resume").code == 1
    assert recorded(Path("audit")) - 54 == 54
    assert between < 108


def test_without_resume_it_begins_anew_and_says_so(command: Command, unfinished: Path) -> None:
    ran = command("scan", unfinished, "-p", POLICY, "-o", "out.jsonl")
    assert ran.err.startswith("modengine: an unfinished scan to `out.jsonl` is begun anew; --resume would have")
    assert ran.out.startswith("54 messages decided")
    assert not Path("out.jsonl.resume").exists()


def test_there_may_be_nothing_to_go_on_with(command: Command, jsonl: Path) -> None:
    ran = command("scan", jsonl, "-p", POLICY, "-o", "out.jsonl", "--resume")
    assert ran.err.startswith("modengine: there is no unfinished scan to go on with")
    assert ran.out.startswith("54 messages decided")


@pytest.mark.parametrize("args", [("-", "-o", "x"), ("m.jsonl",)])
def test_standard_streams_are_not_gone_on_with(args: tuple[str, ...], command: Command) -> None:
    ran = command("scan", *args, "--resume")
    assert (ran.code, "--resume" in ran.err) == (2, True)


@posix
def test_pipes_are_not_gone_on_with(command: Command, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    holder = os.open(pipe, os.O_RDWR)
    os.write(holder, b'{"text": "x"}\n')
    ran = command("scan", pipe, "-p", POLICY, "-o", "out.jsonl", "--resume")
    os.close(holder)
    assert ran.code == 2
    assert "[ME912 not-resumable] a scan can be gone on with only where its input and its output are files" in ran.err


def test_a_note_or_an_output_that_was_changed_is_refused(command: Command, unfinished: Path) -> None:
    again = ("scan", unfinished, "-p", POLICY, "-o", "out.jsonl", "--resume")
    note, part = Path("out.jsonl.resume"), Path("out.jsonl.part")
    good = part.read_bytes()
    part.write_bytes(good[:10])
    ran = command(*again)
    assert (ran.code, "[ME912 not-resumable] `out.jsonl.part` is shorter than it was" in ran.err) == (2, True)
    part.write_bytes(good)
    note.write_text("{}", "utf-8")
    ran = command(*again)
    assert (ran.code, "`out.jsonl.resume` is no note of a scan" in ran.err) == (2, True)


def test_a_log_that_fails_keeps_what_it_acknowledged(
    command: Command, jsonl: Path, monkeypatch: pytest.MonkeyPatch, small: None
) -> None:
    with monkeypatch.context() as patch:
        stop_at(patch, 3, AuditError("ME958", "the disk is full"))
        ran = command("scan", jsonl, "-p", POLICY, "-o", "out.jsonl")
    assert ran.code == 2
    assert "to go on: modengine scan" in ran.err
    assert command("scan", jsonl, "-p", POLICY, "-o", "out.jsonl", "--resume").out.startswith("54 messages decided")
    assert recorded(Path("audit")) == 54


@posix
def test_two_scans_to_one_output(command: Command, jsonl: Path) -> None:
    import fcntl

    with open("out.jsonl.part", "wb") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        ran = command("scan", jsonl, "-p", POLICY, "-o", "out.jsonl")
    assert ran.code == 2
    assert "[ME915 output-in-use] another scan is writing `out.jsonl.part`" in ran.err
    assert Path("out.jsonl.part").exists()


# ------------------------------------------------------------------------ processes

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


@posix
@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks for processes in /proc")
@pytest.mark.parametrize("how", ["kill", "ctrl-c", "worker", "term"])
def test_several_processes_stopped_and_gone_on_with(how: str, many: Path, folder: Path, command: Command) -> None:
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        running = process("scan", many, "-p", POLICY, "-o", "out.jsonl", "-j", 2, group=True)
    finally:
        signal.signal(signal.SIGINT, before)
    part = folder / "out.jsonl.part"
    wait_for(lambda: part.exists() and part.stat().st_size > 0)
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
    code, _, err = finish(running)
    assert code == {"kill": -9, "ctrl-c": 130, "worker": 2, "term": 143}[how]
    assert "Traceback" not in err
    if how == "worker":
        assert "[ME914 worker-died] a worker process ended before its time; lines " in err
    if how != "kill":
        assert "to go on: modengine scan" in err
    wait_for(lambda: not any(Path(f"/proc/{pid}").exists() for pid in workers))
    assert verify(Layout(folder / "audit")).ok
    ran = command("scan", many, "-p", POLICY, "-o", "out.jsonl", "-j", 2, "--resume")
    assert ran.out.startswith(f"{COUNT:,} messages decided")
    assert recorded(folder / "audit") == COUNT
    found = [json.loads(line)["id"] for line in (folder / "out.jsonl").read_text("utf-8").splitlines()]
    assert found == [f"m{n}" for n in range(COUNT)]
    assert len(set(map(str, logged(folder / "audit")))) == COUNT


def test_several_processes_decide_as_one_does(command: Command, jsonl: Path, table: Path, folder: Path) -> None:
    (folder / "in").mkdir()
    for path in (jsonl, table):
        (folder / "in" / path.name).write_bytes(path.read_bytes())
    one = command("scan", "in", "-p", POLICY, "-a", "one")
    two = command("scan", "in", "-p", POLICY, "-a", "two", "--jobs", 2)
    assert (one.code, two.code) == (1, 1)
    assert one.out == two.out
    assert [json.loads(line)["source"] for line in one.out.splitlines()] == (
        ["in/messages.csv"] * ROWS + ["in/messages.jsonl"] * ROWS
    )
    assert recorded(folder / "one") == recorded(folder / "two") == 2 * ROWS - 6
