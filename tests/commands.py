"""Running the command line, inside the tests or in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass

from tests.paths import ROOT
from tests.paths import SMALL as POLICY

__all__ = ["EXPIRY", "POLICY", "Command", "Ran", "finish", "process", "started", "wait_for"]

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
    return subprocess.Popen(
        command,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=options.get("stdout", subprocess.PIPE),  # type: ignore[call-overload]
        stderr=subprocess.PIPE,
        start_new_session=bool(options.get("group")),
    )


def finish(running: subprocess.Popen[bytes], stdin: bytes = b"", timeout: float = 60) -> tuple[int, str, str]:
    out, err = running.communicate(stdin, timeout=timeout)
    return running.returncode, (out or b"").decode("utf-8"), err.decode("utf-8")


def wait_for(what: Callable[[], bool]) -> None:
    until = time.monotonic() + 120
    while not what():
        assert time.monotonic() < until
        time.sleep(0.02)
