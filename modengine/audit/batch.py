"""Records on their way to the disk."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from modengine.audit.merkle import Hash, leaf_hash
from modengine.audit.record import MOST_BYTES
from modengine.audit.vault import Row
from modengine.errors import AuditError
from modengine.model import Decision, Message

Pair = tuple[Message, Decision]


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


class Made(NamedTuple):
    """A record that is ready to be written."""

    data: bytes
    leaf: Hash
    row: Row
    time: str
    revision: bool = False


def made(
    seq: int,
    time: str,
    data: bytes,
    secret: tuple[bytes | None, bytes | None, bytes | None] = (None, None, None),
    kind: str = "decision",
) -> Made:
    """A record with its leaf and its row; `secret` are salt, details and message.  Raises AuditError (ME959)."""
    if len(data) >= MOST_BYTES:
        what = f"record {seq} would be {len(data):,} bytes long; at most {MOST_BYTES:,} are taken"
        raise AuditError("ME959", what, "nothing of its batch was written; split the policy")
    leaf = leaf_hash(data)
    return Made(data, leaf, Row(seq, leaf, *secret), time, kind == "revision")
