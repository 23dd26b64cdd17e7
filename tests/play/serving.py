"""`modengine play` in a process of its own, and requests to it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.client import HTTPConnection
from types import MappingProxyType
from typing import Any

from tests.commands import heeding
from tests.paths import ROOT


@contextmanager
def playing(*options: str, said: list[str]) -> Iterator[subprocess.Popen[str]]:
    """The command; `said` gets what it says until the page is there.  It is ended afterwards."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"}
    with heeding():
        process = subprocess.Popen(
            [sys.executable, "-m", "modengine", "play", "--no-browser", "--port", "0", *options],
            stderr=subprocess.PIPE, text=True, encoding="utf-8", env=environment,
        )  # fmt: skip
    assert process.stderr is not None
    words = ""
    while "Ctrl+C" not in words:
        line = process.stderr.readline()
        assert line, words
        words += line
    said.append(words)
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(60)
        finally:
            process.kill()
            process.wait()
            process.stderr.close()


def post(
    port: int, path: str, body: dict[str, Any], token: str = "", more: Mapping[str, str] = MappingProxyType({})
) -> tuple[int, Any]:
    for attempt in range(50):
        link = HTTPConnection("127.0.0.1", port, timeout=60)
        try:
            link.request("POST", path, json.dumps(body),
                         {"Content-Type": "application/json", "X-Modengine-Token": token, **more})  # fmt: skip
            answer = link.getresponse()
            return answer.status, json.loads(answer.read())
        except ConnectionRefusedError:
            time.sleep(0.2 * (attempt + 1))
        finally:
            link.close()
    raise AssertionError("the page never came")
