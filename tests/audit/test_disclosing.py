"""The id map: asked for, recorded, private, true, and gone with an erasure; labels join by it."""

from __future__ import annotations

import csv
import json
import os
import stat
from pathlib import Path

import pytest

from modengine.audit.files.disk import beside
from modengine.audit.files.layout import LogPaths
from modengine.audit.read.verify import verify
from modengine.audit.records.commitments import pseudonym
from modengine.audit.write.disclosing import map_ids
from modengine.audit.write.log import AuditLog
from modengine.engine.engine import Engine
from modengine.model import Message
from tests.audit.logs import (
    IN,
    KEY,
    MESSAGES,
    NOW,
    MakeLog,
    code_of,
    put_vault_rows,
    records,
    segment,
    vault_rows,
)
from tests.commands import Command

NAMED = ("a-1", "a-2", "a-3", "a-5", "a-6")


def table(folder: Path) -> dict[str, str]:
    with (folder / "ids.csv").open(encoding="utf-8", newline="") as file:
        return {row["id"]: row["message"] for row in csv.DictReader(file)}


def test_the_map_has_the_decided_messages_alone(make: MakeLog) -> None:
    folder = make()
    assert map_ids(folder, [*NAMED, "never decided"], NOW) == 5
    made = table(folder)
    assert set(made) == set(NAMED)
    assert set(made.values()) == {r["message"] for r in records(folder) if r["kind"] == "decision" and r["message"]}


def test_ids_of_kept_texts_need_no_source(make: MakeLog) -> None:
    folder = make(keep_text=True)
    assert map_ids(folder, (), NOW) == 5
    assert set(table(folder)) == set(NAMED)
    assert map_ids(make("plain"), (), NOW) == 0


def test_a_map_is_recorded_and_the_log_goes_on(make: MakeLog, engine: Engine) -> None:
    folder = make()
    map_ids(folder, NAMED, NOW)
    (made,) = [record for record in records(folder) if record["kind"] == "disclosure"]
    assert made["ids"] == 5
    assert verify(LogPaths(folder)).proven == len(records(folder))
    with AuditLog.open(folder, time=NOW) as log:
        log.use(engine, NOW)
        log.append(MESSAGES[1], engine.decide(MESSAGES[1]), NOW)
    report = verify(LogPaths(folder))
    assert (report.ok, report.kinds["disclosure"]) == (True, 1)


def test_what_cannot_be_recorded_is_not_made(make: MakeLog) -> None:
    folder = make(key=KEY)
    assert code_of(lambda: map_ids(folder, NAMED, NOW)) == "ME956"
    assert not (folder / "ids.csv").exists()
    assert map_ids(folder, NAMED, NOW, KEY) == 5
    assert verify(LogPaths(folder), key=KEY.verifier).ok


def test_only_a_log_with_such_a_record_needs_a_newer_version(make: MakeLog) -> None:
    folder = make()
    assert json.loads((folder / "log.json").read_text("utf-8"))["format"] == 1
    map_ids(folder, NAMED, NOW)
    assert json.loads((folder / "log.json").read_text("utf-8"))["format"] == 2


@pytest.mark.skipif(os.name == "nt", reason="no modes of files there")
def test_the_map_is_for_the_owner_alone_and_written_through_no_link(make: MakeLog, tmp_path: Path) -> None:
    folder, target = make(), tmp_path / "elsewhere"
    target.write_text("mine", "utf-8")
    (folder / "ids.csv").symlink_to(target)
    map_ids(folder, NAMED, NOW)
    assert stat.S_IMODE((folder / "ids.csv").lstat().st_mode) == 0o600
    assert target.read_text("utf-8") == "mine"


def test_an_erasure_takes_the_map_away(make: MakeLog) -> None:
    folder = make(keep_text=True)
    map_ids(folder, (), NOW)
    with AuditLog.open(folder, time=NOW) as log:
        log.erase("a-1", NOW)
    assert not (folder / "ids.csv").exists()
    map_ids(folder, (), NOW)
    assert set(table(folder)) == set(NAMED) - {"a-1"}


