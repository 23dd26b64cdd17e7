"""The vault: salts, details, and texts if they are kept.  SQLite, mode 0600, beside the log.

A row is committed before its record is written, so that no record is ever without its salt.  Each
row keeps the leaf of its record: with the vault at hand, the first record that is not what was
written can be named.  Erasing empties a row, then wipes free pages and the journal.

The rows of records that are added together lie in pieces of up to 128, MessagePack in one cell: to
SQLite a thousand records are eight.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

import msgspec

from modengine.audit.files.disk import PRIVATE
from modengine.errors import AuditError

_WAIT = 10.0
"""Seconds to wait for another program that reads the vault."""
_SCHEMA = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE pieces (first INTEGER PRIMARY KEY, rows BLOB NOT NULL);
CREATE TABLE pending (seq INTEGER PRIMARY KEY);
"""


_MOST = 128
"""Rows of a piece."""
Cells = tuple[bytes, bytes | None, bytes | None, bytes | None]
"""What it keeps of a record: leaf, salt, details, message; the last three are None where there is no such thing."""
_Piece = tuple[int, list[Cells]]
"""The number of the first record, and the cells of each."""
_ENCODER = msgspec.msgpack.Encoder()
_DECODER = msgspec.msgpack.Decoder(list[Cells])


class VaultRow(NamedTuple):
    """What the vault keeps of a record.  All but `leaf` is None for an erased one, or no decision."""

    seq: int
    leaf: bytes
    salt: bytes | None = None
    details: bytes | None = None
    message: bytes | None = None


