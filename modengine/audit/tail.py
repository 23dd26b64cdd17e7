"""The end of a log's records: where bytes are added, and synced before anybody is told so."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from modengine.audit import disk
from modengine.audit.segments import name_of


class Tail:
    """The file that is added to.  Methods raise OSError; after one, nothing more may be added."""

    def __init__(self, folder: Path, segment: str, offset: int, most: int) -> None:
        self._folder, self._most = folder, most
        self._descriptor: int | None = None
        self.segment, self.offset = segment, offset
        """The file, and its length as this writer left it."""

    def add(self, data: bytes, seq: int) -> int:
        """Writes and syncs the bytes of whole records, `seq` the first of them; where they begin."""
        if self._descriptor is None or self.offset >= self._most:
            self._descriptor = self._open(seq)
        descriptor = self._descriptor
        if os.fstat(descriptor).st_size != self.offset:
            raise OSError(f"`{self.segment}` is not as long as this writer left it: another one is at work")
        start = self.offset
        try:
            disk.write_all(descriptor, data)
            # A disk that takes fewer bytes than it says is found out before anything is acknowledged.
            if os.fstat(descriptor).st_size != start + len(data):
                raise OSError(f"`{self.segment}` has not the length that was written")
            disk.sync(descriptor)
        except OSError:
            # Nobody was told of these bytes.  Where they cannot be taken back, opening finds a torn tail.
            with suppress(OSError):
                os.ftruncate(descriptor, start)
            raise
        self.offset = start + len(data)
        return start

    def _open(self, seq: int) -> int:
        self.close()
        if self.offset >= self._most:
            self.segment, self.offset = name_of(seq), 0
        descriptor = disk.open_append(self._folder / self.segment)
        if self.offset == 0:
            disk.sync_folder(self._folder)
        return descriptor

    def close(self) -> None:
        if self._descriptor is not None:
            with suppress(OSError):
                os.close(self._descriptor)
            self._descriptor = None
