"""`modengine audit`."""

from __future__ import annotations

import errno
import importlib.util
import json
import re
import sqlite3
import sys
from pathlib import Path

import pytest

from modengine.audit.files.layout import LogPaths, read_origin
from modengine.audit.read.verify import verify
from modengine.audit.tree.checkpoints import make_note
from modengine.audit.tree.keys import read_signer
from modengine.audit.tree.merkle import leaf_hash, root
from modengine.audit.tree.note import Checkpoint
from modengine.audit.write.log import AuditLog
from modengine.cli.audit.group import COMMANDS
from modengine.engine.engine import Engine
from modengine.model import Message
from tests.audit.logs import IN, MESSAGES, NOW, PARCELS, MakeLog, edit, segment, write_policy
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
    for name, (_, what) in COMMANDS.items():
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
        "erase": ["--id", "x", "--yes"],
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
    assert "1 of them kept elsewhere; records proven by one: 7\n" in ran.out
    assert max(map(len, ran.out.splitlines()[1:])) <= 80
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
    words = {"show": ["#1"], "prove": ["#1"], "erase": ["--record", "1", "--yes"]}
    ran = command("audit", name, *words.get(name, ()), "-a", log)
    assert ran.code == (1 if name == "verify" else 2)
    assert "[ME960" in ran.out + ran.err
    assert "cannot be read" in ran.out + ran.err
    assert "a bug" not in ran.err


def test_a_key_that_could_not_be_written_leaves_no_file(
    command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(descriptor: int, data: bytes) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("modengine.audit.tree.keys.write_all", full)
    assert command("audit", "keygen", tmp_path / "k").code == 2
    assert list(tmp_path.glob("k*")) == []


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
    public = Path(f"{key}.pub").rename(tmp_path / "kept.pub")
    assert "[ME956" in command("audit", "keygen", key).err
    assert not Path(f"{key}.pub").exists()
    public.rename(f"{key}.pub")
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
    assert json.loads(ran.out.splitlines()[1])["seq"] == 3
    assert command("audit", "prove", "--check", "-", stdin=proof.read_bytes()).code == 0
    proof.write_text(proof.read_text("utf-8").replace("review", "allow"), "utf-8")
    ran = command("audit", "prove", "--check", proof)
    assert (ran.code, "does not hold" in ran.out) == (1, True)
    assert command("audit", "prove", "-a", log).code == 2
    assert command("audit", "prove", "--check", tmp_path / "nothing").code == 2


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("hello", "which is JSON as `prove` or `consistency` print it"),
        ("{}", "this is no proof: it has no `proof`"),
        ("[1]", "this is no proof: a part of it is of another type"),
        ('{"proof": "consistency"}', "this is no proof: not one of inclusion"),
    ],
)
def test_what_is_no_proof_is_told_in_words(command: Command, tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "proof").write_text(text, "utf-8")
    ran = command("audit", "prove", "--check", tmp_path / "proof")
    assert said in " ".join((ran.out + ran.err).split())


def test_a_message_that_was_decided_twice_must_be_named_by_its_decision(command: Command, make: MakeLog) -> None:
    folder = make(times=2)
    assert "name one of d-" in command("audit", "prove", "a-1", "-a", folder).err


def test_consistency(command: Command, make: MakeLog, tmp_path: Path) -> None:
    note = tmp_path / "monday.note"
    note.write_bytes((make() / "checkpoint").read_bytes())
    folder = make()
    proof = tmp_path / "proof.json"
    proof.write_text(command("audit", "consistency", note, "-a", folder).out, "utf-8")
    ran = command("audit", "consistency", "--check", proof)
    assert (ran.code, "no older checkpoint was compared" in ran.out) == (0, True)
    ran = command("audit", "consistency", note, "--check", proof)
    assert (ran.code, "no older checkpoint" in ran.out) == (0, False)
    assert command("audit", "consistency", folder / "checkpoint", "--check", proof).code == 1
    assert command("audit", "prove", "--check", proof).code == 1
    edit(folder, 2, study=True)
    ran = command("audit", "consistency", note, "-a", folder)
    assert (ran.code, ran.out) == (1, "")
    assert "ME953" in ran.err


