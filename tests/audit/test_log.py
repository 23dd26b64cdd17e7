"""Writing a log, and opening it again."""

from __future__ import annotations

import errno
import os
import shutil
import sqlite3
import stat
import sys
import threading
from datetime import datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from modengine.audit.files import disk
from modengine.audit.files.layout import LogPaths
from modengine.audit.read.verify import verify
from modengine.audit.records.batch import Ticket
from modengine.audit.write.log import AuditLog
from modengine.engine.engine import Engine
from modengine.errors import AuditError
from modengine.loading import load
from modengine.run.write import durable
from tests.audit.logs import NOW, PARCELS, MakeLog, Pairs, code_of, records, segment, write_policy


def kinds(folder: Path) -> list[str]:
    return [record["kind"] for record in records(folder)]


def test_a_log_holds_the_rules_and_then_the_decisions(make: MakeLog, pairs: Pairs) -> None:
    folder = make()
    found = records(folder)
    assert [record["kind"] for record in found] == ["revision", *["decision"] * 6]
    assert [record["seq"] for record in found] == list(range(7))
    assert [record["action"] for record in found[1:]] == [decision.action for _, decision in pairs]
    assert [file["path"] for file in found[0]["files"]] == ["policy.yaml", "parcels.yaml", "letters.yaml", "urge.txt"]
    assert verify(LogPaths(folder)).ok


def test_a_second_run_goes_on_and_does_not_repeat_the_rules(make: MakeLog) -> None:
    make()
    folder = make()
    assert kinds(folder) == ["revision", *["decision"] * 12]
    assert verify(LogPaths(folder)).proven == 13


def test_other_rules_are_recorded_where_they_begin(make: MakeLog, tmp_path: Path, pairs: Pairs, engine: Engine) -> None:
    folder = make()
    other = load(write_policy(tmp_path, parcels=PARCELS.replace("score: 60", "score: 61")))
    with AuditLog.open(folder, time=NOW) as log:
        log.use(other, NOW)
        message = pairs[0][0]
        log.append(message, other.decide(message), NOW)
        log.use(engine, NOW)
        log.append(*pairs[0], NOW)
    assert kinds(folder)[7:] == ["revision", "decision", "revision", "decision"]
    assert len(list((folder / "rules").iterdir())) == 5
    assert verify(LogPaths(folder)).ok


def test_receipts_name_the_records(tmp_path: Path, engine: Engine, pairs: Pairs) -> None:
    with AuditLog.open(tmp_path / "audit", time=NOW, batch=4) as log:
        log.use(engine, NOW)
        receipts = log.append_many(pairs, NOW)
    found = records(tmp_path / "audit")
    assert [(receipt.seq, receipt.decision_id) for receipt in receipts] == [
        (record["seq"], record["decision_id"]) for record in found[1:]
    ]
    assert len({receipt.decision_id for receipt in receipts}) == 6


@pytest.mark.skipif(sys.platform == "win32", reason="modes are those of POSIX")
def test_only_the_owner_can_look_into_a_log(make: MakeLog) -> None:
    folder = make(keep_text=True)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in folder.rglob("*") if path.is_file()}
    assert set(modes.values()) == {0o600}
    assert "*" in (folder / ".gitignore").read_text("utf-8").splitlines()


def test_a_folder_that_others_can_read_is_said(make: MakeLog) -> None:
    folder = make()
    folder.chmod(0o755)
    with AuditLog.open(folder, time=NOW) as log:
        assert any("others can look" in notice for notice in log.notices)


def test_files_of_records_are_rotated(make: MakeLog, pairs: Pairs) -> None:
    folder = make(times=5, segment=4000, batch=3)
    names = sorted(path.name for path in (folder / "segments").iterdir())
    assert len(names) > 2
    assert [int(name[:20]) for name in names] == [records(folder)[int(name[:20])]["seq"] for name in names]
    make(times=1, segment=4000)
    report = verify(LogPaths(folder))
    assert report.ok
    assert report.size == 38  # the rules are told of anew where no record of the last file tells of them


def test_a_file_that_was_begun_and_holds_nothing_is_gone_on_with(make: MakeLog) -> None:
    """Its writer was killed in between; the next lets files get longer, and would else add to the one before it."""
    folder = make(times=2, segment=4000, batch=3)
    held = len(records(folder))
    (folder / "segments" / f"{held:020}.jsonl").touch()
    make(times=1)
    assert len(records(folder)) > held
    assert verify(LogPaths(folder)).faults == []
    make(times=1)


