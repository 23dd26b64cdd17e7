"""What the page does with an audit log of its own: record, show, prove, tamper, verify.

Every browser window has a log in the server's temporary folder, made and read by the real
`modengine.audit`; it is gone when the server ends.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from modengine.audit.files.layout import LogPaths
from modengine.audit.read.dsa import statement
from modengine.audit.read.proof import prove_inclusion
from modengine.audit.read.show import decisions
from modengine.audit.read.verify import verify
from modengine.audit.records import segments
from modengine.audit.tree.checkpoints import read_note
from modengine.audit.tree.merkle import leaf_hash, node_hash
from modengine.audit.write.log import AuditLog
from modengine.errors import AuditError
from modengine.play.jobs.jobs import Bench, Request, message_of
from modengine.play.limits import MOST_LOGS, MOST_RECORDS

_LOG = re.compile(r"[0-9a-f]{32}")
_WAIT = 5.0
"""Seconds to wait for another request that writes the same log."""


def _layout(bench: Bench, request: Request, make: bool = False) -> LogPaths:
    name = str(request.get("log", ""))
    if bench.logs is None or not _LOG.fullmatch(name):
        raise ValueError("a log is named by 32 hexadecimal digits")
    folder = bench.logs / name
    if make and not folder.exists():
        _make_room(bench.logs)
    elif not make and not folder.exists():
        raise ValueError("this window has no audit log yet: record a decision first")
    return LogPaths(folder)


def _make_room(logs: Path) -> None:
    kept = sorted((log for log in logs.iterdir() if log.is_dir()), key=lambda log: log.stat().st_mtime)
    for old in kept[: max(0, len(kept) - MOST_LOGS + 1)]:
        shutil.rmtree(old, ignore_errors=True)


def append(bench: Bench, request: Request) -> dict[str, Any]:
    """Decides a message, records it, and makes a checkpoint."""
    engine = bench.engine(request["rules"], request)
    message = message_of(request)
    layout = _layout(bench, request, make=True)
    now = datetime.now(UTC)
    with AuditLog.open(layout.folder, keep_text=True, time=now, wait=_WAIT) as log:
        if log.size >= 2 * MOST_RECORDS:
            raise ValueError("the log of this window is full: begin a new one")
        log.use(engine, now)
        receipt = log.append(message, engine.decide(message, ignore_scope=True), now, ignore_scope=True)
        note = log.checkpoint()
    return {"seq": receipt.seq, "decision_id": receipt.decision_id, "checkpoint": note}


def show(bench: Bench, request: Request) -> dict[str, Any]:
    """Every record as it stands in the file, and the tree over all."""
    layout = _layout(bench, request)
    lines = list(segments.lines(layout.segments))
    return {
        "records": [{"seq": line.seq, **_parsed(line.data)} for line in lines],
        "levels": _levels([leaf_hash(line.data) for line in lines]),
        "checkpoint": read_note(layout.checkpoint),
    }


def _parsed(data: bytes) -> dict[str, Any]:
    raw = data.decode("utf-8", "replace")
    try:
        record = json.loads(data)
    except ValueError:
        record = None
    return {"raw": raw, "record": record if isinstance(record, dict) else None}


def _levels(leaves: list[bytes]) -> list[list[str]]:
    """The tree from the leaves up, in hexadecimal; an odd one out goes up unchanged (RFC 9162, 2.1.1)."""
    levels = [leaves]
    while len(levels[-1]) > 1:
        below = levels[-1]
        pairs = [node_hash(*below[at : at + 2]) for at in range(0, len(below) - 1, 2)]
        levels.append(pairs + below[len(pairs) * 2 :])
    return [[node.hex() for node in level] for level in levels]


def record(bench: Bench, request: Request) -> dict[str, Any]:
    """One decision: what the vault adds, the statement of reasons, and the proof for a checkpoint."""
    layout = _layout(bench, request)
    seq = int(request.get("seq") or 0)
    note = request.get("checkpoint") or read_note(layout.checkpoint)
    found: dict[str, Any] = {"seq": seq, "statement": None, "details": None, "text": None, "proof": None, "wrong": None}
    try:
        found["proof"] = prove_inclusion(layout, seq, note)
    except AuditError as error:
        found["wrong"] = f"{error.code}: {error.message}"
    try:
        shown = decisions(layout, f"#{seq}")[0]
        found["details"] = shown.details
        found["text"] = None if shown.message is None else shown.message.text
        title = next((revision.get("title", "") for revision in _revisions(layout, seq)), "")
        found["statement"] = statement(shown.record, shown.details, title)
    except (AuditError, ValueError, KeyError, TypeError, IndexError) as error:
        found["unreadable"] = str(error)[:400]
    return found


def _revisions(layout: LogPaths, seq: int) -> list[dict[str, Any]]:
    """The revision records before a record, the last one first."""
    parsed = (_parsed(line.data)["record"] for line in segments.lines(layout.segments) if line.seq < seq)
    return [entry for entry in parsed if entry is not None and entry.get("kind") == "revision"][::-1]


def tamper(bench: Bench, request: Request) -> dict[str, Any]:
    """Flips one bit of one byte of a record, in the file."""
    layout = _layout(bench, request)
    seq, at = int(request.get("seq") or 0), int(request.get("at") or 0)
    line = next((line for line in segments.lines(layout.segments) if line.seq == seq), None)
    if line is None or not 0 <= at < len(line.data):
        raise ValueError("there is no such byte")
    new = bytes((line.data[at] ^ 1,))
    with (layout.segments / line.segment).open("r+b") as file:
        file.seek(line.offset + at)
        file.write(new)
    return {"seq": seq, "at": at, "before": chr(line.data[at]), "after": new.decode("latin-1")}


def check(bench: Bench, request: Request) -> dict[str, Any]:
    """`modengine audit verify`, against a checkpoint that the page kept."""
    layout = _layout(bench, request)
    kept = request.get("checkpoint")
    report = verify(layout, (("the checkpoint that this page kept", str(kept)),) if kept else ())
    return {
        "ok": report.ok,
        "records": report.size,
        "proven": report.proven,
        "checkpoints": report.checkpoints,
        "outside": report.outside,
        "faults": [{"code": fault.code, "what": fault.what, "record": fault.record} for fault in report.faults],
    }


def reset(bench: Bench, request: Request) -> dict[str, Any]:
    """Throws the log of a window away."""
    if bench.logs is not None and _LOG.fullmatch(str(request.get("log", ""))):
        shutil.rmtree(bench.logs / str(request["log"]), ignore_errors=True)
    return {}


AUDIT_JOBS: dict[str, Callable[[Bench, Request], object]] = {
    "audit_append": append,
    "audit_show": show,
    "audit_record": record,
    "audit_tamper": tamper,
    "audit_verify": check,
    "audit_reset": reset,
}
