"""Connections that say nothing take nobody's place for long."""

from __future__ import annotations

import asyncio
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import closing

import pytest

pytest.importorskip("uvicorn", reason="the extra `play` is not installed")

import uvicorn

from modengine.play import connections
from modengine.play.connections import PatientProtocol
from modengine.play.serve import bind

HEAD = b"GET / HTTP/1.1\r\nHost: x\r\n"
SOON = 0.05
Dial = Callable[..., socket.socket]


class Held:
    """Requests for `/?held`: each is counted when it has come whole, and answered when it is let go."""

    def __init__(self) -> None:
        self.came, self._gone = threading.Semaphore(0), threading.Semaphore(0)

    def wait(self) -> None:
        assert self.came.acquire(timeout=60)

    def let_go(self) -> None:
        self._gone.release()

    async def answered(self) -> None:
        self.came.release()
        while not self._gone.acquire(blocking=False):
            await asyncio.sleep(0.01)


@pytest.fixture
def held() -> Held:
    return Held()


@pytest.fixture
def server(held: Held) -> uvicorn.Server:
    async def app(scope: dict, receive: Callable, send: Callable) -> None:  # type: ignore[type-arg]
        """Answers with as many bytes as the path says."""
        if scope["type"] != "http":
            return
        while (await receive()).get("more_body"):
            pass
        if scope["query_string"] == b"held":
            await held.answered()
        body = b"x" * int(scope["path"][1:] or 2)
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"%d" % len(body))]})
        await send({"type": "http.response.body", "body": body})

    return uvicorn.Server(uvicorn.Config(app, http=PatientProtocol, ws="none", lifespan="off", log_level="error"))


@pytest.fixture
def dial(server: uvicorn.Server) -> Iterator[Dial]:
    """Opens connections to the server, which runs."""
    listening = bind("127.0.0.1", 0)
    listening.listen()
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    opened: list[socket.socket] = []

    def connect(source: str = "127.0.0.1") -> socket.socket:
        opened.append(socket.create_connection(listening.getsockname(), 60, source_address=(source, 0)))
        return opened[-1]

    try:
        yield connect
    finally:
        for one in opened:
            one.close()
        server.should_exit = server.force_exit = True  # whoever is held is not waited for
        thread.join(60)
        listening.close()


def is_closed(connection: socket.socket, sent: bytes = b"") -> bool:
    """Waits for the end of a connection, which may have come before all is sent."""
    try:
        connection.sendall(sent)
        return connection.recv(1) == b""
    except ConnectionError:
        return True


def may_end(server: uvicorn.Server) -> list[bool]:
    """Of each connection, whether its time runs."""
    return [one.idle for one in server.server_state.connections if isinstance(one, PatientProtocol)]


def ask(connection: socket.socket, path: bytes = b"/") -> bytes:
    connection.sendall(b"GET " + path + b" HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    with closing(connection.makefile("rb")) as file:
        return file.read()


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        HEAD,
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nabc",
        b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n",
    ],
)
def test_a_connection_that_does_not_ask_is_closed(dial: Dial, sent: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "HEAD_SECONDS", SOON)
    assert is_closed(dial(), sent)


def test_a_byte_now_and_then_gives_no_more_time(dial: Dial, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "HEAD_SECONDS", 3 * SOON)
    connection = dial()
    connection.settimeout(SOON)
    closed, sent = False, HEAD
    for _ in range(1000):
        try:
            closed = is_closed(connection, sent)
        except TimeoutError:
            sent = b"X: y\r\n"
            continue
        break
    assert closed


def test_one_that_goes_on_has_no_more_time_than_a_new_one(dial: Dial, monkeypatch: pytest.MonkeyPatch) -> None:
    done, complete = PatientProtocol.on_response_complete, threading.Semaphore(0)

    def noted(self: PatientProtocol) -> None:
        done(self)
        complete.release()

    monkeypatch.setattr(PatientProtocol, "on_response_complete", noted)
    monkeypatch.setattr(connections, "KEEP_ALIVE", 0.0)
    connection = dial()
    with closing(connection.makefile("rb")) as file:
        for _ in range(2):
            connection.sendall(HEAD + b"\r\n")
            while file.readline().strip():
                pass
            assert file.read(2) == b"xx"
            assert complete.acquire(timeout=60)  # its time began to run: the first has long, the second little
            monkeypatch.setattr(connections, "HEAD_SECONDS", SOON)
    assert is_closed(connection, HEAD)


