"""Which program reads which kind of part, and rows of messages with their files read.

A file is read only where it lies in the folder of its messages: who writes messages does not choose what
is opened on this machine.
"""

from __future__ import annotations

import os
import shlex
import shutil
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from importlib.util import find_spec
from pathlib import Path
from typing import cast

from modengine.errors import InputError, MessageError
from modengine.model import PART_KINDS, Message, Part, PartKind
from modengine.run.read.media.programs import FILE, LastingProgram, PerFileProgram, StillbornError, UnansweredError
from modengine.run.read.row import Row
from modengine.run.read.shape import UnreadPart, UnreadParts, type_name

TIMEOUT = 60.0
"""Seconds for a file."""
_SEE = "see docs/media.md"
_BUILT_IN: dict[str, str] = {"ocr": "rapid.py"}
"""What reads a kind without a command of one's own."""


@dataclass(frozen=True, slots=True)
class PartReader:
    """What reads one kind of part."""

    kind: PartKind
    command: tuple[str, ...]
    """With `{file}` among its arguments it is run for every file; without it stays, and is sent lines."""
    written: str
    """As it was given."""

    def program(self) -> LastingProgram | PerFileProgram:
        return (PerFileProgram if any(FILE in word for word in self.command) else LastingProgram)(self.command)


def reader_of(written: str) -> PartReader:
    """The reader that `KIND=COMMAND` means, or `KIND` for the one that an extra brings.

    Raises ValueError for what is not of that form, InputError (ME920) where its program is not there.
    """
    name, sign, command = written.partition("=")
    kind = cast(PartKind, name.strip())
    if kind not in PART_KINDS:
        raise ValueError(f"`{name.strip()}` is no kind of part: {', '.join(PART_KINDS)}")
    if not sign:
        return PartReader(kind, _built_in(kind), written)
    try:
        words = _words(command)
    except ValueError as error:
        raise ValueError(f"`{command}` cannot be split into words: {str(error).lower()}") from None
    if not words:
        raise ValueError(f"`{written}` names no program")
    if FILE in words[0]:
        raise ValueError("the program cannot be the file itself: `{file}` is one of its arguments")
    return PartReader(kind, (_program(words[0]), *words[1:]), written)


def _words(command: str) -> list[str]:
    if os.name != "nt":
        return shlex.split(command)
    words = shlex.split(command, posix=False)  # a backslash parts folders there
    return [word[1:-1] if len(word) > 1 and word[0] == word[-1] and word[0] in "\"'" else word for word in words]


