"""The files of a log: private, written whole, and on the disk before anybody is told so.

Whoever can write the folder may have put anything there.  All files of a log are opened here: regular
ones alone, never a pipe or a device that has no end; a link is followed to read and never to write.
"""

from __future__ import annotations

import errno
import hashlib
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from modengine.run.write import durable

PRIVATE = 0o600
_BINARY = getattr(os, "O_BINARY", 0)
NETWORK = frozenset({"nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "afs", "ceph", "fuse.sshfs", "lustre", "glusterfs"})
"""File system types on which locks and syncs may not mean what they say."""


_READ = os.O_RDONLY | _BINARY | getattr(os, "O_NONBLOCK", 0)
"""A pipe without a writer is opened at once, and then refused."""
_WRITE = _BINARY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
SMALL = 1 << 20
"""Bytes; no file of a log that is read whole has more, but for manifests."""
_CHUNK = 1 << 20


def _opened(path: Path, flags: int) -> int:
    """A descriptor of a regular file.  Raises OSError for anything else."""
    descriptor = os.open(path, flags, PRIVATE)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(errno.EINVAL, "it is no regular file", str(path))
    return descriptor


def reading(path: Path) -> BinaryIO:
    """A regular file to read.  Raises OSError."""
    return os.fdopen(_opened(path, _READ), "rb", buffering=1 << 18)


def read(path: Path, most: int = SMALL) -> bytes:
    """A whole regular file.  Raises OSError, also where it has more bytes than `most`."""
    with reading(path) as file:
        data = file.read(most + 1)
    if len(data) > most:
        raise OSError(errno.EFBIG, f"it is longer than {most:,} bytes", str(path))
    return data


def measured(path: Path, start: int = 0) -> tuple[int, str]:
    """Size and SHA-256 of a regular file, from a byte on.  Raises OSError."""
    digest, size = hashlib.sha256(), 0
    with reading(path) as file:
        file.seek(start)
        while data := file.read(_CHUNK):
            digest.update(data)
            size += len(data)
    return size, digest.hexdigest()


def write_all(descriptor: int, data: bytes) -> None:
    """Writes every byte, however little the system takes at a time."""
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]


def open_append(path: Path) -> int:
    """A descriptor at the end of a regular file, which is made if need be."""
    return _opened(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | _WRITE)


def append(path: Path, data: bytes) -> None:
    """Adds bytes to a file and syncs it; none stay where that fails.

    Raises OSError, also where the file has not the length that it must have.
    """
    descriptor = open_append(path)
    try:
        before = os.fstat(descriptor).st_size
        try:
            write_all(descriptor, data)
            if os.fstat(descriptor).st_size != before + len(data):
                raise OSError(f"`{path.name}` has not the length that was written")
            durable.sync(descriptor)
        except OSError:
            with suppress(OSError):
                os.ftruncate(descriptor, before)
            raise
    finally:
        os.close(descriptor)


def replace(path: Path, data: bytes) -> None:
    """Puts a whole file in the place of another: written beside it, synced, renamed, the folder synced."""
    with beside(path) as descriptor:
        write_all(descriptor, data)
        if os.fstat(descriptor).st_size != len(data):
            raise OSError(f"`{path.name}` has not the length that was written")


def copy(source: Path, start: int, path: Path) -> None:
    """Puts the bytes of a file, from one on, whole in the place of another."""
    with reading(source) as file, beside(path) as descriptor:
        file.seek(start)
        while data := file.read(_CHUNK):
            write_all(descriptor, data)


@contextmanager
def beside(path: Path) -> Iterator[int]:
    """A new file that takes the place of another when it is on the disk.

    What stands where it is to be written, half a file or a link, is taken away and never written to.
    """
    new = path.with_name(f".{path.name}.tmp")
    new.unlink(missing_ok=True)
    descriptor = _opened(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _WRITE)
    try:
        yield descriptor
        durable.sync(descriptor)
    finally:
        os.close(descriptor)
    os.replace(new, path)
    durable.sync_folder(path.parent)


def rewrite(path: Path, offset: int) -> None:
    """Writes the bytes from `offset` on again, unchanged, and syncs them.

    After a sync that failed, the system may hold bytes as clean that never reached the disk; bytes
    that are written again are synced again.
    """
    descriptor = _opened(path, os.O_RDWR | _WRITE)
    try:
        os.lseek(descriptor, offset, os.SEEK_SET)
        at = offset
        while data := os.read(descriptor, 1 << 20):
            os.lseek(descriptor, at, os.SEEK_SET)
            write_all(descriptor, data)
            at += len(data)
        durable.sync(descriptor)
    finally:
        os.close(descriptor)


def truncate(path: Path, size: int) -> None:
    """Cuts a file and syncs it."""
    descriptor = _opened(path, os.O_RDWR | _WRITE)
    try:
        os.ftruncate(descriptor, size)
        durable.sync(descriptor)
    finally:
        os.close(descriptor)


def file_system(path: Path, mounts: str) -> str:
    """The type of the file system that holds a path; `mounts` as /proc/self/mounts writes them."""
    found, longest = "", -1
    target = os.path.realpath(path)
    for line in mounts.splitlines():
        fields = line.split(" ")
        if len(fields) < 3:
            continue
        point = fields[1].replace("\\040", " ")
        inside = target == point or target.startswith(point.rstrip("/") + "/")
        if inside and len(point) >= longest:
            found, longest = fields[2], len(point)
    return found


def mounts() -> str:
    """What is mounted where, on Linux; empty elsewhere."""
    try:
        return Path("/proc/self/mounts").read_text("utf-8", "replace")
    except OSError:
        return ""
