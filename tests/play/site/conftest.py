"""What the worker of the site unpacks, as a folder that this Python can run from."""

from __future__ import annotations

from pathlib import Path

import pytest

from modengine.play.site import bundle
from tests.play.site.running import Inside, runner


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
