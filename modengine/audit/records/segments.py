"""The files of records, read as lines that know their place."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from modengine.audit.files import disk
from modengine.audit.files.layout import reason
from modengine.audit.records.record import KINDS, MOST_BYTES, Record, decode, moment, stamp
from modengine.audit.records.schema import Head, check_record, read_head
from modengine.errors import AuditError

SUFFIX = ".jsonl"
MOST_TORN = 64 << 20
"""Bytes that a stopped writer can leave after the last record: one batch."""
_NAME = re.compile(r"\d{20}\.jsonl")


@dataclass(frozen=True, slots=True)
class RecordLine:
    """What stands where record `seq` should stand."""

    seq: int
    segment: str
    offset: int
    data: bytes
    """Without the line feed; cut off where it is too long for a record."""
    whole: bool
    """Whether it ends in a line feed within the greatest length of a record."""

    @property
    def end(self) -> int:
        """Where the next line begins (of a whole line)."""
        return self.offset + len(self.data) + 1

    @property
    def where(self) -> str:
        return f"{self.segment}, byte {self.offset}"


def name_of(seq: int) -> str:
    """The file whose first record is `seq`."""
    return f"{seq:020d}{SUFFIX}"


def names(folder: Path) -> list[str]:
    """The files of a log in order.  Raises AuditError (ME953) for a file that does not belong there."""
    try:
        found = sorted(entry.name for entry in folder.iterdir())
    except FileNotFoundError:
        raise AuditError("ME953", f"the folder `{folder}` is missing", "put it back") from None
    except OSError as error:
        raise AuditError("ME953", f"the folder `{folder}` cannot be read: {reason(error)}", "check it") from None
    for name in found:
        if not _NAME.fullmatch(name):
            raise AuditError("ME953", f"`{folder / name}` is no file of records", "take it out of the log")
    return found


def _open(path: Path) -> BinaryIO:
    try:
        return disk.reading(path)
    except OSError as error:
        raise AuditError("ME953", f"the records `{path}` cannot be read: {reason(error)}", "check the file") from None


def lines(folder: Path, seq: int = 0, segment: str = "", offset: int = 0) -> Iterator[RecordLine]:
    """The lines of a log, from a place on, that of record `seq`.  Memory does not grow with the log.

    Ends after the first line that is not whole.  Raises AuditError (ME953) where a file is missing.
    """
    for name in names(folder):
        if name < segment:
            continue
        start = offset if name == segment else 0
        if start == 0 and name != name_of(seq):
            raise AuditError(
                "ME953",
                f"record {seq} should begin the next file, but that is `{name}`",
                "a file of records is missing, or records of the one before it are",
            )
        with _open(folder / name) as file:
            file.seek(start)
            at = start
            while data := file.readline(MOST_BYTES + 1):
                whole = data.endswith(b"\n")
                yield RecordLine(seq, name, at, data[:-1] if whole else data, whole)
                if not whole:
                    return
                seq += 1
                at += len(data)


@dataclass(frozen=True, slots=True)
class Passed:
    """What a writer learns of the records before the place where it goes on, from the file that they end in."""

    segment: str
    offset: int
    """The end of the last record."""
    time: str
    """The latest of theirs; empty for none."""
    revision: RecordLine | None
    """The last revision record in that file."""


def passed(folder: Path, size: int) -> Passed:
    """Where the first `size` records end.  Raises AuditError (ME953, ME954)."""
    there = names(folder)
    own = [name for name in there if size and there[0] == name_of(0) and name < name_of(size)]
    segment = own[-1] if own else name_of(0)
    seq = int(segment.removesuffix(SUFFIX))
    at, time, revision = 0, "", None
    if size and own:
        with _open(folder / segment) as file:
            while seq < size and (data := file.readline(MOST_BYTES + 1)):
                head = _head(data)
                if head is None or head.seq != seq:
                    break
                if head.kind == "revision":
                    revision = RecordLine(seq, segment, at, data[:-1], True)
                at, seq, time = at + len(data), seq + 1, max(time, head.time)
    if seq == size:
        return Passed(segment, at, _checked(time, segment), revision)
    bad = RecordLine(seq, segment, at, b"", False)
    if not own or next_good(folder, bad) is None:
        what = f"the log ends at record {seq}, a checkpoint has {size}"
        raise AuditError("ME954", what, "it was rolled back or cut: `modengine audit verify` says what is still good")
    what = f"record {seq} ({bad.where}) is not what a log has there"
    raise AuditError("ME953", what, "nothing repairs that: run `modengine audit verify`")


def _head(data: bytes) -> Head | None:
    try:
        return read_head(data) if data.endswith(b"\n") else None
    except (ValueError, RecursionError):
        return None


def _checked(time: str, segment: str) -> str:
    try:
        return time and stamp(moment(time))
    except ValueError:
        what = f"a record of `{segment}` is without a time in UTC"
        raise AuditError("ME953", what, "nothing repairs that: run `modengine audit verify`") from None


def record_of(line: RecordLine) -> Record:
    """The record of a line.  Raises ValueError with what is wrong with its form."""
    if not line.whole:
        raise ValueError("longer than 64 KB" if len(line.data) > MOST_BYTES else "cut off")
    record = decode(line.data)
    if record.get("kind") not in KINDS:
        raise ValueError("of no known kind")
    if record.get("seq") != line.seq:
        raise ValueError(f"numbered {str(record.get('seq'))[:30]}, not {line.seq}")
    try:
        moment(record["time"])
    except (KeyError, ValueError, TypeError):
        raise ValueError("without a time in UTC") from None
    check_record(line.data)
    return record


def good_record(line: RecordLine) -> Record:
    """The record of a line.  Raises AuditError (ME953) with what is wrong with its form."""
    try:
        return record_of(line)
    except ValueError as error:
        raise AuditError("ME953", f"record {line.seq} ({line.where}) is {error}", "run `modengine audit verify`")\
            from None  # fmt: skip


def next_good(folder: Path, line: RecordLine) -> str | None:
    """The place of a complete record after a bad line, if there is one: then it is no torn tail.

    Looks no further than a batch may be long.
    """
    left = MOST_TORN
    for name in names(folder):
        if name < line.segment:
            continue
        at = line.offset if name == line.segment else 0
        begins = name != line.segment
        with _open(folder / name) as file:
            file.seek(at)
            while left > 0 and (data := file.readline(1 << 20)):
                whole = data.endswith(b"\n")
                if begins and whole and _is_record(data[:-1]):
                    return f"{name}, byte {at}"
                begins = whole
                at += len(data)
                left -= len(data)
    return None


def _is_record(data: bytes) -> bool:
    try:
        return "kind" in decode(data)
    except ValueError:
        return False
