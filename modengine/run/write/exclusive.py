"""One writer a file: a lock that the system lets go when its holder dies."""

from __future__ import annotations

import os
import sys

if sys.platform == "win32":
    import msvcrt

    def hold(descriptor: int) -> None:
        """Takes the lock of an open file until that is closed.  Raises OSError where another has it.

        Windows locks the first byte, which nobody else can then read.
        """
        os.lseek(descriptor, 0, os.SEEK_SET)
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def hold(descriptor: int) -> None:
        """Takes the lock of an open file until that is closed.  Raises OSError where another has it."""
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
