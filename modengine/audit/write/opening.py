"""Opening a log to write: making it, reading its tail, and what a stopped writer left behind.

What is mended without asking is what a writer that was stopped can leave: half a record at the end
(moved to quarantine), rows of the vault whose records were never written (dropped), both recorded; and
half a note.  Everything else is an error that names its place, and nothing is changed.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from modengine.audit.files import disk
from modengine.audit.files.layout import (
    FIRST,
    ORIGIN,
    Identity,
    LogPaths,
    is_unfinished,
    not_empty,
    read_identity,
    reason,
)
from modengine.audit.files.lock import Lock
from modengine.audit.records import segments
from modengine.audit.records.record import Record
from modengine.audit.records.segments import RecordLine, passed, record_of
from modengine.audit.records.vault import Vault
from modengine.audit.tree.checkpoints import (
    check_signature,
    checkpoint_of,
    has_history,
    is_signed,
    make_note,
    mend,
    name_of_key,
    pinned,
    read_frontier,
    read_note,
    save,
)
from modengine.audit.tree.merkle import Frontier, leaf_hash
from modengine.audit.tree.note import Checkpoint, SignerKey
from modengine.errors import AuditError
from modengine.explain.visible import many
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
class Edge:
    """Where a log ends."""

    frontier: Frontier
    segment: str
    offset: int
    """The end of the last record."""
    time: str
    """The latest of the last file; empty for none."""
    revision: Record | None
    """The last revision record, if it is in the last file."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A log that can be added to."""

    origin: str
    vault: Vault
    edge: Edge
    checkpointed: int
    """The size of the newest checkpoint."""
    torn: Torn | None
    """What must be recorded before anything else."""
    unproven: tuple[int, int] | None
    """The first and last record that a signer finds after the last checkpoint, and will sign."""
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
    if not Vault.is_unused(layout.vault) or has_history(layout):
        what = f"`{layout.folder}` has the vault or the checkpoints of a log, and no `log.json`"
        raise AuditError("ME951", what, "put these back; keep the folder as evidence, and begin a new log")
    for folder in (layout.segments, layout.rules, layout.quarantine):
        folder.mkdir(mode=0o700, exist_ok=True)
    disk.replace(layout.gitignore, b"# Who decided what about which message does not belong in a repository.\n*\n")
    origin = ORIGIN + random(16).hex()
    signer = "" if key is None else str(key.verifier)
    Vault.create(layout.vault, origin, random(32), signer)
    for old in (layout.checkpoint, layout.checkpoints, layout.frontier):
        old.unlink(missing_ok=True)
    frontier = Frontier()
    save(layout, make_note(Checkpoint(origin, 0, frontier.root()), key), frontier)
    disk.replace(layout.identity, Identity(FIRST, origin, signer or None).data())
    sync_folder(layout.folder.absolute().parent)


def open_log(layout: LogPaths, key: SignerKey | None) -> Opened:
    """The state of a log that is there.  The lock is held.  Raises AuditError, OSError, sqlite3.Error."""
    identity = read_identity(layout)
    vault = Vault.open(layout.vault, identity.origin)
    try:
        pin = pinned(layout, identity.key, vault.signer)
        notes = _own_notes(layout, vault)
        checkpoints = [checkpoint_of(note, where, identity.origin) for where, note in notes]
        signed = bool(pin) or any(is_signed(note) for _, note in notes)
        _check_key(layout, signed, pin, key)
        for (where, note), checkpoint in zip(notes, checkpoints, strict=True):
            # One of no record is not signed where a writer was stopped while an empty log got its key.
            if key is not None and signed and (pin or checkpoint.size):
                check_signature(note, where, key.verifier)
        opened = _opened(layout, identity.origin, checkpoints, vault, key)
        signer = "" if key is None else str(key.verifier)
        if key is not None and not pin and not is_signed(notes[0][1]):
            if opened.edge.frontier.size:
                raise _never_signed(layout, opened.edge.frontier.size)
            note = make_note(checkpoints[0], key)
            vault.remember(note, 0)
            save(layout, note, Frontier())
        if vault.signer != signer:
            vault.pin(signer)
        if (identity.key or "") != signer:
            disk.replace(layout.identity, Identity(identity.format, identity.origin, signer or None).data())
        if vault.checkpoint is None:
            vault.remember(notes[0][1], checkpoints[0].size)
        return opened
    except BaseException:
        vault.close()
        raise


