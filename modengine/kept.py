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
import sys
import tempfile
import unicodedata
from contextlib import suppress
from functools import cache
from importlib.metadata import version as version_of
from pathlib import Path

import msgspec

from modengine.match.facts import Facts, key_of, learn, learnt
from modengine.ruleset.model import Policy
from modengine.text import tables
from modengine.version import __version__

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


def recall(policy_file: Path) -> frozenset[bytes]:
    """Learns what was kept for a policy file; gives the keys of its patterns."""
    file = _file_of(policy_file)
    facts = {} if file is None else _read(file)
    learn(facts)
    return frozenset(facts)


def keep(policy_file: Path, policy: Policy, before: frozenset[bytes]) -> None:
    """Keeps what is known of the patterns of a policy, where that is not what was kept `before`.

    Writes whole or not at all; where nothing can be written, nothing is kept.
    """
    facts = learnt(keys_of(policy))
    file = _file_of(policy_file)
    if file is None or facts.keys() == before:
        return
    with suppress(OSError):
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not _is_private(os.stat(file.parent)):
            return
        _write(file, msgspec.msgpack.encode(facts))
        _forget_oldest(file.parent)


def keys_of(policy: Policy) -> frozenset[bytes]:
    return frozenset(key_of(pattern) for rule in policy.rules for pattern in rule.patterns)


def _file_of(policy_file: Path) -> Path | None:
    where = folder()
    if where is None:
        return None
    return where / (hashlib.sha256(os.fsencode(os.path.abspath(policy_file))).hexdigest()[:32] + ".facts")


@cache
def _code() -> bytes:
    """The digest of all that facts depend on besides the patterns."""
    total = hashlib.sha256()
    parts = [__version__, sys.version, unicodedata.unidata_version, tables.digest()]
    parts += [version_of(name) for name in ("regex", "pypinyin", "msgspec")]
    total.update("\0".join(parts).encode())
    package = Path(__file__).parent
    for file in sorted((*package.glob("text/*.py"), *package.glob("match/*.py"))):
        total.update(hashlib.sha256(file.read_bytes()).digest())
    return total.digest()


def _read(file: Path) -> dict[bytes, Facts]:
    try:
        if not _is_private(os.stat(file.parent)):
            return {}
        with open(os.open(file, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0)), "rb") as stream:
            status = os.fstat(stream.fileno())
            if not stat.S_ISREG(status.st_mode) or not _is_private(status) or status.st_size > MOST_BYTES:
                return {}
            data = stream.read()
        code, digest, body = data[:_DIGEST], data[_DIGEST : 2 * _DIGEST], data[2 * _DIGEST :]
        if code != _code() or digest != hashlib.sha256(body).digest():
            return {}
        return msgspec.msgpack.decode(body, type=dict[bytes, Facts])
    except (OSError, ValueError):
        return {}


def _is_private(status: os.stat_result) -> bool:
    """Whether it is the user's and nobody else may write to it; on Windows the profile's own rights say so."""
    return not hasattr(os, "getuid") or (status.st_uid == os.getuid() and not status.st_mode & 0o022)


def _write(file: Path, body: bytes) -> None:
    descriptor, name = tempfile.mkstemp(dir=file.parent, prefix=".new-")
    try:
        with open(descriptor, "wb") as stream:
            stream.write(_code() + hashlib.sha256(body).digest() + body)
        os.replace(name, file)
    except OSError:
        with suppress(OSError):
            os.unlink(name)
        raise


def _forget_oldest(where: Path) -> None:
    files = sorted(where.glob("*.facts"), key=lambda file: file.stat().st_mtime)
    for file in files[:-MOST_FILES]:
        file.unlink(missing_ok=True)
