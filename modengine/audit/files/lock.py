"""One writer a log: an advisory lock that the system lets go when its holder dies."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from modengine.audit.files.disk import open_append
from modengine.audit.files.layout import ELSEWHERE, reason
from modengine.errors import AuditError
from modengine.run.write.exclusive import hold

_PAUSE = 0.02
"""Seconds between two tries."""


class Lock:
    """The lock of a log, held from `take` to `release`."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._descriptor: int | None = None

    def take(self, wait: float, clock: Callable[[], float], pause: Callable[[float], None]) -> None:
        """Takes the lock, trying for `wait` seconds.  Raises AuditError (ME957, ME958)."""
        end = clock() + wait
        while True:
            descriptor = self._open()
            try:
                hold(descriptor)
            except OSError:
                os.close(descriptor)
                if clock() >= end:
                    raise AuditError(
                        "ME957",
                        f"another program is writing the audit log `{self._path.parent}`",
                        "wait until it has ended, or give this run a log of its own",
                    ) from None
                pause(_PAUSE)
                continue
            self._descriptor = descriptor
            if self._ours():
                return
            self.release()  # somebody put another file there between opening and locking

    def _open(self) -> int:
        try:
            return open_append(self._path)
        except OSError as error:
            raise AuditError(
                "ME958",
                f"the audit log `{self._path.parent}` cannot be written: {reason(error)}",
                ELSEWHERE,
            ) from None

    def _ours(self) -> bool:
        if self._descriptor is None:
            return False
        try:
            there, held = os.stat(self._path), os.fstat(self._descriptor)
        except OSError:
            return False
        return (there.st_dev, there.st_ino) == (held.st_dev, held.st_ino)

    def check(self) -> None:
        """Raises AuditError (ME957) where the lock file is no longer the one that is held."""
        if not self._ours():
            raise AuditError(
                "ME957",
                f"the lock of the audit log `{self._path.parent}` was taken away while it was being written",
                "another program may be writing it: run `modengine audit verify`",
            )

    def release(self) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None
