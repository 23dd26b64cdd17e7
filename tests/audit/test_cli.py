"""`modengine audit`."""

from __future__ import annotations

import json
import sqlite3
import sys
from pathlib import Path

import pytest

from modengine.audit.files.layout import LogPaths
from modengine.audit.read.verify import verify
from modengine.audit.tree.keys import read_signer
from modengine.cli.audit.group import COMMANDS
from tests.audit.logs import IN, MESSAGES, MakeLog, edit, segment
from tests.commands import Command
from tests.paths import ROOT


@pytest.fixture
def log(make: MakeLog) -> Path:
    return make(keep_text=True)


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "messages.jsonl"
    rows = [
        {"id": m.id, "text": m.text, "parts": [{"kind": p.kind, "text": p.text} for p in m.parts], **m.fields}
        for m in MESSAGES
    ]
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf-8")
    return path


def test_every_subcommand_is_listed_and_has_a_page(command: Command) -> None:
    listed = command("audit", "--help").out
    for name, what in COMMANDS.items():
        assert f"  {name} " in listed
        assert what in listed
        ran = command("audit", name, "--help")
        assert ran.code == 0
        assert "Usage: modengine audit " + name in ran.out


@pytest.mark.parametrize("name", COMMANDS)
def test_every_subcommand_is_described(name: str) -> None:
    page = (ROOT / "docs" / "audit-log.md").read_text("utf-8")
    assert f"modengine audit {name}" in page


@pytest.mark.parametrize("name", [command for command in COMMANDS if command != "keygen"])
def test_what_is_no_log_is_said(command: Command, tmp_path: Path, name: str) -> None:
    words = {
        "show": ["x"],
        "prove": ["x"],
        "erase": ["x", "--yes"],
        "query": ["SELECT 1"],
        "consistency": [tmp_path / "n"],
    }
    (tmp_path / "n").write_text("o\n0\n\n\n", "utf-8")
    ran = command("audit", name, *words.get(name, ()), "--audit", tmp_path / "nothing")
    assert ran.code == 2
    assert "[ME951 not-a-log]" in ran.err
    assert not (tmp_path / "nothing").exists()


def test_verify(command: Command, log: Path, tmp_path: Path) -> None:
    note = tmp_path / "kept.note"
    note.write_bytes((log / "checkpoint").read_bytes())
    ran = command("audit", "verify", "-a", log, "--checkpoint", note)
    assert ran.code == 0
    assert "good\n" in ran.out
    assert "1 of them kept elsewhere" in ran.out
    assert "unsigned" in ran.out
    edit(log, 3, study=True)
    ran = command("audit", "verify", "-a", log, "--checkpoint", note)
    assert ran.code == 1
    assert "NOT GOOD" in ran.out
    assert "record 3 is not the record that was written" in ran.out
    assert "still good: nothing is proven; of good form are records 0 to 6" in ran.out
    data = json.loads(command("audit", "verify", "-a", log, "--format", "json").out)
    assert (data["ok"], data["faults"][0]["record"], data["proven"]) == (False, 3, 0)


def test_show(command: Command, log: Path) -> None:
    ran = command("audit", "show", "a-1", "-a", log)
    assert ran.code == 0
    for word in (
        "record 1,",
        "fraud: 60 points",
        "parcels.parcel: 60 points, clause F1",
        "`fee` 付款35元 (text 7-12",
        "kept",
    ):
        assert word in ran.out
    data = json.loads(command("audit", "show", "#1", "-a", log, "--format", "json").out)
    assert data[0]["message"]["text"] == MESSAGES[0].text
    assert command("audit", "show", data[0]["record"]["decision_id"], "-a", log).out == ran.out
    for wrong in ("a-9", "#99", "#0", "d-" + "0" * 32):
        ran = command("audit", "show", wrong, "-a", log)
        assert (ran.code, "[ME961" in ran.err) == (2, True)


def test_show_without_a_vault(command: Command, log: Path) -> None:
    (log / "vault.sqlite").unlink()
    assert "vault absent" in command("audit", "show", "#1", "-a", log).out
    assert "[ME960" in command("audit", "show", "a-1", "-a", log).err


