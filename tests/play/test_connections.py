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
ASKED = threading.Event()
"""Set when a request has come whole."""
Dial = Callable[..., socket.socket]


async def app(scope: dict, receive: Callable, send: Callable) -> None:  # type: ignore[type-arg]
    """Answers with as many bytes as the path says, after as many seconds as its question."""
    if scope["type"] != "http":
        return
    while (await receive()).get("more_body"):
        pass
    ASKED.set()
    await asyncio.sleep(float(scope["query_string"] or 0))
    body = b"x" * int(scope["path"][1:] or 2)
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"%d" % len(body))]})
    await send({"type": "http.response.body", "body": body})


@pytest.fixture
def dial() -> Iterator[Dial]:
    """Opens connections to a running server."""
    listening = bind("127.0.0.1", 0)
    listening.listen()
    config = uvicorn.Config(app, http=PatientProtocol, ws="none", lifespan="off", log_level="error")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    opened: list[socket.socket] = []

    def connect(source: str = "127.0.0.1") -> socket.socket:
        opened.append(socket.create_connection(listening.getsockname(), 30, source_address=(source, 0)))
        return opened[-1]

    try:
        yield connect
    finally:
        for one in opened:
            one.close()
        server.should_exit = True
        thread.join(30)
        listening.close()


def is_closed(connection: socket.socket) -> bool:
    """Waits for the end of a connection."""
    try:
        return connection.recv(1) == b""
    except ConnectionError:
        return True


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
    connection = dial()
    connection.sendall(sent)
    assert is_closed(connection)


def test_a_byte_now_and_then_gives_no_more_time(dial: Dial, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "HEAD_SECONDS", 3 * SOON)
    connection = dial()
    connection.settimeout(SOON)
    connection.sendall(HEAD)
    closed = False
    for _ in range(100):
        try:
            connection.sendall(b"X: y\r\n")
            closed = connection.recv(1) == b""
        except TimeoutError:
            continue
        except ConnectionError:
            closed = True
        if closed:
            break
    assert closed


def test_one_that_goes_on_has_no_more_time_than_a_new_one(dial: Dial, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "KEEP_ALIVE", 0.0)
    connection = dial()
    with closing(connection.makefile("rb")) as file:
        for _ in range(2):
            connection.sendall(HEAD + b"\r\n")
            while file.readline().strip():
                pass
            assert file.read(2) == b"xx"
            monkeypatch.setattr(connections, "HEAD_SECONDS", SOON)
        connection.sendall(HEAD)
        assert file.read() == b""


def test_who_waits_for_an_answer_is_not_closed(dial: Dial, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "HEAD_SECONDS", SOON)
    assert ask(dial(), b"/?%f" % (3 * SOON)).endswith(b"xx")


def test_two_requests_at_once_are_both_answered(dial: Dial, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "HEAD_SECONDS", 2 * SOON)
    monkeypatch.setattr(connections, "KEEP_ALIVE", 0.0)
    connection = dial()
    slow = b"GET /?%f HTTP/1.1\r\nHost: x\r\n" % (3 * SOON)
    connection.sendall(slow + b"\r\n" + slow + b"Connection: close\r\n\r\n")
    with closing(connection.makefile("rb")) as file:
        assert file.read().count(b"HTTP/1.1 200") == 2


@pytest.mark.parametrize("limit", ["MOST_OF_ADDRESS", "MOST_CONNECTIONS"])
def test_the_oldest_that_says_nothing_makes_room(dial: Dial, limit: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, limit, 3)
    idle = [dial() for _ in range(3)]
    idle[0].sendall(HEAD)
    assert ask(dial()).endswith(b"xx")
    assert is_closed(idle[0])
    assert ask(idle[2]).endswith(b"xx")


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have one loopback address")
def test_an_address_pushes_out_its_own(dial: Dial, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "MOST_OF_ADDRESS", 2)
    other = dial("127.0.0.2")
    mine = [dial("127.0.0.3") for _ in range(5)]
    assert all(is_closed(one) for one in mine[:3])
    assert ask(other).endswith(b"xx")


def test_where_all_wait_for_answers_the_newest_goes(dial: Dial, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "MOST_OF_ADDRESS", 1)
    ASKED.clear()
    busy = dial()
    busy.sendall(b"GET /?0.2 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    assert ASKED.wait(30)
    assert is_closed(dial())
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