def _own_notes(layout: LogPaths, vault: Vault) -> list[tuple[str, str]]:
    """The newest checkpoint of the folder, and that of the vault; each with what it is called."""
    found = [(f"the checkpoint `{layout.checkpoint}`", read_note(layout.checkpoint))]
    if vault.checkpoint is not None:
        found.append(("the checkpoint that the vault remembers", vault.checkpoint))
    return found


def _check_key(layout: LogPaths, signed: bool, pin: str, key: SignerKey | None) -> None:
    """Raises AuditError (ME956) where a log is signed, and its key is not the one that was given."""
    if signed and key is None:
        hint = "give that key with --audit-key"
        raise AuditError("ME956", f"the audit log `{layout.folder}` is signed, and no key was given", hint)
    if key is not None and pin and str(key.verifier) != pin:
        what = f"the audit log `{layout.folder}` is signed by `{name_of_key(pin)}`, and another key was given"
        raise AuditError("ME956", what, "use the key that the log was signed with")


def _never_signed(layout: LogPaths, size: int) -> AuditError:
    what = f"the records 0 to {size - 1} of `{layout.folder}` were never signed: nothing shows that they are as written"
    return AuditError("ME956", what, "go on without a key, or begin a new log for what is to be signed: --audit DIR")


def _opened(
    layout: LogPaths, origin: str, checkpoints: list[Checkpoint], vault: Vault, key: SignerKey | None
) -> Opened:
    own, newest = checkpoints[0], checkpoints[-1]
    if own.size > newest.size or (own.size == newest.size and own.root != newest.root):
        what = f"`{layout.checkpoint}` is of {own.size} records, and the vault knows of no such checkpoint"
        raise AuditError("ME955", what, "another was put in its place; run `modengine audit verify`")
    start = read_frontier(layout, checkpoints)
    edge, torn_at, began = _read_tail(layout, checkpoints, start, vault)
    size = edge.frontier.size
    if size < vault.batch:
        raise AuditError(
            "ME954",
            f"the log ends at record {size}, but {vault.batch} records had been acknowledged",
            "it was rolled back or cut: `modengine audit verify` says what is still good; begin a new log",
        )
    mend(layout, origin)
    torn = _unrecorded(layout, size) if torn_at is None else _quarantine(layout, torn_at)
    vault.drop_from(size)
    if size > own.size:
        for name in segments.names(layout.segments):
            if name >= began.segment:
                disk.rewrite(layout.segments / name, began.offset if name == began.segment else 0)
    unproven = (newest.size, size - 1) if key is not None and size > newest.size else None
    return Opened(origin, vault, edge, own.size, torn, unproven, _notices(layout))


