"""The vault: salts, details, and texts if they are kept.  SQLite, mode 0600, beside the log.

A row is committed before its record is written, so that no record is ever without its salt.  Each
row keeps the leaf of its record: with the vault at hand, the first record that is not what was
written can be named.  Erasing empties a row, then wipes free pages and the journal.

The rows of records that are added together lie in pieces of up to 128, MessagePack in one cell: to
SQLite a thousand records are eight.
"""

from __future__ import annotations

import hashlib
import os
import re
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

import msgspec

from modengine.audit.files.disk import PRIVATE
from modengine.audit.files.layout import LogPaths, read_origin
from modengine.errors import AuditError

_WAIT = 10.0
"""Seconds to wait for another program that reads the vault."""
_SCHEMA = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE pieces (first INTEGER PRIMARY KEY, rows BLOB NOT NULL);
CREATE TABLE pending (seq INTEGER PRIMARY KEY);
"""
_TABLES = {tuple(text.split()) for text in _SCHEMA.strip().removesuffix(";").split(";\n")}
"""Whoever can write a vault can put a view without end in the place of a table, or a trigger beside it."""
_META = ("origin", "key", "batch", "checkpoint", "signer", "lost")
_MOST_ROW = 1 << 60
_MOST_CELL = 256 << 20
"""Bytes of what SQLite gives at a time."""
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
            with _readable(path):
                connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _MOST_CELL)
                _check_schema(connection)
                meta = {name: self._meta(name) for name in _META}
            key = meta["key"]
            if meta["origin"] != origin.encode() or key is None:
                raise AuditError("ME960", f"the vault `{path}` belongs to another log", "put the log's own vault there")
        except AuditError:
            self.close()
            raise
        self.key: bytes = key
        """32 bytes: pseudonyms and decision ids are made with it."""

    # ----------------------------------------------------------------- opening

    @classmethod
    def create(cls, path: Path, origin: str, key: bytes, signer: str) -> None:
        """Makes an empty vault.  One that is there is replaced: the caller knows that it is unused.

        `signer` is the public key that signs the log's checkpoints; empty for an unsigned log.
        """
        for old in (path, *_beside(path)):
            old.unlink(missing_ok=True)
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, PRIVATE))
        with closing(_connect(path)) as connection:
            connection.executescript(f"BEGIN;{_SCHEMA}COMMIT;")
            connection.execute("BEGIN")
            values = (("origin", origin.encode()), ("key", key), ("batch", b"0"), ("signer", signer.encode()))
            connection.executemany("INSERT INTO meta VALUES (?, ?)", values)
            connection.execute("COMMIT")
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    @staticmethod
    def is_unused(path: Path) -> bool:
        """Whether a vault that is there has no row yet, and so nothing to lose.  Raises AuditError (ME960)."""
        if not _is_there(path):
            return True
        with _readable(path), closing(sqlite3.connect(path, timeout=_WAIT, isolation_level=None)) as connection:
            if not connection.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone():
                return True
            _check_schema(connection)
            return connection.execute("SELECT 1 FROM pieces LIMIT 1").fetchone() is None

    @classmethod
    def open(cls, path: Path, origin: str) -> Vault:
        """The vault, to read and write.  Raises AuditError (ME960)."""
        if not _is_there(path):
            raise AuditError("ME960", f"the vault `{path}` is missing", "put it back: without it nothing is added")
        with _readable(path):
            connection = _connect(path)
        return cls(path, origin, connection)

    @classmethod
    def read(cls, path: Path, origin: str) -> Vault | None:
        """The vault, to read only; None where there is none (it may be kept apart from the log)."""
        if not _is_there(path):
            return None
        writable = os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)
        # Without leave to write, SQLite cannot make its journal: the file alone is read, unless one lies there.
        journal = _beside(path)[0]
        mode = "mode=ro" if writable or (journal.exists() and journal.stat().st_size) else "mode=ro&immutable=1"
        uri = f"{path.absolute().as_uri()}?{mode}"
        with _readable(path):
            connection = sqlite3.connect(uri, uri=True, timeout=_WAIT, isolation_level=None, check_same_thread=False)
        return cls(path, origin, connection)

    @classmethod
    def needed(cls, layout: LogPaths, why: str) -> Vault:
        """The vault of a log, to read only.  Raises AuditError (ME960), which says `why`, where there is none."""
        vault = cls.read(layout.vault, read_origin(layout))
        if vault is None:
            raise AuditError("ME960", f"without its vault {why}", f"put it back: {layout.vault}")
        return vault

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

    def remember(self, note: str, size: int) -> None:
        """Takes a checkpoint of so many records, all of which are on the disk, and syncs it."""
        with self._transaction():
            self._put_meta("checkpoint", note.encode())
            self._put_meta("batch", b"%d" % max(size, self.batch))

    def pin(self, signer: str) -> None:
        """Remembers for good by which key the log's checkpoints are signed."""
        with self._transaction():
            self._put_meta("signer", signer.encode())

    def drop_from(self, seq: int) -> None:
        """Deletes the rows of records that are not in the log; how many and which is kept until it is recorded.

        Raises AuditError (ME960) where these are not the rows that an unfinished batch leaves.
        """
        digest, count = hashlib.sha256(), 0
        for row in self.rows(seq):
            if row.seq != seq + count:
                what = f"the vault `{self._path}` knows of record {row.seq}, and of no record {seq + count}"
                raise AuditError("ME960", what, "it was changed: run `modengine audit verify`, and keep it as evidence")
            digest.update(row.leaf)
            count += 1
        if count:
            piece = self._piece(seq)
            with self._transaction() as connection:
                connection.execute("DELETE FROM pieces WHERE first >= ?", (seq,))
                if piece is not None and piece[0] < seq:
                    first, rows = piece
                    cells = (_packed(rows[: seq - first]), first)
                    connection.execute("UPDATE pieces SET rows = ? WHERE first = ?", cells)
                earlier = self._meta("lost") or b""
                self._put_meta("lost", earlier + b"%d %s\n" % (count, digest.hexdigest().encode()))
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

    def lost_recorded(self) -> None:
        """What `lost` says stands in the log."""
        if self.lost:
            with self._transaction() as connection:
                connection.execute("DELETE FROM meta WHERE name = 'lost'")

    def _put_meta(self, name: str, value: bytes) -> None:
        self._connection.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (name, value))

    # ----------------------------------------------------------------- reading

    def _meta(self, name: str) -> bytes | None:
        found = self._connection.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
        if found is not None and not isinstance(found[0], bytes):
            raise sqlite3.DatabaseError(f"its `{name}` is not what a vault has there")
        return None if found is None else found[0]

    def _text(self, name: str) -> str | None:
        found = self._meta(name)
        return None if found is None else found.decode("utf-8", "replace")

    @property
    def batch(self) -> int:
        """So many records, from the first, had been synced: all before the last batch or checkpoint."""
        try:
            return int(self._meta("batch") or b"")
        except ValueError:
            raise sqlite3.DatabaseError("its `batch` is not what a vault has there") from None

    @property
    def checkpoint(self) -> str | None:
        """The newest checkpoint; None in a vault of an older version."""
        return self._text("checkpoint")

    @property
    def signer(self) -> str | None:
        """The public key that signs the log; empty for an unsigned log, None in a vault of an older version."""
        return self._text("signer")

    @property
    def lost(self) -> list[tuple[int, str]]:
        """Of rows that were dropped, and of which no record tells yet: how many, and the SHA-256 of their leaves."""
        return [(int(n), digest) for n, digest in re.findall(r"(\d{1,18}) ([0-9a-f]{64})\n", self._text("lost") or "")]

    @property
    def pending(self) -> Iterator[int]:
        """Emptied rows whose erasure may not stand in the log yet."""
        return (seq for (seq,) in self._connection.execute("SELECT seq FROM pending ORDER BY seq"))

    def row(self, seq: int) -> VaultRow | None:
        piece = self._piece(seq)
        return None if piece is None else VaultRow(seq, *piece[1][seq - piece[0]])

    def _piece(self, seq: int) -> _Piece | None:
        """The piece that has the row of a record."""
        piece = self._one("first <= ? ORDER BY first DESC", seq)
        return piece if piece is not None and seq < piece[0] + len(piece[1]) else None

    def _one(self, which: str, seq: int) -> _Piece | None:
        found = self._connection.execute(f"SELECT first, rows FROM pieces WHERE {which} LIMIT 1", (seq,)).fetchone()  # noqa: S608  (no text from outside)
        if found is None:
            return None
        first, rows = found[0], _unpacked(found[1])
        if first >= _MOST_ROW:
            raise sqlite3.DatabaseError("a piece is not where a vault has one")
        return first, rows

    def past(self, size: int) -> int:
        """How many rows it has of records from `size` on, or more where it has none of some between."""
        last = self._one("first >= ? ORDER BY first DESC", 0)
        return 0 if last is None else max(0, last[0] + len(last[1]) - size)

    def rows(self, seq: int = 0) -> Iterator[VaultRow]:
        """The rows from `seq` on, in their order.

        Read piece by piece: one long reading would keep a writer's journal from being emptied.
        """
        piece = self._piece(seq) or self._one("first >= ? ORDER BY first", seq)
        while piece is not None:
            first, rows = piece
            yield from (VaultRow(first + i, *cells) for i, cells in enumerate(rows) if first + i >= seq)
            if first + max(1, len(rows)) <= seq:
                raise sqlite3.DatabaseError("its pieces are not in order")
            seq = first + max(1, len(rows))
            piece = self._one("first >= ? ORDER BY first", seq)


