"""Sealing apart from the log: by a worker, which knows neither number nor time of the record.

Only the one writer of a log knows these.  A worker seals with numbers that no log has, and the writer
puts the true ones in their places: the bytes are those that `Sealer` makes.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import repeat
from typing import NamedTuple

from modengine.audit.records.batch import Batch, Pair, batch_of
from modengine.audit.records.commitments import SALT, Keyed
from modengine.audit.records.context import Context
from modengine.audit.records.record import message_content
from modengine.audit.records.sealing import Sealer, wrong_revision

_FIRST = 1 << 62
_TIME = "9999-12-31T23:59:59.999999Z"
_TIME_HOLE = b',"time":"%s"' % _TIME.encode()


class Half(NamedTuple):
    """A sealed decision without its number and time."""

    pieces: tuple[bytes, bytes, bytes, bytes]
    """The record, around decision id, number and time."""
    salt: bytes
    details: bytes
    message: bytes | None
    """If it is kept."""
    revision: str


@dataclass(frozen=True, slots=True)
class ApartSealer:
    """Seals decisions of one engine for one log."""

    context: Context
    key: bytes = field(repr=False)
    """Of the log."""
    ignore_scope: bool = False
    keep_text: bool = False

    def __call__(self, pairs: Sequence[Pair]) -> list[Half]:
        salts = [secrets.token_bytes(SALT) for _ in pairs]
        sealed = Sealer(self.context, self.key).seal(pairs, _FIRST, repeat(_TIME), repeat(self.ignore_scope), salts)
        lines = enumerate(zip(sealed.lines, sealed.decision_ids, strict=True), _FIRST)
        pieces = [_pieces(line, name, seq) for seq, (line, name) in lines]
        kept = [message_content(self.context.read(message)) if self.keep_text else None for message, _ in pairs]
        revisions = [decision.revision for _, decision in pairs]
        return [*map(Half, pieces, salts, sealed.details, kept, revisions)]


def _pieces(record: bytes, name: str, seq: int) -> tuple[bytes, bytes, bytes, bytes]:
    """A record in pieces.

    Keys are sorted: before `decision_id` stands nothing that a message could have put there, and
    after `seq` nothing with keys of its own.
    """
    a, _, rest = record.partition(b',"decision_id":"%s"' % name.encode())
    rest, _, d = rest.rpartition(_TIME_HOLE)
    b, _, c = rest.rpartition(b',"seq":%d,' % seq)
    return a, b, c, d


def whole(halves: Sequence[Half], revision: str, first: int, time: str, key: bytes) -> Batch:
    """The records, from number `first` on.  Raises AuditError (ME959, ME965)."""
    if any(half.revision != revision for half in halves):
        raise wrong_revision()
    names = Keyed(key).decision_ids(range(first, first + len(halves)))
    lines = [
        b'%s,"decision_id":"%s"%s,"seq":%d,%s,"time":"%s"%s' % (a, name.encode(), b, seq, c, time.encode(), d)
        for seq, (name, ((a, b, c, d), *_)) in enumerate(zip(names, halves, strict=True), first)
    ]
    salts, details, messages = _columns(halves)
    return batch_of(first, lines, time, salts, details, messages)


def _columns(halves: Iterable[Half]) -> tuple[list[bytes], list[bytes], list[bytes | None]]:
    return [h.salt for h in halves], [h.details for h in halves], [h.message for h in halves]
