"""Fixtures for all tests: goldens; and how Hypothesis works here."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import settings

# The same examples on every run, and no time limit: a busy machine is no failure.
# `--hypothesis-profile random` looks for new ones.
settings.register_profile("same", deadline=None, derandomize=True, database=None)
settings.register_profile("random", deadline=None)
settings.load_profile("same")


KEPT = pytest.StashKey[Path]()


def pytest_configure(config: pytest.Config) -> None:
    """What is kept of compiled policies is kept for this run alone, and shared by its workers."""
    if not hasattr(config, "workerinput"):
        config.stash[KEPT] = Path(tempfile.mkdtemp(prefix="modengine-tests-"))
        os.environ["MODENGINE_CACHE"] = str(config.stash[KEPT])


def pytest_unconfigure(config: pytest.Config) -> None:
    if KEPT in config.stash:
        shutil.rmtree(config.stash[KEPT], ignore_errors=True)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-goldens", action="store_true", help="rewrite the golden files; review the difference")


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
