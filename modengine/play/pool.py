"""The workers: who is asked, how long they may take, and what happens when they take longer."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

import modengine
from modengine.play.asked import UNKNOWN, late, named
from modengine.play.jobs.worker import NEED
from modengine.play.limits import MOST_ANSWER, MOST_KEPT, MOST_REMEMBERED, MOST_SETS
from modengine.play.scratch import Scratch
from modengine.play.turns import EndedError, Lane, Seat, Turns

Answer = tuple[int, bytes]
"""An HTTP status and JSON."""
GONE: Answer = (499, b'{"error": "nobody waits for this any more"}')
ENDED: Answer = (503, b'{"error": "the page was ended"}')
_ROOT = Path(modengine.__file__).parents[1]
_PASSED = ("PATH", "SYSTEMROOT", "LANG", "HOME", "USERPROFILE", "APPDATA")
"""What of the environment a worker gets."""


_ANY = "热身 warm up"
STARTING, COMPILING = 60.0, 20.0
"""Seconds for a worker to begin, and of processor to compile a rule set; beside those of the job."""
WAITING = 3 if hasattr(signal, "setitimer") else 1
"""How many times as long as its seconds of processor a job may take, where the system counts those."""


class SlowError(Exception):
    """A worker took too long, or died; it was replaced."""


class Worker:
    """One child process, asked one thing at a time."""

    def __init__(self, logs: Path) -> None:
        self._logs = logs
        self._ready = False
        self._closed = False
        self._process = self._start()

    def _start(self) -> subprocess.Popen[bytes]:
        environment = {name: os.environ[name] for name in _PASSED if name in os.environ}
        environment |= {
            "PYTHONUTF8": "1",
            "MODENGINE_CACHE": "",  # nothing that a class wrote is kept
            **dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(self._logs.parent)),
            "PYTHONPATH": str(_ROOT),
            "OPENBLAS_NUM_THREADS": "1",
            "OMP_NUM_THREADS": "1",
        }
        return subprocess.Popen(  # noqa: S603  (this Python and a module of our own)
            [sys.executable, "-P", "-m", "modengine.play.jobs.worker", str(self._logs)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment,
            cwd=self._logs,
        )

    def ask(self, request: Mapping[str, Any], seconds: float) -> Answer:
        """The answer to a request, from one thread at a time.  Raises SlowError."""
        if not self._ready:
            self._exchange(b"", STARTING)
            self._ready = True
        given = json.dumps({**request, "seconds": seconds}).encode("ascii")
        return self._exchange(given + b"\n", WAITING * seconds)

    def _exchange(self, request: bytes, seconds: float) -> Answer:
        """Writes a request and reads an answer; a worker greets when it is ready."""
        process = self._process
        overdue = threading.Timer(seconds, process.kill)
        overdue.daemon = True
        overdue.start()
        try:
            assert process.stdin is not None
            assert process.stdout is not None
            process.stdin.write(request)
            process.stdin.flush()
            head = process.stdout.readline(64).split()
            if len(head) != 2 or int(head[1]) > MOST_ANSWER:
                raise SlowError
            body = process.stdout.read(int(head[1]))
            if len(body) != int(head[1]):
                raise SlowError
            return int(head[0]), body
        except (OSError, ValueError, SlowError):
            self._replace()
            raise SlowError from None
        finally:
            overdue.cancel()

    def close(self) -> None:
        """Ends the process for good; who waits for an answer gets SlowError."""
        self._closed = True
        self.end()

    def _replace(self) -> None:
        self.end()
        self._ready = False
        if self._closed:
            return
        self._process = self._start()

    def end(self) -> None:
        """Ends the process."""
        self._process.kill()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()
        self._process.wait()


class Pool:
    """Some workers, and the rule sets by their names.  Use as a context manager."""

    def __init__(self, workers: int | None = None) -> None:
        self._scratch = Scratch()
        self.logs = self._scratch.folder / "logs"
        self.logs.mkdir()
        self._turns = Turns([Worker(self.logs) for _ in range(workers or max(3, min(5, os.cpu_count() or 2)))])
        self._sets: OrderedDict[str, bytes] = OrderedDict()
        self._pinned: set[str] = set()
        self._slow: OrderedDict[str, float] = OrderedDict()
        self._kept: OrderedDict[str, bytes] = OrderedDict()
        self._spreading: set[str] = set()
        self._warmed = ""
        """The rule set that every worker should know."""
        self._guard = threading.Lock()

    @property
    def size(self) -> int:
        """How many workers there are."""
        return len(self._turns.seats)

    def __enter__(self) -> Pool:
        return self

    def __exit__(self, *_: object) -> None:
        self.end()
        self._scratch.close()

    def end(self) -> None:
        """Ends the workers: whoever waits for an answer is told so."""
        self._turns.end()
        for seat in self._turns.seats:
            seat.worker.close()

    def remember(self, files: Mapping[str, str], main: str, pin: bool = False) -> str:
        """The name of a rule set: the digest of its files."""
        name, content = named(files, main)
        with self._guard:
            self._sets[name] = content
            self._sets.move_to_end(name)
            if pin:
                self._pinned.add(name)
            bytes_ = sum(map(len, self._sets.values()))
            for oldest in [digest for digest in self._sets if digest not in self._pinned | {name}]:
                if len(self._sets) <= MOST_SETS and bytes_ <= MOST_REMEMBERED:
                    break
                bytes_ -= len(self._sets.pop(oldest))
        return name

    def files_of(self, name: str) -> dict[str, Any] | None:
        """A remembered rule set."""
        with self._guard:
            found = self._sets.get(name)
        return None if found is None else json.loads(found)

    def warm(self, name: str, everywhere: bool = False) -> None:
        """Lets a worker compile a rule set before anybody asks, or each of them, one after the other.

        What the rules of a class have in common with it (the shipped ones, the dictionary, regexes) is ready then.
        """
        asked = [{"job": "rules", "rules": name}, {"job": "explain", "rules": name, "text": _ANY}]
        with contextlib.suppress(SlowError, EndedError):
            with self._turns.turn(name, "reasons", lambda: None) as seat:
                for request in asked:
                    self._asked(seat, request, STARTING)
            self._warmed = name if everywhere else self._warmed
            for _ in range(100 if everywhere else 0):
                if all(name in seat.known for seat in self._turns.seats):
                    break
                with self._turns.another(name) as other:
                    if other is not None:
                        for request in asked:
                            self._asked(other, request, STARTING)
                        continue
                time.sleep(0.5)

    def ask(
        self,
        request: Mapping[str, Any],
        seconds: float,
        lane: Lane = "verdict",
        gone: Callable[[], bool] = lambda: False,
    ) -> Answer:
        """Asks a worker that knows the rule set, or another that is free, unless who asked is `gone` by then.

        Good answers other than verdicts are kept: a class of thirty asks the same of the same lesson.
        """
        key = "" if lane == "verdict" else sha256(json.dumps(request, sort_keys=True).encode("ascii")).hexdigest()
        with self._guard:
            if key in self._kept:
                self._kept.move_to_end(key)
                return 200, self._kept[key]
        status, body = self._asked_once(request, seconds, lane, gone)
        if key and status == 200 and len(body) < MOST_KEPT:
            with self._guard:
                self._kept[key] = body
                while sum(map(len, self._kept.values())) > MOST_KEPT:
                    self._kept.popitem(last=False)
        return status, body

    def _asked_once(self, request: Mapping[str, Any], seconds: float, lane: Lane, gone: Callable[[], bool]) -> Answer:
        name = str(request.get("rules") or request.get("a") or "")
        if self._slow.get(name, 0) > time.monotonic():
            return _late(seconds)
        if name and name not in self._sets:
            return 410, UNKNOWN.encode()
        compiles = request.get("job") in ("rules", "check")
        mine = name in self._pinned  # by whoever started the page: slow on a busy machine, never out of bounds
        seconds = max(seconds, STARTING) if mine and compiles else seconds
        try:
            with self._turns.turn(name, "rules" if compiles else lane, lambda: self._spread(name)) as seat:
                return GONE if gone() else self._asked(seat, request, seconds)
        except EndedError:
            return ENDED
        except SlowError:
            if compiles and not mine:
                self._slow[name] = time.monotonic() + 60
                while len(self._slow) > MOST_SETS:
                    self._slow.popitem(last=False)
            if self._warmed:
                self._spread(self._warmed)  # the worker that took the other one's place knows nothing
            return _late(seconds)

    def _spread(self, name: str) -> None:
        """Lets one more worker compile a rule set that many ask about, beside everything else."""
        with self._guard:
            if name in self._spreading:
                return
            self._spreading.add(name)

        def compile_it() -> None:
            try:
                with self._turns.another(name) as seat, contextlib.suppress(SlowError):
                    if seat is not None:
                        self._asked(seat, {"job": "rules", "rules": name}, COMPILING)
            finally:
                with self._guard:
                    self._spreading.discard(name)

        threading.Thread(target=compile_it, daemon=True).start()

    def _asked(self, seat: Seat[Worker], request: Mapping[str, Any], seconds: float) -> Answer:
        try:
            answer = self._answered(seat, request, seconds)
        except SlowError:
            seat.known.clear()  # another process sits there now
            raise
        if answer[0] == 200:
            seat.knows(str(request[key]) for key in ("rules", "a", "b") if request.get(key))
        return answer

    def _answered(self, seat: Seat[Worker], request: Mapping[str, Any], seconds: float) -> Answer:
        status, body = seat.worker.ask(request, seconds)
        for _ in range(2):
            if status != NEED:
                break
            need = json.loads(body)["need"]
            given = self.files_of(need)
            if given is None:
                return 410, UNKNOWN.encode()
            begin = time.monotonic()
            bound = STARTING if need in self._pinned else COMPILING
            compiled = seat.worker.ask({"job": "rules", "rules": need, "sets": {need: given}}, bound)
            self._turns.compiled(need, time.monotonic() - begin)
            if compiled[0] != 200 or request["job"] == "rules":
                return compiled
            status, body = seat.worker.ask(request, seconds)
        return status, body


def _late(seconds: float) -> Answer:
    return 503, json.dumps({"error": late(seconds), "code": "slow"}).encode()
