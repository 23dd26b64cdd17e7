"""Bytes and names that are on the disk before anybody is told so."""

from __future__ import annotations

import os
import sys
from pathlib import Path

if sys.platform == "darwin":
    import fcntl

    def sync(descriptor: int) -> None:
        """Waits until the bytes of a file are on the disk (macOS: also out of the drive's cache)."""
        fcntl.fcntl(descriptor, fcntl.F_FULLFSYNC)

else:

    def sync(descriptor: int) -> None:
        """Waits until the bytes of a file are on the disk."""
        os.fsync(descriptor)


def sync_folder(folder: Path) -> None:
    """Waits until the names in a folder are on the disk.  Windows has no such call and needs none."""
    if sys.platform == "win32":
        return
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        sync(descriptor)
    finally:
        os.close(descriptor)
