"""Rule files written anew by a command: whole or not at all, with the owner and the permissions they had."""

from __future__ import annotations

import os
import shutil
import sys
from contextlib import suppress
from pathlib import Path

from modengine.errors import OutputError
from modengine.run.write.replace import replacing


def rewrite(path: Path, data: bytes) -> None:
    """Puts data in the place of a file.  Raises OutputError (ME909), also where the file may only be read."""
    was = path.stat()
    if not was.st_mode & 0o222 or not os.access(path, os.W_OK):
        raise OutputError("ME909", f"`{path}` may only be read", "give yourself leave to write it, or leave it out")
    with replacing(path) as file:
        if sys.platform != "win32":
            with suppress(PermissionError):  # only the superuser gives a file away
                os.chown(file.name, was.st_uid, was.st_gid)
        shutil.copymode(path, file.name)
        file.write(data)
