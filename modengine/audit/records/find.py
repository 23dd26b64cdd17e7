"""Records by message id, decision id or number."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from modengine.audit.files.layout import LogPaths
from modengine.audit.records import segments
from modengine.audit.records.commitments import pseudonym
from modengine.audit.records.record import Record, decode
from modengine.audit.records.segments import RecordLine
from modengine.errors import AuditError

_DECISION = re.compile(r"d-[0-9a-f]{32}")
_NUMBER = re.compile(r"#?(\d{1,18})")
_HINT = "give a message id (a line of a text file has none), a decision id (d-...), or #N for record N"


def find(layout: LogPaths, identifier: str, key: bytes | None) -> tuple[RecordLine, ...]:
    """The decisions that somebody may mean: `d-...` or `#SEQ` one, anything else all on the message of that id.

    `key` is the vault's.  Raises AuditError (ME960, ME961).
    """
    is_record = identifier.startswith("#") or _DECISION.fullmatch(identifier)
    if is_record and (found := _by_record(layout, identifier)):
        return found
    return by_message(layout, identifier, key)


def by_record(layout: LogPaths, name: str, key: bytes | None = None) -> tuple[RecordLine, ...]:  # noqa: ARG001
    """The one decision of a number (`7` or `#7`) or a decision id; no key is needed.  Raises AuditError (ME961)."""
    found = _by_record(layout, name)
    if not found:
        raise _nothing(layout, name)
    return found


def by_message(layout: LogPaths, message_id: str, key: bytes | None) -> tuple[RecordLine, ...]:
    """All decisions on the message of an id, whatever the id looks like.

    `key` is the vault's; without it no message id can be found.  Raises AuditError (ME960, ME961).
    """
    if key is None:
        raise AuditError("ME960", "without its vault no message id can be found in a log", "give a decision id or #N")
    found = tuple(_having(layout, "message", pseudonym(key, message_id)))
    if not found:
        raise _nothing(layout, message_id)
    return found


def by_numbers(layout: LogPaths, seqs: Iterable[int]) -> tuple[RecordLine, ...]:
    """The decisions of these numbers.  Raises AuditError (ME961) where one is none."""
    left = set(seqs)
    found = []
    for line in segments.lines(layout.segments) if left else ():
        if line.seq in left and _record(line).get("kind") == "decision":
            left.discard(line.seq)
            found.append(line)
    if left:
        raise _nothing(layout, f"#{min(left)}")
    return tuple(found)


def _nothing(layout: LogPaths, identifier: str) -> AuditError:
    return AuditError("ME961", f"no decision `{identifier}` in the audit log `{layout.folder}`", _HINT)


def _by_record(layout: LogPaths, name: str) -> tuple[RecordLine, ...]:
    if number := _NUMBER.fullmatch(name):
        line = line_of(layout, int(number[1]))
        return () if line is None or _record(line).get("kind") != "decision" else (line,)
    return tuple(_having(layout, "decision_id", name)) if _DECISION.fullmatch(name) else ()


def _having(layout: LogPaths, name: str, value: str) -> Iterator[RecordLine]:
    needle = f'"{name}":"{value}"'.encode()
    for line in segments.lines(layout.segments):
        # Most lines are passed over without being parsed.
        if needle in line.data and line.whole and _record(line).get(name) == value:
            yield line


def line_of(layout: LogPaths, seq: int) -> RecordLine | None:
    """The line of one record; only its own file is read."""
    start = max((name for name in segments.names(layout.segments) if name <= segments.name_of(seq)), default=None)
    if start is None:
        return None
    first = int(start.removesuffix(segments.SUFFIX))
    return next((line for line in segments.lines(layout.segments, first, start) if line.seq == seq), None)


def _record(line: RecordLine) -> Record:
    try:
        return decode(line.data)
    except ValueError:
        return {}
