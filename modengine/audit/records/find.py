"""Records by message id, decision id or number."""

from __future__ import annotations

import re
from collections.abc import Iterator

from modengine.audit.files.layout import LogPaths
from modengine.audit.records import segments
from modengine.audit.records.commitments import pseudonym
from modengine.audit.records.record import Record, decode
from modengine.audit.records.segments import RecordLine
from modengine.errors import AuditError

_DECISION = re.compile(r"d-[0-9a-f]{32}")
_NUMBER = re.compile(r"#\d{1,18}")


def find(layout: LogPaths, identifier: str, key: bytes | None) -> tuple[RecordLine, ...]:
    """The decisions that an identifier means: `d-...` or `#SEQ` one, a message id all on that message.

    `key` is the vault's; without it no message id can be found.  Raises AuditError (ME960, ME961).
    """
    found = tuple(_found(layout, identifier, key))
    if not found:
        hint = "give a message id, a decision id (d-...), or #N for the record of that number"
        raise AuditError("ME961", f"no decision `{identifier}` in the audit log `{layout.folder}`", hint)
    return found


def _found(layout: LogPaths, identifier: str, key: bytes | None) -> Iterator[RecordLine]:
    if _NUMBER.fullmatch(identifier):
        line = line_of(layout, int(identifier[1:]))
        if line is not None and _record(line).get("kind") == "decision":
            yield line
        return
    if _DECISION.fullmatch(identifier):
        name, value = "decision_id", identifier
    elif key is None:
        raise AuditError("ME960", "without its vault no message id can be found in a log", "give a decision id or #N")
    else:
        name, value = "message", pseudonym(key, identifier)
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
