"""The digest of the code that decides: what replay names as the cause where nothing else changed.

The revision of a policy changes only when a decision can, and so must be raised by hand for a change
of the engine (`RULES_OF_MATCHING`).  This is the other half: nobody can forget it, and a comment
changes it too.  It says that the code is another, not that it decides otherwise.
"""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
DECIDING = ("loading.py", "model.py", "text", "entities", "policy", "engine")
"""Files and packages of modengine without which no decision is made."""


def sources(root: Path) -> list[Path]:
    """The source files of `DECIDING`, in the order of their paths."""
    found = [path for name in DECIDING for path in ((root / name).rglob("*.py") if "." not in name else [root / name])]
    return sorted(found, key=lambda path: path.relative_to(root).as_posix())


@cache
def code_digest() -> str:
    """SHA-256 over path and text of every such file; line ends do not count.  Empty without source files."""
    root = ROOT
    digest = hashlib.sha256()
    for path in sources(root):
        try:
            data = path.read_bytes().replace(b"\r\n", b"\n")
        except OSError:
            return ""
        digest.update(b"%b\0%d\0" % (path.relative_to(root).as_posix().encode(), len(data)) + data)
    return digest.hexdigest()
