"""A shard decided and recorded, whole or not at all.

Results and log are made on the worker's own disk, since a log's locks and syncs may not hold on one
that machines share.  They are copied beside their place, and take it by one renaming when all is on
the disk.  A worker that is killed leaves nothing that counts; its shard is begun anew by another.
A shard that is there already is not decided again.
"""

from __future__ import annotations

import base64
import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import BinaryIO

import msgspec

from modengine.audit.files import disk
from modengine.audit.files.layout import reason
from modengine.audit.records.manifest import LOG, SHARDS, Entry, File, FileName, Plan
from modengine.audit.records.record import encode
from modengine.audit.write.log import AuditLog
from modengine.engine.engine import Engine
from modengine.errors import AuditError, OutputError
from modengine.run.read.shards import Shard, blocks_of
from modengine.run.work.summary import Tally
from modengine.run.work.work import Done, Work
from modengine.run.write import tidy
from modengine.run.write.durable import sync, sync_folder

ENTRY = "shard.json"
GROUP = 8
"""Blocks that are synced together."""
FILES: dict[str, tuple[FileName, ...]] = {"jsonl": ("decisions.jsonl",), "csv": ("decisions.csv", "hits.csv")}
HEADS = {"jsonl": (b"",), "csv": (tidy.encode([tidy.DECISIONS]), tidy.encode([tidy.HITS]))}


@dataclass(frozen=True, slots=True)
class Shards:
    """Decides shards, one after another.  Pickles as its policy: each worker compiles once."""

    engine: Engine
    plan: Plan
    input: Path
    """The folder that names of input files start from."""
    folder: Path
    """Of the whole run."""

    def __call__(self, shard: Shard) -> Entry:
        """Raises InputError, OutputError, AuditError."""
        place = self.folder / SHARDS / shard.folder
        if not place.exists():
            beside = place.with_name(f".{shard.folder}.{secrets.token_hex(4)}")
            try:
                with tempfile.TemporaryDirectory(prefix="modengine-") as own:
                    self._make(shard, Path(own) / shard.folder)
                    shutil.copytree(Path(own) / shard.folder, beside, copy_function=_copy)
                for folder in (beside, *(path for path in beside.rglob("*") if path.is_dir())):
                    sync_folder(folder)
                self._place(beside, place)
            except OSError as error:
                what = f"shard {shard.folder} cannot be written: {reason(error)}"
                raise OutputError("ME909", what, "make room, and go on with --resume") from error
            finally:
                shutil.rmtree(beside, ignore_errors=True)
        return entry_of(place, shard)

    @staticmethod
    def _place(beside: Path, place: Path) -> None:
        try:
            os.rename(beside, place)
        except OSError:
            if not place.exists():
                raise
            # Another worker, thought dead, was faster: what it made is as good.
        sync_folder(place.parent)

    def _make(self, shard: Shard, folder: Path) -> None:
        folder.mkdir(mode=0o700)
        tally = Tally()
        with ExitStack() as stack:
            now = datetime.now(UTC)
            log = stack.enter_context(AuditLog.open(folder / LOG, keep_text=self.plan.keep_text, time=now))
            log.use(self.engine, now)
            files = [stack.enter_context((folder / name).open("xb")) for name in FILES[self.plan.form]]
            for file, head in zip(files, HEADS[self.plan.form], strict=True):
                file.write(head)
            work = Work(self.engine, self.plan.ignore_scope, self.plan.form, log.sealer(self.plan.ignore_scope))
            results = map(work, blocks_of(shard, self.input))
            while group := list(islice(results, GROUP)):
                _put(group, files, log)
                for done in group:
                    tally.merge(done.tally)
            for file in files:
                file.flush()
                sync(file.fileno())
            log.checkpoint()
            mine = (log.origin, log.size, base64.b64encode(log.root).decode())
        output = tuple(File(name, *disk.measured(folder / name)) for name in FILES[self.plan.form])
        entry = Entry(shard, tally.rows, tally.errors.total(), output, *mine)
        disk.replace(folder / ENTRY, encode(entry))
        disk.replace(folder / "tally.json", encode(tally.data()))


def _copy(source: str, target: str) -> None:
    """A file with its mode, on the disk when this returns."""
    shutil.copy(source, target)
    with open(target, "r+b") as file:
        sync(file.fileno())


def _put(group: list[Done], files: Sequence[BinaryIO], log: AuditLog) -> None:
    for done in group:
        for file, piece in zip(files, done.output, strict=True):
            file.write(piece)
    log.append_sealed([half for done in group for half in done.sealed], datetime.now(UTC))


def entry_of(place: Path, shard: Shard) -> Entry:
    """What is bound of a shard that is done.  Raises AuditError (ME967)."""
    try:
        entry = msgspec.json.decode(disk.read(place / ENTRY), type=Entry)
    except (OSError, msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise AuditError("ME967", f"`{place}` is no shard of this run", "begin anew in another folder") from None
    if entry.shard != shard:
        raise AuditError("ME967", f"`{place}` is the shard of another input", "begin anew in another folder")
    return entry


def tally_of(place: Path) -> Tally:
    """What was counted in a shard.  Raises AuditError (ME967)."""
    try:
        return Tally.of(msgspec.json.decode(disk.read(place / "tally.json")))
    except TypeError:
        what = f"`{place}` was counted by another version of modengine"
        raise AuditError("ME967", what, "begin anew in another folder") from None


def leftovers(folder: Path) -> Iterator[Path]:
    """What workers that were killed left behind."""
    return (folder / SHARDS).glob(".??????.????????")
