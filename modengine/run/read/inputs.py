"""Names on a command line to files: globs and folders are looked into."""

from __future__ import annotations

import glob
import os
from collections.abc import Collection, Iterable, Iterator
from functools import lru_cache
from pathlib import Path

from modengine.errors import InputError
from modengine.run.read.files import SUFFIXES


def expanded(names: Iterable[str], own: Collection[Path] = ()) -> list[str]:
    """The files that are meant, in the order given; those of a folder or a glob sorted by name.

    Of a folder come the files, at any depth, whose suffix is that of a form that is read; what is
    hidden is left out.  Neither it nor a glob gives what lies in an audit log, or at or in a place that
    is the caller's `own` to write.  Raises InputError (ME905) where there are none.
    """
    found: list[str] = []
    own = {path.resolve() for path in own}
    for name in names:
        path = Path(name)
        if name == "-" or path.is_file():
            found.append(name)
        elif path.is_dir():
            found += _inside(path, own)
        elif glob.has_magic(name) and not path.exists():
            found += _matching(name, own)
        else:
            found.append(name)
    return found


def _inside(folder: Path, own: Collection[Path]) -> list[str]:
    try:
        files = [
            path
            for path in _below(folder, own)
            if path.suffix.lower() in SUFFIXES and path.is_file() and not _is_left_out(path, own)
        ]
    except OSError as error:
        why = (error.strerror or str(error)).lower()
        raise InputError("ME905", f"`{error.filename}` cannot be read: {why}", "check its permissions") from None
    if not files:
        known = ", ".join(sorted(SUFFIXES))
        raise InputError("ME905", f"the folder `{folder}` holds no file of messages", f"their names end in {known}")
    return [str(path) for path in sorted(files)]


def _below(folder: Path, own: Collection[Path]) -> Iterator[Path]:
    """What is in a folder and in those below it, but for what is hidden, in a log or the caller's own to write.

    Raises OSError where one cannot be read.
    """

    def fail(error: OSError) -> None:
        raise error

    for where, folders, files in os.walk(folder, onerror=fail):
        folders[:] = [name for name in folders if not name.startswith(".") and not _is_left_out(Path(where, name), own)]
        yield from (Path(where, name) for name in files if not name.startswith("."))


def _matching(pattern: str, own: Collection[Path]) -> list[str]:
    found = (Path(name) for name in glob.glob(pattern, recursive=True))
    files = sorted(str(path) for path in found if path.is_file() and not _is_left_out(path, own))
    if not files:
        raise InputError("ME905", f"no file matches `{pattern}`", "check the path")
    return files


def _is_left_out(file: Path, own: Collection[Path]) -> bool:
    file = file.resolve()
    return any(path in own or _is_log(path) for path in (file, *file.parents))


@lru_cache(1000)
def _is_log(folder: Path) -> bool:
    """Whether a folder holds an audit log (`modengine.audit.files.layout`)."""
    return (folder / "log.json").is_file() and (folder / "segments").is_dir()


def read_small(path: Path, most: int, what: str, hint: str) -> bytes:
    """A whole file of at most so many bytes.  Raises InputError (ME905, ME906)."""
    try:
        if path.exists() and not (path.is_file() or path.is_dir()):
            raise InputError("ME905", f"`{path}` is no regular file", "save it as a file first")
        if path.stat().st_size > most:
            raise InputError("ME906", f"`{path}` is too large for {what}", hint)
        return path.read_bytes()
    except FileNotFoundError:
        raise InputError("ME905", f"there is no file `{path}`", "check the path") from None
    except OSError as error:
        why = (error.strerror or str(error)).lower()
        raise InputError("ME905", f"`{path}` cannot be read: {why}", "check the path and its permissions") from None
