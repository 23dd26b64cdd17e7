"""Every code has an example in docs/errors.md, and what the example does gives that code."""

from __future__ import annotations

import errno
import re
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from pathlib import Path

import pytest

from modengine.audit.files import disk
from modengine.audit.files.lock import Lock
from modengine.codes import CODES
from modengine.run.work import local
from tests.docs.running import State, run_page
from tests.paths import DATA, DOCS

EXAMPLES = sorted(path.stem for path in (DATA / "codes").iterdir())


@contextmanager
def patched(target: object, name: str, value: object) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(target, name, value)
        yield


@contextmanager
def locked(path: str) -> Iterator[None]:
    """The lock of a file is held, as by another program."""
    fcntl = pytest.importorskip("fcntl")
    Path(path).parent.mkdir(exist_ok=True)
    with Path(path).open("a", encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield


@contextmanager
def written() -> Iterator[None]:
    """Another program writes the log, and is not waited for."""
    take = Lock.take
    with (
        locked("audit/lock"),
        patched(Lock, "take", lambda lock, _wait, clock, pause: take(lock, 0, clock, pause)),
    ):
        yield


@contextmanager
def installed(name: str) -> Iterator[None]:
    pytest.importorskip(name)
    yield


@contextmanager
def not_installed(name: str) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, name, None)
        yield


def workers_are_killed() -> State:
    give = local.WorkerProcess.give

    def killed(self: local.WorkerProcess, task: local.Task) -> None:
        self._process.kill()
        self._process.join()
        give(self, task)

    return lambda: patched(local.WorkerProcess, "give", killed)


def disk_is_full(*_: object) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


STATES: Mapping[str, State] = {
    "ME913": lambda: installed("ray"),
    "ME914": workers_are_killed(),
    "ME915": lambda: locked("decisions.jsonl.part"),
    "ME957": written,
    "ME958": lambda: patched(disk, "write_all", disk_is_full),
    "ME963": lambda: installed("duckdb"),
    "ME964": lambda: not_installed("duckdb"),
    "ME966": lambda: patched(disk, "mounts", lambda: "nas:/home / nfs4 rw 0 0\n"),
}
"""What a machine is like in the blocks of an example that ask for it."""


@pytest.mark.parametrize("code", EXAMPLES)
def test_an_example_gives_its_code(code: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rewrite: bool) -> None:
    monkeypatch.chdir(tmp_path)
    page = DATA / "codes" / f"{code}.md"
    printed = run_page(page, tmp_path, rewrite, STATES.get(code, nullcontext))
    shown = printed or page.read_text("utf-8")  # what Python says is compared by doctest
    assert re.search(rf"\b{code}\b", shown), shown


def test_every_code_has_an_example() -> None:
    page = (DOCS / "errors.md").read_text("utf-8")
    entries = dict(re.findall(r"^### (ME\d+) .*\n((?:(?!^#{2,3} ).*\n)*)", page, re.M))
    assert [code for code in CODES if code not in re.findall(r"ME\d+", entries.get(code, ""))] == []


def test_every_example_is_of_a_code_that_there_is() -> None:
    assert set(EXAMPLES) <= CODES.keys()
