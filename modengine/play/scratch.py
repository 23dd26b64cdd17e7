"""Where the page writes: one folder a run, which goes when the run ends.

What a run that was killed left behind goes when the next one starts: its lock, which the system lets go with its
holder, says that nobody is there any more.
"""

from __future__ import annotations

import os
import shutil
import stat
import tempfile
import time
from pathlib import Path

from modengine.audit.files.lock import Lock
from modengine.errors import AuditError

PREFIX = "modengine-play-"
_LOCK = "running"
_NEW = 60.0
"""Seconds in which a folder without a lock may be one that is being made."""


class Scratch:
    """The folder of one run, for its user alone."""

    def __init__(self) -> None:
        sweep()
        self.folder = Path(tempfile.mkdtemp(prefix=PREFIX))
        self._lock = Lock(self.folder / _LOCK)
        self._lock.take(0, time.monotonic, time.sleep)

    def close(self) -> None:
        """Deletes the folder with all that is in it."""
        shutil.rmtree(self.folder, ignore_errors=True)
        self._lock.release()
        shutil.rmtree(self.folder, ignore_errors=True)  # no system deletes a file that it holds open, but for POSIX


def sweep() -> None:
    """Deletes the folders of runs that are no more, this user's alone."""
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        if _is_left(folder):
            shutil.rmtree(folder, ignore_errors=True)


def _is_left(folder: Path) -> bool:
    try:
        status = os.lstat(folder)
        if not stat.S_ISDIR(status.st_mode) or (hasattr(os, "getuid") and status.st_uid != os.getuid()):
            return False
        if not (folder / _LOCK).is_file():
            return time.time() - status.st_mtime > _NEW
        lock = Lock(folder / _LOCK)
        lock.take(0, time.monotonic, time.sleep)
        lock.release()
    except (OSError, AuditError):
        return False
    return True
