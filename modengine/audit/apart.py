"""Sealing apart from the log: by a worker, which knows neither number nor time of the record.

Only the one writer of a log knows these.  A worker seals with numbers that no log has, and the writer
puts the true ones in their places: the bytes are those that `record.seal` makes.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from typing import NamedTuple

from modengine.audit.record import SALT, Context, decision_id, message_content, seal
from modengine.model import Decision, Message

_SEQ = (1 << 62) + 7
_TIME = "9999-12-31T23:59:59.999999Z"
_SEQ_HOLE, _TIME_HOLE = b',"seq":%d,' % _SEQ, b',"time":"%s"' % _TIME.encode()


class Half(NamedTuple):
    """A sealed decision without its number and time."""

    pieces: tuple[bytes, bytes, bytes, bytes]
    """The record, around decision id, number and time."""
    secret: tuple[bytes, bytes, bytes | None]
    """For the vault: salt, details, and the message if it is kept."""
    revision: str

    def whole(self, seq: int, time: str, key: bytes) -> bytes:
        """The record."""
        a, b, c, d = self.pieces
        return b'%s,"decision_id":"%s"%s,"seq":%d,%s,"time":"%s"%s' % (
            a, decision_id(key, seq).encode(), b, seq, c, time.encode(), d,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Sealer:
    """Seals decisions of one engine for one log."""

    context: Context
    key: bytes = field(repr=False)
    """Of the log."""
    ignore_scope: bool = False
    keep_text: bool = False

    def __call__(self, message: Message, decision: Decision) -> Half:
        salt = secrets.token_bytes(SALT)
        sealed = seal(
            self.context, message, decision,
            seq=_SEQ, time=_TIME, key=self.key, salt=salt, ignore_scope=self.ignore_scope,
        )  # fmt: skip
        kept = message_content(message) if self.keep_text else None
        return Half(_apart(sealed.record, sealed.decision_id), (salt, sealed.details, kept), decision.revision)


def _apart(record: bytes, name: str) -> tuple[bytes, bytes, bytes, bytes]:
    """The pieces of a record.

    Keys are sorted: before `decision_id` stands nothing that a message could have put there, and
    after `seq` nothing with keys of its own.
    """
    a, _, rest = record.partition(b',"decision_id":"%s"' % name.encode())
    rest, _, d = rest.rpartition(_TIME_HOLE)
    b, _, c = rest.rpartition(_SEQ_HOLE)
    return a, b, c, d
