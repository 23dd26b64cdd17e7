"""Where the files of a log are, and what `log.json` says of it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import msgspec

from modengine.audit.files import disk
from modengine.errors import AuditError

FIRST, FORMAT = 1, 2
"""A log is of the first format until it has a record of a kind that only the newest knows: `disclosure`, `study`."""
ORIGIN = "modengine.audit/"
"""An origin is this and 32 random hexadecimal digits."""
ELSEWHERE = "check permissions, or name another place (`scan --audit DIR`; --no-audit records nothing)"
ROOM = "make room on the disk"
_MAKING = frozenset({".gitignore", "lock", "frontier.json"})
_EMPTY = ("segments", "rules", "quarantine")
"""Folders that have nothing in them before the first record."""


class Identity(msgspec.Struct, frozen=True):
    """What `log.json` says."""

    format: int
    origin: Annotated[str, msgspec.Meta(pattern=f"^{ORIGIN}[0-9a-f]{{32}}$")]
    key: Annotated[str, msgspec.Meta(max_length=1000)] | None = None
    """The public half of the key that signs the log's checkpoints; None for an unsigned log."""

    def data(self) -> bytes:
        value = {name: value for name, value in msgspec.structs.asdict(self).items() if value is not None}
        return json.dumps(value, sort_keys=True).encode() + b"\n"


@dataclass(frozen=True, slots=True)
class LogPaths:
    """The paths of a log's files.  Nothing is read or made."""

    folder: Path

    @property
    def identity(self) -> Path:
        return self.folder / "log.json"

    @property
    def segments(self) -> Path:
        return self.folder / "segments"

    @property
    def checkpoint(self) -> Path:
        """The newest signed note."""
        return self.folder / "checkpoint"

    @property
    def checkpoints(self) -> Path:
        """Every note, oldest first, each followed by an empty line."""
        return self.folder / "checkpoints"

    @property
    def frontier(self) -> Path:
        return self.folder / "frontier.json"

    @property
    def vault(self) -> Path:
        return self.folder / "vault.sqlite"

    @property
    def ids(self) -> Path:
        """The id map, where one was asked for: beside the vault, for the owner alone."""
        return self.folder / "ids.csv"

    @property
    def rules(self) -> Path:
        """Copies of rule files, each named by its SHA-256."""
        return self.folder / "rules"

    @property
    def quarantine(self) -> Path:
        return self.folder / "quarantine"

    @property
    def lock(self) -> Path:
        return self.folder / "lock"

    @property
    def gitignore(self) -> Path:
        return self.folder / ".gitignore"


def is_unfinished(layout: LogPaths) -> bool:
    """Whether the folder is empty, or a log whose making was cut short before its first record."""
    for entry in layout.folder.iterdir():
        if entry.name in _EMPTY:
            ours = entry.is_dir() and not any(entry.iterdir())
        else:
            ours = entry.name in _MAKING or entry.name.startswith(("vault.sqlite", "checkpoint", "."))
        if not ours:
            return False
    return True


def read_identity(layout: LogPaths) -> Identity:
    """What `log.json` says.  Raises AuditError (ME951, ME952) for a folder that is no log."""
    folder = layout.folder
    try:
        data = disk.read(layout.identity)
    except (FileNotFoundError, NotADirectoryError):
        if not folder.exists():
            raise AuditError("ME951", f"there is no audit log `{folder}`", "check the path") from None
        what = "its `log.json` is missing" if layout.segments.is_dir() else "it has no `log.json`"
        raise AuditError("ME951", f"`{folder}` is no audit log: {what}", "name the folder of a log") from None
    except OSError as error:
        raise AuditError("ME951", f"`{layout.identity}` cannot be read: {reason(error)}", "check permissions") from None
    version: object = None
    try:
        version = msgspec.json.decode(data, type=dict[str, object]).get("format")
        identity = msgspec.json.decode(data, type=Identity)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        identity = None
    if isinstance(version, int) and version > FORMAT:
        hint = "use the version of modengine that wrote it, or a newer one"
        raise AuditError("ME952", f"`{folder}` is a log of format {version}; this version knows {FORMAT}", hint)
    if identity is None or not FIRST <= identity.format <= FORMAT:
        raise AuditError("ME951", f"`{layout.identity}` is not what a log has there", "it may be damaged")
    return identity


def read_origin(layout: LogPaths) -> str:
    """The origin of a log.  Raises AuditError (ME951, ME952) for a folder that is none."""
    return read_identity(layout).origin


def not_empty(layout: LogPaths) -> AuditError:
    """What is said of a folder that holds something else than a log."""
    what = f"`{layout.folder}` is no audit log and not empty"
    return AuditError("ME951", what, "name a new folder, or that of a log: --audit DIR")


def reason(error: OSError) -> str:
    """Why the system refused, in lower case."""
    return (error.strerror or str(error)).lower()
