"""The signed notes of a log: the newest in `checkpoint`, all of them in `checkpoints`."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from modengine.audit.files.disk import append, replace, truncate
from modengine.audit.files.layout import LogPaths, reason
from modengine.audit.tree.merkle import Frontier
from modengine.audit.tree.note import (
    Checkpoint,
    NoteError,
    SignerKey,
    VerifierKey,
    parse_checkpoint,
    signed_by,
    unsigned,
)
from modengine.audit.tree.note import split as split_note
from modengine.errors import AuditError


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a record begins."""

    seq: int
    segment: str
    offset: int


@dataclass(frozen=True, slots=True)
class Edge:
    """What a writer must know to go on: derived from the records, and never trusted without a checkpoint."""

    frontier: Frontier
    segment: str
    offset: int
    """The end of the last record."""
    revision: Spot | None
    """The last revision record."""
    time: str
    """The latest time of any record; empty for none."""


def make_note(checkpoint: Checkpoint, key: SignerKey | None) -> str:
    text = checkpoint.text()
    return unsigned(text) if key is None else key.sign(text)


def save(layout: LogPaths, note: str, edge: Edge) -> None:
    """Puts a note and the edge that belongs to it on the disk.  Raises OSError."""
    append(layout.checkpoints, f"{note}\n".encode())
    replace(layout.checkpoint, note.encode())
    replace(layout.frontier, _edge_json(edge))


def read_note(path: Path) -> str:
    """A note from a file.  Raises AuditError (ME955)."""
    try:
        return path.read_bytes().decode("utf-8").replace("\r\n", "\n")
    except FileNotFoundError:
        raise AuditError("ME955", f"there is no checkpoint `{path}`", "check the path") from None
    except OSError as error:
        raise AuditError("ME955", f"the checkpoint `{path}` cannot be read: {reason(error)}") from None
    except UnicodeDecodeError:
        raise AuditError("ME955", f"`{path}` is no checkpoint: it is not UTF-8") from None


def checkpoint_of(note: str, where: str, origin: str) -> Checkpoint:
    """The checkpoint in a note.  Raises AuditError (ME955), also for one of another log."""
    try:
        found, _ = parse_checkpoint(note)
    except NoteError as error:
        raise AuditError("ME955", f"{where}: {error}", "a checkpoint is origin, size and root, as `log.json` has it")\
            from None  # fmt: skip
    if found.origin != origin:
        hint = "compare it with the log that it was made of"
        raise AuditError("ME955", f"{where} is of another log, `{found.origin}`, not `{origin}`", hint)
    return found


def is_signed(note: str) -> bool:
    return "\n\n" in note and bool(split_note(note)[1])


def check_signature(note: str, where: str, key: VerifierKey) -> None:
    """Raises AuditError (ME956) unless a signature of the note is by the key and holds."""
    try:
        good = signed_by(note, key)
    except NoteError as error:
        raise AuditError("ME955", f"{where}: {error}") from None
    if not good:
        signers = ", ".join(f"`{signature.name}`" for signature in split_note(note)[1])
        what = f"carries no valid signature by `{key.name}`; it is signed by {signers}" if signers else "is not signed"
        raise AuditError("ME956", f"{where} {what}", "use the key that the log was signed with")


def all_notes(layout: LogPaths) -> Iterator[str]:
    """Every note of `checkpoints`, oldest first.  Raises AuditError (ME955) where they end in a torn one."""
    for note, whole in _notes(layout.checkpoints):
        if not whole:
            raise AuditError("ME955", f"`{layout.checkpoints}` ends in half a checkpoint", "the next run mends it")
        yield note


def mend(layout: LogPaths) -> None:
    """Takes half a note, left by a writer that was stopped, off the end of `checkpoints`."""
    size = 0
    for note, whole in _notes(layout.checkpoints):
        if not whole:
            truncate(layout.checkpoints, size)
            return
        size += len(f"{note}\n".encode())


def _notes(path: Path) -> Iterator[tuple[str, bool]]:
    """Notes, and whether they are whole: three lines, an empty one, signatures, an empty one."""
    try:
        file = path.open("rb")
    except FileNotFoundError:
        return
    with file:
        lines: list[bytes] = []
        for line in file:
            lines.append(line)
            if len(lines) > 4 and line == b"\n":
                yield b"".join(lines[:-1]).decode("utf-8", "replace"), True
                lines = []
        if lines:
            yield b"".join(lines).decode("utf-8", "replace"), False


# --------------------------------------------------------------------------- the edge


def _edge_json(edge: Edge) -> bytes:
    spot = edge.revision
    value = {
        "size": edge.frontier.size,
        "nodes": [base64.b64encode(node).decode() for node in edge.frontier.nodes],
        "segment": edge.segment,
        "offset": edge.offset,
        "revision": None if spot is None else {"seq": spot.seq, "segment": spot.segment, "offset": spot.offset},
        "time": edge.time,
    }
    return (json.dumps(value, indent=1) + "\n").encode()


def read_edge(layout: LogPaths) -> Edge | None:
    """The saved edge, if it is one of those that a checkpoint vouches for; else None."""
    try:
        value: Any = json.loads(layout.frontier.read_bytes())
        frontier = Frontier(value["size"], [base64.b64decode(node) for node in value["nodes"]])
        spot = value["revision"]
        edge = Edge(
            frontier,
            str(value["segment"]),
            int(value["offset"]),
            None if spot is None else Spot(int(spot["seq"]), str(spot["segment"]), int(spot["offset"])),
            str(value["time"]),
        )
        if frontier.size < 0 or frontier.size.bit_count() != len(frontier.nodes):
            return None
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return None
    root = frontier.root()
    for note, whole in _notes(layout.checkpoints):
        if whole:
            try:
                checkpoint, _ = parse_checkpoint(note)
            except NoteError:
                continue
            if checkpoint.size == frontier.size and checkpoint.root == root:
                return edge
    return None
