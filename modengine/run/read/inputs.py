"""Names on a command line to files: globs and folders are looked into."""

from __future__ import annotations

import glob
from collections.abc import Iterable
from pathlib import Path

from modengine.errors import InputError
from modengine.run.read.files import SUFFIXES


def expanded(names: Iterable[str]) -> list[str]:
    """The files that are meant, in the order given; those of a folder or a glob sorted by name.

    Of a folder come the files, at any depth, whose suffix is that of a form that is read; what is
    hidden is left out.  Raises InputError (ME905) where there are none.
    """
    found: list[str] = []
    for name in names:
        path = Path(name)
        if name == "-" or path.is_file():
            found.append(name)
        elif path.is_dir():
            found += _inside(path)
        elif glob.has_magic(name) and not path.exists():
            found += _matching(name)
        else:
            found.append(name)
    return found


def _inside(folder: Path) -> list[str]:
    try:
        files = [
            path
            for path in folder.rglob("*")
            if path.suffix.lower() in SUFFIXES
            and not any(part.startswith(".") for part in path.relative_to(folder).parts)
            and path.is_file()
        ]
    except OSError as error:
        why = (error.strerror or str(error)).lower()
        raise InputError("ME905", f"`{folder}` cannot be read: {why}", "check its permissions") from None
    if not files:
        known = ", ".join(sorted(SUFFIXES))
        raise InputError("ME905", f"the folder `{folder}` holds no file of messages", f"their names end in {known}")
    return [str(path) for path in sorted(files)]


def _matching(pattern: str) -> list[str]:
    files = sorted(name for name in glob.glob(pattern, recursive=True) if Path(name).is_file())
    if not files:
        raise InputError("ME905", f"no file matches `{pattern}`", "check the path")
    return files