def test_who_waits_for_an_answer_is_not_closed(dial: Dial, server: uvicorn.Server, held: Held) -> None:
    connection = dial()
    connection.sendall(b"GET /?held HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    held.wait()
    assert may_end(server) == [False]
    held.let_go()
    with closing(connection.makefile("rb")) as file:
        assert file.read().endswith(b"xx")


def test_two_requests_at_once_are_both_answered(dial: Dial, server: uvicorn.Server, held: Held) -> None:
    connection = dial()
    asks = b"GET /?held HTTP/1.1\r\nHost: x\r\n"
    connection.sendall(asks + b"\r\n" + asks + b"Connection: close\r\n\r\n")
    for _ in range(2):
        held.wait()
        assert may_end(server) == [False]
        held.let_go()
    with closing(connection.makefile("rb")) as file:
        assert file.read().count(b"HTTP/1.1 200") == 2


@pytest.mark.parametrize("limit", ["MOST_OF_ADDRESS", "MOST_CONNECTIONS"])
def test_the_oldest_that_says_nothing_makes_room(dial: Dial, limit: str, monkeypatch: pytest.MonkeyPatch) -> None:
    drop, counted = PatientProtocol.drop, list[bool]()

    def noted(self: PatientProtocol) -> None:
        drop(self)
        counted.append(self in self.connections)

    monkeypatch.setattr(PatientProtocol, "drop", noted)
    monkeypatch.setattr(connections, limit, 3)
    idle = [dial() for _ in range(3)]
    idle[0].sendall(HEAD)
    assert ask(dial()).endswith(b"xx")
    assert is_closed(idle[0])
    assert ask(idle[2]).endswith(b"xx")
    assert counted
    assert not any(counted)  # else each connection of a burst would go through all of it


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have one loopback address")
def test_an_address_pushes_out_its_own(dial: Dial, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "MOST_OF_ADDRESS", 2)
    other = dial("127.0.0.2")
    mine = [dial("127.0.0.3") for _ in range(5)]
    assert all(is_closed(one) for one in mine[:3])
    assert ask(other).endswith(b"xx")


def test_where_all_wait_for_answers_the_newest_goes(dial: Dial, held: Held, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "MOST_OF_ADDRESS", 1)
    busy = dial()
    busy.sendall(b"GET /?held HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    held.wait()
    assert is_closed(dial())
    held.let_go()
    with closing(busy.makefile("rb")) as file:
        assert file.read().endswith(b"xx")


@pytest.mark.parametrize(("limit", "value"), [("READ_SECONDS", SOON), ("MOST_UNREAD", 1_000_000)])
def test_an_answer_that_nobody_reads_is_let_go(
    dial: Dial, limit: str, value: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    drop, dropped = PatientProtocol.drop, threading.Event()

    def noted(self: PatientProtocol) -> None:
        drop(self)
        dropped.set()

    monkeypatch.setattr(connections, limit, value)
    monkeypatch.setattr(PatientProtocol, "drop", noted)
    connection = dial()
    connection.sendall(b"GET /30000000 HTTP/1.1\r\nHost: x\r\n\r\n")
    assert dropped.wait(30)
    found = 0
    try:
        while piece := connection.recv(1 << 20):
            found += len(piece)
    except ConnectionError:
        pass
    assert found < 30_000_000


def test_an_answer_that_is_read_comes_whole(dial: Dial) -> None:
    assert len(ask(dial(), b"/30000000")) > 30_000_000


def test_an_answer_is_sent_at_once(dial: Dial, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else its body waits for 40 ms, until the other side has said that the head is there."""
    made, sent = PatientProtocol.connection_made, list[int]()

    def noted(self: PatientProtocol, transport: asyncio.Transport) -> None:
        sent.append(transport.get_extra_info("socket").getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
        made(self, transport)

    monkeypatch.setattr(PatientProtocol, "connection_made", noted)
    assert ask(dial()).endswith(b"xx")
    assert sent == [1]
