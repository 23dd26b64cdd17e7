"""Rule files made for one test."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest


@pytest.fixture
def write(tmp_path: Path) -> Any:
    """Write files; gives the path of the first."""

    def make(**files: str | bytes) -> Path:
        paths = []
        for name, text in files.items():
            path = tmp_path / (name.replace("__", "/") + (".txt" if name.endswith("list") else ".yaml"))
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8"))
            paths.append(path)
        return paths[0]

    return make
