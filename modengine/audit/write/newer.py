"""Records that older versions do not know: a log that has one says so by its format."""

from __future__ import annotations

from datetime import datetime

import msgspec

from modengine.audit.files import disk
from modengine.audit.files.layout import FORMAT, LogPaths, read_identity
from modengine.audit.write.failing import said
from modengine.audit.write.log import AuditLog


def raise_format(layout: LogPaths) -> None:
    """Makes a log one of the newest format: versions that know no such record must not take it for one of theirs."""
    identity = read_identity(layout)
    if identity.format < FORMAT:
        with said(layout):
            disk.replace(layout.identity, msgspec.structs.replace(identity, format=FORMAT).data())


def add_study(log: AuditLog, name: str, sha256: str, time: datetime) -> None:
    """Records that a study was pinned, by the SHA-256 of its pin; the caller has the log alone."""
    raise_format(LogPaths(log.path))
    log.add_record({"kind": "study", "title": name, "sha256": sha256}, time)
