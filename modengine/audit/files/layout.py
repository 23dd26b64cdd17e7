"""Where the files of a log are, and what `log.json` says of it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from modengine.errors import AuditError

FORMAT = 1
ORIGIN = "modengine.audit/"
"""An origin is this and 32 random hexadecimal digits."""
ELSEWHERE = "check permissions, or name another place (`scan --audit DIR`; --no-audit records nothing)"
ROOM = "make room on the disk"
_MAKING = frozenset({".gitignore", "lock", "segments", "rules", "quarantine"})


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
        ours = entry.name in _MAKING or entry.name.startswith(("vault.sqlite", "checkpoint", ".")) or (
            entry.name == "frontier.json"
        )  # fmt: skip
        if not ours:
            return False
    return not layout.segments.is_dir() or not any(layout.segments.iterdir())


def read_origin(layout: LogPaths) -> str:
    """The origin of a log.  Raises AuditError (ME951, ME952) for a folder that is none."""
    folder = layout.folder
    try:
        data = layout.identity.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        if not folder.exists():
            raise AuditError("ME951", f"there is no audit log `{folder}`", "check the path") from None
        what = "its `log.json` is missing" if layout.segments.is_dir() else "it has no `log.json`"
        raise AuditError("ME951", f"`{folder}` is no audit log: {what}", "name the folder of a log") from None
    except OSError as error:
        raise AuditError("ME951", f"`{layout.identity}` cannot be read: {reason(error)}", "check permissions") from None
    try:
        value = json.loads(data)
        version, origin = value["format"], value["origin"]
    except (ValueError, TypeError, KeyError):
        raise AuditError("ME951", f"`{layout.identity}` is not what a log has there", "it may be damaged") from None
    if isinstance(version, int) and version > FORMAT:
        hint = "use the version of modengine that wrote it, or a newer one"
        raise AuditError("ME952", f"`{folder}` is a log of format {version}; this version knows {FORMAT}", hint)
    if version != FORMAT or not isinstance(origin, str) or not origin.startswith(ORIGIN):
        raise AuditError("ME951", f"`{layout.identity}` is not what a log has there", "it may be damaged")
    return origin


def not_empty(layout: LogPaths) -> AuditError:
    """What is said of a folder that holds something else than a log."""
    what = f"`{layout.folder}` is no audit log and not empty"
    return AuditError("ME951", what, "name a new folder, or that of a log: --audit DIR")


def reason(error: OSError) -> str:
    """Why the system refused, in lower case."""
    return (error.strerror or str(error)).lower()