@pytest.mark.parametrize("name", ["verify", "show", "replay", "export", "prove", "erase", "checkpoint"])
@pytest.mark.parametrize("damage", ["piece", "file"])
def test_a_damaged_vault_is_said(command: Command, log: Path, name: str, damage: str) -> None:
    if damage == "file":
        (log / "vault.sqlite").write_bytes(b"no vault" * 1000)
    else:
        vault = sqlite3.connect(log / "vault.sqlite")
        vault.execute("UPDATE pieces SET rows = x'91'")
        vault.commit()
        vault.close()
    words = {"show": ["#1"], "prove": ["#1"], "erase": ["#1", "--yes"]}
    ran = command("audit", name, *words.get(name, ()), "-a", log)
    assert ran.code == (1 if name == "verify" else 2)
    assert "[ME960" in ran.out + ran.err
    assert "cannot be read" in ran.out + ran.err
    assert "a bug" not in ran.err


def test_keys_sign_and_are_asked_for(command: Command, make: MakeLog, log: Path, tmp_path: Path) -> None:
    key = tmp_path / "audit.key"
    ran = command("audit", "keygen", key, "--name", "example.org/audit")
    assert ran.code == 0
    assert key.read_text("utf-8").startswith("PRIVATE+KEY+example.org/audit+")
    assert "PRIVATE" not in ran.out
    if sys.platform != "win32":
        assert key.stat().st_mode & 0o777 == 0o600
    before = key.read_bytes()
    assert "[ME956" in command("audit", "keygen", key).err
    assert key.read_bytes() == before
    assert "[ME956" in command("audit", "keygen", tmp_path / "b", "--name", "a b").err
    ran = command("audit", "checkpoint", "-a", log, "--audit-key", key)
    assert (ran.code, "records 0 to 6" in ran.err, "were never signed" in ran.err) == (2, True, True)
    log = make("signed", key=read_signer(key))
    ran = command("audit", "checkpoint", "-a", log, "--audit-key", key)
    assert "\n— example.org/audit " in ran.out
    assert command("audit", "verify", "-a", log, "--key", f"{key}.pub").code == 0
    command("audit", "keygen", tmp_path / "other.key")
    ran = command("audit", "verify", "-a", log, "--key", tmp_path / "other.key.pub")
    assert (ran.code, "[ME956 wrong-key]" in ran.err) == (2, True)
    assert "is signed, and no key was given" in command("audit", "checkpoint", "-a", log).err
    assert "[ME956" in command("audit", "verify", "-a", log, "--key", log / "checkpoint").err
    assert "there is no key file" in command("audit", "verify", "-a", log, "--key", "nowhere").err


def test_prove_and_check(command: Command, log: Path, tmp_path: Path) -> None:
    proof = tmp_path / "proof.json"
    proof.write_text(command("audit", "prove", "a-3", "-a", log).out, "utf-8")
    ran = command("audit", "prove", "--check", proof, "--checkpoint", log / "checkpoint")
    assert (ran.code, "the proof holds" in ran.out) == (0, True)
    assert command("audit", "prove", "--check", "-", stdin=proof.read_bytes()).code == 0
    proof.write_text(proof.read_text("utf-8").replace("review", "allow"), "utf-8")
    ran = command("audit", "prove", "--check", proof)
    assert (ran.code, "does not hold" in ran.out) == (1, True)
    assert command("audit", "prove", "-a", log).code == 2
    assert command("audit", "prove", "--check", tmp_path / "nothing").code == 2


def test_a_message_that_was_decided_twice_must_be_named_by_its_decision(command: Command, make: MakeLog) -> None:
    folder = make(times=2)
    assert "name one of d-" in command("audit", "prove", "a-1", "-a", folder).err


def test_consistency(command: Command, make: MakeLog, tmp_path: Path) -> None:
    note = tmp_path / "monday.note"
    note.write_bytes((make() / "checkpoint").read_bytes())
    folder = make()
    proof = tmp_path / "proof.json"
    proof.write_text(command("audit", "consistency", note, "-a", folder).out, "utf-8")
    assert command("audit", "consistency", "--check", proof).code == 0
    edit(folder, 2, study=True)
    ran = command("audit", "consistency", note, "-a", folder)
    assert (ran.code, ran.out) == (1, "")
    assert "ME953" in ran.err