def _check_schema(connection: sqlite3.Connection) -> None:
    """Raises sqlite3.DatabaseError unless the tables of a vault are there, and nothing else."""
    # The schema is read by SQLite itself, with the connection: here are rows of its own table alone.
    there = [text for (text,) in connection.execute("SELECT sql FROM sqlite_master LIMIT 10")]
    if len(there) != len(_TABLES) or {tuple(str(text).split()) for text in there} != _TABLES:
        raise sqlite3.DatabaseError("its tables are not those of a vault")


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


@contextmanager
def _readable(path: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise unreadable(path, error) from None


def strange(seq: int, error: ValueError) -> AuditError:
    """What is said of a row that no writer would put there."""
    return AuditError("ME960", f"the vault has of record {seq} what is {error}", "run `modengine audit verify`")


def _beside(path: Path) -> tuple[Path, ...]:
    return tuple(path.with_name(path.name + end) for end in ("-wal", "-shm", "-journal"))


def _is_there(path: Path) -> bool:
    """Whether there is a vault.  Raises AuditError (ME960) where a pipe or a device stands there or beside it."""
    for file in (path, *_beside(path)):
        if file.exists() and not file.is_file():
            raise AuditError("ME960", f"`{file}` is no regular file", "it was put there; keep the folder as evidence")
    return path.exists()


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
