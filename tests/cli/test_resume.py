"""`modengine scan --resume`: whatever stopped a scan, output and log agree after it, and nothing is decided twice."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import pytest

from modengine.audit.files.layout import LogPaths
from modengine.audit.read.verify import verify
from modengine.errors import AuditError
from tests.commands import POLICY, Command
from tests.resuming import (
    ROWS,
    jsonl,
    killed_at_every_step,
    logged,
    many,
    message,
    posix,
    proc,
    recorded,
    small,
    stopped_and_gone_on_with,
    table,
)  # fmt: skip

__all__ = ["jsonl", "many", "small", "table"]  # fixtures


@posix
@pytest.mark.usefixtures("small")
@pytest.mark.parametrize(
    ("how", "form"),
    [("fsync", "jsonl"), ("write", "jsonl"), ("replace", "csv"), ("fsync", "parquet"), ("replace", "parquet"),
     ("unlink", "parquet"), ("write", "rows")],
)  # fmt: skip
def test_killed_at_some_steps_it_goes_on_to_the_same_end(
    how: str, form: str, jsonl: Path, table: Path, tmp_path: Path
) -> None:
    killed_at_every_step(how, form, table if form == "csv" else jsonl, tmp_path, step=17)


def stop_at(monkeypatch: pytest.MonkeyPatch, call: int, error: BaseException) -> None:
    """The log fails at a batch."""
    from modengine.audit.write.log import AuditLog

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
    assert "lines decided, kept in `out.jsonl.part`; to go on: modengine scan" in ran.err
    assert ran.err.splitlines()[-2].endswith(" -o out.jsonl --resume")
    assert sorted(os.listdir(folder)) == ["audit", "out.jsonl.part", "out.jsonl.resume"]
    assert verify(LogPaths(folder / "audit")).ok
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


@pytest.mark.skipif(sys.platform != "linux", reason="file systems of others take UTF-8 alone")
def test_a_name_that_is_not_utf8_is_kept_in_the_note(
    command: Command, jsonl: Path, folder: Path, monkeypatch: pytest.MonkeyPatch, small: None
) -> None:
    named = jsonl.rename(jsonl.with_name(os.fsdecode(b"bad\xff.jsonl")))
    with monkeypatch.context() as patch:
        stop_at(patch, 3, KeyboardInterrupt())
        command("scan", named, "-p", POLICY, "-o", "out.jsonl")
    ran = command("scan", named, "-p", POLICY, "-o", "out.jsonl", "--resume")
    assert (ran.code, ran.out.splitlines()[0]) == (1, "54 messages decided by class")
    assert recorded(folder / "audit") == 54


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
    assert "revision 1)" in command("audit", "verify").out  # nothing was added


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


@posix
@proc
@pytest.mark.parametrize("how", ["kill", "worker"])
def test_several_processes_stopped_and_gone_on_with(how: str, many: Path, folder: Path, command: Command) -> None:
    stopped_and_gone_on_with(how, many, folder, command)


def test_several_processes_decide_as_one_does(command: Command, jsonl: Path, table: Path, folder: Path) -> None:
    (folder / "in").mkdir()
    for path in (jsonl, table):
        (folder / "in" / path.name).write_bytes(path.read_bytes())
    single = command("scan", "in", "-p", POLICY, "-a", "one")
    several = command("scan", "in", "-p", POLICY, "-a", "two", "--jobs", 2)
    assert (single.code, several.code) == (1, 1)
    assert single.out == several.out
    assert [json.loads(line)["source"] for line in single.out.splitlines()] == (
        ["in/messages.csv"] * ROWS + ["in/messages.jsonl"] * ROWS
    )
    assert recorded(folder / "one") == recorded(folder / "two") == 2 * ROWS - 6
