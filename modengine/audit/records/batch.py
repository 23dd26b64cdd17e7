"""Records on their way to the disk."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import repeat
from typing import NamedTuple

from modengine.audit.records.record import MOST_BYTES
from modengine.audit.records.vault import Cells
from modengine.audit.tree.merkle import Hash, leaf_hashes
from modengine.errors import AuditError
from modengine.model import Decision, Message

Pair = tuple[Message, Decision]
NOTHING = repeat(None)
"""What the vault keeps of records that are no decisions."""


class Receipt(NamedTuple):
    """What an acknowledged decision is known by."""

    seq: int
    decision_id: str


@dataclass(slots=True)
class Ticket:
    """A decision that waits for its batch."""

    pair: Pair
    time: datetime
    ignore_scope: bool
    receipt: Receipt | None = None
    error: BaseException | None = None


@dataclass(frozen=True, slots=True)
class Batch:
    """Records that are ready to be written: all or none."""

    first: int
    """The number of the first."""
    data: bytes
    """The records, each with its line feed."""
    leaves: list[Hash]
    rows: list[Cells]
    """What the vault keeps of each."""
    time: str
    """The latest of theirs."""


def joined(batches: Sequence[Batch]) -> Batch:
    """One batch of several that follow each other."""
    if len(batches) == 1:
        return batches[0]
    data = b"".join([batch.data for batch in batches])
    leaves = [leaf for batch in batches for leaf in batch.leaves]
    rows = [row for batch in batches for row in batch.rows]
    return Batch(batches[0].first, data, leaves, rows, max(batch.time for batch in batches))


def batch_of(
    first: int,
    lines: list[bytes],
    time: str,
    salts: Iterable[bytes | None] = NOTHING,
    details: Iterable[bytes | None] = NOTHING,
    messages: Iterable[bytes | None] = NOTHING,
) -> Batch:
    """Records with their leaves and rows.  Raises AuditError (ME959) for one that is too long."""
    longest = max(lines, key=len, default=b"")
    if len(longest) >= MOST_BYTES:
        seq = first + lines.index(longest)
        what = f"record {seq} would be {len(longest):,} bytes long; at most {MOST_BYTES:,} are taken"
        raise AuditError("ME959", what, "nothing of its batch was written; split the policy")
    leaves = leaf_hashes(lines)
    rows = list(zip(leaves, salts, details, messages, strict=False))
    return Batch(first, b"\n".join([*lines, b""]), leaves, rows, time)
