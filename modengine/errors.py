"""Every error modengine raises, and the coded problems they carry.

    ModengineError
    ├── PolicyError       a policy, ruleset or list that cannot be used: all its problems at once
    ├── InputError        a file of messages that cannot be read at all
    ├── MessageError      one message that cannot be read: becomes an error record, never a crash
    ├── OutputError       a file of results that cannot be written
    ├── WorkerError       a process or machine that was to decide, and ended
    └── AuditError        an audit log that cannot be opened, trusted or written

A `Diagnostic` says where (`Location`), what (`code`, `message`) and how to mend it (`hint`).  The codes
are listed in `codes.CODES`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import accumulate

from modengine.codes import CODES, Severity


@dataclass(frozen=True, slots=True, order=True)
class Location:
    """Where something stands in a file.  `line` and `column` count from 1, in characters."""

    file: str
    line: int = 1
    column: int = 1

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"

    def shifted(self, columns: int) -> Location:
        """The place so many characters to the right, on the same line."""
        return Location(self.file, self.line, self.column + columns)


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One thing wrong with a file.  An `error` stops loading, a `warning` does not; a `note` fails no check either."""

    code: str
    message: str
    location: Location
    hint: str
    source: str = ""
    """The line of the file, for the caret; empty when the location is a whole file."""
    given: Severity | None = None
    """The severity that `modengine.toml` gives it."""

    @property
    def severity(self) -> Severity:
        return self.given or CODES[self.code].severity

    @property
    def name(self) -> str:
        return CODES[self.code].name

    def render(self, width: int = 80) -> str:
        """The problem as text: place, code, message, as much of the line as fits with a caret, the hint.

        A rule file is somebody else's: what it says moves no cursor and turns no line around.
        """
        lines = [printable(f"{self.location}: {self.severity}[{self.code} {self.name}]: {self.message}")]
        if self.source:
            number = str(self.location.line)
            line, caret = _window(self.source, self.location.column, width - len(f"  {number} | "))
            lines += [f"  {number} | {line}", f"  {' ' * len(number)} | {caret}"]
        lines.append(printable(f"  hint: {self.hint}"))
        return "\n".join(lines)

    def data(self) -> dict[str, str | int]:
        """The problem as plain data, as `modengine check --format json` writes it."""
        return {
            "code": self.code,
            "name": self.name,
            "severity": self.severity,
            "message": self.message,
            "hint": self.hint,
            "file": self.location.file,
            "line": self.location.line,
            "column": self.location.column,
        }


def printable(text: str) -> str:
    """The text with a sign for each character that a terminal would obey or hide."""
    return "".join(c if c.isprintable() or c == "\u3000" else "\N{REPLACEMENT CHARACTER}" for c in text)


def _window(source: str, column: int, width: int) -> tuple[str, str]:
    """As much of `source` around `column` as `width` cells of a terminal hold, `…` where it is cut, and its caret line.

    A wide character takes two cells, so the caret is indented by cells.
    """
    at = min(column - 1, len(source))
    before, after = printable(source[max(0, at - width) : at]), printable(source[at : at + width])
    if len(before + after) < len(source) or _cells(before + after) > width:
        room = width - len("……")
        before = _fitting(before[::-1], max(room // 2, room - _cells(after)))[::-1]
        after = _fitting(after, room - _cells(before))
    lead, rest = "…" if len(before) < at else "", "…" if at + len(after) < len(source) else ""
    return lead + before + after + rest, " " * _cells(lead + before) + "^"


def _fitting(text: str, room: int) -> str:
    """The beginning of a text, of at most so many cells."""
    return text[: sum(cells <= room for cells in accumulate(map(_cells, text)))]


def _cells(text: str) -> int:
    """Cells of a terminal that a text takes."""
    import unicodedata  # noqa: PLC0415  (only errors pay for it)

    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


class ModengineError(Exception):
    """The root of all errors that modengine raises on purpose."""


class PolicyError(ModengineError):
    """A policy that cannot be used.  `diagnostics` holds every error found, sorted by place."""

    def __init__(self, diagnostics: Iterable[Diagnostic]) -> None:
        self.diagnostics: tuple[Diagnostic, ...] = tuple(
            sorted(set(diagnostics), key=lambda p: (p.location, p.code, p.message))
        )
        super().__init__("\n".join(problem.render() for problem in self.diagnostics))

    def __reduce__(self) -> tuple[type[PolicyError], tuple[tuple[Diagnostic, ...]]]:
        return PolicyError, (self.diagnostics,)


class _CodedError(ModengineError):
    """An error about input that stands outside any policy file."""

    def __init__(self, code: str, message: str, hint: str = "") -> None:
        self.code, self.message, self.hint = code, message, hint
        text = f"[{code} {CODES[code].name}] {message}" + (f"\n  hint: {hint}" if hint else "")
        super().__init__("\n".join(map(printable, text.split("\n"))))

    def __reduce__(self) -> tuple[type[_CodedError], tuple[str, str, str]]:
        return type(self), (self.code, self.message, self.hint)


class InputError(_CodedError):
    """A source of messages that cannot be read at all (no such file, unknown form)."""


class MessageError(_CodedError):
    """One message that cannot be read.  The rest of its file can."""


class OutputError(_CodedError):
    """A file of results that cannot be written (no such folder, disk full, also an input)."""


class WorkerError(_CodedError):
    """A process or machine that was to decide messages, and ended before its time."""


class AuditError(_CodedError):
    """An audit log that cannot be opened, trusted or written (damaged, in use, disk full, wrong key)."""