def _read_tail(
    layout: LogPaths, checkpoints: list[Checkpoint], frontier: Frontier, vault: Vault
) -> tuple[Edge, RecordLine | None, segments.Passed]:
    """Reads on from a frontier to the end.  The edge there, a bad line at the end, the place where it began."""
    newest = checkpoints[-1]
    try:
        began = passed(layout.segments, frontier.size)
    except AuditError as error:
        raise (_behind(layout, newest) if error.code == "ME954" else error) from None
    offset, segment, time = began.offset, began.segment, began.time
    revision = None if began.revision is None else _revision(began.revision)
    bad: RecordLine | None = None
    remembered = vault.rows(frontier.size)
    _check_roots(layout, checkpoints, frontier)
    for line in segments.lines(layout.segments, frontier.size, segment, offset):
        try:
            record = record_of(line)
        except ValueError as error:
            follows = segments.next_good(layout.segments, line)
            if line.seq < newest.size and follows is None:
                raise _behind(layout, newest, line.seq) from None
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
            revision = record
        _check_roots(layout, checkpoints, frontier)
    if frontier.size < newest.size:
        raise _behind(layout, newest, frontier.size)
    if bad is None and (layout.segments / segments.name_of(frontier.size)).exists():
        # A writer was killed when it had begun a file, and before its first record: that is where one goes on, however
        # long this writer lets files get.
        segment, offset = segments.name_of(frontier.size), 0
    return Edge(frontier, segment, offset, time, revision), bad, began


def _revision(line: RecordLine) -> Record | None:
    """A revision record that was gone past; None where it is none: then it is written anew."""
    try:
        return record_of(line)
    except ValueError:
        return None


def _check_roots(layout: LogPaths, checkpoints: list[Checkpoint], frontier: Frontier) -> None:
    for checkpoint in checkpoints:
        if checkpoint.size == frontier.size and checkpoint.root != frontier.root():
            raise AuditError(
                "ME953",
                f"`{layout.folder}` does not begin with the {many(checkpoint.size, 'record')} of its checkpoint",
                "run `modengine audit verify`, which names the first bad record",
            )


def _behind(layout: LogPaths, checkpoint: Checkpoint, size: int | None = None) -> AuditError:
    ends = (
        f"ends at record {size}, its checkpoint says" if size is not None else "ends before its checkpoint, which says"
    )
    return AuditError(
        "ME954",
        f"the audit log `{layout.folder}` {ends} {checkpoint.size}",
        "it was rolled back or cut: `modengine audit verify` says what is still good; begin a new log",
    )


# --------------------------------------------------------------------------- quarantine


def _quarantine(layout: LogPaths, bad: RecordLine) -> Torn:
    """Moves what is no record from the end of the log to a file of its own."""
    path = layout.segments / bad.segment
    if path.stat().st_size - bad.offset > segments.MOST_TORN:
        what = f"after record {bad.seq - 1} ({bad.where}) stands more than any writer leaves half written"
        raise AuditError("ME953", what, "nothing repairs that: run `modengine audit verify`")
    torn = Torn(bad.seq, *disk.measured(path, bad.offset))
    layout.quarantine.mkdir(mode=0o700, exist_ok=True)
    disk.copy(path, bad.offset, layout.quarantine / torn.name)
    disk.truncate(path, bad.offset)
    return torn


def _unrecorded(layout: LogPaths, size: int) -> Torn | None:
    """A file in quarantine that no record tells of: its recovery was cut short."""
    if not layout.quarantine.is_dir():
        return None
    for path in sorted(layout.quarantine.glob(f"{size:020d}-*.bin")):
        return Torn(size, *disk.measured(path))
    return None


def recoveries(opened: Opened) -> Iterator[Record]:
    """The records of what was recovered, without their numbers and times."""
    torn = opened.torn
    half = {} if torn is None else {"bytes": torn.size, "sha256": torn.digest, "file": torn.name}
    lost: list[Record] = [{"rows": rows, "leaves": leaves} for rows, leaves in opened.vault.lost]
    # A checkpoint may be signed after any of them: what a signer found unproven stands in the first.
    unproven = {} if opened.unproven is None else {"unproven": list(opened.unproven)}
    for found in [{**unproven, **half, **(lost[0] if lost else {})}, *lost[1:]]:
        if found:
            yield {"kind": "recovery", **found}


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
        if sys.platform != "win32" and layout.folder.stat().st_mode & 0o077:
            found.append(f"others can look into `{layout.folder}`; chmod 700 keeps them out")
    except OSError as error:
        found.append(f"`{layout.folder}`: {reason(error)}")
    return tuple(found)
