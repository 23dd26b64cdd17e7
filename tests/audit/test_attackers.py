"""What somebody who can write files of a log gets for it: rows of the table in docs/audit-log.md."""

from __future__ import annotations

import base64
import json
import os
import shutil
import sqlite3
from pathlib import Path

import pytest

from modengine.audit.files.layout import LogPaths, read_origin
from modengine.audit.read.verify import verify
from modengine.audit.records.record import Record, decode, encode
from modengine.audit.tree.checkpoints import all_notes, make_note
from modengine.audit.tree.merkle import Frontier, leaf_hash
from modengine.audit.tree.note import Checkpoint
from modengine.audit.write.log import AuditLog
from modengine.engine.engine import Engine
from modengine.errors import AuditError
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


def rewrite(folder: Path, lines: list[bytes]) -> None:
    """All but the vault, in agreement with itself, and no signature."""
    segment(folder).write_bytes(b"".join(line + b"\n" for line in lines))
    frontier = Frontier()
    for line in lines:
        frontier.add(leaf_hash(line))
    note = make_note(Checkpoint(read_origin(LogPaths(folder)), frontier.size, frontier.root()), None)
    (folder / "checkpoint").write_text(note, "utf-8")
    (folder / "checkpoints").write_text(note + "\n", "utf-8")
    nodes = [base64.b64encode(node).decode() for node in frontier.nodes]
    (folder / "frontier.json").write_text(json.dumps({"size": frontier.size, "nodes": nodes}), "utf-8")


def change_vault(folder: Path, *statements: str) -> None:
    vault = sqlite3.connect(folder / "vault.sqlite", isolation_level=None)
    for statement in statements:
        vault.execute(statement)
    vault.close()


# --------------------------------------------------------------------------- H1: the last batch


@pytest.mark.parametrize("keep", [1, 4, 6])
def test_the_last_batch_is_missed_and_the_vault_keeps_its_rows(make: MakeLog, keep: int) -> None:
    """The attacker writes all but the vault."""
    folder = make()
    before = vault_rows(folder)
    rewrite(folder, segment(folder).read_bytes().splitlines()[:keep])
    report = verify(LogPaths(folder))
    assert [(fault.code, fault.record) for fault in report.faults] == [("ME954", keep), ("ME954", keep)]
    assert "the checkpoint that the vault remembers" in report.faults[0].what
    assert code_of(lambda: AuditLog.open(folder, time=NOW)) == "ME954"
    assert vault_rows(folder) == before


def test_a_folder_without_records_and_name_is_not_made_anew_over_the_vault(make: MakeLog) -> None:
    folder = make()
    before = vault_rows(folder)
    (folder / "log.json").unlink()
    segment(folder).unlink()
    assert code_of(lambda: AuditLog.open(folder, time=NOW)) == "ME951"
    for name in ("rules", "checkpoint", "checkpoints"):
        shutil.rmtree(folder / name, ignore_errors=True)
        (folder / name).unlink(missing_ok=True)
    assert code_of(lambda: AuditLog.open(folder, time=NOW)) == "ME951"
    assert vault_rows(folder) == before


def test_what_is_no_half_checkpoint_is_not_taken_away(make: MakeLog) -> None:
    folder = make()
    path = folder / "checkpoints"
    path.write_bytes(path.read_bytes() + b"what somebody wrote\n" * 3)
    before = path.read_bytes()
    assert code_of(lambda: AuditLog.open(folder, time=NOW)) == "ME955"
    assert path.read_bytes() == before


def test_no_name_of_a_folder_makes_a_fault_a_notice(make: MakeLog, engine: Engine, pairs: Pairs) -> None:
    folder = make()
    with AuditLog.open(folder, time=NOW) as log:
        log.use(engine, NOW)
        log.append_many(pairs, NOW)
        log.checkpoint()
    named = folder.with_name("half a checkpoint")
    folder.rename(named)
    layout = LogPaths(named)
    notes = list(all_notes(layout))
    assert len(notes) > 1
    layout.checkpoints.write_text("".join(f"{note}\n" for note in [*notes, notes[0]]), "utf-8")
    report = verify(layout)
    assert not report.ok
    assert [fault.code for fault in report.faults] == ["ME955"]


