"""Running the page: the socket, the browser, the words in the terminal."""

from __future__ import annotations

import errno
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import FrameType
from typing import Any

import uvicorn

from modengine.errors import InputError
from modengine.paths import shipped_rules
from modengine.play.app import Start, make_app
from modengine.play.connections import PatientProtocol
from modengine.play.guard import LOOPBACK, Door
from modengine.play.lessons import Lesson
from modengine.play.limits import KEEP_ALIVE, MOST_CONNECTIONS, MOST_SERVER
from modengine.play.pool import Pool
from modengine.policy.files import shipped_in
from modengine.policy.load import load_policy
from modengine.policy.packs.manifest import NAME as MANIFEST

PORT = 8321
WARNING = """\
WARNING: with --host, every computer of this network that has the link can use this page and this machine's
processor. Nothing is encrypted: whoever shares the network can read along. Do it in a room that you trust, for as
long as the lesson takes. Nothing is uploaded to anywhere else."""


def start_of(policy: Path, lessons: tuple[Lesson, ...], first: str = "") -> Start:
    """What the page begins with.

    Raises PolicyError where the policy has errors, InputError (ME905) where it is read with a pack.
    """
    file = Path(os.path.abspath(policy))
    read = {Path(os.path.abspath(file.parent / source.path)): source.data for source in load_policy(policy).files}
    # The page has the shipped rules by their name.
    own = {path: data for path, data in read.items() if not path.is_relative_to(shipped_rules())}
    if not any(map(shipped_in, own.values())):
        own = read
    if any(path.name == MANIFEST for path in own):
        hint = "give it a copy of the rules of the pack: a folder without its `modengine-pack.toml`"
        raise InputError("ME905", f"the page reads no packs, and `{policy}` is read with one", hint)
    try:  # a policy may name files above its folder; the page knows them from their common folder on
        base = os.path.commonpath([path.parent for path in own])
    except ValueError:  # drives of Windows
        hint = "keep the files of a policy on one drive"
        raise InputError("ME905", f"`{policy}` names files of another drive", hint) from None
    files = {path.relative_to(base).as_posix(): data.decode("utf-8-sig") for path, data in own.items()}
    return Start(files, file.relative_to(base).as_posix(), lessons, first)


