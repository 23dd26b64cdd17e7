"""The HTTP side of the page: routes, limits, headers."""

from __future__ import annotations

import asyncio
import threading
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager, nullcontext
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any
from weakref import WeakValueDictionary

import msgspec
from anyio import CapacityLimiter, create_task_group, to_thread
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from modengine.play.asked import Problem, read, wanted
from modengine.play.guard import HEADERS, Door
from modengine.play.lessons import Lesson, without_answers
from modengine.play.limits import (
    BODY_SECONDS,
    MOST_ARRIVED,
    MOST_ARRIVED_OF_ADDRESS,
    MOST_BODY,
    MOST_JOBS_OF_ADDRESS,
    MOST_WAITING,
)
from modengine.play.pool import Pool
from modengine.play.registry import ENDPOINTS, openapi
from modengine.play.room import Question, Room
from modengine.run.write.results import to_json

STATIC = Path(__file__).parent / "static"
TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".json": "application/json",
    ".txt": "text/plain; charset=utf-8",
}
"""Given by hand: what the system thinks of a suffix differs from machine to machine."""


@dataclass(frozen=True, slots=True)
class Start:
    """What the page begins with: the files of the policy it was started with, and the lessons."""

    files: Mapping[str, str]
    main: str
    lessons: tuple[Lesson, ...] = ()
    first: str = ""
    """The lesson that opens first; empty for none."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks."""

    address: str
    teacher: bool


def make_app(start: Start, pool: Pool, door: Door) -> Starlette:
    """The application.  The pool is the caller's to end."""
    rules = pool.remember(start.files, start.main, pin=True)
    room = Room()
    cases = {(lesson.lesson, case.id): case for lesson in start.lessons for case in lesson.cases}
    untold = tuple(without_answers(lesson) for lesson in start.lessons)
    measured = {lesson.lesson: msgspec.to_builtins(lesson.messages) for lesson in start.lessons}
    arrived, shares = Arrived(), Shares()
    threads = CapacityLimiter(MOST_WAITING)  # of its own: who waits for a worker keeps nobody from the page's files
    document = to_json(openapi())
    files = {f"/static/{path.relative_to(STATIC).as_posix()}": path for path in STATIC.rglob("*") if path.is_file()}

    async def page(_: Request) -> Response:
        return FileResponse(STATIC / "index.html", media_type=TYPES[".html"])

    async def static(request: Request) -> Response:
        path = files.get(request.url.path)
        if path is None or path.suffix not in TYPES:
            return _said(404, "there is no such file")
        return FileResponse(path, media_type=TYPES[path.suffix])

    async def api_document(_: Request) -> Response:
        return Response(document, media_type="application/json")

    def begin(_given: Any, caller: Caller) -> object:
        return {
            "rules": rules,
            "files": start.files,
            "main": start.main,
            "lessons": start.lessons if caller.teacher else untold,
            "first": start.first,
            "teacher": caller.teacher,
            "open": door.open,
            "outside": door.outside(),
            "student": door.student if caller.teacher and door.open else "",
        }

    def look(given: Any, caller: Caller) -> object:
        return room.state(caller.teacher, *window(given.voter, caller))

    def window(voter: str | None, caller: Caller) -> tuple[str, str]:
        """The device and the window that ask.  Where only this machine reaches the page, all have its address."""
        return (caller.address if door.open else voter or ""), voter or ""

    def vote(given: Any, caller: Caller) -> object:
        try:
            room.vote(*window(given.voter, caller), given.choice)
        except ValueError as error:
            raise Problem(409, str(error)) from None
        return look(given, caller)

    def ask(given: Any, caller: Caller) -> object:
        room.ask(Question(given.text, given.gloss, given.covered, given.shared))
        return room.state(caller.teacher)

    def show(given: Any, caller: Caller) -> object:
        room.show(given.right)
        return room.state(caller.teacher)

    def push(given: Any, caller: Caller) -> object:
        room.push(given.kept)
        return room.state(caller.teacher)

    def lock(given: Any, caller: Caller) -> object:
        room.lock(given.unlocked)
        return room.state(caller.teacher)

    def worth(given: Any, caller: Caller) -> object:
        case = cases.get((given.lesson, given.case))
        if case is not None and not caller.teacher and room.asks(case.text):
            raise Problem(409, "the class has yet to predict this message")
        return {"tell": case and case.tell}

    own: dict[str, Callable[[Any, Caller], object]] = {
        "/api/start": begin,
        "/api/room": look,
        "/api/room/vote": vote,
        "/api/room/ask": ask,
        "/api/room/show": show,
        "/api/room/push": push,
        "/api/room/lesson": lambda _given, _caller: room.pushed(),
        "/api/room/lock": lock,
        "/api/tell": worth,
    }

    async def answer(request: Request) -> Response:
        path = request.url.path
        endpoint = ENDPOINTS[path]
        caller = Caller(request.client.host if request.client else "", door.is_teacher(request))
        if endpoint.teacher and not caller.teacher:
            return _said(403, "only the window of whoever started the page may do this")
        try:
            with arrived.of(caller.address) as bill:
                given = read(endpoint, await _body(request, bill))
                if path in own:
                    return Response(to_json(own[path](given, caller)), media_type="application/json")
                asks = wanted(endpoint, given, rules, pool.remember, measured)
                if "unlocked" in asks:
                    asks["unlocked"] &= caller.teacher or room.unlocked
                share = nullcontext() if caller.teacher else shares.of(caller.address)
                gone = threading.Event()  # the page asks for something newer, or is closed
                async with share, create_task_group() as beside:
                    if await request.is_disconnected():
                        return _said(499, "nobody waits for this any more")
                    beside.start_soon(_watch, request, gone)
                    asked = partial(pool.ask, asks, endpoint.seconds, endpoint.lane, gone.is_set)
                    status, body = await to_thread.run_sync(asked, limiter=threads)
                    beside.cancel_scope.cancel()
                return Response(body, status, media_type="application/json")
        except Problem as problem:
            return _said(problem.status, problem.said)

    def warm() -> None:
        """What the page opens with, then in every worker the policy that it was started with."""
        for lesson in start.lessons:
            if lesson.lesson == start.first:
                pool.warm(pool.remember(lesson.files, lesson.main))
        pool.warm(rules, everywhere=True)

    routes = [
        Route("/", page),
        Route("/api/openapi.json", api_document),
        *(Route(path, answer, methods=["POST"]) for path in ENDPOINTS),
        Route("/static/{path:path}", static),
    ]

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        # A daemon, so that ending the page does not wait for rules to be compiled.
        threading.Thread(target=warm, daemon=True).start()
        yield

    app = Starlette(routes=routes, lifespan=lifespan)
    app.add_middleware(Watched, door=door)
    return app


