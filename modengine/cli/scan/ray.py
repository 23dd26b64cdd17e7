"""A scan by the machines of a Ray cluster: shards in a folder, and one manifest that binds them."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from modengine.cli.audit.options import signer_of
from modengine.cli.scan.files import Asked
from modengine.cli.scan.progress import OnProgress
from modengine.errors import InputError, OutputError
from modengine.explain.visible import many
from modengine.run.read.shards import shards
from modengine.run.work.ray import cluster, mapped
from modengine.run.work.summary import Summary, Tally
from modengine.run.write.replace import said

if TYPE_CHECKING:
    from modengine.audit.records.manifest import Plan

PLAN = "plan.json"


class RayScan:
    """One run."""

    def __init__(self, asked: Asked, address: str | None, size: int, note: Callable[[str], object]) -> None:
        self._asked, self._address, self._size, self._note = asked, address, size, note
        self.decisions = 0
        self.recorded: list[str] = []
        self.kept: str | None = None

    def run(self, on: OnProgress) -> Summary:
        """Raises ModengineError, OSError."""
        from modengine.audit.records import manifest  # noqa: PLC0415
        from modengine.audit.write.shard import Shards, entry_of, leftovers, tally_of  # noqa: PLC0415

        asked, folder = self._asked, self._asked.output
        assert folder is not None
        assert asked.form in ("jsonl", "csv")
        key = signer_of(asked.audit_key)
        planned = list(shards(asked.sources, self._size))
        plan = manifest.Plan(
            tuple(asked.names), asked.form, asked.ignore_scope, asked.engine.policy.id, asked.engine.revision,
            asked.keep_text, manifest.identity(planned), len(planned),
        )  # fmt: skip
        with said(folder):
            self._begin(folder, plan)
        place = folder.absolute() / manifest.SHARDS
        waiting = [shard for shard in planned if not (place / shard.folder).exists()]
        if len(waiting) < len(planned):
            self._note(f"{len(planned) - len(waiting):,} of {len(planned):,} shards are done already")
            on(sum(shard.end - shard.start for shard in planned if shard not in waiting), 0)
        done = len(planned) - len(waiting)
        try:
            if waiting:
                work = Shards(asked.engine, plan, Path.cwd(), folder.absolute())
                with cluster(self._address) as ray:
                    for entry in mapped(ray, work, waiting, asked.jobs or None):
                        done += 1
                        on(entry.shard.end - entry.shard.start, entry.rows)
        except BaseException:
            self.kept = f"{done:,} of {len(planned):,} shards are done, kept in `{folder}`"
            raise
        entries = tuple(entry_of(place / shard.folder, shard) for shard in planned)
        with said(folder):
            for path in leftovers(folder):
                shutil.rmtree(path, ignore_errors=True)
            manifest.write(folder, manifest.Manifest(plan, entries), key)
            (folder / PLAN).unlink()
        signed = f"signed by {key.name}" if key else "unsigned"
        logs = f"{many(len(planned), 'shard')}, {many(sum(entry.size for entry in entries), 'record')}"
        self.recorded = [f"audit logs: {logs}, bound by {folder / manifest.NAME} ({signed})"]
        total = Tally()
        for shard in planned:
            total.merge(tally_of(place / shard.folder))
        return total.summary()

    def _begin(self, folder: Path, plan: Plan) -> None:
        """Makes the folder, or sees that it is that of the same work.  Raises InputError (ME912), OSError."""
        from modengine.audit.files import disk  # noqa: PLC0415
        from modengine.audit.records import manifest  # noqa: PLC0415
        from modengine.audit.records.record import encode  # noqa: PLC0415

        path, data = folder / PLAN, encode(plan)
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        there = sorted(os.listdir(folder))
        if path.exists():
            if not self._asked.resume:
                what = f"`{folder}` holds an unfinished scan"
                raise InputError("ME912", what, "go on with it by --resume, or name another folder")
            if disk.read(path, max(disk.SMALL, len(data))) != data:
                what = f"the unfinished scan in `{folder}` is of another input, other rules or other options"
                raise InputError("ME912", what, "repeat it as it was, or name another folder")
        elif there:
            state = "holds a finished scan" if manifest.is_manifest(folder) else "is not empty"
            raise OutputError("ME909", f"the folder `{folder}` {state}", "name a new one")
        elif self._asked.resume:
            self._note("there is no unfinished scan to go on with: this one begins at the beginning")
        (folder / manifest.SHARDS).mkdir(mode=0o700, exist_ok=True)
        disk.replace(path, data)
