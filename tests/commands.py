"""Running the command line, inside the tests or in a process of its own."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.paths import ROOT, SMALL as POLICY

__all__ = [
    "DEAF", "EXPIRY", "POLICY", "UNUSABLE", "Command", "Ran", "finish", "heeding", "process", "says_nothing", "shell",
    "started", "wait_for",
]  # fmt: skip

EXPIRY = "您的网银即将失效，请登录 www.example.top 升级"


@dataclass(frozen=True)
class Ran:
    """What a command did."""

    code: int
    out: str
    err: str


Command = Callable[..., Ran]


def process(*args: object, **options: object) -> subprocess.Popen[bytes]:
    return started([sys.executable, "-m", "modengine", *map(str, args)], **options)


def started(command: list[str], **options: object) -> subprocess.Popen[bytes]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with heeding():
        return subprocess.Popen(
            command,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=options.get("stdout", subprocess.PIPE),  # type: ignore[call-overload]
            stderr=subprocess.PIPE,
            start_new_session=bool(options.get("group")),
        )


@contextmanager
def heeding() -> Iterator[None]:
    """A test run in the background ignores SIGINT, one by `nohup` SIGHUP: what is started here heeds them."""
    ignored = [
        one for one in signal.Signals if one.name in ("SIGINT", "SIGHUP") and signal.getsignal(one) is signal.SIG_IGN
    ]
    for one in ignored:
        signal.signal(one, signal.SIG_DFL)
    try:
        yield
    finally:
        for one in ignored:
            signal.signal(one, signal.SIG_IGN)


def finish(running: subprocess.Popen[bytes], stdin: bytes = b"", timeout: float = 60) -> tuple[int, str, str]:
    out, err = running.communicate(stdin, timeout=timeout)
    return running.returncode, (out or b"").decode("utf-8"), err.decode("utf-8")


def shell(arguments: str, redirections: str) -> tuple[int, str, str]:
    """Runs `modengine ARGUMENTS` in a POSIX shell that redirects its streams."""
    line = f"exec {shlex.quote(sys.executable)} -m modengine {arguments} {redirections}"
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    ran = subprocess.run(["sh", "-c", line], env=environment, capture_output=True, timeout=60, check=False)
    return ran.returncode, ran.stdout.decode("utf-8"), ran.stderr.decode("utf-8")


UNUSABLE = ("scan --nothing -", "scan nowhere.jsonl", "rules -p nowhere.yaml")
"""Commands that end with exit code 2, and say why."""
DEAF = ("2>&-", "2</dev/null", "2>/dev/full")
"""Redirections with which nothing can be said."""


def says_nothing(arguments: str, where: str) -> None:
    """The exit code of an unusable command stands where nothing can be said."""
    if "full" in where and not Path("/dev/full").exists():
        pytest.skip("needs /dev/full")
    assert shell(arguments, where) == (2, "", "")


def wait_for(what: Callable[[], object]) -> None:
    until = time.monotonic() + 120
    while not what():
        assert time.monotonic() < until, "it never came to that"
        time.sleep(0.02)
