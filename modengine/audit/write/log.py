"""Writing a log: decisions, changes of rules, erasures; acknowledged when they are on the disk."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from itertools import islice
from operator import call
from pathlib import Path
from types import TracebackType

from modengine.audit.files.layout import LogPaths
from modengine.audit.files.lock import Lock
from modengine.audit.records.batch import Batch, Pair, Receipt, Ticket, batch_of
from modengine.audit.records.commitments import SALT
from modengine.audit.records.context import context_of
from modengine.audit.records.find import by_message, by_numbers
from modengine.audit.records.record import Record, encode, stamp, stamp_after
from modengine.audit.records.revisions import keep_files, revision_content
from modengine.audit.records.sealing import Sealer, sealed_batch, wrong_revision
from modengine.audit.records.vault import Vault
from modengine.audit.tree.checkpoints import make_note, save
from modengine.audit.tree.note import Checkpoint, SignerKey
from modengine.audit.write.ahead import Ahead
from modengine.audit.write.apart import ApartSealer, Half, whole
from modengine.audit.write.failing import said
from modengine.audit.write.opening import Opened, recoveries, take
from modengine.audit.write.tail import Tail
from modengine.engine.engine import Engine
from modengine.errors import AuditError
from modengine.model import Decision, Message

BATCH = 128
"""Decisions that are synced together."""
EVERY = 10_000
"""Records between two checkpoints of one run."""
SEGMENT = 64 << 20
"""Bytes; a larger file of records is not added to."""
_ERASED = 500
"""Decisions that one erasure record names."""


class AuditLog:
    """The one writer of a log.

        with AuditLog.open("audit") as log:
            log.use(engine, now)
            log.append_many(((message, engine.decide(message)), ...), now)

    Calls return when what they were given is on the disk.  After a failed write or sync the writer
    is poisoned: it refuses everything else, and the log must be opened anew.  Threads may share one.
    """

    def __init__(self, layout: LogPaths, lock: Lock, key: SignerKey | None, keep_text: bool, opened: Opened,
                 random: Callable[[int], bytes], batch: int = BATCH, segment: int = SEGMENT,
                 every: int = EVERY) -> None:  # fmt: skip
        self._layout, self._lock, self._key, self.keep_text = layout, lock, key, keep_text
        self._random, self._batch, self._every = random, batch, every
        self.origin = opened.origin
        self.notices = opened.notices
        """What the user should know of: a network folder, a folder that others can read."""
        self._vault: Vault = opened.vault
        self._frontier = opened.edge.frontier
        self._tail = Tail(layout.segments, opened.edge.segment, opened.edge.offset, segment)
        self._revision, self._time = opened.edge.revision, opened.edge.time
        self._checkpointed = opened.checkpointed
        self._sealer: Sealer | None = None
        self._poison: str | None = None
        self._closed = False
        self._mutex = threading.RLock()
        self._queueing = threading.Lock()
        """Apart from `_mutex`, so that a batch fills while the one before it is being synced."""
        self._queue: list[Ticket] = []

    # ----------------------------------------------------------------- opening and closing

    @classmethod
    def open(
        cls,
        path: str | Path,
        key: SignerKey | None = None,
        keep_text: bool = False,
        *,
        time: datetime,
        wait: float = 0.0,
        batch: int = BATCH,
        random: Callable[[int], bytes] = secrets.token_bytes,
        segment: int = SEGMENT,
        every: int = EVERY,
    ) -> AuditLog:
        """Opens a log, or makes one where nothing is.

        `time` is that of a recovery record, should one be needed; `wait` the seconds to wait for
        another writer; `batch` the decisions that are synced together.  Raises AuditError.
        """
        layout = LogPaths(Path(path))
        with said(layout):
            lock, opened = take(layout, key, random, wait)
        log = cls(layout, lock, key, keep_text, opened, random, batch, segment, every)
        try:
            log._go_on(opened, time)
        except BaseException:
            log._let_go()
            raise
        return log

    def _go_on(self, opened: Opened, time: datetime) -> None:
        """Records what a stopped writer left behind."""
        with said(self._layout):
            pending, found = tuple(self._vault.pending), tuple(recoveries(opened))
        for record in found:
            self.add_record(record, time)
        with self._writing():
            self._vault.lost_recorded()
        if pending:
            self._erase(pending, time)
        if self.size > self._checkpointed:
            self.checkpoint()

    def __enter__(self) -> AuditLog:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Writes a checkpoint, unless the writer is poisoned, and lets the log go.  Raises AuditError."""
        with self._mutex:
            if self._closed:
                return
            try:
                if self._poison is None and self.size > self._checkpointed:
                    self.checkpoint()
            finally:
                self._let_go()

    def _let_go(self) -> None:
        self._closed = True
        self._vault.close()
        self._tail.close()
        self._lock.release()

    # ----------------------------------------------------------------- what is known

    @property
    def path(self) -> Path:
        return self._layout.folder

    @property
    def size(self) -> int:
        """How many records the log has."""
        return self._frontier.size

    @property
    def root(self) -> bytes:
        """The root of all records."""
        return self._frontier.root()

    @property
    def signed_by(self) -> str | None:
        """The name of the key; None for an unsigned log."""
        return None if self._key is None else self._key.name

    # ----------------------------------------------------------------- adding

    def use(self, engine: Engine, time: datetime) -> None:
        """Says under which rules the decisions to come are made.

        Rules other than the last ones get a revision record, and copies of their files.
        """
        content = revision_content(engine)
        with self._mutex:
            last = self._revision
            if last is None or {**content, "seq": last["seq"], "time": last["time"]} != last:
                self._alive()
                with self._writing():
                    keep_files(self._layout, engine.policy.files)
                self.add_record(content, time)
            self._sealer = Sealer(context_of(engine), self._vault.key)

    def append(self, message: Message, decision: Decision, time: datetime, *, ignore_scope: bool = False) -> Receipt:
        """Adds one decision, with those that other threads add meanwhile in one batch."""
        ticket = Ticket((message, decision), time, ignore_scope)
        with self._queueing:
            self._queue.append(ticket)
        with self._mutex:
            if ticket.receipt is None and ticket.error is None:
                with self._queueing:
                    batch, self._queue = self._queue, []
                self._settle(batch)
        if ticket.error is not None:
            raise ticket.error
        assert ticket.receipt is not None
        return ticket.receipt

    def _settle(self, tickets: list[Ticket]) -> None:
        """Adds what several threads wait for in one batch; a decision that is refused keeps none of the others out."""
        try:
            try:
                batch, receipts = self._sealed(tickets)
            except Exception:
                tickets = [ticket for ticket in tickets if self._is_good(ticket)]
                if not tickets:
                    return
                batch, receipts = self._sealed(tickets)
            self._commit(batch)
        except BaseException as error:
            for ticket in tickets:
                ticket.error = error
            raise
        for ticket, receipt in zip(tickets, receipts, strict=True):
            ticket.receipt = receipt

    def _is_good(self, ticket: Ticket) -> bool:
        try:
            self._sealed([ticket])
        except Exception as error:
            ticket.error = error
            return False
        return True

    def _sealed(self, tickets: list[Ticket]) -> tuple[Batch, list[Receipt]]:
        self._alive()
        pairs = [ticket.pair for ticket in tickets]
        times = [self._stamped(ticket.time) for ticket in tickets]
        return self._seal(pairs, times, [ticket.ignore_scope for ticket in tickets], self.size)

    def append_many(self, pairs: Iterable[Pair], time: datetime, *, ignore_scope: bool = False) -> list[Receipt]:
        """Adds decisions, batch by batch; a batch is added whole or not at all.

        Of a list, a batch is made while the one before it is being synced.
        """
        if isinstance(pairs, Sequence) and len(pairs) > self._batch:
            with ThreadPoolExecutor(1, "audit") as worker:
                return self._append_all(pairs, time, ignore_scope, worker)
        receipts: list[Receipt] = []
        rest = iter(pairs)
        while chunk := list(islice(rest, self._batch)):
            with self._mutex:
                batch, found = self._seal_alike(time, ignore_scope, chunk, self.size)
                self._commit(batch)
            receipts += found
        return receipts

    def _append_all(
        self, pairs: Sequence[Pair], time: datetime, ignore_scope: bool, worker: ThreadPoolExecutor
    ) -> list[Receipt]:
        receipts: list[Receipt] = []
        seal = partial(self._seal_alike, time, ignore_scope)
        ahead = Ahead(worker, seal, pairs[: self._batch], self.size)
        for end in range(self._batch, len(pairs) + self._batch, self._batch):
            with self._mutex:
                self._alive()
                if ahead.first != self.size:  # another thread was faster
                    ahead = Ahead(worker, seal, pairs[end - self._batch : end], self.size)
                batch, found = ahead.result()
                ahead = Ahead(worker, seal, pairs[end : end + self._batch], self.size + len(found))
                self._commit(batch, during=ahead.during)
            receipts += found
        return receipts

    def _seal_alike(
        self, time: datetime, ignore_scope: bool, pairs: Sequence[Pair], first: int
    ) -> tuple[Batch, list[Receipt]]:
        self._alive()
        return self._seal(pairs, [self._stamped(time)] * len(pairs), [ignore_scope] * len(pairs), first)

    def _seal(
        self, pairs: Sequence[Pair], times: list[str], ignored: list[bool], first: int
    ) -> tuple[Batch, list[Receipt]]:
        """The next records of the log, and what they will be known by."""
        random = self._random(SALT * len(pairs))
        return sealed_batch(self._in_use(), pairs, first, times, ignored, random, self.keep_text)

    def append_sealed(self, halves: Sequence[Half], time: datetime) -> int:
        """Adds decisions that a `sealer` of this log has sealed, as one batch; how many."""
        with self._mutex:
            self._alive()
            revision = self._in_use().context.revision
            self._commit(whole(halves, revision, self.size, self._stamped(time), self._vault.key))
        return len(halves)

    def sealer(self, ignore_scope: bool = False) -> ApartSealer:
        """What seals decisions of the engine in use, here or in another process."""
        return ApartSealer(self._in_use().context, self._vault.key, ignore_scope, self.keep_text)

    def _in_use(self) -> Sealer:
        if self._sealer is None:
            raise wrong_revision()
        return self._sealer

    stamp = staticmethod(stamp)
    """A time as records have it."""

    def add_record(self, content: Record, time: datetime) -> None:
        """Adds a record that is no decision; whoever calls holds the mutex, or the log alone."""
        written = self._stamped(time)
        record = {**content, "seq": self.size, "time": written}
        revision = record if record["kind"] == "revision" else None
        self._commit(batch_of(self.size, [encode(record)], written), revision)

    def _stamped(self, time: datetime) -> str:
        return stamp_after(self._time, time)

    def _commit(
        self,
        batch: Batch,
        revision: Record | None = None,
        during: Callable[[Callable[[], None]], None] = call,
    ) -> None:
        """Puts records on the disk: the vault's rows first, then the records, each synced once.

        `during` runs a sync, and may do something else meanwhile.
        """
        self._alive()
        with self._writing():
            self._lock.check()
            self._vault.put(batch.first, batch.rows)
            during(self._vault.commit)
            self._tail.write(batch.data, batch.first)
            during(self._tail.sync)
            self._revision = revision or self._revision
            self._frontier.extend(batch.leaves)
            self._time = max(self._time, batch.time)
        if self.size - self._checkpointed >= self._every:
            self.checkpoint()

    # ----------------------------------------------------------------- checkpoints, erasure

    def checkpoint(self) -> str:
        """Writes a checkpoint, signed if there is a key; the note."""
        with self._mutex:
            self._alive()
            frontier = self._frontier.copy()
            note = make_note(Checkpoint(self.origin, frontier.size, frontier.root()), self._key)
            with self._writing():
                self._lock.check()
                # The vault first: whatever becomes of the files of the log, it knows that these records were there.
                self._vault.remember(note, frontier.size)
                save(self._layout, note, frontier)
            self._checkpointed = frontier.size
            return note

    def erase(self, message_id: str, time: datetime) -> tuple[int, ...]:
        """Erases text, details and salt of every decision on a message; their numbers.  Raises AuditError (ME961)."""
        with self._mutex:
            lines = by_message(self._layout, message_id, self._vault.key)
            return self._empty([line.seq for line in lines], time)

    def erase_records(self, seqs: Sequence[int], time: datetime) -> tuple[int, ...]:
        """The same of the decisions of these numbers.  Raises AuditError, ME961 where one is none."""
        with self._mutex:
            return self._empty([line.seq for line in by_numbers(self._layout, seqs)], time)

    def _empty(self, seqs: Sequence[int], time: datetime) -> tuple[int, ...]:
        self._alive()
        self._stamped(time)
        with self._writing():
            self._vault.empty(seqs)
        self._erase(seqs, time)
        return tuple(seqs)

    def _erase(self, seqs: Sequence[int], time: datetime) -> None:
        self._stamped(time)
        with self._writing():
            self._layout.ids.unlink(missing_ok=True)  # it may name what is erased
            self._vault.scrub()
        for start in range(0, len(seqs), _ERASED):
            self.add_record({"kind": "erasure", "erased": list(seqs[start : start + _ERASED])}, time)
        with self._writing():
            self._vault.recorded(seqs)

    # ----------------------------------------------------------------- failing

    def _alive(self) -> None:
        if self._poison is not None:
            raise AuditError("ME958", f"the audit log `{self.path}` is not written any more: {self._poison}",
                             "open it anew; what was acknowledged before that is in it")  # fmt: skip
        if self._closed:
            raise AuditError("ME958", f"the audit log `{self.path}` is closed")

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """Whatever goes wrong within it poisons the writer."""
        try:
            with said(self._layout):
                yield
        except BaseException as error:
            first = str(error).split("\n", 1)[0]
            self._poison = self._poison or (first.split("] ", 1)[-1] or type(error).__name__)
            raise
