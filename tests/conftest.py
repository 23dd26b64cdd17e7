"""Fixtures for all tests: goldens, commands and the development data; and how Hypothesis works here."""

from __future__ import annotations

import gc
import io
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Generator
from pathlib import Path

import pytest
from hypothesis import settings

from modengine.cli.main import run
from modengine.lab.data.card import data_folder
from tests.commands import Command, Ran
from tests.nightly import sampling

# The same examples on every run, and no time limit: a busy machine is no failure.
# `--hypothesis-profile random` looks for new ones.
settings.register_profile("same", deadline=None, derandomize=True, database=None)
settings.register_profile("random", deadline=None)
settings.load_profile("same")


NIGHTLY = Path(__file__).parent / "nightly"
KEPT = pytest.StashKey[Path]()


def unsynced(descriptor: int) -> None:
    """In the place of `os.fsync` where tests run: no power fails there, and 30,000 waits for a disk are a minute."""
    os.fstat(descriptor)


def pytest_configure(config: pytest.Config) -> None:
    """What is kept of compiled policies is kept for this run alone, and shared by its workers."""
    os.fsync = unsynced
    sampling.ONE_IN = config.getoption("--sample")
    if not hasattr(config, "workerinput"):
        config.stash[KEPT] = Path(tempfile.mkdtemp(prefix="modengine-tests-"))
        os.environ["MODENGINE_CACHE"] = str(config.stash[KEPT])


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """One more than there are processors: a third of the time a worker waits for a browser or for a process."""
    return int(os.environ.get("PYTEST_XDIST_AUTO_NUM_WORKERS") or (os.cpu_count() or 1) + 1)


def pytest_unconfigure(config: pytest.Config) -> None:
    if KEPT in config.stash:
        shutil.rmtree(config.stash[KEPT], ignore_errors=True)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """The garbage collector does not look at the tests themselves again and again: they are there to the end.

    One collection makes them old. They are not frozen: a load counts what is frozen, one by one, and of ten thousand
    tests that took longer than most loads.
    """
    gc.disable()
    try:
        return (yield)
    finally:
        gc.collect()
        gc.set_threshold(20_000, 10, 20)
        gc.enable()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-goldens", action="store_true", help="rewrite the golden files; review the difference")
    parser.addoption("--sample", type=int, default=1, metavar="N", help="of the nightly tests, run one part in N")


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """The nightly tests are run where they are asked for by their folder."""
    return True if collection_path == NIGHTLY and not any("nightly" in arg for arg in config.args) else None


@pytest.fixture
def rewrite(request: pytest.FixtureRequest) -> bool:
    """Whether goldens are rewritten in place of compared."""
    return bool(request.config.getoption("--update-goldens"))


@pytest.fixture
def golden(rewrite: bool) -> Callable[[Path, str], None]:
    """Compare a text with a file, or write it there with --update-goldens."""

    def compare(path: Path, actual: str) -> None:
        if rewrite:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(actual.encode("utf-8"))
        assert path.exists(), f"there is no golden {path}: run pytest --update-goldens and review it"
        assert actual == path.read_bytes().decode("utf-8").replace("\r\n", "\n")

    return compare


@pytest.fixture
def command(capfdbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch) -> Command:
    """Runs `modengine ARGS`, with `stdin` as standard input."""
    monkeypatch.delenv("COLUMNS", raising=False)
    monkeypatch.delenv("FORCE_COLOR", raising=False)
    monkeypatch.setenv("NO_COLOR", "1")

    def call(*args: object, stdin: bytes = b"") -> Ran:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin), encoding="utf-8"))
        code = run([str(arg) for arg in args])
        sys.stdout.flush()
        sys.stderr.flush()
        out, err = capfdbinary.readouterr()
        return Ran(code, out.decode("utf-8").replace("\r\n", "\n"), err.decode("utf-8").replace("\r\n", "\n"))

    return call


@pytest.fixture
def folder(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder of a test: `scan` puts its log there."""
    path = tmp_path_factory.mktemp("here")
    monkeypatch.chdir(path)
    return path


@pytest.fixture
def data() -> Path:
    """The development data; without it the test is skipped, and says so."""
    folder = data_folder()
    if folder is None:
        pytest.skip("the development data is not here: set MODENGINE_DATA")
    return folder