def test_nobody_erases_while_the_map_is_made(make: MakeLog, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = make(keep_text=True)

    def erased(path: Path) -> object:
        assert code_of(lambda: AuditLog.open(folder, time=NOW)) == "ME957"
        return beside(path)

    monkeypatch.setattr("modengine.audit.write.disclosing.disk.beside", erased)
    assert map_ids(folder, (), NOW) == 5


def test_an_erasure_that_was_cut_short_takes_the_map_away(make: MakeLog) -> None:
    folder = make(keep_text=True)
    with AuditLog.open(folder, time=NOW) as log:
        log._vault.empty([1])
    (folder / "ids.csv").write_text("id,message\n", "utf-8")
    AuditLog.open(folder, time=NOW).close()
    assert not (folder / "ids.csv").exists()


def test_of_a_damaged_log_none_is_made(make: MakeLog) -> None:
    folder = make(keep_text=True)
    rows = vault_rows(folder)
    put_vault_rows(folder, {**rows, 3: [*rows[3][:3], b"no message"]})
    assert code_of(lambda: map_ids(folder, (), NOW)) == "ME960"
    put_vault_rows(folder, rows)
    path = segment(folder)
    path.write_bytes(path.read_bytes().replace(b'"seq":2', b'"seq":9'))
    assert code_of(lambda: map_ids(folder, (), NOW)) == "ME953"


def test_without_the_vault_there_is_none(make: MakeLog) -> None:
    folder = make()
    (folder / "vault.sqlite").unlink()
    assert code_of(lambda: map_ids(folder, NAMED, NOW)) == "ME960"


# --------------------------------------------------------------------------- labels

SQL = "SELECT label, taken, count(*) AS n FROM decisions JOIN labels USING (message) GROUP BY ALL ORDER BY ALL"


@pytest.fixture
def labels(tmp_path: Path) -> Path:
    path = tmp_path / "labels.csv"
    path.write_text("id,label\na-1,parcel\na-2,none\na-5,parcel\nx,none\n", "utf-8")
    return path


def test_labels_join_decisions_and_hits(command: Command, make: MakeLog, labels: Path) -> None:
    pytest.importorskip("duckdb")
    folder = make()
    map_ids(folder, NAMED, NOW)
    ran = command("audit", "query", SQL, "-a", folder, "--labels", labels, "--format", "csv")
    assert ran.out == "label,taken,n\nnone,allow,1\nparcel,block,1\nparcel,review,1\n"
    hits = "SELECT rule, id FROM hits JOIN labels USING (message) ORDER BY id"
    ran = command("audit", "query", hits, "-a", folder, "--labels", labels, "--format", "csv")
    assert ran.out == "rule,id\nparcels.parcel,a-1\nparcels.parcel,a-5\n"
    lost = "SELECT id FROM labels WHERE message IS NULL"
    assert command("audit", "query", lost, "-a", folder, "--labels", labels, "--format", "csv").out == "id\nx\n"


@pytest.mark.parametrize("form", ["jsonl", "parquet"])
def test_labels_of_other_forms_with_another_name_of_the_id(
    command: Command, make: MakeLog, tmp_path: Path, form: str
) -> None:
    duckdb = pytest.importorskip("duckdb")
    folder, path = make(), tmp_path / f"labels.{form}"
    map_ids(folder, NAMED, NOW)
    if form == "jsonl":
        path.write_text('{"the id": "a-1", "label": "parcel"}\n', "utf-8")
    else:
        with duckdb.connect() as connection:
            connection.execute(f"""COPY (SELECT 'a-1' AS "the id", 'parcel' AS label) TO '{path}' (FORMAT parquet)""")
    ran = command("audit", "query", SQL, "-a", folder, "--labels", path, "--labels-id", "the id", "--format", "csv")
    assert ran.out == "label,taken,n\nparcel,review,1\n"


def test_ids_that_look_like_numbers_or_formulas_join(command: Command, engine: Engine, tmp_path: Path) -> None:
    pytest.importorskip("duckdb")
    folder, path = tmp_path / "audit", tmp_path / "labels.csv"
    ids = ["007", "=1+1", "'x", 'a"b', "甲,乙", "-3"]
    with AuditLog.open(folder, time=NOW) as log:
        log.use(engine, NOW)
        for name in ids:
            log.append(message := Message("明天见", name, fields=IN), engine.decide(message), NOW)
    map_ids(folder, ids, NOW)
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([["id", "label"], *([name, "none"] for name in ids)])
    ran = command("audit", "query", SQL, "-a", folder, "--labels", path, "--format", "csv")
    assert ran.out == f"label,taken,n\nnone,allow,{len(ids)}\n"


def test_labels_that_cannot_be_joined_say_why(command: Command, make: MakeLog, labels: Path, tmp_path: Path) -> None:
    pytest.importorskip("duckdb")
    folder = make()

    def said(*more: object) -> str:
        ran = command("audit", "query", SQL, "-a", folder, *more)
        assert ran.code == 2
        return " ".join(ran.err.split())

    assert "audit export --id-map" in said("--labels", labels)
    map_ids(folder, NAMED, NOW)
    assert "there is no file" in said("--labels", tmp_path / "no.csv")
    assert "is no table of labels" in said("--labels", tmp_path / "labels.xlsx")
    assert "has no column `name`" in said("--labels", labels, "--labels-id", "name")
    (tmp_path / "taken.csv").write_text("id,message\na-1,x\n", "utf-8")
    assert "give it another name" in said("--labels", tmp_path / "taken.csv")
    assert "[ME963" in said()  # the view is not there without labels
    (folder / "ids.csv").write_text(f"id,message\na-1,{pseudonym(bytes(32), 'a-2')}\n", "utf-8")
    assert "is not what the key of the log makes" in said("--labels", labels)
    if hasattr(os, "mkfifo"):
        (folder / "ids.csv").unlink()
        os.mkfifo(folder / "ids.csv")
        assert "no regular file" in said("--labels", labels)


def test_the_command_makes_a_map_when_asked(command: Command, make: MakeLog, tmp_path: Path) -> None:
    folder, out, source = make(), tmp_path / "out", tmp_path / "messages.jsonl"
    source.write_text("".join(json.dumps({"id": m.id, "text": m.text}) + "\n" for m in MESSAGES), "utf-8")
    export = ("audit", "export", "-a", folder, "--format", "csv", "-o", out)
    assert command(*export).code == 0
    assert not (folder / "ids.csv").exists()
    ran = command(*export, "--id-map", "--from", source)
    assert (ran.code, "5 ids in" in ran.err) == (0, True)
    assert set(table(folder)) == set(NAMED)
    assert not (out / "ids.csv").exists()
    with (out / "hits.csv").open(encoding="utf-8", newline="") as file:
        assert {row["message"] for row in csv.DictReader(file)} & set(table(folder).values())
    assert command(*export, "--from", source).code == 2
    assert command("audit", "export", "-a", folder, "--id-map").code == 2
