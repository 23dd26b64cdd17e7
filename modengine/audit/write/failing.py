"""What goes wrong while a log is written, said as an error of the log."""

from __future__ import annotations

import errno
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from modengine.audit.files.layout import ELSEWHERE, ROOM, LogPaths, reason
from modengine.audit.records.vault import unreadable
from modengine.errors import AuditError

_HINTS = {errno.ENOSPC: ROOM, errno.EACCES: ELSEWHERE, errno.EPERM: ELSEWHERE, errno.EROFS: ELSEWHERE}


@contextmanager
def said(layout: LogPaths) -> Iterator[None]:
    """Errors of the disk and of SQLite as AuditError."""
    try:
        yield
    except OSError as error:
        hint = _HINTS.get(error.errno or 0, "check the disk")
        raise AuditError("ME958", f"writing the audit log `{layout.folder}` failed: {reason(error)}", hint) from error
    except sqlite3.Error as error:
        if not isinstance(error, sqlite3.OperationalError):
            raise unreadable(layout.vault, error) from error
        what = f"writing the vault of the audit log `{layout.folder}` failed: {str(error).lower()}"
        full = getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL
        raise AuditError("ME958", what, ROOM if full else "check the disk and the permissions") from error