def bind(host: str, port: int | None) -> socket.socket:
    """A socket on a port; without one on the usual, or if that is taken on any.  Raises InputError (ME905)."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    for wanted in [PORT, 0] if port is None else [port]:
        # Named, for asyncio sends at once only on what is TCP by name: else an answer waits 40 ms for its second half.
        listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        if os.name == "posix":
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            if not host:
                raise socket.gaierror  # the system would take all that it has
            listener.bind((host, wanted))
        except (OSError, TypeError) as error:
            listener.close()
            failed = _not_served(host, wanted, error)
            if failed.hint == ANOTHER_HOST:
                break
        else:
            return listener
    raise failed


ANOTHER_HOST = "--host is an address of this machine: 0.0.0.0 for all that it has"


def _not_served(host: str, port: int, error: OSError | TypeError) -> InputError:
    if isinstance(error, (socket.gaierror, TypeError)) or error.errno == errno.EADDRNOTAVAIL:
        return InputError("ME905", f"`{host}` is no address of this machine", ANOTHER_HOST)
    hints = {
        errno.EADDRINUSE: "something else is there, perhaps another `modengine play`: choose another --port, or none",
        errno.EACCES: "ports below 1024 belong to the system: choose one above",
    }
    reason = (error.strerror or str(error)).lower()
    hint = hints.get(error.errno or 0, "choose another --port")
    return InputError("ME905", f"{host} port {port} cannot be served: {reason}", hint)


def door_of(host: str) -> Door:
    """Who may come in, for the address that is served."""
    if host in ("127.0.0.1", "::1", "localhost"):
        return Door()
    names = {host.lower(), f"[{host.lower()}]"} if host not in ("0.0.0.0", "::") else set(_own_addresses())  # noqa: S104
    return Door(hosts=LOOPBACK | names, open=True)


def _own_addresses() -> list[str]:
    """The names and addresses of this machine."""
    name = socket.gethostname()
    found = [name.lower(), f"{name.lower()}.local"]
    with suppress(OSError):
        found += [str(info[4][0]) for info in socket.getaddrinfo(name, None)]
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe, suppress(OSError):
        probe.connect(("192.0.2.1", 9))  # sends nothing: it asks which address would be used
        found.append(str(probe.getsockname()[0]))
    return [f"[{address}]" if ":" in address else address for address in dict.fromkeys(found)]


def addresses(listener: socket.socket, door: Door, host: str) -> tuple[str, str]:
    """The link of the teacher and that of the students (empty where only this machine reaches the page)."""
    port = listener.getsockname()[1]
    if not door.open:
        name = f"[{host}]" if ":" in host else host
        return f"http://{name}:{port}/", ""
    name = door.outside() or host
    return f"http://{name}:{port}/#token={door.teacher}", f"http://{name}:{port}/#token={door.student}"


def serve(start: Start, host: str, port: int | None, browser: bool, say: Callable[[str], object]) -> None:
    """Serves the page until it is stopped."""
    door = door_of(host)
    listening = bind(host, port)
    listening.listen()  # from here on the browser waits for an answer, and is not refused
    if door.open:
        say(WARNING)
    mine, theirs = addresses(listening, door, host)
    at_hang_up(signal.getsignal(signal.SIGTERM))
    with Pool() as pool:
        app = make_app(start, pool, door)
        config = uvicorn.Config(
            app, log_level="error", access_log=False, server_header=False, timeout_graceful_shutdown=3,
            http=PatientProtocol, ws="none", timeout_keep_alive=int(KEEP_ALIVE),
            backlog=MOST_CONNECTIONS,  # so many are accepted in a row, while those that are open wait
            proxy_headers=False,  # an address that a request says of itself is nobody's
        )  # fmt: skip
        server = EndingServer(config, pool)
        at_hang_up(server.handle_exit)
        say(f"The page is at {mine}" + (" (yours: keep this link to yourself)" if theirs else ""))
        if theirs:
            say(f"For the class:  {theirs}")
            say(f"Or on the board: {theirs.partition('#')[0]} and the code {door.student[:4]} {door.student[4:]}")
        say("Ctrl+C ends it.")
        if browser:
            # Another process, which none of this one's limits bind.
            subprocess.Popen([sys.executable, "-Pm", "webbrowser", mine], stdout=subprocess.DEVNULL)  # noqa: S603
        bound()
        with suppress(KeyboardInterrupt), listening:
            server.run(sockets=[listening])


class EndingServer(uvicorn.Server):
    """Answers whoever waits for a worker before it ends: they would be cut off, each with an error in the terminal.

    Who sends slowly, or reads slowly, is not waited for.
    """

    def __init__(self, config: uvicorn.Config, pool: Pool) -> None:
        super().__init__(config)
        self.pool = pool

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Begins to end.  A second Ctrl+C hastens nothing: the few seconds would be cut off with an error."""
        if not self.should_exit:
            super().handle_exit(sig, frame)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self.pool.end()
        for connection in list(self.server_state.connections):
            if isinstance(connection, PatientProtocol) and connection.idle:
                connection.drop()
        await super().shutdown(sockets)


def at_hang_up(handler: Any) -> None:
    """What to do when the terminal is closed: by itself the system would end this process and leave its folder."""
    if hasattr(signal, "SIGHUP") and signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # as `nohup` has it
        signal.signal(signal.SIGHUP, handler)


def bound() -> None:
    """Bounds the memory of this process, and lets it write no core: texts of a class would be in it."""
    if sys.platform == "win32":
        return
    import resource  # noqa: PLC0415  (no such module on Windows)

    threading.stack_size(1 << 20)  # of each thread, which is data too
    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    most = MOST_SERVER if hard == resource.RLIM_INFINITY else min(MOST_SERVER, hard)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with suppress(ValueError, OSError):  # only Linux counts it as it is meant
        resource.setrlimit(resource.RLIMIT_DATA, (most, hard))  # a worker sets its own
