"""One manifest for the logs of many shards: which there are, of which input, and the root of each.

`manifest.json` is canonical JSON; `checkpoint` beside it is a note, signed if there is a key, over
the tree whose first leaf is all of the manifest but its shards, and whose other leaves are these.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import msgspec

from modengine.audit import disk
from modengine.audit.checkpoints import check_signature, checkpoint_of, is_signed, make_note, read_note
from modengine.audit.layout import ORIGIN, Layout, reason
from modengine.audit.merkle import Frontier, leaf_hash
from modengine.audit.note import Checkpoint, SignerKey, VerifierKey
from modengine.audit.record import encode
from modengine.audit.report import Fault
from modengine.audit.verify import verify
from modengine.errors import AuditError
from modengine.run.shards import Shard

FORMAT = 1
NAME, CHECKPOINT, SHARDS, LOG = "manifest.json", "checkpoint", "shards", "audit"


class File(msgspec.Struct, frozen=True):
    """A file of results."""

    name: str
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
    return (folder / NAME).is_file()


def read(folder: Path) -> Manifest:
    """Raises AuditError (ME967)."""
    path = folder / NAME
    try:
        data = path.read_bytes()
        manifest = msgspec.json.decode(data, type=Manifest)
    except OSError as error:
        raise AuditError("ME967", f"`{path}` cannot be read: {reason(error)}", "check the path") from None
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise AuditError("ME967", f"`{path}` is no manifest", "it may be damaged, or of a newer version") from None
    if encode(manifest) + b"\n" != data or manifest.format != FORMAT:
        raise AuditError("ME967", f"`{path}` is not in canonical form", "it was changed after it was written")
    return manifest


class ManifestReport(msgspec.Struct):
    """What became of checking a manifest and all its shards."""

    shards: int = 0
    """Looked at."""
    records: int = 0
    rows: int = 0
    faults: list[Fault] = []
    """The first bad shard's come first."""
    signed: str = "unsigned"
    outside: int = 0
    """Checkpoints kept elsewhere that agree."""

    @property
    def ok(self) -> bool:
        return not self.faults


def verify_manifest(
    folder: Path, outside: Sequence[tuple[str, str]] = (), key: VerifierKey | None = None
) -> ManifestReport:
    """Checks a manifest against its note and every shard against it.  Raises AuditError where the manifest
    itself cannot be read (ME967), a checkpoint is none of it (ME955), or a signature does not hold (ME956)."""
    manifest = read(folder)
    wanted = checkpoint(manifest)
    report = ManifestReport()
    own = (f"the checkpoint `{folder / CHECKPOINT}`", read_note(folder / CHECKPOINT))
    for where, note in (own, *((f"the checkpoint `{name}`", note) for name, note in outside)):
        found = checkpoint_of(note, where, wanted.origin)
        if (found.size, found.root) != (wanted.size, wanted.root):
            what = f"the manifest is not the one of {where}: it has another root"
            report.faults.append(Fault("ME967", what, None, str(folder / NAME)))
        elif where != own[0]:
            report.outside += 1
        if key is not None:
            check_signature(note, where, key)
            report.signed = f"signed by {key.name}"
    if key is None and is_signed(own[1]):
        report.signed = "signed, not checked"
    report.faults += _whole(folder, manifest)
    for entry in manifest.shards:
        report.shards += 1
        report.rows += entry.rows
        report.records += entry.size
        report.faults += _shard(folder, entry)
    return report


def _whole(folder: Path, manifest: Manifest) -> list[Fault]:
    """Whether exactly the shards of the input are bound, and no other is there."""
    faults = []
    bound = [entry.shard for entry in manifest.shards]
    if len(bound) != manifest.plan.shards or identity(bound) != manifest.plan.sha256:
        faults.append(Fault("ME967", "the manifest does not bind exactly the shards of its input"))
    try:
        there = {path.name for path in (folder / SHARDS).iterdir()}
    except OSError:
        there = set()
    for name in sorted(there - {shard.folder for shard in bound}):
        faults.append(Fault("ME967", f"there is a shard `{name}` that the manifest does not name"))
    return faults


def _shard(folder: Path, entry: Entry) -> list[Fault]:
    """What is wrong with one shard."""
    place = folder / SHARDS / entry.shard.folder
    name = f"shard {entry.shard.folder}"
    if not place.is_dir():
        return [Fault("ME967", f"{name} is missing", None, str(place))]
    faults = []
    for file in entry.output:
        path = place / file.name
        try:
            size, digest = measured(path)
        except OSError as error:
            faults.append(Fault("ME967", f"{name}: `{file.name}` cannot be read: {reason(error)}", None, str(path)))
            continue
        if (size, digest) != (file.size, file.sha256):
            faults.append(Fault("ME967", f"{name}: `{file.name}` is not what was written", None, str(path)))
    try:
        report = verify(Layout(place / LOG))
    except AuditError as error:
        return [*faults, Fault(error.code, f"{name}: {error.message}", None, str(place / LOG))]
    faults += [Fault(one.code, f"{name}: {one.what}", one.record, one.where) for one in report.faults]
    if not report.faults:
        mine = (report.origin, report.size, base64.b64encode(report.root).decode())
        if mine != (entry.origin, entry.size, entry.root):
            faults.append(Fault("ME967", f"{name}: its log is not the one that the manifest binds", None, str(place)))
    return faults


def measured(path: Path) -> tuple[int, str]:
    """Size and SHA-256 of a file.  Raises OSError."""
    digest, size = hashlib.sha256(), 0
    with path.open("rb") as file:
        while data := file.read(1 << 20):
            digest.update(data)
            size += len(data)
    return size, digest.hexdigest()