def test_checkpoints_are_made_as_the_log_grows(make: MakeLog) -> None:
    folder = make(times=5, every=10, batch=2)
    sizes = [int(note.split("\n")[1]) for note in (folder / "checkpoints").read_text("utf-8").split("\n\n\n")[:-1]]
    assert sizes == [0, 11, 21, 31]


def test_threads_share_batches_and_lose_nothing(tmp_path: Path, engine: Engine, pairs: Pairs) -> None:
    syncs = 0
    with AuditLog.open(tmp_path / "audit", time=NOW) as log:
        log.use(engine, NOW)

        def add() -> None:
            for _ in range(20):
                log.append(*pairs[0], NOW)

        threads = [threading.Thread(target=add) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        syncs = log.size
    assert syncs == 161
    assert verify(LogPaths(tmp_path / "audit")).ok


# --------------------------------------------------------------------------- a list of several batches


def test_a_list_of_several_batches_is_added_in_its_order(tmp_path: Path, engine: Engine, pairs: Pairs) -> None:
    repeated = [pairs[at % 6] for at in range(23)]
    with AuditLog.open(tmp_path / "audit", time=NOW, batch=5, segment=4000, every=8) as log:
        log.use(engine, NOW)
        receipts = log.append_many(repeated, NOW)
        receipts += log.append_many(iter(repeated), NOW)
    found = records(tmp_path / "audit")[1:]
    assert [(receipt.seq, receipt.decision_id) for receipt in receipts] == [
        (record["seq"], record["decision_id"]) for record in found
    ]
    assert [record["action"] for record in found] == [decision.action for _, decision in repeated * 2]
    assert verify(LogPaths(tmp_path / "audit")).ok


@pytest.mark.parametrize("bad", [5, 9, 10, 13, 15, 22])
def test_a_refused_decision_keeps_back_its_batch_and_those_after_it(
    tmp_path: Path, engine: Engine, pairs: Pairs, bad: int
) -> None:
    repeated = [pairs[at % 6] for at in range(23)]
    repeated[bad] = (repeated[bad][0], msgspec.structs.replace(repeated[bad][1], revision="sha256:other"))
    with AuditLog.open(tmp_path / "audit", time=NOW, batch=5) as log:
        log.use(engine, NOW)
        assert code_of(lambda: log.append_many(repeated, NOW)) == "ME965"
        assert log.size == 1 + bad // 5 * 5
        log.append_many(pairs, NOW)
    assert verify(LogPaths(tmp_path / "audit")).size == 1 + bad // 5 * 5 + 6


@pytest.mark.parametrize("failing", range(1, 9))
def test_a_sync_that_fails_between_batches_poisons_the_writer(
    make: MakeLog, engine: Engine, pairs: Pairs, monkeypatch: pytest.MonkeyPatch, failing: int
) -> None:
    folder = make()
    syncs = 0

    def sync(descriptor: int) -> None:
        nonlocal syncs
        syncs += 1
        if syncs == failing:
            raise OSError(errno.EIO, "Input/output error")
        os.fsync(descriptor)

    with AuditLog.open(folder, time=NOW, batch=3) as log:
        log.use(engine, NOW)
        monkeypatch.setattr(durable, "sync", sync)
        assert code_of(lambda: log.append_many(pairs * 4, NOW)) == "ME958"
        monkeypatch.undo()
        assert log.size == 7 + 3 * (failing - 1)
        assert code_of(lambda: log.append_many(pairs, NOW)) == "ME958"
    with AuditLog.open(folder, time=NOW) as log:
        assert log.size == 7 + 3 * (failing - 1) + 1
    assert (records(folder)[-1]["kind"], records(folder)[-1]["rows"]) == ("recovery", 3)
    assert verify(LogPaths(folder)).ok


@pytest.mark.parametrize("failing", range(1, 9))
def test_a_vault_that_fails_between_batches_poisons_the_writer(
    make: MakeLog, engine: Engine, pairs: Pairs, monkeypatch: pytest.MonkeyPatch, failing: int
) -> None:
    folder = make()
    commits = 0
    with AuditLog.open(folder, time=NOW, batch=3) as log:
        log.use(engine, NOW)
        commit = log._vault.commit

        def fail() -> None:
            nonlocal commits
            commits += 1
            if commits == failing:
                log._vault._connection.execute("ROLLBACK")
                raise sqlite3.OperationalError("disk I/O error")
            commit()

        monkeypatch.setattr(log._vault, "commit", fail)
        assert code_of(lambda: log.append_many(pairs * 4, NOW)) == "ME958"
        monkeypatch.undo()
        assert code_of(lambda: log.append_many(pairs, NOW)) == "ME958"
    with AuditLog.open(folder, time=NOW) as log:
        assert log.size == 7 + 3 * (failing - 1)
    assert verify(LogPaths(folder)).ok


def test_threads_with_lists_and_single_decisions_lose_nothing(tmp_path: Path, engine: Engine, pairs: Pairs) -> None:
    receipts: list[int] = []
    with AuditLog.open(tmp_path / "audit", time=NOW, batch=4) as log:
        log.use(engine, NOW)

        def add_lists() -> None:
            for _ in range(3):
                receipts.extend(receipt.seq for receipt in log.append_many(pairs * 4, NOW))

        def add_single() -> None:
            for _ in range(20):
                receipts.append(log.append(*pairs[0], NOW).seq)

        threads = [threading.Thread(target=run) for run in (add_lists, add_single, add_lists, add_single)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert sorted(receipts) == list(range(1, 1 + 2 * 3 * 24 + 2 * 20))
    assert verify(LogPaths(tmp_path / "audit")).ok


def test_a_refused_decision_keeps_no_other_thread_out(tmp_path: Path, engine: Engine, pairs: Pairs) -> None:
    message, decision = pairs[0]
    refused = msgspec.structs.replace(decision, revision="sha256:other")
    with AuditLog.open(tmp_path / "audit", time=NOW) as log:
        log.use(engine, NOW)
        tickets = [Ticket((message, decided), NOW, False) for decided in (decision, refused, decision)]
        log._settle(tickets)
        assert [ticket.receipt and ticket.receipt.seq for ticket in tickets] == [1, None, 2]
        assert [getattr(ticket.error, "code", None) for ticket in tickets] == [None, "ME965", None]
        log._settle([tickets[1]])
    assert verify(LogPaths(tmp_path / "audit")).size == 3


def test_a_decision_of_other_rules_is_refused(tmp_path: Path, engine: Engine, pairs: Pairs) -> None:
    other = load(write_policy(tmp_path, parcels=PARCELS.replace("score: 60", "score: 61")))
    with AuditLog.open(tmp_path / "audit", time=NOW) as log:
        assert code_of(lambda: log.append(*pairs[0], NOW)) == "ME965"
        log.use(other, NOW)
        assert code_of(lambda: log.append_many(pairs, NOW)) == "ME965"
        assert log.size == 1


# --------------------------------------------------------------------------- time


def test_a_clock_that_goes_backwards_is_refused_and_nothing_is_written(make: MakeLog, engine: Engine,
                                                                      pairs: Pairs) -> None:  # fmt: skip
    folder = make()
    before = segment(folder).read_bytes()
    early = NOW - timedelta(seconds=61)
    with AuditLog.open(folder, time=NOW) as log:
        log.use(engine, NOW)
        assert code_of(lambda: log.append_many(pairs, early)) == "ME962"
        assert code_of(lambda: log.erase("a-1", early)) == "ME962"
        assert code_of(lambda: log.append(*pairs[0], early)) == "ME962"
    assert segment(folder).read_bytes() == before
    assert verify(LogPaths(folder)).ok


def test_a_clock_that_is_set_back_a_little_is_not(make: MakeLog, engine: Engine, pairs: Pairs) -> None:
    folder = make()
    with AuditLog.open(folder, time=NOW) as log:
        log.use(engine, NOW)
        log.append_many(pairs, NOW - timedelta(seconds=59))
    assert verify(LogPaths(folder)).ok


def test_a_time_needs_a_zone(make: MakeLog, engine: Engine, pairs: Pairs) -> None:
    with AuditLog.open(make(), time=NOW) as log:
        log.use(engine, NOW)
        with pytest.raises(ValueError, match="zone"):
            log.append_many(pairs, datetime(2026, 1, 2))


# --------------------------------------------------------------------------- what is no log


def test_a_folder_of_something_else_is_refused_and_not_touched(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("x", "utf-8")
    assert code_of(lambda: AuditLog.open(tmp_path, time=NOW)) == "ME951"
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


def test_a_file_is_no_log(tmp_path: Path) -> None:
    (tmp_path / "x").write_text("x", "utf-8")
    assert code_of(lambda: AuditLog.open(tmp_path / "x", time=NOW)) == "ME951"


def test_a_newer_format_is_refused(make: MakeLog) -> None:
    folder = make()
    path = folder / "log.json"
    path.write_text(path.read_text("utf-8").replace('"format": 1', '"format": 3'), "utf-8")
    assert code_of(lambda: AuditLog.open(folder, time=NOW)) == "ME952"
    assert code_of(lambda: verify(LogPaths(folder))) == "ME952"


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"format": "1", "origin": "modengine.audit/x"}', '{"format": 1, "origin": 3}']
)
def test_a_damaged_identity_is_refused(make: MakeLog, text: str) -> None:
    folder = make()
    (folder / "log.json").write_text(text, "utf-8")
    assert code_of(lambda: AuditLog.open(folder, time=NOW)) == "ME951"


def test_a_log_without_its_identity_is_not_made_anew(make: MakeLog) -> None:
    folder = make()
    (folder / "log.json").unlink()
    before = segment(folder).read_bytes()
    assert code_of(lambda: AuditLog.open(folder, time=NOW)) == "ME951"
    assert segment(folder).read_bytes() == before


def test_a_log_whose_making_was_cut_short_is_made_again(make: MakeLog, engine: Engine) -> None:
    folder = make()
    shutil.rmtree(folder)
    AuditLog.open(folder, time=NOW).close()
    for name in ("log.json", "checkpoint", "frontier.json"):
        (folder / name).unlink()
    with AuditLog.open(folder, time=NOW) as log:
        log.use(engine, NOW)
    assert verify(LogPaths(folder)).ok


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="the superuser may write everywhere")
def test_a_read_only_folder_is_said(make: MakeLog) -> None:
    folder = make()
    folder.chmod(0o500)
    try:
        assert code_of(lambda: AuditLog.open(folder, time=NOW)) == "ME958"
    finally:
        folder.chmod(0o700)


