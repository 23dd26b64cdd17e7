"""One manifest for the logs of many shards: which there are, of which input, and the root of each.

`manifest.json` is canonical JSON; `checkpoint` beside it is a note, signed if there is a key, over
the tree whose first leaf is all of the manifest but its shards, and whose other leaves are these.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import msgspec

from modengine.audit.files import disk
from modengine.audit.files.layout import ORIGIN, LogPaths, reason
from modengine.audit.records.record import encode
from modengine.audit.tree.checkpoints import make_note
from modengine.audit.tree.merkle import Frontier, leaf_hash
from modengine.audit.tree.note import Checkpoint, SignerKey
from modengine.errors import AuditError
from modengine.run.read.shards import Shard

FORMAT = 1
MOST = 256 << 20
"""Bytes of a manifest: that of 400,000 shards."""
NAME, CHECKPOINT, SHARDS, LOG = "manifest.json", "checkpoint", "shards", "audit"


FileName = Literal["decisions.jsonl", "decisions.csv", "hits.csv"]


class File(msgspec.Struct, frozen=True):
    """A file of results."""

    name: FileName
    size: int
    sha256: str


class Entry(msgspec.Struct, frozen=True):
    """A shard that is done."""

    shard: Shard
    rows: int
    unread: int
    """Of the rows, those that could not be read."""
    output: tuple[File, ...]
    origin: str
    """Of its log."""
    size: int
    """Records."""
    root: str
    """Base64."""


class Plan(msgspec.Struct, frozen=True):
    """What is to be done with which input: the same for all shards."""

    inputs: tuple[str, ...]
    form: Literal["jsonl", "csv"]
    ignore_scope: bool
    policy: str
    revision: str
    keep_text: bool
    sha256: str
    """Of the list of shards, each with the digest of its bytes: the identity of the input."""
    shards: int


class Manifest(msgspec.Struct, frozen=True):
    plan: Plan
    shards: tuple[Entry, ...]
    format: int = FORMAT
    kind: Literal["modengine.manifest"] = "modengine.manifest"


def identity(shards: Sequence[Shard]) -> str:
    """The digest of an input that is cut into these shards."""
    return hashlib.sha256(encode(list(shards))).hexdigest()


def checkpoint(manifest: Manifest) -> Checkpoint:
    head = encode(msgspec.structs.replace(manifest, shards=()))
    frontier = Frontier()
    for leaf in (head, *map(encode, manifest.shards)):
        frontier.add(leaf_hash(leaf))
    return Checkpoint(ORIGIN + hashlib.sha256(head).hexdigest()[:32], frontier.size, frontier.root())


def write(folder: Path, manifest: Manifest, key: SignerKey | None) -> None:
    """Puts both files on the disk, the note first.  Raises OSError."""
    disk.replace(folder / CHECKPOINT, make_note(checkpoint(manifest), key).encode())
    disk.replace(folder / NAME, encode(manifest) + b"\n")


def is_manifest(folder: Path) -> bool:
    """Whether a folder has a manifest, and is no log: of one, a manifest that somebody put there says nothing."""
    log = LogPaths(folder)
    return (folder / NAME).is_file() and not any(path.exists() for path in (log.identity, log.vault, log.segments))


def read(folder: Path) -> Manifest:
    """Raises AuditError (ME967)."""
    path = folder / NAME
    try:
        data = disk.read(path, MOST)
        manifest = msgspec.json.decode(data, type=Manifest)
    except OSError as error:
        raise AuditError("ME967", f"`{path}` cannot be read: {reason(error)}", "check the path") from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise AuditError("ME967", f"`{path}` is no manifest", "it may be damaged, or of a newer version") from None
    if encode(manifest) + b"\n" != data or manifest.format != FORMAT:
        raise AuditError("ME967", f"`{path}` is not in canonical form", "it was changed after it was written")
    return manifest
