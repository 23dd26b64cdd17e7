"""Connections that ask for nothing: each has its time, an address has its number, and who waits makes room.

uvicorn gives every connection a place until there are no more.  Here one that owes a request, or that does not read
its answer, is closed after a while, and at once where another one needs its place.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import cast

from uvicorn.protocols.http.h11_impl import H11Protocol

from modengine.play.limits import HEAD_SECONDS, KEEP_ALIVE, MOST_CONNECTIONS, MOST_OF_ADDRESS, MOST_UNREAD, READ_SECONDS


class PatientProtocol(H11Protocol):
    """HTTP/1.1 for a class in which somebody opens connections and says nothing."""

    _owed: asyncio.TimerHandle | None = None
    """Runs while it is the client's turn."""
    _since = 0.0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._since = self.loop.time()
        self._expect(HEAD_SECONDS)
        others = [other for other in cast(Iterable[PatientProtocol], self.connections) if other is not self]
        mine = [other for other in others if other.address == self.address]
        crowd = mine if len(mine) >= MOST_OF_ADDRESS else others if len(others) >= MOST_CONNECTIONS else None
        if crowd is not None:
            # The oldest of those that wait for nothing of ours; where there is none, whoever came last.
            idle = min((one for one in crowd if one.idle), key=lambda one: one._since, default=self)
            idle.drop()

    @property
    def address(self) -> str:
        """Of the other machine."""
        return self.client[0] if self.client else ""

    @property
    def idle(self) -> bool:
        """Whether it is the client's turn: to send the rest of a request, or to read its answer."""
        return self._owed is not None

    def drop(self) -> None:
        """Ends the connection, with whatever is not sent yet."""
        self._forgive()
        self.connections.discard(self)  # not first when it is lost: each new one of a burst would go through all of it
        self.transport.abort()

    def handle_events(self) -> None:
        super().handle_events()
        if self.cycle is not None and not self.cycle.response_complete and not self.cycle.more_body:
            self._forgive()

    def on_response_complete(self) -> None:
        self._expect(READ_SECONDS if self.flow.write_paused else KEEP_ALIVE + HEAD_SECONDS)
        super().on_response_complete()

    def pause_writing(self) -> None:
        super().pause_writing()
        if self._owed is None:
            self._expect(READ_SECONDS)
        waiting = sum(other.transport.get_write_buffer_size() for other in self.connections)
        if waiting > MOST_UNREAD:
            self.drop()

    def resume_writing(self) -> None:
        super().resume_writing()
        if self.cycle is not None and self.cycle.response_complete:
            self._expect(KEEP_ALIVE + HEAD_SECONDS)
        else:
            self._forgive()

    def connection_lost(self, exc: Exception | None) -> None:
        self._forgive()
        super().connection_lost(exc)

    def _expect(self, seconds: float) -> None:
        self._forgive()
        self._since = self.loop.time()
        self._owed = self.loop.call_later(seconds, self.drop)

    def _forgive(self) -> None:
        if self._owed is not None:
            self._owed.cancel()
            self._owed = None
