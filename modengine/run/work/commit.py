"""Results put where they belong, in order, while the next ones are made.

To files: the output first, then the journal, then the audit log; so the output holds all that is
recorded, and what it holds beyond that is cut off when the scan is gone on with.  To a stream: the
log first, so that nothing is shown that is not recorded.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any, Protocol

from modengine.run.work.journal import Journal, Note, State, Unit, What
from modengine.run.work.summary import Tally
from modengine.run.work.work import Done
from modengine.run.write.output import Output

MOST = 16
"""Results that wait to be put away together."""


class Log(Protocol):
    """What is needed of an audit log."""

    @property
    def size(self) -> int: ...
    def stamp(self, time: datetime, /) -> str: ...
    def append_sealed(self, sealed: Sequence[Any], time: datetime, /) -> object: ...


def utc_now() -> datetime:
    return datetime.now(UTC)


class Commits:
    """The one that writes.  A group of results is put away in a thread; its error is raised by the next call."""

    def __init__(
        self,
        output: Output,
        log: Log | None,
        state: State,
        journal: tuple[Journal, What] | None,
    ) -> None:
        self._output, self._log, self._journal = output, log, journal
        self.state = state
        """After what has been put away."""
        self.tally = Tally.of(state.tally)
        self.decisions = 0
        """Recorded by this run."""
        self._pending: list[Done] = []
        self._thread = ThreadPoolExecutor(1, "commits")
        self._running: Future[None] | None = None
        self._failed = False

    def add(self, done: Done) -> None:
        self._pending.append(done)
        # Whoever reads a stream may send no next line before this one is answered: nothing may wait for that line here.
        at_once = not self._output.lasting or self._running is None or self._running.done()
        if at_once or len(self._pending) >= MOST:
            self._send()

    def _send(self) -> None:
        self._wait()
        if self._failed:
            self._pending.clear()  # nothing may follow what was not put away
        if self._pending:
            group, self._pending = self._pending, []
            self._running = self._thread.submit(self._put, group)

    def _wait(self) -> None:
        if self._running is not None:
            running, self._running = self._running, None
            try:
                running.result()
            except BaseException:
                self._failed = True
                raise

    def flush(self) -> None:
        """Returns when all that was added is put away."""
        self._send()
        self._wait()

    def close(self) -> None:
        self._pending.clear()
        self._thread.shutdown()

    def finish(self) -> None:
        """Notes that all is done."""
        self.flush()
        if self._journal is not None:
            journal, what = self._journal
            journal.write(Note(what, self.state, self.state, finished=True))

    def _put(self, group: list[Done]) -> None:
        tally = Tally.of(self.tally.data())
        for done in group:
            tally.merge(done.tally)
        pieces = [b"".join(outputs) for outputs in zip(*[done.output for done in group], strict=True)]
        sealed = [record for done in group for record in done.sealed]
        known = min(self.state.recorded, len(sealed))
        time = utc_now()
        if not self._output.lasting:
            self._record(sealed[known:], time)
            sizes = self._output.write(pieces)
        else:
            sizes = self._output.write(pieces)
        after = State(group[-1].end, sizes, tally.data(), self.state.recorded - known)
        if self._journal is not None:
            journal, what = self._journal
            unit = None if self._log is None else Unit(self._log.size, len(sealed) - known, self._log.stamp(time))
            journal.write(Note(what, self.state, after, unit))
        if self._output.lasting:
            self._record(sealed[known:], time)
        self.state, self.tally = after, tally

    def _record(self, sealed: Sequence[Any], time: datetime) -> None:
        if self._log is not None:
            self._log.append_sealed(sealed, time)
            self.decisions += len(sealed)