# --------------------------------------------------------------------------- H2: the signer


def changed(folder: Path) -> list[bytes]:
    lines = segment(folder).read_bytes().splitlines()
    lines[3] = encode({**decode(lines[3]), "taken": "allow"})
    return lines


def test_a_signer_does_not_sign_what_was_never_signed(make: MakeLog) -> None:
    folder = make()
    rewrite(folder, changed(folder))
    for code in ("ME955", "ME956"):
        assert code_of(lambda: AuditLog.open(folder, KEY, time=NOW)) == code
        (folder / "checkpoint").write_text("", "utf-8")
        shutil.rmtree(folder)
        make()
    assert b"example.org" not in (folder / "checkpoints").read_bytes()


@pytest.mark.parametrize("vault", [False, True])
def test_an_unsigned_checkpoint_in_a_signed_log_is_refused(make: MakeLog, vault: bool) -> None:
    """The attacker writes all but the vault; or all, in a folder whose `log.json` still names the key."""
    folder = make(key=KEY)
    rewrite(folder, changed(folder))
    if vault:
        note = (folder / "checkpoint").read_text("utf-8")
        change_vault(folder, f"UPDATE meta SET value = CAST('{note}' AS BLOB) WHERE name = 'checkpoint'")
        change_vault(folder, "DELETE FROM meta WHERE name = 'signer'")
    assert code_of(lambda: AuditLog.open(folder, KEY, time=NOW)) == "ME956"
    assert code_of(lambda: AuditLog.open(folder, time=NOW)) == "ME956"
    faults = verify(LogPaths(folder)).faults
    assert ("ME956", True) in [(fault.code, "is not signed by `example.org/audit`" in fault.what) for fault in faults]
    assert code_of(lambda: verify(LogPaths(folder), key=KEY.verifier)) == "ME956"


def test_the_key_of_a_log_is_pinned(make: MakeLog) -> None:
    folder = make(key=KEY)
    path = folder / "log.json"
    assert json.loads(path.read_bytes())["key"] == str(KEY.verifier)
    path.write_text(path.read_text("utf-8").replace(str(KEY.verifier), str(OTHER.verifier)), "utf-8")
    assert code_of(lambda: AuditLog.open(folder, KEY, time=NOW)) == "ME956"
    assert code_of(lambda: AuditLog.open(folder, OTHER, time=NOW)) == "ME956"
    assert "the log is signed by `example.org/other`; its vault" in verify(LogPaths(folder)).faults[0].what


def test_a_signed_log_of_an_older_version_is_pinned_and_goes_on(make: MakeLog) -> None:
    folder = make(key=KEY)
    change_vault(folder, "DELETE FROM meta WHERE name IN ('checkpoint', 'signer')")
    path = folder / "log.json"
    path.write_bytes(encode({"format": 1, "origin": read_origin(LogPaths(folder))}))
    assert code_of(lambda: AuditLog.open(folder, OTHER, time=NOW)) == "ME956"
    AuditLog.open(folder, KEY, time=NOW).close()
    assert json.loads(path.read_bytes())["key"] == str(KEY.verifier)
    assert verify(LogPaths(folder), key=KEY.verifier).ok
    rewrite(folder, changed(folder))
    assert code_of(lambda: AuditLog.open(folder, KEY, time=NOW)) == "ME956"


def test_an_empty_log_may_still_get_a_key(make: MakeLog, engine: Engine, tmp_path: Path) -> None:
    AuditLog.open(tmp_path / "audit", time=NOW).close()
    with AuditLog.open(tmp_path / "audit", KEY, time=NOW) as log:
        log.use(engine, NOW)
    report = verify(LogPaths(tmp_path / "audit"), key=KEY.verifier)
    assert (report.ok, report.proven) == (True, 1)