class Vault:
    """An open vault.  Methods raise sqlite3.Error where the disk fails."""

    def __init__(self, path: Path, origin: str, connection: sqlite3.Connection) -> None:
        self._path = path
        self._connection = connection
        try:
            meta = dict(self._connection.execute("SELECT name, value FROM meta"))
        except sqlite3.DatabaseError as error:
            self.close()
            raise unreadable(path, error) from None
        key = meta.get("key")
        if meta.get("origin") != origin.encode() or not isinstance(key, bytes):
            self.close()
            raise AuditError("ME960", f"the vault `{path}` belongs to another log", "put the log's own vault there")
        self.key: bytes = key
        """32 bytes: pseudonyms and decision ids are made with it."""

    # ----------------------------------------------------------------- opening

    @classmethod
    def create(cls, path: Path, origin: str, key: bytes) -> None:
        """Makes an empty vault.  One that is there is replaced: the caller knows that it is unused."""
        for old in (path, *_beside(path)):
            old.unlink(missing_ok=True)
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, PRIVATE))
        connection = _connect(path)
        try:
            connection.executescript(f"BEGIN;{_SCHEMA}COMMIT;")
            connection.execute("BEGIN")
            values = (("origin", origin.encode()), ("key", key), ("batch", b"0"))
            connection.executemany("INSERT INTO meta VALUES (?, ?)", values)
            connection.execute("COMMIT")
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        finally:
            connection.close()

    @classmethod
    def open(cls, path: Path, origin: str) -> Vault:
        """The vault, to read and write.  Raises AuditError (ME960)."""
        if not path.is_file():
            raise AuditError("ME960", f"the vault `{path}` is missing", "put it back: without it nothing is added")
        try:
            connection = _connect(path)
        except sqlite3.Error as error:
            raise unreadable(path, error) from None
        return cls(path, origin, connection)

    @classmethod
    def read(cls, path: Path, origin: str) -> Vault | None:
        """The vault, to read only; None where there is none (it may be kept apart from the log)."""
        if not path.is_file():
            return None
        writable = os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)
        # Without leave to write, SQLite cannot share its journal: the file is read as it lies there.
        mode = "mode=ro" if writable else "mode=ro&immutable=1"
        uri = f"{path.absolute().as_uri()}?{mode}"
        try:
            connection = sqlite3.connect(uri, uri=True, timeout=_WAIT, isolation_level=None, check_same_thread=False)
        except sqlite3.Error as error:
            raise unreadable(path, error) from None
        return cls(path, origin, connection)

    def close(self) -> None:
        with suppress(sqlite3.Error):
            self._connection.close()

    # ----------------------------------------------------------------- writing

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        self._connection.execute("BEGIN IMMEDIATE")
        with self._or_back():
            yield self._connection
            self._connection.execute("COMMIT")

    @contextmanager
    def _or_back(self) -> Iterator[None]:
        """Takes a transaction back where something within it fails."""
        try:
            yield
        except BaseException:
            with suppress(sqlite3.Error):
                self._connection.execute("ROLLBACK")
            raise

    def put(self, first: int, rows: Sequence[Cells]) -> None:
        """Takes the rows of a batch, `first` on, and that all before it are on the disk; `commit` syncs them."""
        pieces = [(first + at, _packed(rows[at : at + _MOST])) for at in range(0, len(rows), _MOST)]
        connection = self._connection
        connection.execute("BEGIN IMMEDIATE")
        with self._or_back():
            connection.executemany("INSERT INTO pieces VALUES (?, ?)", pieces)
            connection.execute("UPDATE meta SET value = ? WHERE name = 'batch'", (b"%d" % first,))

    def commit(self) -> None:
        """Waits until what `put` took is on the disk."""
        with self._or_back():
            self._connection.execute("COMMIT")

    def drop_from(self, seq: int) -> None:
        """Deletes the rows of records that were never written."""
        piece = self._piece(seq)
        if piece is not None or self._connection.execute("SELECT 1 FROM pieces WHERE first >= ?", (seq,)).fetchone():
            with self._transaction() as connection:
                connection.execute("DELETE FROM pieces WHERE first >= ?", (seq,))
                if piece is not None and piece[0] < seq:
                    first, rows = piece
                    cells = (_packed(rows[: seq - first]), first)
                    connection.execute("UPDATE pieces SET rows = ? WHERE first = ?", cells)
        self.settle()

    def settle(self) -> None:
        """Moves the journal into the file, and both to the disk."""
        self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def empty(self, seqs: Sequence[int]) -> None:
        """Empties rows, and remembers that their erasure is still to be recorded."""
        with self._transaction() as connection:
            for seq in seqs:
                piece = self._piece(seq)
                if piece is not None:
                    first, rows = piece
                    rows[seq - first] = (rows[seq - first][0], None, None, None)
                    connection.execute("UPDATE pieces SET rows = ? WHERE first = ?", (_packed(rows), first))
            connection.executemany("INSERT OR IGNORE INTO pending VALUES (?)", [(seq,) for seq in seqs])

    def scrub(self) -> None:
        """Leaves nothing of emptied rows in free pages, moved cells or the journal.

        `secure_delete` alone leaves copies of cells that SQLite moved between pages: only a vault
        written anew has none.  Raises AuditError (ME960) where another program reads the vault.
        """
        self._connection.execute("VACUUM")
        busy = self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
        if busy:
            raise AuditError(
                "ME960",
                f"another program reads the vault `{self._path}`, so the erased text cannot be wiped yet",
                "end that program, and erase again",
            )

    def recorded(self, seqs: Iterable[int]) -> None:
        """The erasure of these rows stands in the log."""
        with self._transaction() as connection:
            connection.executemany("DELETE FROM pending WHERE seq = ?", [(seq,) for seq in seqs])

    # ----------------------------------------------------------------- reading

    @property
    def batch(self) -> int:
        """The first record of the last batch: all before it had been synced."""
        found = self._connection.execute("SELECT value FROM meta WHERE name = 'batch'").fetchone()
        return int(found[0])

    @property
    def pending(self) -> tuple[int, ...]:
        """Emptied rows whose erasure may not stand in the log yet."""
        return tuple(seq for (seq,) in self._connection.execute("SELECT seq FROM pending ORDER BY seq"))

    def row(self, seq: int) -> VaultRow | None:
        piece = self._piece(seq)
        return None if piece is None else VaultRow(seq, *piece[1][seq - piece[0]])

    def _piece(self, seq: int) -> _Piece | None:
        """The piece that has the row of a record."""
        piece = self._one("first <= ? ORDER BY first DESC", seq)
        return piece if piece is not None and seq < piece[0] + len(piece[1]) else None

    def _one(self, which: str, seq: int) -> _Piece | None:
        found = self._connection.execute(f"SELECT first, rows FROM pieces WHERE {which} LIMIT 1", (seq,)).fetchone()  # noqa: S608  (no text from outside)
        return None if found is None else (found[0], _unpacked(found[1]))

    def rows(self, seq: int = 0) -> Iterator[VaultRow]:
        """The rows from `seq` on, in their order.

        Read piece by piece: one long reading would keep a writer's journal from being emptied.
        """
        piece = self._piece(seq) or self._one("first >= ? ORDER BY first", seq)
        while piece is not None:
            first, rows = piece
            yield from (VaultRow(first + i, *cells) for i, cells in enumerate(rows) if first + i >= seq)
            seq = first + max(1, len(rows))
            piece = self._one("first >= ? ORDER BY first", seq)


def _packed(rows: Sequence[object]) -> bytes:
    return _ENCODER.encode(rows)


def _unpacked(data: bytes) -> list[Cells]:
    try:
        return _DECODER.decode(data)
    except (ValueError, TypeError):
        raise sqlite3.DatabaseError("a piece is not what a vault has there") from None


def unreadable(path: Path, error: Exception) -> AuditError:
    """What is said of a vault that is damaged, or none."""
    return AuditError("ME960", f"the vault `{path}` cannot be read: {error}", "is it the log's own, and whole?")


def _beside(path: Path) -> tuple[Path, ...]:
    return tuple(path.with_name(path.name + end) for end in ("-wal", "-shm", "-journal"))


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=_WAIT, isolation_level=None, check_same_thread=False)
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA secure_delete = ON")
        connection.execute("PRAGMA temp_store = MEMORY")
        # Twice SQLite's own: fewer pauses in which the journal is moved into the file.
        connection.execute("PRAGMA wal_autocheckpoint = 2000")
    except sqlite3.Error:
        connection.close()
        raise
    return connection
