"""Checking a log, and naming the first bad record."""

from __future__ import annotations

import shutil
import sqlite3
import tracemalloc
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from modengine.audit.files.layout import LogPaths
from modengine.audit.read.verify import verify
from modengine.audit.records.record import encode
from modengine.audit.records.segments import RecordLine, lines
from modengine.audit.write.log import AuditLog
from modengine.engine.engine import Engine
from modengine.lab.report.report import Report
from tests.audit.logs import (
    KEY,
    NOW,
    OTHER,
    MakeLog,
    Pairs,
    code_of,
    edit,
    put_vault_rows,
    records,
    segment,
    vault_rows,
)


def note(folder: Path) -> tuple[tuple[str, str], ...]:
    return (("kept.note", (folder / "checkpoint").read_text("utf-8")),)


def first(report: Report) -> tuple[str, int | None]:
    assert not report.ok
    return report.faults[0].code, report.faults[0].record


def test_a_good_log_is_good(make: MakeLog) -> None:
    folder = make(keep_text=True)
    report = verify(LogPaths(folder), note(folder))
    assert report.ok
    assert (report.size, report.proven, report.outside, report.texts) == (7, 7, 1, 6)
    assert (report.vault, report.signed, report.kinds) == ("complete", "unsigned", {"decision": 6, "revision": 1})
    assert report.notices == []


def test_a_log_without_its_vault_is_checked_all_the_same(make: MakeLog) -> None:
    folder = make()
    (folder / "vault.sqlite").unlink()
    report = verify(LogPaths(folder), note(folder))
    assert report.ok
    assert report.vault == "absent"


def test_a_changed_record_is_named_where_the_vault_is_there(make: MakeLog) -> None:
    folder = make()
    edit(folder, 3, taken="allow", study=True)
    assert first(verify(LogPaths(folder))) == ("ME953", 3)


def test_a_changed_record_is_between_two_checkpoints_where_it_is_not(make: MakeLog) -> None:
    make()
    folder = make()
    (folder / "vault.sqlite").unlink()
    edit(folder, 9, study=True)
    report = verify(LogPaths(folder))
    assert "one of the records 7 to 12" in report.faults[0].what
    assert report.proven == 7


def test_a_broken_record_is_named_with_its_place(make: MakeLog) -> None:
    folder = make()
    lines = segment(folder).read_bytes().splitlines(keepends=True)
    segment(folder).write_bytes(b"".join(lines[:4]) + b"{}\n" + b"".join(lines[5:]))
    report = verify(LogPaths(folder))
    assert first(report) == ("ME953", 4)
    assert report.faults[0].where == f"{segment(folder).name}, byte {sum(map(len, lines[:4]))}"
    assert "good records follow it" in report.faults[0].what


@pytest.mark.parametrize(
    ("change", "what"),
    [
        (lambda line: line.replace(b'"kind"', b'"kind" '), "canonical"),
        (lambda line: line[:-2] + b',"kind":"decision"}\n', "canonical"),
        (lambda line: line.replace(b'"seq":4', b'"seq":5'), "numbered 5, not 4"),
        (lambda line: line.replace(b'"decision"', b'"decisions"'), "of no known kind"),
        (lambda line: line.replace(b"Z", b""), "without a time in UTC"),
        (lambda line: b"[]\n", "not a JSON object"),
        (lambda line: b"\xff\n", "not JSON"),
        (lambda line: b"[" * 60_000 + b"\n", "not JSON"),
        (lambda line: b"x" * 70_000 + b"\n", "longer than 64 KB"),
    ],
)
def test_what_is_no_record_is_said_to_be_none(make: MakeLog, change: object, what: str) -> None:
    folder = make()
    lines = segment(folder).read_bytes().splitlines(keepends=True)
    lines[4] = change(lines[4])  # type: ignore[operator]
    segment(folder).write_bytes(b"".join(lines))
    report = verify(LogPaths(folder))
    assert first(report) == ("ME953", 4)
    assert what in report.faults[0].what


def test_a_log_that_was_cut_is_found_by_its_own_checkpoint(make: MakeLog) -> None:
    folder = make()
    segment(folder).write_bytes(b"".join(segment(folder).read_bytes().splitlines(keepends=True)[:5]))
    report = verify(LogPaths(folder))
    assert first(report) == ("ME954", 5)
    assert "says 7" in report.faults[0].what


def test_a_log_that_was_rolled_back_whole_is_found_by_a_checkpoint_kept_elsewhere(make: MakeLog, engine: Engine,
                                                                                 pairs: Pairs) -> None:  # fmt: skip
    folder = make()
    old = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    with AuditLog.open(folder, time=NOW) as log:
        log.use(engine, NOW)
        log.append_many(pairs, NOW)
    kept = note(folder)
    for path, data in old.items():
        path.write_bytes(data)
    assert verify(LogPaths(folder)).ok
    assert first(verify(LogPaths(folder), kept)) == ("ME954", 7)