def test_replay(command: Command, make: MakeLog, log: Path, source: Path, tmp_path: Path) -> None:
    assert "6 came out the same, 0 otherwise" in command("audit", "replay", "-a", log).out
    plain = make("plain")
    ran = command("audit", "replay", "-a", plain)
    assert (ran.code, "--from FILE" in ran.out) == (1, True)
    assert ran.out.startswith("6 decisions: 0 came out the same, 0 otherwise, not made again: text absent 6\n")
    assert "the text was not kept, and no file that --from names has it\n" in ran.out
    ran = command("audit", "replay", "-a", plain, "--from", source, "--format", "json")
    assert json.loads(ran.out) == {
        "decisions": 6, "same": 6, "different": 0, "causes": {}, "since": {}, "actions": [], "texts": {"source": 6},
        "differences": [],
    }  # fmt: skip
    ran = command("audit", "replay", "-a", log, "--policy", "campaign-2014")
    assert ran.code == 1
    assert ran.out.splitlines()[1] == ("  by another policy, as --policy asks, not by the rules that the log keeps")
    assert re.search(
        r"\n  rules +\d  another policy than the one in force then\n +differs: policy: small then, campaign-2014 now\n",
        ran.out,
    )
    assert "or their copies" not in ran.out
    assert "  action                1  review → allow\n" in ran.out
    assert "\n  #1 a-1: review → allow; rules (action, taken, " in ran.out
    changed = tmp_path / "changed.jsonl"
    changed.write_text("".join(source.read_text("utf-8").replace("明天见", "后天见").splitlines(True)[:-1]), "utf-8")
    ran = command("audit", "replay", "-a", plain, "--from", changed)
    first = "6 decisions: 4 came out the same, 0 otherwise, not made again: text changed 1, text absent 1"
    assert (ran.code, ran.out.splitlines()[0]) == (1, first)
    with AuditLog.open(log, time=NOW) as written:
        written.erase("a-1", NOW)
    ran = command("audit", "replay", "-a", log)
    assert (ran.code, "not made again: text erased 1" in ran.out.splitlines()[0]) == (0, True)
    (log / "vault.sqlite").unlink()
    assert "[ME960" in command("audit", "replay", "-a", log).err


def test_of_another_policy_few_are_listed_whose_action_is_as_before(
    command: Command, log: Path, tmp_path: Path
) -> None:
    policy = write_policy(tmp_path, parcels=PARCELS.replace("score: 60", "score: 61"))
    ran = command("audit", "replay", "-a", log, "--policy", policy)
    assert "  action                4  as before; what led to it is another\n" in ran.out
    assert ran.out.count("as before; rules (") == 3
    assert ran.out.endswith("  and 1 more, which --all lists\n")
    ran = command("audit", "replay", "-a", log, "--policy", policy, "--all")
    assert ran.out.count("as before; rules (") == 4
    assert "--all" not in ran.out


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


def test_erase_shows_first_and_asks(command: Command, log: Path) -> None:
    ran = command("audit", "erase", "--id", "a-1", "-a", log, stdin=b"n\n")
    assert ran.code != 0
    assert ran.err.startswith("#1  2026-01-01T12:00:00.000000Z  d-")
    assert "  small: review\n" in ran.err
    assert "Erase text, details and salt of this decision?" in ran.err
    assert "--yes" not in ran.err
    ran = command("audit", "erase", "--id", "a-1", "-a", log)
    assert (ran.code, ran.out) == (2, "")
    assert "Error: nobody answers on standard input: --yes erases without asking\n" in ran.err
    assert verify(LogPaths(log)).erased == 0
    ran = command("audit", "erase", "--id", "a-1", "-a", log, "--yes")
    assert (ran.code, ran.out) == (0, "erased: #1\n")
    assert "  vault     erased" in command("audit", "show", "#1", "-a", log).out
    assert verify(LogPaths(log)).erased == 1
    assert "[ME961" in command("audit", "erase", "--id", "nobody", "-a", log, "--yes").err


def test_a_message_whose_id_looks_like_a_number_is_erased_and_nobody_else_s(
    command: Command, engine: Engine, tmp_path: Path
) -> None:
    folder = tmp_path / "audit"
    texts = {"a": "别人的话", "#1": "我的话", "d-" + "0" * 32: "还有"}
    messages = [Message(text, name, fields=IN) for name, text in texts.items()]
    with AuditLog.open(folder, time=NOW, keep_text=True) as log:
        log.use(engine, NOW)
        log.append_many([(message, engine.decide(message)) for message in messages], NOW)
    assert command("audit", "erase", "--id", "#1", "-a", folder, "--yes").out == "erased: #2\n"
    assert command("audit", "erase", "--id", "d-" + "0" * 32, "-a", folder, "--yes").out == "erased: #3\n"
    assert "别人的话" in command("audit", "show", "a", "-a", folder).out
    for wrong in ("a", "2.0", "#0", "#9", "-1", "d-" + "0" * 32, "７"):
        ran = command("audit", "erase", "--record", wrong, "-a", folder, "--yes")
        assert (ran.code, "[ME961" in ran.err) == (2, True)
    assert command("audit", "erase", "--record", "#1", "-a", folder, "--yes").out == "erased: #1\n"
    for usage in ((), ("--id", "a", "--record", "1")):
        assert "say what" in command("audit", "erase", *usage, "-a", folder, "--yes").err


