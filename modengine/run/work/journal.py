"""What an unfinished scan has done: a small file beside its output, put in its place whole.

A unit of work is written to the output first, then noted here as begun, and then recorded in the
audit log.  Whatever stops a scan, the note tells which records to look for, and so whether the unit
counts: recorded, or to be done again from the state before it.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import msgspec

from modengine.errors import InputError, OutputError
from modengine.run.read.blocks import Position
from modengine.run.work.summary import Summary, Tally
from modengine.run.write.durable import sync, sync_folder
from modengine.run.write.replace import said
from modengine.run.write.results import to_json

FORMAT = 2
_START = "scan from the beginning: leave --resume out"
_AWAY = "remove it to scan from the beginning, or give another output"


class What(msgspec.Struct, frozen=True):
    """What is scanned, and how: a scan is gone on with only as it was begun."""

    inputs: tuple[str, ...]
    """Every file, as it was named or found."""
    input_format: str | None
    form: str
    """Of the output."""
    ignore_scope: bool
    policy: str
    revision: str
    log: str | None
    """The origin of the audit log; None where nothing is recorded."""
    keep_text: bool
    readers: tuple[str, ...] = ()
    """What reads the files that messages name, and where they lie."""


WORDS = {
    "inputs": "the input files are others",
    "input_format": "--input-format is another",
    "form": "--format is another",
    "ignore_scope": "--ignore-scope is another",
    "policy": "the policy is another",
    "revision": "the rules, or the version of modengine, are not those that it began with",
    "log": "the audit log is another",
    "keep_text": "--keep-text is another",
    "readers": "--reader, --media or --media-root is another",
}


class State(msgspec.Struct, frozen=True):
    """All that is known between two units."""

    position: Position
    sizes: tuple[int, ...]
    """Of the output files."""
    tally: dict[str, Any]
    recorded: int = 0
    """Decisions after this place that the log has already: their unit was cut short."""

    def summary(self) -> Summary:
        return Tally.of(self.tally).summary()


class Unit(msgspec.Struct, frozen=True):
    """The records of the unit that was begun last."""

    seq: int
    count: int
    time: str
    """As the records have it."""


class Note(msgspec.Struct, frozen=True):
    """The content of the file.  `unit` lies between the two states; None where nothing is recorded."""

    what: What
    before: State
    after: State
    unit: Unit | None = None
    finished: bool = False
    format: int = FORMAT


class Journal:
    """The file of one scan."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._beside = path.with_name(f".{path.name}.tmp")

    def write(self, note: Note) -> None:
        """Puts a note on the disk.  Raises OutputError (ME909)."""
        with said(self.path):
            with self._beside.open("wb") as file:
                file.write(to_json(note))
                file.flush()
                sync(file.fileno())
            os.replace(self._beside, self.path)
            sync_folder(self.path.parent)

    def read(self) -> Note | None:
        """The last note; None where there is none.  Raises OutputError (ME912)."""
        try:
            data = self.path.read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            why = (error.strerror or str(error)).lower()
            raise OutputError("ME912", f"`{self.path}` cannot be read: {why}", _AWAY) from None
        try:
            note = msgspec.convert(json.loads(data), Note)
        except (ValueError, RecursionError):
            note = None
        if note is None or note.format != FORMAT:
            what = f"`{self.path}` is no note of a scan that this version of modengine could go on with"
            raise OutputError("ME912", what, _AWAY)
        return note

    def remove(self) -> None:
        self._beside.unlink(missing_ok=True)
        self.path.unlink(missing_ok=True)


def compare(then: What, now: What) -> None:
    """Raises InputError (ME912) where a scan is to be gone on with otherwise than it was begun."""
    for name, words in WORDS.items():
        if getattr(then, name) != getattr(now, name):
            raise InputError(
                "ME912", f"the unfinished scan cannot be gone on with: {words}", f"repeat it as it was, or {_START}"
            )