class Watched:
    """Refuses who may not ask, and puts the headers on every answer."""

    def __init__(self, app: ASGIApp, door: Door) -> None:
        self.app, self.door = app, door

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def with_headers(message: Any) -> None:
            if message["type"] == "http.response.start":
                added = [(name.lower().encode(), value.encode()) for name, value in HEADERS.items()]
                message = {**message, "headers": [*message.get("headers", ()), *added]}
            await send(message)

        why = self.door.refuses(Request(scope))
        await (_said(403, why) if why else self.app)(scope, receive, with_headers)


class Arrived:
    """How much of the server's memory the requests take that are not answered yet.  Of one thread, the server's."""

    def __init__(self) -> None:
        self._bytes: Counter[str] = Counter()

    @contextmanager
    def of(self, address: str) -> Iterator[Callable[[int], None]]:
        """To be told of each byte of a request, which are forgotten in the end."""
        mine = 0

        def bill(size: int) -> None:
            nonlocal mine
            if self._bytes[address] + size > MOST_ARRIVED_OF_ADDRESS or self._bytes.total() + size > MOST_ARRIVED:
                raise Problem(503, "too many large requests wait for an answer: ask again when some have it")
            mine += size
            self._bytes[address] += size

        try:
            yield bill
        finally:
            self._bytes[address] -= mine
            if not self._bytes[address]:
                del self._bytes[address]


class Shares:
    """So many jobs of an address at once: who sends more, of rules that hang for instance, waits behind their own."""

    def __init__(self) -> None:
        self._of: WeakValueDictionary[str, CapacityLimiter] = WeakValueDictionary()

    def of(self, address: str) -> AbstractAsyncContextManager[None]:
        """To be held while a job runs."""
        return self._of.setdefault(address, CapacityLimiter(MOST_JOBS_OF_ADDRESS))


async def _watch(request: Request, gone: threading.Event) -> None:
    """Says when nobody waits for an answer any more."""
    while (await request.receive())["type"] != "http.disconnect":
        pass
    gone.set()


async def _body(request: Request, bill: Callable[[int], None]) -> bytes:
    """The body, if it is JSON, of a size that is allowed, and comes in time."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise Problem(400, "send JSON: Content-Type: application/json")
    found = bytearray()
    try:
        async with asyncio.timeout(BODY_SECONDS):
            async for piece in request.stream():
                bill(len(piece))
                found += piece
                if len(found) > MOST_BODY:
                    raise Problem(413, f"a request has at most {MOST_BODY:,} bytes")
    except TimeoutError:
        raise Problem(408, "the request did not arrive in time") from None
    except ClientDisconnect:
        raise Problem(400, "the request was cut off") from None
    return bytes(found)


def _said(status: int, what: str) -> Response:
    return Response(to_json({"error": what}), status, media_type="application/json")
