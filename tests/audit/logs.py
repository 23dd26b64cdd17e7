"""A small policy with fields of every kind, messages, and logs of them."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Mapping
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from modengine.audit.files.layout import LogPaths, read_origin
from modengine.audit.read.replay import Replay, Replayer
from modengine.audit.read.source import MessageSource
from modengine.audit.read.verify import verify
from modengine.audit.records.record import Record, decode, encode
from modengine.audit.records.segments import lines, record_of
from modengine.audit.records.vault import Vault
from modengine.audit.tree.keys import make_key
from modengine.engine.engine import Engine
from modengine.errors import AuditError
from modengine.model import Decision, Message, Part

NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)
POLICY = """\
policy: small
title: A small policy
rulesets: [parcels.yaml, letters.yaml]
fields:
  channel: {enum: [private, group]}
  reposts: integer
  ratio: number
  pinned: boolean
  app: string
  unused: string
  time: datetime
period: {from: 2014-05-28, until: 2014-06-28}
scope: {fraud: any, default: message.channel == "group"}
actions:
  fraud: {label: 30, review: 50, block: 90}
  rumour: {label: 40}
overrides:
  - rules: [parcels.parcel]
    action: block
    when: message.reposts >= 500 and message.ratio > 0.5 and not message.pinned == true
exceptions:
  - {name: archive, when: message.app == "archive", reason: An archive is no messenger}
"""
PARCELS = """\
ruleset: parcels
title: Parcels
category: fraud
clauses: {F1: A parcel that costs}
rules:
  - id: parcels.parcel
    title: A parcel that costs
    clause: F1
    score: 60
    patterns: {parcel: {words: [快递]}, fee: {regex: "付款\\\\d+元"}}
    when: parcel and fee
"""
LETTERS = """\
ruleset: letters
title: Chain letters
category: rumour
lists: {urge: {file: urge.txt}}
rules:
  - id: letters.urge
    title: It presses to be forwarded
    score: 45
    patterns: {urge: {words: {list: urge}}}
    when: urge
"""
IN = {"channel": "group", "time": "2014-06-01T08:00:00+08:00", "reposts": 3, "app": "messenger"}
"""Fields that put a message in scope."""
MESSAGES = (
    Message("您的快递到了，付款35元取件", "a-1", fields=IN),
    Message("明天见", "a-2", fields=IN),
    Message("紧急转发", "a-3", (Part("ocr", "快递付款12元"),), IN),
    Message("紧急转发，速看", None, fields={**IN, "channel": "private"}),
    Message("快递付款99元", "a-5", fields={**IN, "reposts": 600, "ratio": 0.75, "pinned": False}),
    Message("快递付款1元", "a-6", fields={**IN, "app": "archive"}),
)


def write_policy(folder: Path, **changes: str) -> Path:
    files = {"policy": POLICY, "parcels": PARCELS, "letters": LETTERS, **changes}
    for name, text in files.items():
        (folder / f"{name}.yaml").write_text(text, "utf-8")
    (folder / "urge.txt").write_text("紧急转发\n速看\n", "utf-8")
    return folder / "policy.yaml"


MakeLog = Callable[..., Path]
Pairs = list[tuple[Message, Decision]]
KEY = make_key("example.org/audit", lambda n: b"\x01" * n)
OTHER = make_key("example.org/other", lambda n: b"\x02" * n)


def records(folder: Path) -> list[Record]:
    return [record_of(line) for line in lines(LogPaths(folder).segments)]


def segment(folder: Path, number: int = 0) -> Path:
    return sorted((folder / "segments").iterdir())[number]


Cells = list[bytes | None]
"""Leaf, salt, details, message of one record."""


def vault_rows(folder: Path) -> dict[int, Cells]:
    """What the vault of a log has of each record, read without modengine."""
    vault = sqlite3.connect(folder / "vault.sqlite")
    pieces = list(vault.execute("SELECT first, rows FROM pieces"))
    vault.close()
    return {first + i: row for first, data in pieces for i, row in enumerate(msgspec.msgpack.decode(data))}


def put_vault_rows(folder: Path, rows: Mapping[int, Cells]) -> None:
    """Writes other rows into the vault, as somebody who can write it might."""
    vault = sqlite3.connect(folder / "vault.sqlite")
    vault.execute("DELETE FROM pieces")
    pieces = ((seq, msgspec.msgpack.encode([row])) for seq, row in rows.items())
    vault.executemany("INSERT INTO pieces VALUES (?, ?)", pieces)
    vault.commit()
    vault.close()


def forget(folder: Path) -> None:
    """Makes the vault one of an older version, which remembers neither checkpoint nor key."""
    vault = sqlite3.connect(folder / "vault.sqlite")
    vault.execute("DELETE FROM meta WHERE name IN ('checkpoint', 'signer')")
    vault.execute("UPDATE meta SET value = (SELECT CAST(max(first) AS BLOB) FROM pieces) WHERE name = 'batch'")
    vault.commit()
    vault.close()


def edit(folder: Path, seq: int, **changes: object) -> None:
    """Changes a record, and keeps its form canonical."""
    path = segment(folder)
    lines = path.read_bytes().splitlines()
    lines[seq] = encode({**decode(lines[seq]), **changes})
    path.write_bytes(b"".join(line + b"\n" for line in lines))


def code_of(run: Callable[[], object]) -> str:
    with pytest.raises(AuditError) as caught:
        run()
    return caught.value.code


def replayed(folder: Path, messages: Iterable[Message] | None = None, engine: Engine | None = None) -> Replay:
    layout = LogPaths(folder)
    vault = Vault.read(layout.vault, read_origin(layout))
    assert vault is not None
    with closing(vault), MessageSource(messages or (), vault.key) as source:
        replayer = Replayer(layout, vault, None if messages is None else source, engine)
        verify(layout, on_record=replayer.take)
    return replayer.result
