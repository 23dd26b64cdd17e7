"""The id map: which pseudonym of the log stands for which message.  Made when somebody asks, and recorded.

Whoever holds the key of the log, and the ids, can make it; here it is made where the log says so.  It lies
beside the vault, for the owner alone; an erasure takes it away.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path

from modengine.audit.files import disk
from modengine.audit.files.layout import LogPaths
from modengine.audit.records.commitments import pseudonym
from modengine.audit.records.record import message_from
from modengine.audit.records.segments import good_record, lines
from modengine.audit.records.vault import Vault, strange
from modengine.audit.tree.note import SignerKey
from modengine.audit.write.failing import said
from modengine.audit.write.log import AuditLog
from modengine.audit.write.newer import raise_format
from modengine.run.write import tidy

COLUMNS = ("id", "message")
_SCHEMA = """
PRAGMA journal_mode = OFF;
CREATE TABLE known (message TEXT PRIMARY KEY, id TEXT NOT NULL, decided INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID;
"""
_AT_ONCE = 1_000


def map_ids(folder: Path, ids: Iterable[str], time: datetime, key: SignerKey | None = None) -> int:
    """Writes the ids of the decided messages beside their pseudonyms, and records that it did; how many.

    `ids` are those that the caller knows; where texts are kept, those of the vault are added.  The record is on
    the disk before the map is.  Raises AuditError.
    """
    layout = LogPaths(folder)
    vault = Vault.needed(layout, "no id map can be made")
    known = sqlite3.connect("", isolation_level=None)
    try:
        known.executescript(_SCHEMA)
        known.execute("BEGIN")
        _put(known, vault.key, ids)
        # From here on nobody else writes: what is erased meanwhile would be in the map.
        with AuditLog.open(folder, key, time=time) as log:
            _put(known, vault.key, _kept(vault))
            known.executemany("UPDATE known SET decided = 1 WHERE message = ?", _decided(layout))
            vault.close()  # a reader would keep the writer's journal from being emptied
            count = int(known.execute("SELECT count(*) FROM known WHERE decided").fetchone()[0])
            raise_format(layout)
            log.add_record({"kind": "disclosure", "ids": count}, time)
            log.checkpoint()
            with said(layout), disk.beside(layout.ids) as descriptor:
                disk.write_all(descriptor, tidy.encode([COLUMNS]))
                rows_of = known.execute("SELECT id, message FROM known WHERE decided ORDER BY message")
                while chunk := rows_of.fetchmany(_AT_ONCE):
                    cells = [(found_id.decode("utf-8", "surrogatepass"), name) for found_id, name in chunk]
                    disk.write_all(descriptor, tidy.encode(cells))
        return count
    finally:
        known.close()
        vault.close()


def _put(known: sqlite3.Connection, key: bytes, ids: Iterable[str]) -> None:
    rows = ((pseudonym(key, found_id), found_id.encode("utf-8", "surrogatepass")) for found_id in ids)
    known.executemany("INSERT OR IGNORE INTO known (message, id) VALUES (?, ?)", rows)


def _kept(vault: Vault) -> Iterator[str]:
    """The ids of the messages whose texts the vault keeps."""
    for row in vault.rows():
        try:
            found = None if row.message is None else message_from(row.message).id
        except ValueError as error:
            raise strange(row.seq, error) from None
        if found is not None:
            yield found


def _decided(layout: LogPaths) -> Iterator[tuple[str]]:
    """The pseudonyms of the messages of all decisions."""
    for line in lines(layout.segments):
        record = good_record(line)
        if record["kind"] == "decision" and record["message"] is not None:
            yield (record["message"],)
