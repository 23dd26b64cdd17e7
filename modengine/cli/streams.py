"""Standard streams: UTF-8 by name, on every system, and no harm where the reader has gone."""

from __future__ import annotations

import contextlib
import errno
import io
import json
import os
import re
import sys
from typing import TYPE_CHECKING, BinaryIO, TextIO, cast

if TYPE_CHECKING:
    from rich.console import Console

_GAP = re.compile(r" (?![\w-]+\]: |(?:error|warning|note)\[)")
"""Not before or in `warning[ME411 name]:`, which programs look for in a terminal too."""
_QUOTED = re.compile(r" +\d* +\| ")
NARROWEST, WIDEST = 60, 1_000
"""Cells.  In fewer, tables lose their headings; more has no screen, and lines are filled with blanks."""
OBEYED = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]|\r(?!\n)")
"""What a terminal obeys, where it stands in what others wrote."""


def use_utf8() -> None:
    """Standard streams speak UTF-8; what it cannot write (lone surrogates) is written as an escape."""
    _open_closed()
    if isinstance(sys.stdin, io.TextIOWrapper):
        sys.stdin.reconfigure(encoding="utf-8", errors="surrogateescape")
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")


def _open_closed() -> None:
    """Python has None for a standard stream that whoever started it had closed.

    In its place stands one that fails where it is used, as everywhere on POSIX; only words on a
    closed standard error are lost in silence, for there is nowhere to say so.
    """
    if sys.stdin is None:
        sys.stdin = open(os.open(os.devnull, os.O_WRONLY), encoding="utf-8")  # noqa: SIM115
    if sys.stdout is None:
        sys.stdout = open(os.open(os.devnull, os.O_RDONLY), "w", encoding="utf-8")  # noqa: SIM115
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115


def console(stream: TextIO) -> Console:
    """A console as wide as the terminal, from `NARROWEST` to `WIDEST`; 80 cells without one; NO_COLOR is honoured."""
    from rich.console import Console  # noqa: PLC0415  (0.04 s that --help does not need)

    class Raising(Console):
        """Leaves it to the command what a reader who has gone means; its own answer is exit code 1."""

        def on_broken_pipe(self) -> None:
            raise BrokenPipeError(errno.EPIPE, os.strerror(errno.EPIPE))

    made = Raising(file=stream, highlight=False, markup=False, emoji=False, soft_wrap=False)
    width = made.width if stream.isatty() or "COLUMNS" in os.environ else 80
    made.width = min(max(width, NARROWEST), WIDEST)
    return made


def watched() -> bool:
    """Whether somebody looks on at standard error; what is piped stays free of progress."""
    return sys.stderr.isatty() and os.environ.get("TERM") != "dumb"


def folded(text: str, stream: TextIO) -> str:
    """Findings as a terminal shows them whole: long lines are folded between words, those of a rule file are not.

    Elsewhere each stays one line, as editors and `grep` read it.
    """
    if not stream.isatty():
        return text
    width = console(stream).width
    return "\n".join(line if _QUOTED.match(line) else _folded(line, width) for line in text.split("\n"))


def _folded(line: str, width: int) -> str:
    from rich.cells import cell_len  # noqa: PLC0415

    if cell_len(line) <= width:
        return line
    lines = [""]
    indent = " " * (4 + len(line) - len(line.lstrip()))
    for number, word in enumerate(_GAP.split(line)):
        longer = f"{lines[-1]} {word}" if number else word
        if lines[-1].strip() and cell_len(longer) > width:
            lines.append(indent + word)
        else:
            lines[-1] = longer
    return "\n".join(lines)


class _Screen:
    """A terminal that takes the bytes of results: what it would obey is written as an escape of JSON."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream

    def write(self, lines: bytes) -> int:
        text = lines.decode("utf-8", "backslashreplace")
        return self._stream.write(OBEYED.sub(lambda found: f"\\u{ord(found[0]):04x}", text).encode())

    def flush(self) -> None:
        self._stream.flush()


def results() -> BinaryIO:
    """Standard output, for whole lines of JSON or CSV with what others wrote."""
    return cast("BinaryIO", _Screen(sys.stdout.buffer)) if sys.stdout.isatty() else sys.stdout.buffer


def escaped(text: str) -> str:
    """JSON in which what a terminal would obey or hide is written as an escape: others wrote what is in it."""
    return "".join(c if c.isprintable() or c in "\n\u3000" else json.dumps(c)[1:-1] for c in text)


def is_closed(error: OSError) -> bool:
    """Whether the reader of a pipe has gone.  Windows says EINVAL."""
    return error.errno == errno.EPIPE or (sys.platform == "win32" and error.errno == errno.EINVAL)


def abandon(stream: TextIO) -> None:
    """Sends what is still to be written nowhere, so that the interpreter's own last flush is quiet."""
    with contextlib.suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)


def say(text: str) -> None:
    """Writes words to standard error.  Where it cannot be written, the exit code has to do."""
    try:
        sys.stderr.write(f"{text}\n")
        sys.stderr.flush()
    except OSError:
        abandon(sys.stderr)
