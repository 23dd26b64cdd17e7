"""A policy that was read and compiled, kept from one run to the next.

One file for each policy file, in a folder of the user's own: `MODENGINE_CACHE`, else `modengine` under
`XDG_CACHE_HOME` or `~/.cache`.  An empty `MODENGINE_CACHE` keeps nothing.  A file is read if it and its
folder belong to the user, nobody else may write to them, its digest is right, and the same code wrote it;
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

from modengine.engine.compile import code as sources
from modengine.engine.compile import facts
from modengine.engine.compile.layout import Layout, Terms, terms_of
from modengine.engine.compile.program import Program
from modengine.policy.files import Files
from modengine.policy.model import Policy, SourceFile
from modengine.policy.nodes.diagnostics import Diagnostics
from modengine.policy.packed import packed, unpacked

MOST_FILES = 32
"""So many policies are kept; the oldest files go first."""
MOST_BYTES = 64 << 20

_DIGEST = hashlib.sha256().digest_size


def folder() -> Path | None:
    """Where it is kept; None for nowhere."""
    chosen = os.environ.get("MODENGINE_CACHE")
    if chosen is not None:
        return Path(chosen) if chosen else None
    home = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    return Path(home, "modengine") if os.path.isabs(home) else None


class _Whole(msgspec.Struct):
    """A policy without errors, and what was compiled of it.  Parts are packed by the modules they belong to."""

    files: list[tuple[str, bytes]]
    """What it was read from, in order: paths beside the first, and digests."""
    policy: bytes
    layout: msgspec.Raw
    terms: msgspec.Raw


class _File(msgspec.Struct):
    facts: bytes
    whole: _Whole | None = None


class Kept:
    """What was kept for a policy file: the facts of its patterns, and the policy itself, read and found sound."""

    def __init__(self, policy_file: Path, data: bytes) -> None:
        self._policy_file = policy_file
        self._file = msgspec.msgpack.decode(data, type=_File) if data else None
        self.keys: frozenset[bytes] = frozenset()
        """Of the patterns whose facts were learnt from it."""

    def program(self) -> Program | None:
        """The program, if all files that it was read from are still the same."""
        kept = None if self._file is None else self._file.whole
        if kept is None:
            return None
        files = _read_again(self._policy_file, [name for name, _ in kept.files])
        if [(one.path, _digest(one.data)) for one in files] != kept.files:
            return None
        msgspec.msgpack.decode(kept.terms, type=Terms).learn()
        layout = msgspec.msgpack.decode(kept.layout, type=Layout)
        return Program(replace(unpacked(kept.policy), files=files), layout=layout)

    def learn(self) -> Kept:
        """Spares this process to work out the facts."""
        if self._file is not None:
            self.keys = facts.learn(self._file.facts)
        return self


def recall(policy_file: Path) -> Kept:
    """What was kept for a policy file by the same code."""
    file = _file_of(policy_file)
    data = b"" if file is None else _read(file)
    code, digest, body = data[:_DIGEST], data[_DIGEST : 2 * _DIGEST], data[2 * _DIGEST :]
    return Kept(policy_file, body if code == sources.digest() and digest == _digest(body) else b"")


def keep(policy_file: Path, program: Program) -> None:
    """Keeps a program that was compiled of a policy file, and what is known of its patterns."""
    if folder() is None:
        return
    policy = program.policy
    files = [(one.path, _digest(one.data)) for one in policy.files]
    try:
        data = packed(replace(policy, files=()))
    except (OverflowError, UnicodeEncodeError):  # an integer beyond 64 bits, a path that is not UTF-8
        keep_facts(policy_file, policy)
        return
    layout, terms = map(msgspec.msgpack.encode, (program.layout, terms_of(program.patterns)))
    whole = _Whole(files, data, msgspec.Raw(layout), msgspec.Raw(terms))
    _keep(policy_file, _File(facts.packed(keys_of(policy)), whole))


def keep_facts(policy_file: Path, policy: Policy) -> None:
    """Keeps what is known of the patterns alone."""
    _keep(policy_file, _File(facts.packed(keys_of(policy))))


def keys_of(policy: Policy) -> frozenset[bytes]:
    return frozenset(facts.key_of(pattern) for rule in policy.rules for pattern in rule.patterns)


def _keep(policy_file: Path, kept: _File) -> None:
    """Writes whole or not at all; where nothing can be written, nothing is kept."""
    file = _file_of(policy_file)
    if file is not None:
        with suppress(OSError):
            file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            if _is_private(os.stat(file.parent)):
                body = msgspec.msgpack.encode(kept)
                if len(body) < MOST_BYTES - 2 * _DIGEST:
                    _write(file, sources.digest() + _digest(body) + body)
                    _forget_oldest(file.parent)


def _read_again(policy_file: Path, names: Iterable[str]) -> tuple[SourceFile, ...]:
    """The files of a policy as they are now, without those that cannot be read."""
    files = Files(os.path.normpath(policy_file), Diagnostics())
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
