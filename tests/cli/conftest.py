"""Every command of these tests runs in a folder of its own."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.scanning import MESSAGES


@pytest.fixture(autouse=True)
def here(folder: Path) -> Path:
    return folder


@pytest.fixture
def messages(tmp_path: Path) -> Path:
    path = tmp_path / "messages.jsonl"
    path.write_text("".join(json.dumps(m, ensure_ascii=False) + "\n" for m in MESSAGES), encoding="utf-8")
    return path
