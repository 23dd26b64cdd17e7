"""Programs that make text of a file, run without a shell, for so long and with so much output and no more.

One is started for every file, whose name stands among its arguments, and prints the text.  Another is
started once: for each file it is sent a line, `{"id": 1, "file": "/path"}`, and answers with one,
`{"id": 1, "text": "..."}` or `{"id": 1, "error": "..."}`.  It ends when its input does.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import weakref
from collections.abc import Sequence
from contextlib import suppress
from queue import Empty, SimpleQueue
from threading import Lock, Thread
from typing import IO, Any

FILE = "{file}"
LIMIT = 1_000_000
"""Characters of text that a file may give; of a line of answer eight times as many bytes, for escapes."""
STARTING = 120.0
"""Seconds more for the first answer of a program that stays, whenever it is started: it may load a model."""
_TAIL = 4_000
"""Bytes of its errors that are kept."""


class UnansweredError(Exception):
    """A program that gave no text of a file, and why."""


class StillbornError(UnansweredError):
    """A program that ended before its first answer: it will give none."""


class ProgramOutput(Thread):
    """Keeps what comes out of a program, so that it never waits for its reader; kills it where it is too much.

    The stream is closed by this thread alone, at its end: it may be held open by who outlives the program.
    """

    def __init__(self, stream: IO[bytes], process: subprocess.Popen[bytes] | None, most: int) -> None:
        """Without a `process` the last of it is kept, however much there is."""
        super().__init__(daemon=True)
        self._stream, self._process, self._most = stream, process, most
        self.data, self.full = b"", False
        self.start()

    def run(self) -> None:
        with self._stream, suppress(OSError):
            while data := os.read(self._stream.fileno(), 65_536):
                self.data += data
                if len(self.data) > self._most:
                    if self._process is not None:
                        self.full = True
                        kill(self._process)
                        return
                    self.data = self.data[-self._most :]

    @property
    def last_line(self) -> str:
        """For an error: the last line that says something."""
        lines = [line.strip() for line in self.data.decode("utf-8", "replace").splitlines()]
        return next((line[:300] for line in reversed(lines) if line), "")


def kill(process: subprocess.Popen[bytes]) -> None:
    """At once, with all that it has started."""
    if sys.platform == "win32":
        with suppress(OSError):
            subprocess.run(("taskkill", "/F", "/T", "/PID", str(process.pid)), capture_output=True, check=False)  # noqa: S603, S607
        process.kill()
    else:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)


def _start(command: Sequence[str], stdin: int) -> subprocess.Popen[bytes]:
    """Apart from this terminal, so that it can be killed with its own.  Raises StillbornError."""
    pipe = subprocess.PIPE
    group = getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0)
    apart = sys.platform != "win32"
    try:
        return subprocess.Popen(  # noqa: S603  (the command is its user's own; files are arguments, in no shell)
            command, 0, stdin=stdin, stdout=pipe, stderr=pipe, start_new_session=apart, creationflags=group
        )
    except (OSError, ValueError) as error:
        raise StillbornError(f"cannot be started: {(getattr(error, 'strerror', None) or str(error)).lower()}") from None


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        kill(process)
        with suppress(subprocess.TimeoutExpired):
            process.wait(1)
    if process.stdin is not None:
        process.stdin.close()


def _kept(process: subprocess.Popen[bytes]) -> ProgramOutput:
    assert process.stderr is not None
    return ProgramOutput(process.stderr, None, _TAIL)


class _Program:
    def __init__(self, command: Sequence[str]) -> None:
        self._command = command
        self._process: subprocess.Popen[bytes] | None = None
        self._lock, self._closed = Lock(), False

    def _started(self, command: Sequence[str], stdin: int) -> subprocess.Popen[bytes]:
        with self._lock:
            if self._closed:
                raise UnansweredError("is not asked any more")
            process = self._process = _start(command, stdin)
        return process

    def close(self) -> None:
        """Ends what is running, for good; from another thread too."""
        with self._lock:
            self._closed, process = True, self._process
        if process is not None:
            kill(process)


class PerFileProgram(_Program):
    """A program that is run for every file; `{file}` in its arguments is the file."""

    def ask(self, file: str, timeout: float) -> str:
        """What it prints.  Raises UnansweredError."""
        process = self._started([word.replace(FILE, file) for word in self._command], subprocess.DEVNULL)
        try:
            assert process.stdout is not None
            out, errors = ProgramOutput(process.stdout, process, 4 * LIMIT), _kept(process)
            try:
                code = process.wait(timeout)
            except subprocess.TimeoutExpired:
                raise UnansweredError(f"took more than {timeout:g} s") from None
            out.join(1)
            if out.is_alive():  # it has left somebody behind who holds its output
                kill(process)
                out.join(1)  # who has left its group too is not waited for
            errors.join(1)
        finally:
            _end(process)
            self._process = None
        if out.full:
            raise UnansweredError(f"printed more than {LIMIT:,} characters")
        if code != 0:
            raise UnansweredError(_ended(code, errors))
        try:
            return _checked(out.data.decode("utf-8-sig"))
        except UnicodeDecodeError:
            raise UnansweredError("printed what is not UTF-8") from None


def _ended(code: int | None, errors: ProgramOutput) -> str:
    said = f": {errors.last_line}" if errors.last_line else ""
    if code is None:
        return f"closed its output{said}"
    return f"was killed by signal {-code}{said}" if code < 0 else f"ended with {code}{said}"


def _checked(text: str) -> str:
    if len(text) > LIMIT:
        raise UnansweredError(f"gave more than {LIMIT:,} characters")
    return text.strip()


class LastingProgram(_Program):
    """A program that is started when it is first asked, and again when it was given up."""

    def __init__(self, command: Sequence[str]) -> None:
        super().__init__(command)
        self._lines: SimpleQueue[bytes] = SimpleQueue()
        self._answered = False
        """Ever: one that never did will not."""
        self._ready = False
        """Whether the one that runs has answered."""
        self._number = 0

    def ask(self, file: str, timeout: float) -> str:
        """The text of a file.  Raises UnansweredError, after which it is started anew."""
        process = self._process or self._begin()
        self._number += 1
        assert process.stdin is not None
        try:
            with suppress(OSError):  # it has ended: that is found below
                process.stdin.write(json.dumps({"id": self._number, "file": file}).encode() + b"\n")
            text = self._answer(timeout if self._ready else timeout + STARTING)
        except UnansweredError:
            self._over()
            self._process = None
            raise
        if isinstance(text, str):
            return _checked(text)
        raise UnansweredError(f"says: {text.args[0]}")

    def close(self) -> None:
        """As above; whoever waits for an answer waits no longer."""
        super().close()
        self._lines.put(b"")

    def _begin(self) -> subprocess.Popen[bytes]:
        self._lines, self._ready = SimpleQueue(), False
        process = self._started(self._command, subprocess.PIPE)
        self._over = weakref.finalize(self, _end, process)  # whoever forgets it does not leave it behind
        assert process.stdout is not None
        Thread(target=_listen, args=(process.stdout, self._lines), daemon=True).start()
        self._errors = _kept(process)
        return process

    def _answer(self, timeout: float) -> str | UnansweredError:
        """Its text, or its error: returned, since it goes on after that."""
        assert self._process is not None
        try:
            line = self._lines.get(timeout=timeout)
        except Empty:
            raise UnansweredError(f"took more than {timeout:g} s") from None
        if not line:
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(1)
            self._errors.join(1)
            why = _ended(self._process.returncode, self._errors)
            raise UnansweredError(why) if self._answered else StillbornError(f"{why}, before its first answer")
        try:
            answer: Any = json.loads(line)
        except (ValueError, RecursionError):
            answer = None
        if not isinstance(answer, dict) or answer.get("id") != self._number:
            raise UnansweredError(f"answered with what is no answer: {line[:60].decode('utf-8', 'replace').strip()}")
        self._answered = self._ready = True
        text, error = answer.get("text"), answer.get("error")
        if isinstance(text, str):
            return text
        if isinstance(error, str):
            return UnansweredError(error[:300])
        raise UnansweredError("answered without `text` and without `error`")


def _listen(stream: IO[bytes], lines: SimpleQueue[bytes]) -> None:
    """Line by line, to the end, or to what nobody asked for: lines ahead, or one without end; then an empty one."""
    line = b""
    with stream, suppress(OSError):
        while lines.qsize() < 3 and len(line) < 8 * LIMIT and (data := os.read(stream.fileno(), 65_536)):
            *whole, line = (line + data).split(b"\n")
            for one in whole:
                lines.put(one + b"\n")
    if line:
        lines.put(line)
    lines.put(b"")