def test_what_a_signer_found_after_its_last_checkpoint_is_named_for_good(
    make: MakeLog, engine: Engine, pairs: Pairs
) -> None:
    """The attacker writes all, lacks the key: records after the last signed checkpoint, as a stopped writer left."""
    folder = make(key=KEY)
    log = AuditLog.open(folder, KEY, time=NOW)
    log.use(engine, NOW)
    log.append_many(pairs, NOW)
    log._let_go()
    AuditLog.open(folder, KEY, time=NOW).close()
    assert records(folder)[-1]["unproven"] == [7, 12]
    report = verify(LogPaths(folder), key=KEY.verifier)
    assert (report.ok, report.proven) == (True, 14)
    assert "records 7 to 12 had no checkpoint when a signer found them" in report.notices[0]


def forge(folder: Path, *forged: Record) -> None:
    """Adds records without a checkpoint, with their rows, as the signer's next opening finds them."""
    lines, rows = segment(folder).read_bytes().splitlines(), vault_rows(folder)
    for seq, record in enumerate(forged, len(lines)):
        lines.append(encode({**record, "seq": seq, "time": decode(lines[1])["time"]}))
        rows[seq] = [leaf_hash(lines[-1]), *(rows[1][1:] if record["kind"] == "decision" else (None,) * 3)]
    segment(folder).write_bytes(b"".join(line + b"\n" for line in lines))
    put_vault_rows(folder, rows)


def test_no_signature_comes_before_the_record_of_what_a_signer_found(make: MakeLog) -> None:
    """Where the vault told of many lost rows, a checkpoint was signed among their records, and could be taken."""
    folder = make(key=KEY)
    forge(folder, {**records(folder)[1], "taken": "block"})
    lost = "".join(f"1 {'0' * 64}\n" for _ in range(9))
    change_vault(folder, f"INSERT OR REPLACE INTO meta VALUES ('lost', CAST('{lost}' AS BLOB))")
    AuditLog.open(folder, KEY, time=NOW, every=1).close()
    recoveries = [record for record in records(folder) if record["kind"] == "recovery"]
    assert (len(recoveries), recoveries[0]["unproven"]) == (9, [7, 7])


def test_forged_recoveries_do_not_hide_what_a_signer_found(make: MakeLog) -> None:
    folder = make(key=KEY)
    made: list[Record] = [{"kind": "recovery", "rows": 1, "leaves": "0" * 64}] * 25
    forge(folder, *made, {"kind": "recovery", "unproven": [20, 20]}, {**records(folder)[1], "taken": "block"})
    AuditLog.open(folder, KEY, time=NOW).close()
    notices = verify(LogPaths(folder), key=KEY.verifier).notices
    assert "records 7 to 33 had no checkpoint when a signer found them" in notices[0]
    assert (len(notices), notices[-1]) == (22, "so do 5 records more")


def test_a_signer_believes_no_unsigned_checkpoint_of_the_vault(make: MakeLog) -> None:
    """The attacker writes all, lacks the key, and lets the log forget that it has one."""
    folder = make(key=KEY)
    signed, lines = (folder / "checkpoint").read_text("utf-8"), segment(folder).read_bytes().splitlines()
    forged = encode({**decode(lines[1]), "seq": 7, "taken": "block"})
    rewrite(folder, [*lines, forged])
    note = (folder / "checkpoint").read_text("utf-8")
    (folder / "checkpoint").write_text(signed, "utf-8")
    put_vault_rows(folder, {**(rows := vault_rows(folder)), 7: [leaf_hash(forged), *rows[1][1:]]})
    change_vault(folder, f"UPDATE meta SET value = CAST('{note}' AS BLOB) WHERE name = 'checkpoint'")
    change_vault(folder, "DELETE FROM meta WHERE name = 'signer'")
    (folder / "log.json").write_bytes(encode({"format": 1, "origin": read_origin(LogPaths(folder))}))
    assert code_of(lambda: AuditLog.open(folder, KEY, time=NOW)) == "ME956"


def test_an_empty_log_that_did_not_get_its_key_whole_gets_it_later(tmp_path: Path) -> None:
    folder = tmp_path / "audit"
    with AuditLog.open(folder, time=NOW) as log:
        signed = make_note(Checkpoint(log.origin, 0, log.root), KEY)
    change_vault(folder, f"INSERT OR REPLACE INTO meta VALUES ('checkpoint', CAST('{signed}' AS BLOB))")
    change_vault(folder, "UPDATE meta SET value = x'' WHERE name = 'signer'")
    AuditLog.open(folder, KEY, time=NOW).close()
    assert verify(LogPaths(folder), key=KEY.verifier).ok


