"""An engine whose decisions are recorded: what `modengine scan` decides with."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from modengine.audit.records.batch import Receipt
from modengine.audit.tree.note import SignerKey
from modengine.audit.write.log import AuditLog
from modengine.engine.engine import Engine
from modengine.errors import AuditError
from modengine.explain.visible import many
from modengine.model import Decision, Message

BATCH = 1000
"""Decisions that are synced together while the next ones are made."""
WAIT = 30.0
"""Seconds to wait for another run that writes the same log."""
Clock = Callable[[], datetime]


def utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Recorded:
    """What a run added to its log."""

    path: Path
    decisions: int
    size: int
    """Records of the whole log."""
    signed_by: str | None
    notices: tuple[str, ...]

    def __str__(self) -> str:
        signed = f"signed by {self.signed_by}" if self.signed_by else "unsigned"
        added, now = many(self.decisions, "decision"), many(self.size, "record")
        return f"audit log: {added} added to {self.path} (now {now}, {signed})"


class Recorder:
    """Decides like an engine, and adds every decision to a log, batch by batch.

    A batch is synced in a thread of its own while the next is decided; an error of the log is
    raised by the next call.  A decision is acknowledged when `flush` has returned.
    """

    def __init__(self, log: AuditLog, engine: Engine, clock: Clock, batch: int = BATCH) -> None:
        self._log, self._engine, self._clock, self._batch = log, engine, clock, batch
        self._pairs: list[tuple[Message, Decision]] = []
        self._since = clock()
        self._ignore_scope = False
        self._thread = ThreadPoolExecutor(1, "audit")
        self._running: Future[list[Receipt]] | None = None
        self.decisions = 0
        """Added and acknowledged."""

    def decide(self, message: Message | str, *, ignore_scope: bool = False) -> Decision:
        message = Message.of(message)
        decision = self._engine.decide(message, ignore_scope=ignore_scope)
        if ignore_scope != self._ignore_scope:
            self._send()
            self._ignore_scope = ignore_scope
        self._pairs.append((message, decision))
        # A slow source must not leave decisions unrecorded for long.
        if len(self._pairs) >= self._batch or (self._clock() - self._since).total_seconds() > 1:
            self._send()
        return decision

    def _send(self) -> None:
        self._wait()
        self._since = self._clock()
        if self._pairs:
            pairs, self._pairs = self._pairs, []
            append = self._log.append_many
            self._running = self._thread.submit(append, pairs, self._since, ignore_scope=self._ignore_scope)

    def _wait(self) -> None:
        if self._running is not None:
            running, self._running = self._running, None
            self.decisions += len(running.result())

    def flush(self) -> None:
        """Returns when every decision so far is on the disk.  Raises AuditError."""
        self._send()
        self._wait()

    def close(self) -> None:
        self._thread.shutdown()

    @property
    def recorded(self) -> Recorded:
        log = self._log
        return Recorded(log.path, self.decisions, log.size, log.signed_by, log.notices)


@contextmanager
def recording(
    path: str | Path,
    engine: Engine,
    *,
    key: SignerKey | None = None,
    keep_text: bool = False,
    clock: Clock = utc_now,
    wait: float = WAIT,
) -> Iterator[Recorder]:
    """A recorder on a log, which is made if need be.  Leaving it flushes.  Raises AuditError."""
    with AuditLog.open(path, key, keep_text, time=clock(), wait=wait, batch=BATCH) as log:
        log.use(engine, clock())
        recorder = Recorder(log, engine, clock)
        try:
            yield recorder
        except BaseException:
            # What was decided may already have been shown: it is recorded, whatever stopped the run.
            with suppress(AuditError):
                recorder.flush()
            raise
        else:
            recorder.flush()
        finally:
            recorder.close()
