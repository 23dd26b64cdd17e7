"""Rule files written anew by a command: whole or not at all, with the permissions they had."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from modengine.errors import OutputError
from modengine.run.write.replace import replacing


def rewrite(path: Path, data: bytes) -> None:
    """Puts data in the place of a file.  Raises OutputError (ME909), also where the file may only be read."""
    mode = path.stat().st_mode
    if not mode & 0o222 or not os.access(path, os.W_OK):
        raise OutputError("ME909", f"`{path}` may only be read", "give yourself leave to write it, or leave it out")
    with replacing(path) as file:
        file.write(data)
        shutil.copymode(path, file.name)