def test_with_a_key_an_unsigned_checkpoint_proves_nothing(make: MakeLog, engine: Engine, pairs: Pairs) -> None:
    folder = make(key=KEY)
    log = AuditLog.open(folder, KEY, time=NOW)
    log.use(engine, NOW)
    log.append_many(pairs, NOW)
    unsigned = make_note(Checkpoint(log.origin, log.size, log.root), None)
    log._let_go()
    with (folder / "checkpoints").open("a", encoding="utf-8") as file:
        file.write(unsigned + "\n")
    assert verify(LogPaths(folder)).proven == 13
    assert verify(LogPaths(folder), key=KEY.verifier).proven == 7


# --------------------------------------------------------------------------- H3: frontier.json


@pytest.mark.parametrize(
    "change",
    [
        {"offset": 0},
        {"segment": "../../stolen.jsonl", "offset": 0},
        {"time": "9999-12-31T23:59:59.999999Z"},
        {"revision": {"seq": 3, "segment": "../x", "offset": 1}},
        {"size": 1 << 62},
        {"size": 7.0},
        {"nodes": []},
        {"nodes": ["", "", ""]},
    ],
)
def test_nothing_in_the_frontier_is_believed(
    make: MakeLog, engine: Engine, pairs: Pairs, change: dict[str, object]
) -> None:
    folder = make()
    before = segment(folder).read_bytes()
    path = folder / "frontier.json"
    path.write_bytes(encode({**json.loads(path.read_bytes()), **change}))
    with AuditLog.open(folder, time=NOW) as log:
        log.use(engine, NOW)
        log.append_many(pairs, NOW)
    assert segment(folder).read_bytes().startswith(before)
    report = verify(LogPaths(folder))
    assert (report.ok, report.proven) == (True, 13)
    assert sorted(entry.name for entry in folder.parent.iterdir()) == ["audit"]


def test_a_frontier_has_nothing_that_the_root_does_not_cover(make: MakeLog) -> None:
    assert sorted(json.loads((make() / "frontier.json").read_bytes())) == ["nodes", "size"]


@pytest.mark.parametrize("times", [1, 5])
def test_a_record_gone_from_the_last_file_is_no_place_to_go_on(make: MakeLog, times: int) -> None:
    """The attacker takes a line away, so that the end is another: nothing is written over, nothing is added."""
    folder = make(times=times, segment=4000, batch=3)
    last = segment(folder, -1)
    lines = last.read_bytes().splitlines(keepends=True)
    last.write_bytes(b"".join(lines[:-1]) if len(lines) > 1 else b"")
    before = last.read_bytes()
    assert code_of(lambda: AuditLog.open(folder, time=NOW)) in ("ME953", "ME954")
    assert last.read_bytes() == before
    edit_at = segment(folder, 0)
    assert edit_at.exists()


# --------------------------------------------------------------------------- what is no regular file


NAMES = ("log.json", "checkpoint", "checkpoints", "frontier.json", "lock", "vault.sqlite", "segments", "rules",
         "vault.sqlite-wal", "vault.sqlite-journal", "vault.sqlite-shm")  # fmt: skip


def put(path: Path, what: str) -> None:
    if what == "fifo":
        os.mkfifo(path)
    elif what == "folder":
        path.mkdir()
    else:
        path.symlink_to("/dev/zero")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no such files here")
