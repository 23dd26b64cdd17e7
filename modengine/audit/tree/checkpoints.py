"""The signed notes of a log: the newest in `checkpoint`, all of them in `checkpoints`."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from modengine.audit.files import disk
from modengine.audit.files.layout import LogPaths, reason
from modengine.audit.tree.merkle import Frontier
from modengine.audit.tree.note import (
    Checkpoint,
    NoteError,
    SignerKey,
    VerifierKey,
    parse_checkpoint,
    signed_by,
    split as split_note,
    unsigned,
)
from modengine.errors import AuditError

MOST_NOTE = 64 << 10
"""Bytes of a note."""


def make_note(checkpoint: Checkpoint, key: SignerKey | None) -> str:
    text = checkpoint.text()
    return unsigned(text) if key is None else key.sign(text)


def save(layout: LogPaths, note: str, frontier: Frontier) -> None:
    """Puts a note and the frontier of its tree on the disk.  Raises OSError."""
    disk.append(layout.checkpoints, f"{note}\n".encode())
    disk.replace(layout.checkpoint, note.encode())
    nodes = [base64.b64encode(node).decode() for node in frontier.nodes]
    disk.replace(layout.frontier, (json.dumps({"size": frontier.size, "nodes": nodes}, indent=1) + "\n").encode())


_NAME = "name a file with what `modengine audit checkpoint` printed"


def read_note(path: Path) -> str:
    """A note from a file.  Raises AuditError (ME955)."""
    try:
        return disk.read(path, MOST_NOTE).decode("utf-8").replace("\r\n", "\n")
    except FileNotFoundError:
        raise AuditError("ME955", f"there is no checkpoint `{path}`", "check the path") from None
    except OSError as error:
        raise AuditError("ME955", f"the checkpoint `{path}` cannot be read: {reason(error)}", _NAME) from None
    except UnicodeDecodeError:
        raise AuditError("ME955", f"`{path}` is no checkpoint: it is not UTF-8", _NAME) from None


def checkpoint_of(note: str, where: str, origin: str) -> Checkpoint:
    """The checkpoint in a note.  Raises AuditError (ME955), also for one of another log."""
    try:
        found, _ = parse_checkpoint(note)
    except NoteError as error:
        hint = "a checkpoint is origin, size and root, each a line; give each a file of its own"
        raise AuditError("ME955", f"{where}: {error}", hint) from None
    if found.origin != origin:
        hint = "compare it with the log that it was made of"
        raise AuditError("ME955", f"{where} is of another log, `{found.origin}`, not `{origin}`", hint)
    return found


def is_signed(note: str) -> bool:
    return bool(split_note(note)[1])


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


def signs(note: str, key: VerifierKey) -> bool:
    """Whether a note has a signature by the key, and it holds."""
    try:
        return signed_by(note, key)
    except NoteError:
        return False


def pinned(layout: LogPaths, named: str | None, remembered: str | None) -> str:
    """The public key that signs a log, by its `log.json` and its vault; empty for an unsigned log.

    Raises AuditError (ME956) where the two disagree.  A vault of an older version remembers nothing (None).
    """
    if named and remembered is not None and named != remembered:
        other = f"signed by `{name_of_key(remembered)}`" if remembered else "unsigned"
        what = (
            f"`{layout.identity}` says that the log is signed by `{name_of_key(named)}`; its vault, that it is {other}"
        )
        raise AuditError("ME956", what, "one of them was changed; keep the folder as evidence")
    return remembered or named or ""


def name_of_key(pin: str) -> str:
    return pin.partition("+")[0]


def names_signer(note: str, pin: str) -> bool:
    """Whether a note has a signature in the name of a public key; whether it holds is `check_signature`'s."""
    try:
        key = VerifierKey.parse(pin)
        return any((own.name, own.key_id) == (key.name, key.key_id) for own in split_note(note)[1])
    except NoteError:
        return False


class TornNotesError(AuditError):
    """The notes end in one that was not written to its end: no fault of whoever reads them."""


def all_notes(layout: LogPaths) -> Iterator[str]:
    """Every note of `checkpoints`, oldest first.  Raises TornNotesError (ME955) where they end in a torn one."""
    for note, whole in _notes(layout.checkpoints):
        if not whole:
            raise TornNotesError("ME955", f"`{layout.checkpoints}` ends in half a checkpoint", "the next run mends it")
        yield note


def has_history(layout: LogPaths) -> bool:
    """Whether `checkpoints` tells of any record.  Raises AuditError (ME955) where it cannot be read."""
    for note, whole in _notes(layout.checkpoints):
        try:
            if whole and parse_checkpoint(note)[0].size:
                return True
        except NoteError:
            return True
    return False


def mend(layout: LogPaths, origin: str) -> None:
    """Takes half a note, left by a writer that was stopped, off the end of `checkpoints`.

    Raises AuditError (ME955) where what stands there is not the beginning of one.
    """
    size = 0
    for note, whole in _notes(layout.checkpoints):
        if not whole:
            if note[: len(origin)] != origin[: len(note)] or note.count(origin) > 1:
                what = f"`{layout.checkpoints}` ends in what no writer leaves there"
                raise AuditError("ME955", what, "keep the folder as evidence: run `modengine audit verify`")
            disk.truncate(layout.checkpoints, size)
            return
        size += len(f"{note}\n".encode())


def _notes(path: Path) -> Iterator[tuple[str, bool]]:
    """Notes, and whether they are whole: three lines, an empty one, signatures, an empty one."""
    try:
        file = disk.reading(path)
    except FileNotFoundError:
        return
    except OSError as error:
        raise AuditError("ME955", f"`{path}` cannot be read: {reason(error)}", "check permissions") from None
    with file:
        lines: list[bytes] = []
        left = MOST_NOTE
        while line := file.readline(left + 1):
            lines.append(line)
            left -= len(line)
            if left < 0:
                raise AuditError("ME955", f"`{path}` has a checkpoint of more than 64 KB", "it was changed")
            if len(lines) > 4 and line == b"\n":
                yield b"".join(lines[:-1]).decode("utf-8", "replace"), True
                lines, left = [], MOST_NOTE
        if lines:
            yield b"".join(lines).decode("utf-8", "replace"), False


def read_frontier(layout: LogPaths, vouched: Iterable[Checkpoint]) -> Frontier:
    """The saved frontier, if it is that of a checkpoint; else that of no record.

    Nothing else is in its file: all that it says is in the root.
    """
    try:
        value: Any = json.loads(disk.read(layout.frontier))
        size, nodes = value["size"], [base64.b64decode(node) for node in value["nodes"]]
        good = type(size) is int and size >= 0 and size.bit_count() == len(nodes)
    except (OSError, ValueError, TypeError, KeyError, RecursionError):
        return Frontier()
    if not good or any(len(node) != 32 for node in nodes):
        return Frontier()
    frontier = Frontier(size, nodes)
    root = frontier.root()
    return frontier if any((own.size, own.root) == (size, root) for own in vouched) else Frontier()
