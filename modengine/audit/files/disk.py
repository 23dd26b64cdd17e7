"""The files of a log: private, written whole, and on the disk before anybody is told so."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from modengine.run.write import durable

PRIVATE = 0o600
_BINARY = getattr(os, "O_BINARY", 0)
NETWORK = frozenset({"nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "afs", "ceph", "fuse.sshfs", "lustre", "glusterfs"})
"""File system types on which locks and syncs may not mean what they say."""


def write_all(descriptor: int, data: bytes) -> None:
    """Writes every byte, however little the system takes at a time."""
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]


def open_append(path: Path, new: bool = False) -> int:
    """A descriptor at the end of a file; with `new` the file must not exist yet."""
    flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | _BINARY | (os.O_EXCL if new else 0)
    return os.open(path, flags, PRIVATE)


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
    beside = path.with_name(f".{path.name}.tmp")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | _BINARY, PRIVATE)
    try:
        write_all(descriptor, data)
        if os.fstat(descriptor).st_size != len(data):
            raise OSError(f"`{beside.name}` has not the length that was written")
        durable.sync(descriptor)
    finally:
        os.close(descriptor)
    os.replace(beside, path)
    durable.sync_folder(path.parent)


def rewrite(path: Path, offset: int) -> None:
    """Writes the bytes from `offset` on again, unchanged, and syncs them.

    After a sync that failed, the system may hold bytes as clean that never reached the disk; bytes
    that are written again are synced again.
    """
    descriptor = os.open(path, os.O_RDWR | _BINARY)
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
    descriptor = os.open(path, os.O_RDWR | _BINARY)
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
