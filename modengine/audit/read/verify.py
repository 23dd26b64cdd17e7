"""Checking a log: every record, the tree against checkpoints, the vault, the copies of rule files.

One pass; memory does not grow with the log.
"""

from __future__ import annotations

import errno
import hashlib
import sqlite3
from collections.abc import Callable, Iterator

from modengine.audit.files import disk
from modengine.audit.files.layout import LogPaths, read_identity, reason
from modengine.audit.read.report import MOST, Fault, Verification
from modengine.audit.read.witnesses import WitnessedTree, witnesses
from modengine.audit.records import segments
from modengine.audit.records.commitments import commitment_to_details, commitment_to_text, decision_id, pseudonym
from modengine.audit.records.record import SKEW, Record, message_from, moment
from modengine.audit.records.segments import RecordLine, record_of
from modengine.audit.records.vault import Vault, VaultRow
from modengine.audit.tree.checkpoints import TornNotesError, all_notes, checkpoint_of, signs
from modengine.audit.tree.merkle import Frontier, Hash, leaf_hash
from modengine.audit.tree.note import VerifierKey
from modengine.errors import AuditError

OnRecord = Callable[[RecordLine, Record], object]


def verify(
    layout: LogPaths,
    outside: tuple[tuple[str, str], ...] = (),
    key: VerifierKey | None = None,
    on_record: OnRecord | None = None,
) -> Verification:
    """Checks a log.

    `outside` are checkpoints kept elsewhere, as (name, note); `on_record` is given every record of
    good form, before the root of its tree is known.  Raises AuditError where the folder is no log or
    a checkpoint is none of this log (ME951, ME952, ME955), or a signature does not hold (ME956).
    """
    identity = read_identity(layout)
    report = Verification(identity.origin)
    try:
        vault = Vault.read(layout.vault, report.origin)
    except AuditError as error:
        report.add(Fault(error.code, error.message))
        vault = None
    try:
        targets = witnesses(layout, report, vault, (identity.key, key), outside)
        _Reading(layout, report, targets, vault, key, on_record).run()
    finally:
        if vault is not None:
            vault.close()
    return report


