"""Where results go: to files that take their places when all is done, or straight to a stream.

The file `out.jsonl` is written as `out.jsonl.part`, which only ever grows, and is cut back to a
known length when a scan is gone on with.  What cannot grow, Parquet, is made of it at the end.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, Protocol

from modengine.errors import OutputError
from modengine.run.write.durable import sync, sync_folder
from modengine.run.write.exclusive import hold
from modengine.run.write.replace import said

PART = ".part"


Make = Callable[[BinaryIO, BinaryIO], object]
"""Reads what was kept, and writes the file that was asked for."""


class Output(Protocol):
    """Takes the bytes of results, in order."""

    lasting: bool
    """Whether what it has taken can be taken back."""

    def write(self, pieces: Sequence[bytes]) -> tuple[int, ...]:
        """Takes bytes for each of its files; returns when they are on the disk, with the files' sizes."""
        ...


class Nothing:
    """For a scan that writes no results."""

    lasting = False

    def write(self, pieces: Sequence[bytes]) -> tuple[int, ...]:  # noqa: ARG002
        return ()


class Stream:
    """Standard output, a device, a pipe: what is written is gone."""

    lasting = False

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream

    def write(self, pieces: Sequence[bytes]) -> tuple[int, ...]:
        for piece in pieces:
            self._stream.write(piece)
        self._stream.flush()
        return ()


class Parts:
    """Files that are not finished yet, locked while they are written."""

    lasting = True

    def __init__(self, paths: Sequence[Path], files: Sequence[BinaryIO], made: Mapping[Path, Make]) -> None:
        self.paths, self._files, self._made = paths, files, made

    def write(self, pieces: Sequence[bytes]) -> tuple[int, ...]:
        """Files for which there is no piece stay as they are."""
        for path, file, piece in zip(self.paths, self._files, pieces, strict=False):
            with said(path):
                file.write(piece)
                file.flush()
                sync(file.fileno())
        return tuple(file.tell() for file in self._files)

    def begin(self, heads: Sequence[bytes]) -> tuple[int, ...]:
        """Throws away what is there."""
        self.cut([0] * len(self._files))
        return self.write(heads)

    def cut(self, sizes: Sequence[int]) -> None:
        """Goes back to these sizes.  Raises OutputError (ME912) where a file is shorter."""
        for path, file, size in zip(self.paths, self._files, sizes, strict=True):
            with said(path):
                if os.fstat(file.fileno()).st_size < size:
                    what = f"`{part_of(path)}` is shorter than it was"
                    raise OutputError("ME912", what, "scan from the beginning: leave --resume out")
                file.truncate(size)
                file.seek(size)

    def place(self) -> None:
        """Moves the finished files into their places."""
        for path, file in zip(self.paths, self._files, strict=True):
            with said(path):
                make = self._made.get(path)
                if make is None:
                    file.close()
                    os.replace(part_of(path), path)
                else:
                    _put(path, file, make)
                    file.close()  # not before: nobody else may write it while it is read
                    part_of(path).unlink()
                sync_folder(path.parent)

    def drop(self) -> None:
        """Removes what was written."""
        for path, file in zip(self.paths, self._files, strict=True):
            file.close()
            with suppress(OSError):
                part_of(path).unlink()


def _put(path: Path, kept: BinaryIO, make: Make) -> None:
    """Makes a file of what was kept, whole or not at all."""
    beside = path.with_name(f".{path.name}.made")
    try:
        with beside.open("wb") as file:
            make(kept, file)
            file.flush()
            sync(file.fileno())
        os.replace(beside, path)
    except BaseException:
        with suppress(OSError):
            beside.unlink()
        raise


@contextmanager
def parts(paths: Sequence[Path], made: Mapping[Path, Make] = {}) -> Iterator[Parts]:
    """The unfinished files for `paths`, made if need be; of those in `made` another file is made at the end.

    Raises OutputError (ME909, ME915).
    """
    with ExitStack() as stack:
        files = []
        for path in paths:
            with said(path):
                if path.is_dir():
                    raise OutputError("ME909", f"`{path}` is a folder", "give the name of a file")
                descriptor = os.open(part_of(path), os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o666)
                files.append(stack.enter_context(os.fdopen(descriptor, "r+b")))
            try:
                hold(files[-1].fileno())
            except OSError:
                what = f"another scan is writing `{part_of(path)}`"
                raise OutputError("ME915", what, "wait until it has ended, or give this one another output") from None
        yield Parts(paths, files, made)


def part_of(path: Path) -> Path:
    return path.parent / f"{path.name}{PART}"


def finish(paths: Sequence[Path], made: Mapping[Path, Make] = {}) -> None:
    """Moves finished files into their places, as far as that was not done before."""
    with parts([path for path in paths if part_of(path).exists()], made) as left:
        left.place()
