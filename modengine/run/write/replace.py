"""Files that are whole or not there: written beside their place, then moved into it."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from modengine.errors import OutputError


def refuse_inputs(path: Path, inputs: Sequence[str]) -> None:
    """Raises OutputError (ME909) where the output is one of the inputs."""
    for name in inputs:
        with suppress(OSError, ValueError):
            if name != "-" and os.path.samefile(path, name):
                raise OutputError("ME909", f"`{path}` is also an input", "give the output another name")


def make_folder(folder: Path, hint: str = "name another folder, or move what is there away") -> None:
    """Makes a folder, and those above it, where there is none.  Raises OutputError (ME909)."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError):
        raise OutputError("ME909", f"`{folder}` cannot be a folder: a file is in the way", hint) from None
    except OSError as error:
        why = (error.strerror or str(error)).lower()
        raise OutputError("ME909", f"`{folder}` cannot be made: {why}", "choose another folder") from None


@contextmanager
def replacing(path: Path) -> Iterator[BinaryIO]:
    """A file to write to.  It takes the place of `path` when all went well, and is removed when not.

    What is no regular file (a device, a pipe) is written to directly.  A link is followed.
    """
    path = Path(os.path.realpath(path))
    with said(path, "nothing was written there: make room, or choose another place", beside=True):
        if path.is_dir():
            raise OutputError("ME909", f"`{path}` is a folder", "give the name of a file")
        if path.exists() and not path.is_file():
            with path.open("wb") as device:
                yield device
            return
        beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
        try:
            with beside.open("xb") as file:
                yield file
            os.replace(beside, path)
        except BaseException:
            with suppress(OSError):
                beside.unlink()
            raise


def write_bytes(path: Path, data: bytes) -> None:
    """A file that is whole or not there.  Raises OutputError (ME909)."""
    with replacing(path) as stream:
        stream.write(data)


def write_text(path: Path, text: str) -> None:
    """The same in UTF-8; what UTF-8 has not is escaped."""
    write_bytes(path, text.encode("utf-8", "backslashreplace"))


@contextmanager
def said(path: Path, hint: str = "make room, or choose another place", *, beside: bool = False) -> Iterator[None]:
    """Errors of the system as OutputError (ME909).

    With `beside`, trouble with a file of another folder, an input's for instance, is left as it is.
    """
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        if beside and error.filename is not None and Path(error.filename).parent != path.parent:
            raise
        is_gone = isinstance(error, FileNotFoundError)
        if is_gone and not path.parent.is_dir():
            raise OutputError("ME909", f"there is no folder `{path.parent}`", "make it first") from None
        why = (error.strerror or str(error)).lower()
        if is_gone and beside:
            why = "what was begun beside it was taken away"
        raise OutputError("ME909", f"`{path}` cannot be written: {why}", hint) from None
