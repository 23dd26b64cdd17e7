"""Standard streams: UTF-8 by name, on every system, and no harm where the reader has gone."""

from __future__ import annotations

import contextlib
import errno
import io
import os
import sys
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from rich.console import Console


def use_utf8() -> None:
    """Standard output and error write UTF-8; what it cannot write (lone surrogates) as an escape."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")


def console(stream: TextIO) -> Console:
    """A console as wide as the terminal, 80 cells without one; NO_COLOR is honoured."""
    from rich.console import Console  # noqa: PLC0415  (0.04 s that --help does not need)

    return Console(file=stream, highlight=False, markup=False, emoji=False, soft_wrap=False)


def is_closed(error: OSError) -> bool:
    """Whether the reader of a pipe has gone.  Windows says EINVAL."""
    return error.errno == errno.EPIPE or (sys.platform == "win32" and error.errno == errno.EINVAL)


def abandon() -> None:
    """Sends what is still to be written nowhere, so that the interpreter's own last flush is quiet."""
    with contextlib.suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)
