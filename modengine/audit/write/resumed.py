"""What an unfinished unit of work left in a log."""

from __future__ import annotations

from modengine.audit.files.layout import LogPaths
from modengine.audit.records import segments
from modengine.audit.records.segments import good_record
from modengine.errors import AuditError


def recorded(layout: LogPaths, seq: int, most: int, time: str) -> int:
    """How many decisions of a batch the log has, that began with record `seq` at this `time`, at most `most`.

    The log is open, and so without a torn end.  Raises AuditError (ME954) where it ends before `seq`.
    """
    names = segments.names(layout.segments)
    own = [name for name in names if name <= segments.name_of(seq)]
    found, end = 0, 0
    for line in segments.lines(layout.segments, int(own[-1].split(".")[0]), own[-1]) if own else ():
        end = line.seq + 1
        if line.seq < seq:
            continue
        record = good_record(line)
        if found == most or record["kind"] != "decision" or record["time"] != time:
            return found
        found += 1
    if end < seq:
        what = f"the audit log `{layout.folder}` ends at record {end}; the unfinished scan had left it at {seq}"
        raise AuditError("ME954", what, "it was rolled back or cut: run `modengine audit verify`")
    return found