@pytest.mark.parametrize("what", ["fifo", "device", "folder"])
@pytest.mark.parametrize("name", NAMES)
def test_what_has_no_end_is_not_read(make: MakeLog, name: str, what: str) -> None:
    folder = make(keep_text=True)
    path = folder / name
    if path.is_dir():
        path = sorted(path.iterdir())[0]
    path.unlink(missing_ok=True)
    put(path, what)
    try:
        assert verify(LogPaths(folder)).ok is (name in ("frontier.json", "lock"))
    except AuditError as refused:
        said = refused.code
    else:
        said = ""
    assert said in ("", "ME951", "ME955")
    if name not in ("frontier.json", "rules"):
        codes = ("ME951", "ME953", "ME955", "ME957", "ME958", "ME960")
        assert code_of(lambda: AuditLog.open(folder, time=NOW)) in codes


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="files have no holes here")
@pytest.mark.parametrize("name", ["segments", "rules", "checkpoint", "checkpoints", "log.json", "frontier.json"])
def test_a_file_of_many_gigabytes_is_not_read_through(make: MakeLog, name: str) -> None:
    folder = make()
    path = folder / name
    os.truncate(sorted(path.iterdir())[0] if path.is_dir() else path, 1 << 40)
    if name == "log.json":
        assert code_of(lambda: verify(LogPaths(folder))) == "ME951"
    else:
        assert verify(LogPaths(folder)).ok is (name in ("frontier.json", "segments"))
    if name == "rules":
        return
    if name == "frontier.json":
        AuditLog.open(folder, time=NOW).close()
    else:
        assert code_of(lambda: AuditLog.open(folder, time=NOW)) in ("ME951", "ME953", "ME955")


@pytest.mark.skipif(os.name == "nt", reason="links need leave there")
@pytest.mark.parametrize("name", [".log.json.tmp", ".checkpoint.tmp", ".frontier.json.tmp", "checkpoints", "lock"])
def test_a_planted_link_is_never_written_through(
    make: MakeLog, engine: Engine, pairs: Pairs, tmp_path: Path, name: str
) -> None:
    folder = make()
    target = tmp_path / "precious"
    target.write_text("precious\n", "utf-8")
    (folder / name).unlink(missing_ok=True)
    (folder / name).symlink_to(target)

    def write() -> None:
        with AuditLog.open(folder, time=NOW) as log:
            log.use(engine, NOW)
            log.append_many(pairs, NOW)

    if name.startswith("."):
        write()
    else:
        assert code_of(write) in ("ME955", "ME958")
    assert target.read_text("utf-8") == "precious\n"


ENDLESS = "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n) SELECT"


@pytest.mark.parametrize(
    "statements",
    [
        ("DROP TABLE pieces", f"CREATE VIEW pieces AS {ENDLESS} i AS first, x'90' AS rows FROM n"),
        ("DROP TABLE meta", f"CREATE VIEW meta AS {ENDLESS} 'origin' AS name, i AS value FROM n"),
        ("DROP TABLE pending", f"CREATE VIEW pending AS {ENDLESS} i AS seq FROM n"),
        ("CREATE TRIGGER t AFTER INSERT ON pieces BEGIN DELETE FROM pieces; END",),
        ("ALTER TABLE pieces ADD COLUMN x AS (zeroblob(1000000000))",),
        ("DROP TABLE pending",),
    ],
)
def test_a_vault_of_other_tables_is_none(make: MakeLog, statements: tuple[str, ...]) -> None:
    folder = make()
    change_vault(folder, *statements)
    report = verify(LogPaths(folder))
    assert [fault.code for fault in report.faults] == ["ME960"]
    assert "its tables are not those of a vault" in report.faults[0].what
    assert code_of(lambda: AuditLog.open(folder, time=NOW)) == "ME960"


# --------------------------------------------------------------------------- ill-shaped records


@pytest.mark.parametrize(
    "change",
    [
        {"categories": []},
        {"categories": {"fraud": {}}},
        {"hits": [{"rule": 7}]},
        {"hits": 3},
        {"message": 5},
        {"raised": [{}]},
        {"fields": {"x": {}}},
        {"action": "burn"},
        {"text": "0"},
        {"undetermined": [{"reason": 1, "rule": None}]},
        {"SEQ": 5},
        {"study": "no"},
    ],
)
@pytest.mark.parametrize("read", ["verify", "open"])
def test_a_record_has_the_form_of_its_kind(make: MakeLog, change: dict[str, object], read: str) -> None:
    folder = make()
    edit(folder, 3, **change)
    if read == "verify":
        report = verify(LogPaths(folder))
        assert (report.faults[0].code, report.faults[0].record) == ("ME953", 3)
        assert "a content that no writer would give it" in report.faults[0].what
    else:
        (folder / "frontier.json").unlink()
        assert code_of(lambda: AuditLog.open(folder, time=NOW)) == "ME953"