def test_an_older_checkpoint_of_the_same_log_is_met_on_the_way(make: MakeLog) -> None:
    kept = note(make())
    report = verify(LogPaths(make()), kept)
    assert report.ok
    assert report.outside == 1


def test_the_checkpoint_of_another_log_is_refused(make: MakeLog) -> None:
    assert code_of(lambda: verify(LogPaths(make()), note(make("other")))) == "ME955"


def test_the_wrong_key_is_refused(make: MakeLog) -> None:
    folder = make(key=KEY)
    assert code_of(lambda: verify(LogPaths(folder), key=OTHER.verifier)) == "ME956"
    assert code_of(lambda: verify(LogPaths(make("unsigned")), key=KEY.verifier)) == "ME956"
    assert verify(LogPaths(folder)).signed == "signed, not checked"


def test_a_changed_or_missing_copy_of_a_rule_file_is_said(make: MakeLog) -> None:
    folder = make()
    changed, missing, *_ = sorted((folder / "rules").iterdir())
    changed.write_bytes(changed.read_bytes() + b"#")
    missing.unlink()
    report = verify(LogPaths(folder))
    assert [fault.record for fault in report.faults] == [0, 0]
    assert report.proven == 7
    assert {"missing" in fault.what for fault in report.faults} == {True, False}


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({2: b"{} "}, "other details"),
        ({1: bytes(32)}, "other details"),
        ({0: bytes(32)}, "proven by a checkpoint, but the vault"),
        (None, "no row in the vault"),
        ({1: None, 2: None, 3: None}, "no erasure is recorded"),
        ({3: ("明天", "今天")}, "another message"),
        ({3: ("a-2", "a-3")}, "another message"),
        ({3: b"{"}, "cannot be read"),
    ],
    ids=["details", "salt", "leaf", "no-row", "emptied", "text", "id", "no-message"],
)
def test_a_changed_row_of_the_vault_is_said(make: MakeLog, change: dict[int, object] | None, what: str) -> None:
    folder = make(keep_text=True)
    rows = vault_rows(folder)
    if change is None:
        del rows[2]
    for cell, value in (change or {}).items():
        old = rows[2][cell]
        new = old.decode().replace(*value).encode() if isinstance(value, tuple) and old is not None else value
        assert new != old
        rows[2][cell] = new  # type: ignore[assignment]
    put_vault_rows(folder, rows)
    is_said(folder, what)


@pytest.mark.parametrize(
    ("sql", "what"),
    [
        ("UPDATE meta SET value = zeroblob(32) WHERE name = 'key'", "decision id"),
        ("UPDATE pieces SET rows = x'91' WHERE first = 1", "a piece is not what a vault has there"),
        ("UPDATE pieces SET rows = x'90' WHERE first = 1", "no row in the vault"),
        ("UPDATE pieces SET rows = 7 WHERE first = 1", "a piece is not what a vault has there"),
        ("UPDATE pieces SET first = 2 WHERE first = 1", "no row in the vault"),
        ("UPDATE pieces SET first = -1 WHERE first = 0", "no row in the vault"),
    ],
)
def test_a_changed_vault_is_said(make: MakeLog, sql: str, what: str) -> None:
    folder = make(keep_text=True)
    vault = sqlite3.connect(folder / "vault.sqlite")
    vault.execute(sql)
    vault.commit()
    vault.close()
    is_said(folder, what)


def is_said(folder: Path, what: str) -> None:
    report = verify(LogPaths(folder))
    assert what in report.faults[0].what
    assert report.faults[0].code == "ME960"
    assert report.proven == 7


def test_an_erasure_that_was_not_done_is_said(make: MakeLog) -> None:
    folder = make(keep_text=True)
    before = (folder / "vault.sqlite").read_bytes()
    with AuditLog.open(folder, time=NOW) as log:
        log.erase("a-2", NOW)
    new = vault_rows(folder)[7]
    (folder / "vault.sqlite").write_bytes(before)
    put_vault_rows(folder, {**vault_rows(folder), 7: new})
    report = verify(LogPaths(folder))
    assert "record 2 was erased, but the vault still has it" in report.faults[0].what


def test_times_that_go_backwards_are_said(make: MakeLog) -> None:
    folder = make()
    (folder / "vault.sqlite").unlink()
    (folder / "checkpoint").unlink()
    (folder / "checkpoints").unlink()
    early = (NOW - timedelta(days=1)).isoformat(timespec="microseconds").replace("+00:00", "Z")
    edit(folder, 3, time=early)
    codes = {(fault.code, fault.record) for fault in verify(LogPaths(folder)).faults}
    assert ("ME962", 3) in codes


