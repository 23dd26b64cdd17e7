"""Messages from elsewhere, to replay a log that kept no texts.

They lie in a database of SQLite's own that is deleted when it is closed: memory does not grow with
the files that they came from.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable
from contextlib import suppress
from types import TracebackType
from typing import Literal

from modengine.audit.records.commitments import commitment_to_content, pseudonym, text_content
from modengine.audit.records.record import message_content, message_from
from modengine.errors import MessageError
from modengine.model import Message

Read = Callable[[Message], Message]
Origin = Literal["source", "read before", "read anew", "unread"]
"""Where the texts of a message come from: the source alone; files whose text stands in the source, or was read for this
replay; or files that nobody has read, so that they are not there.
"""

_UNFOUND: dict[Origin, str] = {
    "source": "text changed", "read before": "text changed", "read anew": "reading changed", "unread": "file unread",
}  # fmt: skip
"""Why a message is not the one that was sought, by where it is from; the first that is there."""
TRIES = 10_000
"""So many messages without id are tried for one record."""
_SCHEMA = """
PRAGMA journal_mode = OFF;
CREATE TABLE named (name TEXT, parts BLOB, message BLOB, origin TEXT);
CREATE TABLE nameless (number INTEGER PRIMARY KEY, parts BLOB, message BLOB, origin TEXT);
"""


class MessageSource:
    """Messages by the pseudonyms of their ids, and in their order those without one."""

    def __init__(self, messages: Iterable[Message | tuple[Message, Origin]], key: bytes) -> None:
        self._connection = sqlite3.connect("", isolation_level=None)
        self._connection.executescript(_SCHEMA)
        self._connection.execute("BEGIN")
        for given in messages:
            message, origin = given if isinstance(given, tuple) else (given, "source")
            content = (text_content(message.all_parts()), message_content(message), origin)
            if message.id is None:
                self._connection.execute("INSERT INTO nameless (parts, message, origin) VALUES (?, ?, ?)", content)
            else:
                name = pseudonym(key, message.id)
                self._connection.execute("INSERT INTO named VALUES (?, ?, ?, ?)", (name, *content))
        self._connection.execute("CREATE INDEX names ON named (name)")
        self._connection.execute("COMMIT")
        self._last = 0
        """The message without id that was found last."""

    def __enter__(self) -> MessageSource:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._connection.close()

    def find(
        self, name: str | None, salt: bytes, commitment: str, read: Read = lambda message: message
    ) -> tuple[Message | None, str]:
        """The message that a record commits to and where it is from, or why there is none.

        `read` is how the engine reads a message.
        """

        def found(parts: bytes, content: bytes) -> Message | None:
            message = None
            if commitment_to_content(salt, parts) == commitment:
                return message_from(content)
            with suppress(MessageError):
                message = read(message_from(content))
            known = message is not None and len(message.parts) and text_content(message.all_parts())
            return message if known and commitment_to_content(salt, known) == commitment else None

        if name is None:
            return self._nameless(found)
        ask = "SELECT parts, message, origin FROM named WHERE name = ?"
        rows = self._connection.execute(ask, (name,)).fetchall()
        for parts, content, origin in rows:
            if (message := found(parts, content)) is not None:
                return message, origin
        origins = {origin for *_, origin in rows}
        return None, next((_UNFOUND[origin] for origin in _UNFOUND if origin in origins), "text absent")

    def _nameless(self, found: Callable[[bytes, bytes], Message | None]) -> tuple[Message | None, str]:
        """Looked for from the last one on, and then from the first: a log repeats its source in order."""
        left = TRIES
        for which in ("number > ?", "number <= ?"):
            ask = f"SELECT number, parts, message, origin FROM nameless WHERE {which} ORDER BY number LIMIT ?"  # noqa: S608  (no text from outside)
            for number, parts, content, origin in self._connection.execute(ask, (self._last, left)):
                left -= 1
                if (message := found(parts, content)) is not None:
                    self._last = number
                    return message, origin
        return None, "text absent"