def test_a_read_only_disk_is_said_and_nothing_changes(make: MakeLog, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = make()
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}

    def refuse(*_: object, **__: object) -> int:
        raise OSError(errno.EROFS, "Read-only file system")

    monkeypatch.setattr(os, "open", refuse)
    assert code_of(lambda: AuditLog.open(folder, time=NOW)) == "ME958"
    monkeypatch.undo()
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before
    assert verify(LogPaths(folder)).ok


def test_a_folder_that_may_not_be_made_is_said_with_a_way_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(Path, "mkdir", refuse)
    with pytest.raises(AuditError, match="permission denied") as caught:
        AuditLog.open(tmp_path / "audit", time=NOW)
    assert "--no-audit" in (caught.value.hint or "")


def test_a_vault_without_room_poisons_the_writer_and_says_so(make: MakeLog, engine: Engine, pairs: Pairs) -> None:
    folder = make()
    with AuditLog.open(folder, time=NOW) as log:
        log.use(engine, NOW)
        connection = log._vault._connection
        (pages,) = connection.execute("PRAGMA page_count").fetchone()
        connection.execute(f"PRAGMA max_page_count = {pages}")
        with pytest.raises(AuditError, match="full") as caught:
            log.append_many(pairs * 1000, NOW)
        assert (caught.value.code, caught.value.hint) == ("ME958", "make room on the disk")
        assert code_of(lambda: log.append_many(pairs, NOW)) == "ME958"
    assert verify(LogPaths(folder)).ok