def test_replay(command: Command, make: MakeLog, log: Path, source: Path, tmp_path: Path) -> None:
    assert "6 came out the same, 0 otherwise" in command("audit", "replay", "-a", log).out
    plain = make("plain")
    ran = command("audit", "replay", "-a", plain)
    assert (ran.code, "text absent" in ran.out, "--from FILE" in ran.out) == (0, True, True)
    ran = command("audit", "replay", "-a", plain, "--from", source, "--format", "json")
    assert json.loads(ran.out) == {"decisions": 6, "same": 6, "different": 0, "causes": {}, "differences": []}
    ran = command("audit", "replay", "-a", log, "--policy", "campaign-2014")
    assert (ran.code, "  rules " in ran.out) == (1, True)
    (log / "vault.sqlite").unlink()
    assert "[ME960" in command("audit", "replay", "-a", log).err


def test_query(command: Command, log: Path) -> None:
    pytest.importorskip("duckdb")
    sql = "SELECT taken, count(*) AS n FROM decisions GROUP BY 1 ORDER BY 1"
    ran = command("audit", "query", sql, "-a", log)
    assert ran.out.split() == ["taken", "n", "allow", "3", "block", "1", "review", "2"]
    assert command("audit", "query", sql, "-a", log, "--format", "csv").out == "taken,n\nallow,3\nblock,1\nreview,2\n"
    assert '{"taken": "allow", "n": 3}\n' in command("audit", "query", sql, "-a", log, "--format", "jsonl").out
    ran = command("audit", "query", "SELECT '=1+1' AS x", "-a", log, "--format", "csv")
    assert ran.out == "x\n'=1+1\n"
    assert command("audit", "query", "SELECT", "-a", log).code == 2
    ran = command("audit", "query", "SELECT * FROM decisions", "-a", log)
    assert ran.out.startswith("row 1\n  seq           1\n")
    assert max(map(len, ran.out.splitlines()[:3])) < 80
    edit(log, 6, study=True)
    ran = command("audit", "query", "SELECT count(*) FROM decisions", "-a", log)
    assert (ran.code, "[ME953]" in ran.err) == (1, True)


def test_erase_asks_first(command: Command, log: Path) -> None:
    ran = command("audit", "erase", "a-1", "-a", log, stdin=b"n\n")
    assert ran.code != 0
    assert verify(LogPaths(log)).erased == 0
    ran = command("audit", "erase", "a-1", "-a", log, "--yes")
    assert (ran.code, ran.out) == (0, "erased: #1\n")
    assert "  vault     erased" in command("audit", "show", "#1", "-a", log).out
    assert verify(LogPaths(log)).erased == 1
    assert "[ME961" in command("audit", "erase", "nobody", "-a", log, "--yes").err


def test_export(command: Command, log: Path, tmp_path: Path) -> None:
    ran = command("audit", "export", "-a", log)
    assert ran.code == 0
    assert len([json.loads(line) for line in ran.out.splitlines()]) == 3
    out = tmp_path / "out"
    assert command("audit", "export", "-a", log, "--format", "csv", "-o", out).code == 0
    assert sorted(path.name for path in out.iterdir()) == ["decisions.csv", "hits.csv"]
    pytest.importorskip("duckdb")
    assert command("audit", "export", "-a", log, "--format", "parquet", "-o", out / "x.parquet").code == 0
    assert (out / "x.parquet").read_bytes()[:4] == b"PAR1"
    assert command("audit", "export", "-a", log, "--format", "parquet").code == 2


def test_a_damaged_log_exports_what_is_still_good(command: Command, make: MakeLog) -> None:
    make()
    folder = make()
    edit(folder, 9, study=True)
    ran = command("audit", "export", "-a", folder)
    assert ran.code == 1
    assert len(ran.out.splitlines()) == 3
    assert "6 records lie after" in ran.err or "left out" in ran.err
    assert segment(folder).exists()
    assert IN
