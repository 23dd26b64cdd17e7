"""Checking a manifest, and the log of every shard that it binds."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from pathlib import Path

import msgspec

from modengine.audit.files import disk
from modengine.audit.files.layout import LogPaths, reason
from modengine.audit.read.report import Fault
from modengine.audit.read.verify import verify
from modengine.audit.records.manifest import (
    CHECKPOINT,
    LOG,
    NAME,
    SHARDS,
    Entry,
    Manifest,
    checkpoint,
    identity,
    read,
)
from modengine.audit.records.record import Record
from modengine.audit.records.segments import RecordLine
from modengine.audit.tree.checkpoints import check_signature, checkpoint_of, is_signed, make_note, read_note
from modengine.audit.tree.note import Checkpoint, VerifierKey
from modengine.errors import AuditError


class ManifestReport(msgspec.Struct):
    """What became of checking a manifest and all its shards."""

    shards: int = 0
    """Looked at."""
    records: int = 0
    """That the manifest binds."""
    later: dict[str, int] = {}
    """What was added to the logs since, by kind: erasures for instance.  The checkpoint of its log proves each."""
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
        report.faults += _shard(folder, entry, report.later)
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


def _shard(folder: Path, entry: Entry, later: dict[str, int]) -> list[Fault]:
    """What is wrong with one shard; counts the records of its log that the manifest does not bind."""
    place = folder / SHARDS / entry.shard.folder
    name = f"shard {entry.shard.folder}"
    if not place.is_dir():
        return [Fault("ME967", f"{name} is missing", None, str(place))]
    faults = []
    for file in entry.output:
        path = place / file.name
        try:
            size, digest = disk.measured(path)
        except OSError as error:
            faults.append(Fault("ME967", f"{name}: `{file.name}` cannot be read: {reason(error)}", None, str(path)))
            continue
        if (size, digest) != (file.size, file.sha256):
            faults.append(Fault("ME967", f"{name}: `{file.name}` is not what was written", None, str(path)))
    layout = LogPaths(place / LOG)

    def count(line: RecordLine, record: Record) -> None:
        if line.seq >= entry.size:
            later[record["kind"]] = later.get(record["kind"], 0) + 1

    try:
        # The log may have grown since: it must begin with the tree that the manifest binds.
        bound = make_note(Checkpoint(entry.origin, entry.size, base64.b64decode(entry.root)), None)
        report = verify(layout, ((str(folder / NAME), bound),), on_record=count)
    except (AuditError, ValueError) as error:
        code, what = (error.code, error.message) if isinstance(error, AuditError) else ("ME967", str(error))
        if code == "ME955":
            code, what = "ME967", "its log is not the one that the manifest binds"
        return [*faults, Fault(code, f"{name}: {what}", None, str(place / LOG))]
    faults += [Fault(fault.code, f"{name}: {fault.what}", fault.record, fault.where) for fault in report.faults]
    if not report.faults and report.proven < report.size:
        what = f"{name}: records {report.proven} to {report.size - 1} of its log have no checkpoint"
        faults.append(Fault("ME967", what, report.proven, str(place / LOG)))
    return faults
