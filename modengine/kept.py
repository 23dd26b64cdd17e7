"""What is worked out of the patterns of a policy, kept from one run to the next.

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
from contextlib import suppress
from pathlib import Path

from modengine.match.facts import key_of, learn, learnt, packed
from modengine.ruleset.model import Policy

MOST_FILES = 32
"""So many policies are kept; the oldest files go first."""
MOST_BYTES = 64 << 20


def folder() -> Path | None:
    """Where it is kept; None for nowhere."""
    chosen = os.environ.get("MODENGINE_CACHE")
    if chosen is not None:
        return Path(chosen) if chosen else None
    home = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    return Path(home, "modengine") if os.path.isabs(home) else None


def recall(policy_file: Path) -> frozenset[bytes]:
    """Learns what was kept for a policy file; gives the keys of its patterns."""
    file = _file_of(policy_file)
    return frozenset() if file is None else learn(_read(file))


def keep(policy_file: Path, policy: Policy, before: frozenset[bytes]) -> None:
    """Keeps what is known of the patterns of a policy, where that is not what was kept `before`.

    Writes whole or not at all; where nothing can be written, nothing is kept.
    """
    keys = learnt(keys_of(policy))
    file = _file_of(policy_file)
    if file is None or keys == before:
        return
    with suppress(OSError):
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not _is_private(os.stat(file.parent)):
            return
        _write(file, packed(keys))
        _forget_oldest(file.parent)


def keys_of(policy: Policy) -> frozenset[bytes]:
    return frozenset(key_of(pattern) for rule in policy.rules for pattern in rule.patterns)


def _file_of(policy_file: Path) -> Path | None:
    where = folder()
    if where is None:
        return None
    return where / (hashlib.sha256(os.fsencode(os.path.abspath(policy_file))).hexdigest()[:32] + ".facts")


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
    files = sorted(where.glob("*.facts"), key=lambda file: file.stat().st_mtime)
    for file in files[:-MOST_FILES]:
        file.unlink(missing_ok=True)