class _Reading:
    """One reading of a log."""

    def __init__(self, layout: LogPaths, report: Verification, targets: list[WitnessedTree], vault: Vault | None,
                 key: VerifierKey | None, on_record: OnRecord | None) -> None:  # fmt: skip
        self.layout, self.report, self.vault, self.key, self.on_record = layout, report, vault, key, on_record
        self.targets = sorted(targets, key=lambda target: -target.checkpoint.size)
        self.history = self._history()
        self.waiting = next(self.history, None)
        self.frontier = Frontier()
        self.emptied: set[int] = set()
        """Empty rows whose erasure has not been met yet."""
        self.rows: Iterator[VaultRow] = iter(())
        self.row: VaultRow | None = None
        self.acknowledged = 0
        if vault is not None:
            self.rows = vault.rows()
            try:
                # Asked before the log is read, and no row yet: a writer may be at work.
                self.acknowledged = vault.batch
            except (sqlite3.Error, TypeError, ValueError) as error:
                self._lose_vault(error)
        self.other_leaf: RecordLine | None = None
        """The first record that is not the one the vault remembers, since the last checkpoint."""
        self.recovered = 0
        """Records that tell of some that a vault knew alone."""
        self.unproven: tuple[int, int] | None = None
        """The first and the last that any record tells a signer found unproven: whoever forged records may have put
        such a one among them, to be told in place of the signer's."""
        self.wrong_rows = 0
        self.latest = ""
        self.revision: str | None = None

    def run(self) -> None:
        report = self.report
        if self._check_roots():
            try:
                for line in segments.lines(self.layout.segments):
                    if not self._line(line):
                        break
            except AuditError as error:
                report.add(Fault(error.code, error.message, self.frontier.size))
        report.size, report.root = self.frontier.size, self.frontier.root()
        self._end()

    # ----------------------------------------------------------------- records

    def _line(self, line: RecordLine) -> bool:
        """Takes one record; False where nothing after it can be relied on."""
        try:
            record = record_of(line)
        except ValueError as error:
            self._bad_line(line, str(error))
            return False
        leaf = leaf_hash(line.data)
        self._content(line, record, leaf)
        self.frontier.add(leaf)
        if self.on_record is not None:
            self.on_record(line, record)
        return self._check_roots()

    def _content(self, line: RecordLine, record: Record, leaf: Hash) -> None:
        kind = record["kind"]
        self.report.kinds[kind] = self.report.kinds.get(kind, 0) + 1
        self._time(line, record)
        if self.vault is not None:
            try:
                self._row(line, record, leaf)
            except sqlite3.Error as error:
                self._lose_vault(error)
        if kind == "revision":
            self.revision = record["revision"]
            self._files(line, record)
        elif kind == "decision" and record["revision"] != self.revision:
            self._fault("ME953", line, "is a decision under rules that no record before it tells of")
        elif kind == "erasure":
            self._erasure(line, record)
        elif kind == "recovery":
            self._recovery(line, record)

    def _recovery(self, line: RecordLine, record: Record) -> None:
        if rows := record.get("rows"):
            self.recovered += 1
            if self.recovered <= MOST:
                what = "that the vault knew and the log had not: a writer was stopped then, or they were cut off"
                self.report.notices.append(f"record {line.seq} tells of {rows} records {what}")
        if unproven := record.get("unproven"):
            first, last = self.unproven or unproven
            self.unproven = min(first, unproven[0]), max(last, unproven[1])

    def _bad_line(self, line: RecordLine, why: str) -> None:
        needed = max((target.checkpoint.size for target in self.targets), default=0)
        follows = segments.next_good(self.layout.segments, line)
        if not line.whole and follows is None and line.seq >= needed:
            self.report.notices.append(
                f"after record {line.seq - 1} stand {len(line.data)} bytes that are no record: a writer is at work, or"
                " was stopped; the next one moves them to quarantine"
            )
            return
        after = "; good records follow it" if follows else "; no good record follows it"
        self._fault("ME953", line, f"is {why}{after}")

    def _fault(self, code: str, line: RecordLine, what: str) -> None:
        self.report.add(Fault(code, f"record {line.seq} {what}", line.seq, line.where))

    def _time(self, line: RecordLine, record: Record) -> None:
        time = record["time"]  # all are written alike, and so compare like the times that they are
        if time < self.latest and moment(self.latest) - moment(time) > SKEW:
            self._fault("ME962", line, f"has a time, {time}, before that of an earlier one")
        self.latest = max(self.latest, time)

    def _files(self, line: RecordLine, record: Record) -> None:
        for file in record["files"]:
            try:
                data = disk.read(self.layout.rules / file["sha256"], file["bytes"])
                good = (len(data), hashlib.sha256(data).hexdigest()) == (file["bytes"], file["sha256"])
            except FileNotFoundError:
                good, what = False, "is missing from `rules/`"
            except OSError as error:
                good = False
                longer = error.errno == errno.EFBIG
                what = "in `rules/` was changed" if longer else f"in `rules/` cannot be read: {reason(error)}"
            else:
                what = "in `rules/` was changed"
            if not good:
                self._fault("ME953", line, f"tells of the rule file `{file['path']}`, whose copy {what}")

    # ----------------------------------------------------------------- the vault

    def _lose_vault(self, error: Exception) -> None:
        self.vault, self.rows, self.row, self.acknowledged = None, iter(()), None, 0
        self.emptied.clear()
        self.report.vault = "damaged"
        self.report.add(Fault("ME960", f"the vault cannot be read: {error}"))

    def _row(self, line: RecordLine, record: Record, leaf: Hash) -> None:
        row = self.row
        while row is None or row.seq < line.seq:
            row = self.row = next(self.rows, None)
            if row is None:
                break
        if row is None or row.seq != line.seq:
            self._row_fault(line, "has no row in the vault")
            return
        if row.leaf != leaf:
            self.other_leaf = self.other_leaf or line
            return
        if record["kind"] != "decision":
            return
        assert self.vault is not None
        if record["decision_id"] != decision_id(self.vault.key, line.seq):
            self._row_fault(line, "has a decision id that was not made with the key of the vault")
        if row.salt is None or row.details is None:
            self.emptied.add(line.seq)
        elif commitment_to_details(row.salt, row.details) != record["details"]:
            self._row_fault(line, "has other details in the vault than it commits to")
        elif row.message is not None:
            self._message(line, record, row.salt, row.message)

    def _message(self, line: RecordLine, record: Record, salt: bytes, content: bytes) -> None:
        assert self.vault is not None
        try:
            message = message_from(content)
        except ValueError:
            self._row_fault(line, "has a message in the vault that cannot be read")
            return
        name = None if message.id is None else pseudonym(self.vault.key, message.id)
        if commitment_to_text(salt, message.all_parts()) != record["text"] or name != record["message"]:
            self._row_fault(line, "has another message in the vault than it commits to")
        else:
            self.report.texts += 1

    def _row_fault(self, line: RecordLine, what: str) -> None:
        self.wrong_rows += 1
        self._fault("ME960", line, what)

    def _erasure(self, line: RecordLine, record: Record) -> None:
        for seq in record["erased"]:
            self.report.erased += 1
            if self.vault is None or seq in self.emptied:
                self.emptied.discard(seq)
                continue
            try:
                row = self.vault.row(seq)
            except sqlite3.Error as error:
                self._lose_vault(error)
                continue
            if row is None or row.salt is not None:
                self._row_fault(line, f"says that record {seq} was erased, but the vault still has it")

    # ----------------------------------------------------------------- checkpoints

    def _history(self) -> Iterator[WitnessedTree]:
        """The log's own checkpoints, oldest first."""
        where = f"a checkpoint in `{self.layout.checkpoints}`"
        last = 0
        try:
            for note in all_notes(self.layout):
                checkpoint = checkpoint_of(note, where, self.report.origin)
                if checkpoint.size < last:
                    raise AuditError("ME955", f"{where} is of {checkpoint.size} records, an earlier one of {last}")
                last = checkpoint.size
                proves = self.key is None or signs(note, self.key)
                yield WitnessedTree(f"{where}, of {checkpoint.size} records,", checkpoint, False, proves)
        except TornNotesError as error:
            self.report.notices.append(error.message)
        except AuditError as error:
            self.report.add(Fault(error.code, error.message))

    def _check_roots(self) -> bool:
        """Compares the root with every checkpoint of this size; False where one disagrees."""
        size = self.frontier.size
        due: list[WitnessedTree] = []
        while self.waiting is not None and self.waiting.checkpoint.size <= size:
            due.append(self.waiting)
            self.waiting = next(self.history, None)
        while self.targets and self.targets[-1].checkpoint.size <= size:
            due.append(self.targets.pop())
        if not due:
            return True
        root = self.frontier.root()
        for target in due:
            if target.checkpoint.root != root:
                self._wrong_root(target)
                return False
            self.report.checkpoints += 1
            self.report.outside += target.outside
        if any(target.proves for target in due):
            self.report.proven, self.report.proven_root = size, root
            self._vault_was_wrong()
        return True

    def _wrong_root(self, target: WitnessedTree) -> None:
        size, proven, line = target.checkpoint.size, self.report.proven, self.other_leaf
        if line is not None:
            what = "is not the record that was written: neither a checkpoint nor the vault agrees with it"
            self._fault("ME953", line, what)
            return
        span = f"one of the records {proven} to {size - 1}" if size - 1 > proven else f"record {proven}"
        first = proven if size - 1 <= proven else None
        what = f"{span} is not what was written: {target.name} has another root"
        self.report.add(Fault("ME953", what if size else f"{target.name} has another root", first))

    def _vault_was_wrong(self) -> None:
        """The records agree with a checkpoint: where the vault remembers another, the vault was changed."""
        if self.other_leaf is not None:
            self._row_fault(self.other_leaf, "is proven by a checkpoint, but the vault remembers another")
            self.other_leaf = None

    # ----------------------------------------------------------------- the end

    def _end(self) -> None:
        report, size = self.report, self.frontier.size
        if self.recovered > MOST:
            report.notices.append(f"so do {self.recovered - MOST:,} records more")
        if self.unproven is not None:
            what = "had no checkpoint when a signer found them: the signature shows nothing of what was before that"
            report.notices.insert(0, f"records {self.unproven[0]} to {self.unproven[1]} {what}")
        broken = any(fault.code == "ME953" for fault in report.faults)
        if self.other_leaf is not None and not broken:
            self._fault("ME953", self.other_leaf, "is not the record that the vault remembers")
        last = max([target for target in (self.waiting, *self.targets) if target is not None],
                   key=lambda target: target.checkpoint.size, default=None)  # fmt: skip
        if last is not None and not broken:
            what = f"the log ends at record {size}, {last.name} says {last.checkpoint.size}: it was rolled back or cut"
            report.add(Fault("ME954", what, size))
        if self.vault is not None:
            try:
                self._vault_end(size, broken)
            except sqlite3.Error as error:
                self._lose_vault(error)
        if size > report.proven and not broken:
            report.notices.append(f"records {report.proven} to {size - 1} are of good form, but no checkpoint has them")

    def _vault_end(self, size: int, broken: bool) -> None:
        assert self.vault is not None
        if self.acknowledged > size and not broken:
            what = f"the log ends at record {size}, but {self.acknowledged} records had been acknowledged"
            self.report.add(Fault("ME954", f"{what}: it was rolled back or cut", size))
        missing = self.emptied
        for seq in self.vault.pending if missing else ():
            missing.discard(seq)
        past = self.vault.past(size)
        if past and not broken:
            self.report.notices.append(
                f"the vault has rows of {past} records after the last of the log: a writer is at work, or was stopped"
                " while it wrote them, or they were cut off; no checkpoint has them"
            )
        if missing and not broken:
            first = min(missing)
            self.wrong_rows += len(missing)
            what = f"record {first} was emptied in the vault ({len(missing)} in all), and no erasure is recorded"
            self.report.add(Fault("ME960", what, first))
        more = f"complete, and {past} rows more" if past else "complete"
        self.report.vault = f"{self.wrong_rows} rows are wrong" if self.wrong_rows else more
