"""Runs `inside.py` with the packages of the site."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from modengine.play.site import bundle

Inside = Callable[..., Any]
SCRIPT = Path(__file__).parent / "inside.py"


def runner(packages: Path) -> Inside:
    """Does something with the packages of the site, in a process of its own: a function of `inside.py`."""

    def run(what: str, given: Any) -> Any:
        done = subprocess.run(
            [sys.executable, str(SCRIPT), what],
            input=json.dumps(given), capture_output=True, text=True, encoding="utf-8", timeout=280,
            env={**os.environ, "PYTHONPATH": str(packages), "PYTHONUTF8": "1"}, cwd=packages,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr[-2000:]
        return json.loads(done.stdout)

    return run


@pytest.fixture(scope="session")
def packages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The packages of the site, without msgspec: this Python has its own."""
    folder = tmp_path_factory.mktemp("site")
    for name, data in bundle.contents():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return folder


@pytest.fixture(scope="session")
def inside(packages: Path) -> Inside:
    return runner(packages)
