"""The end of a log's records: where bytes are added, and synced before anybody is told so."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from modengine.audit.files import disk
from modengine.audit.records.segments import name_of
from modengine.run.write import durable


class Tail:
    """The file that is added to.  Methods raise OSError; after one, nothing more may be added."""

    def __init__(self, folder: Path, segment: str, offset: int, most: int) -> None:
        self._folder, self._most = folder, most
        self._descriptor: int | None = None
        self._written = 0
        """Bytes that were written and not synced yet."""
        self.segment, self.offset = segment, offset
        """The file, and its length as this writer left it."""

    def write(self, data: bytes, seq: int) -> None:
        """Writes the bytes of whole records, `seq` the first of them; `sync` syncs them."""
        if self._descriptor is None or self.offset >= self._most:
            self._descriptor = self._open(seq)
        descriptor = self._descriptor
        if os.fstat(descriptor).st_size != self.offset:
            raise OSError(f"`{self.segment}` is not as long as this writer left it: another one is at work")
        self._written = len(data)
        with self._or_back(descriptor):
            disk.write_all(descriptor, data)
            # A disk that takes fewer bytes than it says is found out before anything is acknowledged.
            if os.fstat(descriptor).st_size != self.offset + len(data):
                raise OSError(f"`{self.segment}` has not the length that was written")

    def sync(self) -> None:
        """Waits until what `write` wrote is on the disk: then it belongs to the file."""
        assert self._descriptor is not None
        with self._or_back(self._descriptor):
            durable.sync(self._descriptor)
            if not self._is_in_place(self._descriptor):
                raise OSError(f"`{self.segment}` was taken away while it was written")
        self.offset += self._written

    def _is_in_place(self, descriptor: int) -> bool:
        """Whether what is written to is what its name leads to."""
        try:
            named = (self._folder / self.segment).stat()
        except FileNotFoundError:
            return False
        return os.path.samestat(named, os.fstat(descriptor))

    @contextmanager
    def _or_back(self, descriptor: int) -> Iterator[None]:
        try:
            yield
        except OSError:
            # Nobody was told of these bytes.  Where they cannot be taken back, opening finds a torn tail.
            with suppress(OSError):
                os.ftruncate(descriptor, self.offset)
            raise

    def _open(self, seq: int) -> int:
        self.close()
        if self.offset >= self._most:
            self.segment, self.offset = name_of(seq), 0
        descriptor = disk.open_append(self._folder / self.segment)
        if self.offset == 0:
            durable.sync_folder(self._folder)
        return descriptor

    def close(self) -> None:
        if self._descriptor is not None:
            with suppress(OSError):
                os.close(self._descriptor)
            self._descriptor = None