def test_a_second_writer_is_refused_while_the_first_is_there(make: MakeLog) -> None:
    folder = make()
    with AuditLog.open(folder, time=NOW):
        assert code_of(lambda: AuditLog.open(folder, time=NOW)) == "ME957"
    AuditLog.open(folder, time=NOW).close()


def test_a_second_writer_waits_if_it_is_told_to(make: MakeLog) -> None:
    folder = make()
    first = AuditLog.open(folder, time=NOW)
    threading.Timer(0.1, first.close).start()
    with AuditLog.open(folder, time=NOW, wait=20) as second:
        assert second.size == 7


@pytest.mark.parametrize(("kind", "there"), [("nfs4", True), ("ext4", False)])
def test_a_network_folder_is_said(make: MakeLog, monkeypatch: pytest.MonkeyPatch, kind: str, there: bool) -> None:
    folder = make()
    mounts = f"/dev/vda / ext4 rw 0 0\nserver:/x {os.path.realpath(folder)} {kind} rw 0 0\n"
    monkeypatch.setattr(disk, "mounts", lambda: mounts)
    with AuditLog.open(folder, time=NOW) as log:
        assert any("ME966" in notice for notice in log.notices) is there


def test_a_record_above_64_kb_is_refused_with_its_whole_batch(make: MakeLog, engine: Engine, pairs: Pairs) -> None:
    folder = make()
    before = segment(folder).read_bytes()
    message, decision = pairs[0]
    long = msgspec.structs.replace(decision, hits=decision.hits * 1000)
    with AuditLog.open(folder, time=NOW) as log:
        log.use(engine, NOW)
        assert code_of(lambda: log.append_many([*pairs, (message, long)], NOW)) == "ME959"
        assert code_of(lambda: log.append(message, long, NOW)) == "ME959"
        assert segment(folder).read_bytes() == before
        log.append_many(pairs, NOW)
    assert verify(LogPaths(folder)).ok