HOSTILE = "\x1b]0;owned\x07\x9b2J\u202eevil\r"


def test_nothing_that_a_terminal_obeys_is_printed(command: Command, engine: Engine, tmp_path: Path) -> None:
    folder = tmp_path / "audit"
    message = Message(f"您的快递付款35元{HOSTILE}\n  vault     erased", HOSTILE, fields=IN)
    with AuditLog.open(folder, time=NOW, keep_text=True) as log:
        log.use(engine, NOW)
        log.append(message, engine.decide(message), NOW)
    edit(folder, 1, engine=HOSTILE, policy=HOSTILE)
    ran = [command("audit", "show", "#1", "-a", folder, *more) for more in ((), ("--format", "json"))]
    assert "  text        vault     erased" in ran[0].out
    assert json.loads(ran[1].out)[0]["message"]["id"] == HOSTILE
    for name in ("vault.sqlite", "checkpoint", "checkpoints"):
        (folder / name).unlink()
    lines = segment(folder).read_bytes().splitlines()
    note = make_note(Checkpoint(read_origin(LogPaths(folder)), 2, root(map(leaf_hash, lines))), None)
    (folder / "checkpoint").write_text(note, "utf-8")
    ran += [command("audit", "verify", "-a", folder), command("audit", "export", "-a", folder)]
    ran.append(command("audit", "prove", "#1", "-a", folder))
    if importlib.util.find_spec("duckdb"):
        for more in ((), ("--format", "jsonl")):
            ran.append(
                command("audit", "query", f"SELECT engine, 'a{HOSTILE}' AS x FROM decisions", "-a", folder, *more)
            )
            ran.append(command("audit", "query", "SELECT * FROM decisions", "-a", folder, *more))
    for one in ran:
        assert one.code == 0, one.err
        assert not {"\x1b", "\x07", "\x9b", "\u202e", "\r"} & set(one.out + one.err)


def test_a_checkpoint_with_a_letter_that_is_no_base64_is_said(command: Command, log: Path, tmp_path: Path) -> None:
    note = tmp_path / "note"
    lines = (log / "checkpoint").read_text("utf-8").split("\n")
    note.write_text("\n".join([*lines[:2], "é" + lines[2][1:], *lines[3:]]), "utf-8")
    ran = command("audit", "verify", "-a", log, "--checkpoint", note)
    assert (ran.code, "its third line is no hash" in ran.err) == (2, True)
    (log / "checkpoint").write_bytes(note.read_bytes())
    ran = command("audit", "verify", "-a", log)
    assert (ran.code, "its third line is no hash" in ran.out) == (1, True)
    (tmp_path / "key").write_text("x+00000000+é", "utf-8")
    assert "[ME956" in command("audit", "verify", "-a", log, "--key", tmp_path / "key").err


@pytest.mark.parametrize("proof", [b"[" * 100_000, b"{}", b'{"proof":"inclusion","record":"\\ud800"}', b"\xff", b"[]"])
def test_a_hostile_proof_is_said_to_be_none(command: Command, proof: bytes, tmp_path: Path) -> None:
    (tmp_path / "proof").write_bytes(proof)
    assert command("audit", "prove", "--check", tmp_path / "proof").code in (1, 2)


def test_export(command: Command, log: Path, tmp_path: Path) -> None:
    ran = command("audit", "export", "-a", log)
    assert ran.code == 0
    assert len([json.loads(line) for line in ran.out.splitlines()]) == 3
    out = tmp_path / "out"
    ran = command("audit", "export", "-a", log, "--format", "csv", "-o", out)
    said = f"modengine: wrote {out} (decisions.csv, hits.csv, datapackage.json), from 7 records of the log\n"
    assert (ran.code, ran.out, ran.err) == (0, "", said)
    assert sorted(path.name for path in out.iterdir()) == ["datapackage.json", "decisions.csv", "hits.csv"]
    pytest.importorskip("duckdb")
    assert command("audit", "export", "-a", log, "--format", "parquet", "-o", out / "x.parquet").code == 0
    assert (out / "x.parquet").read_bytes()[:4] == b"PAR1"
    assert command("audit", "export", "-a", log, "--format", "parquet").code == 2


def test_export_of_tables_says_that_a_file_stands_where_a_folder_is_wanted(
    command: Command, log: Path, tmp_path: Path
) -> None:
    (tmp_path / "out").write_bytes(b"")
    for out in ("out", "out/deeper"):
        ran = command("audit", "export", "-a", log, "--format", "csv", "-o", tmp_path / out)
        assert ran.code == 2
        assert "a file is in the way\n  hint: name another folder" in ran.err


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
