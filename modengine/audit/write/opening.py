"""Opening a log to write: making it, reading its tail, and what a stopped writer left behind.

What is mended without asking is what a writer that was stopped can leave: half a record at the end
(moved to quarantine, and recorded), rows of the vault whose records were never written, half a note.
Everything else is an error that names its place.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from modengine.audit.files import disk
from modengine.audit.files.layout import FORMAT, ORIGIN, LogPaths, is_unfinished, not_empty, read_origin, reason
from modengine.audit.files.lock import Lock
from modengine.audit.records import segments
from modengine.audit.records.record import Record
from modengine.audit.records.segments import RecordLine, name_of, record_of
from modengine.audit.records.vault import Vault
from modengine.audit.tree.checkpoints import (
    Edge,
    Spot,
    check_signature,
    checkpoint_of,
    is_signed,
    make_note,
    mend,
    read_edge,
    read_note,
    save,
)
from modengine.audit.tree.merkle import Frontier, leaf_hash
from modengine.audit.tree.note import Checkpoint, SignerKey
from modengine.errors import AuditError
from modengine.run.write.durable import sync_folder


@dataclass(frozen=True, slots=True)
class Torn:
    """Bytes at the end of a log that are no record, now in quarantine."""

    seq: int
    """The record that they would have been."""
    size: int
    digest: str
    """SHA-256 of the bytes, hexadecimal; the file is named by it."""

    @property
    def name(self) -> str:
        return f"{self.seq:020d}-{self.size}-{self.digest[:32]}.bin"


@dataclass(frozen=True, slots=True)
class Opened:
    """A log that can be added to."""

    origin: str
    vault: Vault
    edge: Edge
    revision: Record | None
    """The last revision record."""
    checkpointed: int
    """The size of the newest checkpoint."""
    torn: Torn | None
    """What must be recorded before anything else."""
    notices: tuple[str, ...]


def take(layout: LogPaths, key: SignerKey | None, random: Callable[[int], bytes], wait: float) -> tuple[Lock, Opened]:
    """The lock of a log, waited for at most `wait` seconds, and its state; one is made where nothing is.

    Raises AuditError, OSError, sqlite3.Error.
    """
    if layout.folder.exists() and not layout.folder.is_dir():
        raise AuditError("ME951", f"`{layout.folder}` is a file", "name a folder: --audit DIR")
    layout.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    # One look: another process may be making the log, its lock first.
    there = {entry.name for entry in layout.folder.iterdir()}
    if there and not there & {layout.lock.name, layout.identity.name}:
        raise not_empty(layout)
    lock = Lock(layout.lock)
    lock.take(wait, time.monotonic, time.sleep)
    try:
        if not layout.identity.exists():
            create(layout, key, random)
        return lock, open_log(layout, key)
    except BaseException:
        lock.release()
        raise


def create(layout: LogPaths, key: SignerKey | None, random: Callable[[int], bytes]) -> None:
    """Makes an empty log; `log.json` last, so that half a log is none.  Raises OSError, AuditError."""
    layout.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not is_unfinished(layout):
        raise not_empty(layout)
    for folder in (layout.segments, layout.rules, layout.quarantine):
        folder.mkdir(mode=0o700, exist_ok=True)
    disk.replace(layout.gitignore, b"# Who decided what about which message does not belong in a repository.\n*\n")
    origin = ORIGIN + random(16).hex()
    Vault.create(layout.vault, origin, random(32))
    for old in (layout.checkpoint, layout.checkpoints, layout.frontier):
        old.unlink(missing_ok=True)
    frontier = Frontier()
    edge = Edge(frontier, name_of(0), 0, None, "")
    save(layout, make_note(Checkpoint(origin, 0, frontier.root()), key), edge)
    disk.replace(layout.identity, json.dumps({"format": FORMAT, "origin": origin}, sort_keys=True).encode() + b"\n")
    sync_folder(layout.folder.absolute().parent)


def open_log(layout: LogPaths, key: SignerKey | None) -> Opened:
    """The state of a log that is there.  The lock is held.  Raises AuditError, OSError, sqlite3.Error."""
    origin = read_origin(layout)
    checkpoint = _own_checkpoint(layout, origin, key)
    vault = Vault.open(layout.vault, origin)
    try:
        return _opened(layout, origin, checkpoint, vault)
    except BaseException:
        vault.close()
        raise


def _own_checkpoint(layout: LogPaths, origin: str, key: SignerKey | None) -> Checkpoint:
    where = f"the checkpoint `{layout.checkpoint}`"
    note = read_note(layout.checkpoint)
    checkpoint = checkpoint_of(note, where, origin)
    if is_signed(note) and key is None:
        hint = "give that key with --audit-key"
        raise AuditError("ME956", f"the audit log `{layout.folder}` is signed, and no key was given", hint)
    if is_signed(note) and key is not None:
        check_signature(note, where, key.verifier)
    return checkpoint


def _opened(layout: LogPaths, origin: str, checkpoint: Checkpoint, vault: Vault) -> Opened:
    edge = read_edge(layout) or Edge(Frontier(), name_of(0), 0, None, "")
    if edge.frontier.size > checkpoint.size:
        raise AuditError(
            "ME955",
            f"`{layout.checkpoint}` is of {checkpoint.size} records, `checkpoints` knows of {edge.frontier.size}",
            "an older checkpoint was put in its place; run `modengine audit verify`",
        )
    old = edge
    edge, torn_at, revision = _read_tail(layout, checkpoint, edge, vault)
    if edge.frontier.size < vault.batch:
        raise AuditError(
            "ME954",
            f"the log ends at record {edge.frontier.size}, but {vault.batch} records had been acknowledged",
            "it was rolled back or cut: `modengine audit verify` says what is still good; begin a new log",
        )
    mend(layout)
    torn = _unrecorded(layout, edge.frontier.size) if torn_at is None else _quarantine(layout, torn_at)
    vault.drop_from(edge.frontier.size)
    if edge.frontier.size > checkpoint.size:
        for name in segments.names(layout.segments):
            if name >= old.segment:
                disk.rewrite(layout.segments / name, old.offset if name == old.segment else 0)
    return Opened(origin, vault, edge, revision, checkpoint.size, torn, _notices(layout))


def _read_tail(
    layout: LogPaths, checkpoint: Checkpoint, edge: Edge, vault: Vault
) -> tuple[Edge, RecordLine | None, Record | None]:
    """Reads on from the edge to the end.  The edge there, a bad line at the end, the last revision."""
    frontier = edge.frontier.copy()
    offset, segment, spot, time = edge.offset, edge.segment, edge.revision, edge.time
    if segments.names(layout.segments)[:1] > [name_of(0)] or _too_short(layout.segments / segment, offset):
        raise _behind(layout, checkpoint, frontier.size)
    revision = None if spot is None else _record_at(layout, spot)
    bad: RecordLine | None = None
    remembered = vault.rows(frontier.size)
    if frontier.size == checkpoint.size:
        _check_root(layout, checkpoint, frontier)
    for line in segments.lines(layout.segments, frontier.size, segment, offset):
        try:
            record = record_of(line)
        except ValueError as error:
            follows = segments.next_good(layout.segments, line)
            if line.seq < checkpoint.size and follows is None:
                raise _behind(layout, checkpoint, line.seq) from None
            if follows is not None:
                what = f"record {line.seq} ({line.where}) is {error}, and good records follow ({follows})"
                raise AuditError("ME953", what, "nothing repairs that: run `modengine audit verify`") from None
            bad = line
            break
        leaf = leaf_hash(line.data)
        row = next(remembered, None)
        if row is None or row.seq != line.seq or row.leaf != leaf:
            what = f"record {line.seq} ({line.where}) is not the one that the vault remembers"
            raise AuditError("ME953", what, "the log or its vault was changed: run `modengine audit verify`")
        frontier.add(leaf)
        segment, offset, time = line.segment, line.end, max(time, record["time"])
        if record["kind"] == "revision":
            spot, revision = Spot(line.seq, line.segment, line.offset), record
        if frontier.size == checkpoint.size:
            _check_root(layout, checkpoint, frontier)
    if frontier.size < checkpoint.size:
        raise _behind(layout, checkpoint, frontier.size)
    return Edge(frontier, segment, offset, spot, time), bad, revision


def _too_short(path: Path, offset: int) -> bool:
    try:
        return path.stat().st_size < offset
    except FileNotFoundError:
        return offset > 0


def _check_root(layout: LogPaths, checkpoint: Checkpoint, frontier: Frontier) -> None:
    if frontier.root() != checkpoint.root:
        raise AuditError(
            "ME953",
            f"the first {checkpoint.size} records are not those of the checkpoint `{layout.checkpoint}`",
            "run `modengine audit verify`, which names the first bad record",
        )


def _behind(layout: LogPaths, checkpoint: Checkpoint, size: int) -> AuditError:
    return AuditError(
        "ME954",
        f"the audit log `{layout.folder}` ends at record {size}, its checkpoint says {checkpoint.size}",
        "it was rolled back or cut: `modengine audit verify` says what is still good; begin a new log",
    )


def _record_at(layout: LogPaths, spot: Spot) -> Record | None:
    """The revision record at a place; None where there is another: then it is written anew."""
    try:
        for line in segments.lines(layout.segments, spot.seq, spot.segment, spot.offset):
            record = record_of(line)
            return record if record["kind"] == "revision" else None
    except (ValueError, OSError):
        pass
    return None


# --------------------------------------------------------------------------- quarantine


def _quarantine(layout: LogPaths, bad: RecordLine) -> Torn:
    """Moves what is no record from the end of the log to a file of its own."""
    path = layout.segments / bad.segment
    with path.open("rb") as file:
        file.seek(bad.offset)
        data = file.read()
    torn = Torn(bad.seq, len(data), hashlib.sha256(data).hexdigest())
    layout.quarantine.mkdir(mode=0o700, exist_ok=True)
    disk.replace(layout.quarantine / torn.name, data)
    disk.truncate(path, bad.offset)
    return torn


def _unrecorded(layout: LogPaths, size: int) -> Torn | None:
    """A file in quarantine that no record tells of: its recovery was cut short."""
    if not layout.quarantine.is_dir():
        return None
    for path in sorted(layout.quarantine.glob(f"{size:020d}-*.bin")):
        data = path.read_bytes()
        return Torn(size, len(data), hashlib.sha256(data).hexdigest())
    return None


def recovery(torn: Torn) -> Record:
    """The record of a recovery, without its number and time."""
    return {"kind": "recovery", "bytes": torn.size, "sha256": torn.digest, "file": torn.name}


# --------------------------------------------------------------------------- notices


def _notices(layout: LogPaths) -> tuple[str, ...]:
    found = []
    kind = disk.file_system(layout.folder, disk.mounts())
    if kind in disk.NETWORK:
        found.append(
            f"[ME966 network-folder] `{layout.folder}` lies on a network file system ({kind}):"
            " locks and syncs may not hold there; keep the log on a local disk"
        )
    try:
        if layout.folder.stat().st_mode & 0o077:
            found.append(f"others can look into `{layout.folder}`; chmod 700 keeps them out")
    except OSError as error:
        found.append(f"`{layout.folder}`: {reason(error)}")
    return tuple(found)