# --------------------------------------------------------------------------- a disk that fails


@pytest.mark.parametrize("name", ["write", "fsync", "fstat"])
def test_after_a_failed_write_or_sync_nothing_more_is_taken(
    make: MakeLog, engine: Engine, pairs: Pairs, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    folder = make()
    with AuditLog.open(folder, time=NOW) as log:
        log.use(engine, NOW)
        log.append_many(pairs, NOW)

        def fail(*_: object) -> int:
            raise OSError(errno.EIO, "Input/output error")

        if name != "fstat":
            monkeypatch.setattr(os, name, fail)
            assert code_of(lambda: log.append_many(pairs, NOW)) == "ME958"
            monkeypatch.undo()
        else:
            with segment(folder).open("ab") as file:
                file.write(b"another writer was here\n")
            assert code_of(lambda: log.append_many(pairs, NOW)) == "ME958"
        for refused in (lambda: log.append(*pairs[0], NOW), log.checkpoint, lambda: log.erase("a-1", NOW)):
            assert code_of(refused) == "ME958"
    if name == "fstat":
        segment(folder).write_bytes(segment(folder).read_bytes().replace(b"another writer was here\n", b""))
    with AuditLog.open(folder, time=NOW) as log:
        assert log.size in (14, 19)  # that rows of the vault were without a record is recorded
    assert verify(LogPaths(folder)).ok


@pytest.mark.parametrize("replaced", [False, True])
def test_a_file_that_is_taken_away_takes_no_record(make: MakeLog, engine: Engine, pairs: Pairs, replaced: bool) -> None:
    folder = make()
    with AuditLog.open(folder, time=NOW) as log:
        log.use(engine, NOW)
        log.append_many(pairs, NOW)
        path = segment(folder)
        path.rename(folder / "elsewhere")
        if replaced:
            path.write_bytes((folder / "elsewhere").read_bytes())
        assert code_of(lambda: log.append_many(pairs, NOW)) == "ME958"


def test_a_vault_that_fails_poisons_the_writer(make: MakeLog, engine: Engine, pairs: Pairs) -> None:
    folder = make()
    with AuditLog.open(folder, time=NOW) as log:
        log.use(engine, NOW)
        other = sqlite3.connect(folder / "vault.sqlite")
        other.execute("PRAGMA busy_timeout = 0")
        log._vault._connection.execute("PRAGMA busy_timeout = 0")
        other.execute("BEGIN IMMEDIATE")
        assert code_of(lambda: log.append_many(pairs, NOW)) == "ME958"
        other.execute("ROLLBACK")
        other.close()
        assert code_of(lambda: log.append_many(pairs, NOW)) == "ME958"
    with AuditLog.open(folder, time=NOW) as log:
        assert log.size == 7


def test_a_lock_that_was_taken_away_stops_the_writer(make: MakeLog, engine: Engine, pairs: Pairs) -> None:
    folder = make()
    with AuditLog.open(folder, time=NOW) as log:
        log.use(engine, NOW)
        (folder / "lock").unlink()
        assert code_of(lambda: log.append_many(pairs, NOW)) == "ME957"
    assert len(records(folder)) == 7


def test_a_closed_log_takes_nothing(make: MakeLog, engine: Engine, pairs: Pairs) -> None:
    log = AuditLog.open(make(), time=NOW)
    log.use(engine, NOW)
    log.close()
    log.close()
    assert code_of(lambda: log.append_many(pairs, NOW)) == "ME958"