def test_records_past_the_checkpoint_are_not_proven(make: MakeLog, engine: Engine, pairs: Pairs) -> None:
    log = AuditLog.open(make(), time=NOW)
    log.use(engine, NOW)
    log.append_many(pairs, NOW)
    report = verify(LogPaths(log.path))
    log.close()
    assert report.ok
    assert (report.size, report.proven) == (13, 7)
    assert "no checkpoint has them" in report.notices[0]


def test_a_tail_that_is_being_written_is_no_damage(make: MakeLog) -> None:
    folder = make()
    with segment(folder).open("ab") as file:
        file.write(b'{"action":"allow"')
    report = verify(LogPaths(folder))
    assert report.ok
    assert "no record" in report.notices[0]


@pytest.mark.parametrize("name", ["rubbish.jsonl", "00000000000000000003.jsonl"])
def test_a_file_that_does_not_belong_there_is_said(make: MakeLog, name: str) -> None:
    folder = make()
    (folder / "segments" / name).write_bytes(b"")
    assert not verify(LogPaths(folder)).ok or name.startswith("0")
    (folder / "segments" / name).write_bytes(b"x\n")
    assert not verify(LogPaths(folder)).ok


@pytest.mark.parametrize(
    "content",
    [
        {"kind": "revision", "files": 3},
        {"kind": "revision", "files": [3]},
        {"kind": "erasure", "erased": 3},
        {"kind": "erasure", "erased": [], "time": "0001-01-01T00:00:00+23:59"},
        {"kind": "erasure", "erased": [], "time": "9999-12-31T23:59:59-23:59"},
        {"kind": "erasure", "erased": ["x", None, 2**70]},
        {"kind": "decision", "revision": []},
    ],
)
def test_hostile_contents_are_faults_and_no_crash(make: MakeLog, content: dict[str, object]) -> None:
    folder = make()
    path = segment(folder)
    lines = path.read_bytes().splitlines()
    try:
        lines[2] = encode({"seq": 2, "time": "2026-01-01T12:00:00.000000Z", **content})
    except OverflowError:
        lines[2] = b'{"erased":[1180591620717411303424],"kind":"erasure","seq":2,"time":"2026-01-01T12:00:00.000000Z"}'
    path.write_bytes(b"".join(line + b"\n" for line in lines))
    assert not verify(LogPaths(folder)).ok


def test_a_vault_that_is_damaged_anywhere_is_a_fault_and_no_crash(make: MakeLog) -> None:
    folder = make(keep_text=True)
    path = folder / "vault.sqlite"
    whole = path.read_bytes()
    for at in range(0, len(whole), 397):
        path.write_bytes(whole[:at] + bytes(b ^ 0x5A for b in whole[at : at + 40]) + whole[at + 40 :])
        report = verify(LogPaths(folder))
        assert report.proven == 7
        assert {fault.code for fault in report.faults} <= {"ME960", "ME953"}
    path.write_bytes(whole[: len(whole) // 2])
    assert not verify(LogPaths(folder)).ok


@pytest.mark.parametrize("stopped", [False, True])
def test_a_log_on_a_read_only_disk_can_be_checked(
    make: MakeLog, pairs: Pairs, engine: Engine, monkeypatch: pytest.MonkeyPatch, stopped: bool
) -> None:
    """Also as a killed writer left it, with rows in the journal alone."""
    folder = make(keep_text=True)
    with AuditLog.open(folder, keep_text=True, time=NOW) as log:
        log.use(engine, NOW)
        log.append_many(pairs, NOW)
        copy = Path(shutil.copytree(folder, folder.with_name("evidence")))
    monkeypatch.setattr("modengine.audit.records.vault.os.access", lambda *_: False)
    report = verify(LogPaths(copy if stopped else folder))
    assert report.ok
    assert (report.vault, report.texts) == ("complete", 12)


def test_a_log_that_gets_its_first_records_meanwhile_is_good(
    tmp_path: Path, pairs: Pairs, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    with AuditLog.open(tmp_path / "audit", time=NOW) as log:

        def written_first(folder: Path) -> Iterator[RecordLine]:
            log.use(engine, NOW)
            log.append_many(pairs, NOW)
            yield from lines(folder)

        monkeypatch.setattr("modengine.audit.read.verify.segments.lines", written_first)
        report = verify(LogPaths(tmp_path / "audit"))
    assert (report.ok, report.size, report.vault) == (True, 7, "complete")


def test_memory_does_not_grow_with_the_log(make: MakeLog) -> None:
    def peak(folder: Path) -> int:
        tracemalloc.start()
        assert verify(LogPaths(folder)).ok
        found = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return found

    small, large = make("small", times=200), make("large", times=1000)
    peak(small)
    assert peak(large) < 1.5 * peak(small)
    assert len(records(large)) == 6001