def _program(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        raise InputError("ME920", f"there is no program `{name}`", "install it, or give its path")
    if found.lower().endswith((".bat", ".cmd")):
        # Windows gives these to its shell, which reads arguments as commands.
        raise InputError("ME920", f"`{found}` is a script of the shell, which would run what a file name says", _SEE)
    return found


def _built_in(kind: PartKind) -> tuple[str, ...]:
    if kind not in _BUILT_IN:
        raise ValueError(f"nothing reads `{kind}` by itself: --reader {kind}=COMMAND")
    if find_spec("rapidocr") is None or find_spec("onnxruntime") is None:
        hint = f"pip install 'modengine[ocr]', or a program of your own: --reader {kind}=COMMAND"
        raise InputError("ME920", "`rapidocr` is not installed, which reads pictures", hint)
    # `-P`: nothing that lies beside the script, or in this folder, is taken for a library.
    return (sys.executable, "-P", str(Path(__file__).with_name(_BUILT_IN[kind])))


@dataclass(frozen=True, slots=True)
class Readers:
    """All readers of a run.  It pickles without what is running; a thread has its own, by `apart`."""

    readers: Sequence[PartReader]
    root: Path | None = None
    """The folder that files must lie in; None for that of each file of messages."""
    timeout: float = TIMEOUT
    media: tuple[tuple[str, PartKind], ...] = ()
    """Fields that name files, each with the kind of its parts."""
    _programs: dict[PartKind, LastingProgram | PerFileProgram] = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_programs", {reader.kind: reader.program() for reader in self.readers})

    def __reduce__(self) -> tuple[type[Readers], tuple[object, ...]]:
        return Readers, (self.readers, self.root, self.timeout, self.media)

    @property
    def written(self) -> tuple[str, ...]:
        """As they were given."""
        media = (f"{name}={kind}" for name, kind in self.media)
        return (*(reader.written for reader in self.readers), *media, *(() if self.root is None else (str(self.root),)))

    def apart(self) -> Readers:
        """The same, with programs of its own."""
        return replace(self)

    def close(self) -> None:
        """Ends what is running; nothing is read any more.  From another thread too."""
        for program in self._programs.values():
            program.close()

    def over(self, rows: Iterable[Row]) -> Iterator[Row]:
        """The rows, with files read.  A file that cannot be read makes an error (ME919) of its row.

        Raises InputError (ME920) for a program that gives no answer at all.
        """
        return map(self.read, map(self.named, rows))

    def read(self, row: Row) -> Row:
        """One row that is `named`, as `over` has it; the error keeps what was read all the same."""
        if not isinstance(row.error, UnreadParts):
            return row
        given, parts = row.error.given, list(row.error.given.parts)
        left, failed = [], list(row.error.failed)
        for part in row.error.unread:
            try:
                parts[part.at] = Part(part.kind, self._text(part, given, row.source))
            except MessageError as error:
                left.append(part)
                failed.append(error)
        message = Message(given.text, given.id, tuple(parts), given.fields)
        if not failed:
            return Row(row.line, row.source, message)
        return Row(row.line, row.source, error=UnreadParts(message, tuple(left), tuple(failed)))

    def named(self, row: Row) -> Row:
        """The row with the files of its fields among its parts, and no longer among its fields.

        What is no name of a file stays there, and is an error (ME902).
        """
        error = row.error if isinstance(row.error, UnreadParts) else None
        given = row.message if error is None else error.given
        if given is None or not any(name in given.fields for name, _ in self.media):
            return row
        parts, fields = list(given.parts), dict(given.fields)
        unread = [] if error is None else list(error.unread)
        wrong: list[MessageError] = []
        for name, kind in self.media:
            for file in _files(given.fields.get(name)):
                if isinstance(file, str):
                    unread.append(UnreadPart(len(parts), kind, file))
                    parts.append(Part(kind, ""))
        for name in dict(self.media):
            others = [file for file in _files(fields.pop(name, None)) if not isinstance(file, str)]
            if others:
                fields[name] = others if isinstance(given.fields[name], list) else others[0]
                what = f"`{name}` is {type_name(others[0])}, not the name of a file"
                wrong.append(MessageError("ME902", what, _SEE))
        message = Message(given.text, given.id, tuple(parts), fields)
        if not (unread or wrong):
            return Row(row.line, row.source, message)
        return Row(row.line, row.source, error=UnreadParts(message, tuple(unread), tuple(wrong)))

    def _text(self, part: UnreadPart, given: Message, source: str) -> str:
        """Raises MessageError (ME919), InputError (ME920)."""
        reader = next((reader for reader in self.readers if reader.kind == part.kind), None)
        if reader is None:
            raise UnreadParts(given, (part,))
        path = self._place(part.at, part.file, source)
        try:
            return self._programs[reader.kind].ask(str(path), self.timeout)
        except StillbornError as error:
            raise InputError("ME920", f"`{reader.written}` {error}", _SEE) from None
        except UnansweredError as error:
            what = f"`parts[{part.at}]`: the reader of `{part.kind}` could not read `{_shown(part.file)}`: it {error}"
            raise MessageError("ME919", what, _SEE) from None

    def _place(self, at: int, file: str, source: str) -> Path:
        """The file, which lies in the folder, links and all.  Raises MessageError (ME919)."""
        root = self.root or (Path() if source == "-" else Path(source).parent)
        named = f"`parts[{at}]`: `{_shown(file)}`"
        try:
            # By its name first: the mere look at another machine's share would tell it who asks.
            inside = Path(os.path.normpath(root.absolute() / file)).is_relative_to(os.path.normpath(root.absolute()))
            path = (root / file).resolve(strict=True) if inside else None
            if path is None or not path.is_relative_to(root.resolve()):
                hint = "put it there, or name a folder that holds it: --media-root FOLDER"
                raise MessageError("ME919", f"{named} lies outside the folder `{root}`", hint)
            if not path.is_file():
                raise MessageError("ME919", f"{named} is no regular file", _SEE)
        except FileNotFoundError:
            where = "addresses are not fetched" if "://" in file else f"looked for in `{root}`"
            raise MessageError(
                "ME919", f"{named} is not there: {where}", "see --media-root, and docs/media.md"
            ) from None
        except (OSError, ValueError, RuntimeError) as error:  # ValueError: a NUL; RuntimeError: links in a circle
            why = (getattr(error, "strerror", None) or str(error)).lower()
            raise MessageError("ME919", f"{named} cannot be opened: {why}", _SEE) from None
        return path


def _files(value: object) -> list[object]:
    return [file for file in (value if isinstance(value, list) else [value]) if file not in (None, "")]


def _shown(file: str) -> str:
    return file if len(file) <= 80 else f"{file[:77]}..."
