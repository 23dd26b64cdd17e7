"""What a stopped writer, or somebody else, left behind."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

import pytest

from modengine.audit.files.layout import LogPaths
from modengine.audit.read.verify import verify
from modengine.audit.records.record import decode, encode
from modengine.audit.write.log import AuditLog
from modengine.engine.engine import Engine
from modengine.model import Decision, Message
from tests.audit.logs import (
    KEY,
    NOW,
    OTHER,
    MakeLog,
    Pairs,
    code_of,
    forget,
    put_vault_rows,
    records,
    segment,
    vault_rows,
)


@pytest.fixture
def stopped(make: MakeLog, engine: Engine, pairs: list[tuple[Message, Decision]]) -> Path:
    """A log whose writer was killed: 7 records under a checkpoint, then a batch of 6."""
    folder = make()
    log = AuditLog.open(folder, time=NOW)
    log.use(engine, NOW)
    log.append_many(pairs, NOW)
    copy = folder.with_name("stopped")
    shutil.copytree(folder, copy)
    log.close()
    return copy


def test_what_was_acknowledged_is_there_and_gets_a_checkpoint(stopped: Path) -> None:
    with AuditLog.open(stopped, time=NOW) as log:
        assert log.size == 13
    report = verify(LogPaths(stopped))
    assert report.ok
    assert report.proven == 13


@pytest.mark.parametrize("cut", [1, 10, 700, 3000])
def test_a_torn_tail_goes_to_quarantine_and_is_recorded(stopped: Path, cut: int) -> None:
    path = segment(stopped)
    whole = path.read_bytes()
    path.write_bytes(whole[:-cut])
    torn = whole[whole[:-cut].rfind(b"\n") + 1 : -cut]
    AuditLog.open(stopped, time=NOW).close()
    (kept,) = (stopped / "quarantine").iterdir()
    assert kept.read_bytes() == torn
    last = records(stopped)[-1]
    assert last["kind"] == "recovery"
    assert (last["bytes"], last["file"]) == (len(torn), kept.name)
    assert path.read_bytes().startswith(whole[: -cut - len(torn)])
    assert verify(LogPaths(stopped)).ok


def test_a_recovery_that_was_itself_cut_short_is_recorded_once(stopped: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = segment(stopped)
    path.write_bytes(path.read_bytes()[:-9])
    with monkeypatch.context() as patch:
        patch.setattr(AuditLog, "_go_on", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            AuditLog.open(stopped, time=NOW)
    assert len(list((stopped / "quarantine").iterdir())) == 1
    assert [record["kind"] for record in records(stopped)].count("recovery") == 0
    for _ in range(2):
        AuditLog.open(stopped, time=NOW).close()
    assert [record["kind"] for record in records(stopped)].count("recovery") == 1
    assert verify(LogPaths(stopped)).ok


def test_bytes_that_are_no_record_are_a_torn_tail_too(stopped: Path) -> None:
    with segment(stopped).open("ab") as file:
        file.write(b"\0" * 5000 + b"\nrubbish\n")
    AuditLog.open(stopped, time=NOW).close()
    (kept,) = (stopped / "quarantine").iterdir()
    assert kept.stat().st_size == 5009
    assert [record["kind"] for record in records(stopped)][-1] == "recovery"


def test_rows_of_records_that_were_never_written_are_dropped_and_recorded(stopped: Path) -> None:
    path = segment(stopped)
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:9]))
    report = verify(LogPaths(stopped))
    assert (report.ok, report.vault) == (True, "complete, and 4 rows more")
    leaves = b"".join(row[0] or b"" for seq, row in sorted(vault_rows(stopped).items()) if seq >= 9)
    AuditLog.open(stopped, time=NOW).close()
    assert sorted(vault_rows(stopped)) == list(range(10))
    last = records(stopped)[-1]
    assert (last["rows"], last["leaves"]) == (4, hashlib.sha256(leaves).hexdigest())
    report = verify(LogPaths(stopped))
    assert report.ok
    assert "4 records that the vault knew" in report.notices[0]


def test_rows_that_no_stopped_writer_leaves_are_not_dropped(stopped: Path) -> None:
    path = segment(stopped)
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:9]))
    rows = vault_rows(stopped)
    del rows[10]
    put_vault_rows(stopped, rows)
    assert code_of(lambda: AuditLog.open(stopped, time=NOW)) == "ME960"
    assert vault_rows(stopped) == rows


def test_damage_with_good_records_after_it_is_an_error_and_nothing_is_changed(stopped: Path) -> None:
    path = segment(stopped)
    lines = path.read_bytes().splitlines(keepends=True)
    lines[9] = b"{" + lines[9][1:].replace(b'"kind"', b'"kond"')
    path.write_bytes(b"".join(lines))
    before = path.read_bytes()
    assert code_of(lambda: AuditLog.open(stopped, time=NOW)) == "ME953"
    assert path.read_bytes() == before


def test_a_changed_record_after_the_checkpoint_is_found_by_the_vault(stopped: Path) -> None:
    path = segment(stopped)
    lines = path.read_bytes().splitlines(keepends=True)
    lines[10] = lines[10].replace(b'"study":false', b'"study":true')
    path.write_bytes(b"".join(lines))
    assert code_of(lambda: AuditLog.open(stopped, time=NOW)) == "ME953"


@pytest.mark.parametrize("keep", [0, 3, 6])
def test_a_log_shorter_than_its_checkpoint_is_refused(stopped: Path, keep: int) -> None:
    path = segment(stopped)
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:keep]))
    assert code_of(lambda: AuditLog.open(stopped, time=NOW)) == "ME954"


def test_a_log_shorter_than_what_was_acknowledged_is_refused(stopped: Path, engine: Engine, pairs: Pairs) -> None:
    # Back to the checkpoint: only the vault knows that a whole batch after it was acknowledged.
    log = AuditLog.open(stopped, time=NOW)
    log.use(engine, NOW)
    checkpointed = segment(stopped).read_bytes()
    log.append_many(pairs, NOW)
    log.append_many(pairs, NOW)
    log._let_go()
    segment(stopped).write_bytes(checkpointed)
    assert code_of(lambda: AuditLog.open(stopped, time=NOW)) == "ME954"


def test_a_missing_file_of_records_is_an_error(make: MakeLog) -> None:
    folder = make(times=5, segment=4000, batch=3)
    segment(folder, 0).unlink()
    assert code_of(lambda: AuditLog.open(folder, time=NOW)) in ("ME953", "ME954")


def test_half_a_note_is_mended(make: MakeLog) -> None:
    folder = make()
    whole = (folder / "checkpoints").read_bytes()
    (folder / "checkpoints").write_bytes(whole + b"modengine.audit/")
    assert verify(LogPaths(folder)).ok
    AuditLog.open(folder, time=NOW).close()
    assert (folder / "checkpoints").read_bytes() == whole


@pytest.mark.parametrize("data", [None, b"", b"{}", b'{"size": 7}', b"\xff"])
def test_a_lost_edge_is_found_again(make: MakeLog, engine: Engine, data: bytes | None) -> None:
    folder = make()
    if data is None:
        (folder / "frontier.json").unlink()
    else:
        (folder / "frontier.json").write_bytes(data)
    with AuditLog.open(folder, time=NOW) as log:
        log.use(engine, NOW)
        assert log.size == 7


def test_a_forged_edge_is_not_believed(make: MakeLog) -> None:
    folder = make()
    path = folder / "frontier.json"
    path.write_text(path.read_text("utf-8").replace('"nodes": [\n  "', '"nodes": [\n  "AAAA'), "utf-8")
    with AuditLog.open(folder, time=NOW) as log:
        assert log.size == 7


def test_an_erasure_that_was_cut_short_is_recorded(make: MakeLog) -> None:
    folder = make()
    log = AuditLog.open(folder, time=NOW)
    log._vault.empty([1])
    log._let_go()
    assert verify(LogPaths(folder)).ok
    AuditLog.open(folder, time=NOW).close()
    assert records(folder)[-1]["erased"] == [1]
    assert verify(LogPaths(folder)).ok


# --------------------------------------------------------------------------- keys and vaults


def test_a_signed_log_is_not_written_without_its_key(make: MakeLog) -> None:
    folder = make(key=KEY)
    assert code_of(lambda: AuditLog.open(folder, time=NOW)) == "ME956"
    assert code_of(lambda: AuditLog.open(folder, OTHER, time=NOW)) == "ME956"
    AuditLog.open(folder, KEY, time=NOW).close()
    assert verify(LogPaths(folder), key=KEY.verifier).signed == "signed by example.org/audit"


def test_the_checkpoint_of_another_log_is_refused(make: MakeLog) -> None:
    folder, other = make(), make("other")
    shutil.copy(other / "checkpoint", folder / "checkpoint")
    assert code_of(lambda: AuditLog.open(folder, time=NOW)) == "ME955"


def test_a_checkpoint_larger_than_the_log_is_refused(make: MakeLog) -> None:
    folder = make()
    path = folder / "checkpoint"
    path.write_text(path.read_text("utf-8").replace("\n7\n", "\n8\n"), "utf-8")
    assert code_of(lambda: AuditLog.open(folder, time=NOW)) == "ME955"
    forget(folder)
    assert code_of(lambda: AuditLog.open(folder, time=NOW)) == "ME954"


def test_a_checkpoint_of_another_tree_is_refused(make: MakeLog) -> None:
    folder = make()
    path = folder / "checkpoint"
    lines = path.read_text("utf-8").split("\n")
    lines[2] = ("B" if lines[2][0] == "A" else "A") + lines[2][1:]
    path.write_text("\n".join(lines), "utf-8")
    assert code_of(lambda: AuditLog.open(folder, time=NOW)) == "ME955"
    forget(folder)
    assert code_of(lambda: AuditLog.open(folder, time=NOW)) == "ME953"


def test_a_missing_foreign_or_broken_vault_is_refused(make: MakeLog) -> None:
    folder, other = make(), make("other")
    (folder / "vault.sqlite").rename(folder.with_name("kept apart"))
    assert code_of(lambda: AuditLog.open(folder, time=NOW)) == "ME960"
    shutil.copy(other / "vault.sqlite", folder / "vault.sqlite")
    assert code_of(lambda: AuditLog.open(folder, time=NOW)) == "ME960"
    (folder / "vault.sqlite").write_bytes(b"no database" * 1000)
    assert code_of(lambda: AuditLog.open(folder, time=NOW)) == "ME960"


def test_an_older_vault_is_noticed(make: MakeLog, engine: Engine, pairs: Pairs) -> None:
    folder = make()
    old = (folder / "vault.sqlite").read_bytes()
    make()
    (folder / "vault.sqlite").write_bytes(old)
    assert not verify(LogPaths(folder)).ok


def test_records_are_canonical(make: MakeLog) -> None:
    for line in segment(make()).read_bytes().splitlines():
        assert encode(decode(line)) == line
        assert b"\n" not in line
