"""The compile cache: a policy that was read and compiled, kept from one run to the next.

One file for each policy file, or ruleset that was loaded alone, in a folder of the user's own: `MODENGINE_CACHE`,
else `modengine` under `XDG_CACHE_HOME` or `~/.cache`.  An empty `MODENGINE_CACHE` keeps nothing.  A file is read if it
and its folder belong to the user, nobody else may write to them, its digest is right, and the same code wrote it;
else it is as if it were not there.  It holds plain data (MessagePack), and any of it may be deleted.
"""

from __future__ import annotations

import hashlib
import os
import stat
import tempfile
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import msgspec

from modengine.engine.compile import code
from modengine.engine.compile.program import Learnt, Program
from modengine.policy.files import Files
from modengine.policy.model import SourceFile
from modengine.policy.nodes.diagnostics import Diagnostics, ReadingEnds
from modengine.policy.packed import packed, unpacked
from modengine.policy.packs.manifest import NAME as MANIFEST

MOST_FILES = 128
"""So many are kept; the oldest files go first."""
MOST_BYTES = 64 << 20

_DIGEST = hashlib.sha256().digest_size


def folder() -> Path | None:
    """Where it is kept; None for nowhere."""
    chosen = os.environ.get("MODENGINE_CACHE")
    if chosen is not None:
        return Path(chosen) if chosen else None
    home = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    return Path(home, "modengine") if os.path.isabs(home) else None


class _File(msgspec.Struct):
    """A policy without errors, and what was learnt of its patterns.  The policy is packed by its own module."""

    files: list[tuple[str, bytes]]
    """What it was read from, in order: paths beside the first, and digests."""
    policy: bytes
    learnt: Learnt
    plain: bytes | None


def recall(policy_file: Path) -> tuple[Program, bool] | None:
    """The program that the same code last compiled of a policy file, and whether all that it was read from is the same.

    Where it is not, most of its patterns still are, and what was learnt of these is true.
    """
    file = _file_of(policy_file)
    data = b"" if file is None else _read(file)
    written_by, digest, body = data[:_DIGEST], data[_DIGEST : 2 * _DIGEST], data[2 * _DIGEST :]
    if not data or written_by != code.digest() or digest != _digest(body):
        return None
    cached = msgspec.msgpack.decode(body, type=_File)
    files = _read_again(policy_file, [name for name, _ in cached.files])
    same = [(file.path, _digest(file.data)) for file in files] == cached.files
    return Program(replace(unpacked(cached.policy), files=files), learnt=cached.learnt, plain=cached.plain), same


def keep(policy_file: Path, program: Program) -> None:
    """Keeps a program that was compiled of a policy file.

    Writes it whole or not at all; where nothing can be written, or the policy is no plain data, nothing is kept.
    Neither is one that is read with a pack of another folder: which one a name means is for each run to find.
    """
    others = (source.path for source in program.policy.files if source.path != MANIFEST)
    file = None if any(path.endswith(f"/{MANIFEST}") for path in others) else _file_of(policy_file)
    # An integer beyond 64 bits or a path that is not UTF-8 cannot be packed.
    with suppress(OSError, OverflowError, UnicodeEncodeError):
        if file is not None:
            files = [(source.path, _digest(source.data)) for source in program.policy.files]
            policy = packed(replace(program.policy, files=()))
            body = msgspec.msgpack.encode(_File(files, policy, program.learnt, program.plain))
            file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            if _is_private(os.stat(file.parent)) and len(body) < MOST_BYTES - 2 * _DIGEST:
                _write(file, code.digest() + _digest(body) + body)
                _forget_oldest(file.parent)


def _read_again(policy_file: Path, names: Iterable[str]) -> tuple[SourceFile, ...]:
    """The files of a policy as they are now, without those that cannot be read."""
    files = Files(os.path.normpath(policy_file), Diagnostics())
    with suppress(ReadingEnds):  # they have grown above what a policy may have, and are not the same
        for name in names:
            files.text(os.path.normpath(os.path.join(files.folder, name)), None)
    return files.read


def _digest(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def _file_of(policy_file: Path) -> Path | None:
    where = folder()
    if where is None:
        return None
    # Places name files as the policy's was given.
    name = f"{os.path.abspath(policy_file)}\0{os.path.normpath(policy_file)}"
    return where / (hashlib.sha256(os.fsencode(name)).hexdigest()[:32] + ".kept")


def _read(file: Path) -> bytes:
    """What a file holds that can be trusted; nothing of another."""
    flags = os.O_RDONLY | sum(getattr(os, name, 0) for name in ("O_NOFOLLOW", "O_NONBLOCK", "O_BINARY"))
    with suppress(OSError):
        if _is_private(os.stat(file.parent)):
            with open(os.open(file, flags), "rb") as stream:
                status = os.fstat(stream.fileno())
                if stat.S_ISREG(status.st_mode) and _is_private(status) and status.st_size <= MOST_BYTES:
                    return stream.read()
    return b""


def _is_private(status: os.stat_result) -> bool:
    """Whether it is the user's and nobody else may write to it; on Windows the profile's own rights say so."""
    return not hasattr(os, "getuid") or (status.st_uid == os.getuid() and not status.st_mode & 0o022)


def _write(file: Path, body: bytes) -> None:
    descriptor, name = tempfile.mkstemp(dir=file.parent, prefix=".new-")
    try:
        with open(descriptor, "wb") as stream:
            stream.write(body)
        os.replace(name, file)
    except OSError:
        with suppress(OSError):
            os.unlink(name)
        raise


def _forget_oldest(where: Path) -> None:
    files = sorted(where.glob("*.kept"), key=lambda file: file.stat().st_mtime)
    for file in files[:-MOST_FILES]:
        file.unlink(missing_ok=True)
