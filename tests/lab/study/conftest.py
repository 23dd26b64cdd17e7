"""The study of docs/study.md, in a folder of its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.commands import Command
from tests.docs.examples import blocks
from tests.paths import DOCS


@pytest.fixture
def study(tmp_path: Path) -> Path:
    """`study.yaml`, and all that it names beside it."""
    folder = tmp_path / "study"
    folder.mkdir()
    for block in blocks(DOCS / "study.md"):
        if block.file is not None and not (folder / block.file).exists():
            (folder / block.file).write_text(block.body, "utf-8")
    return folder / "study.yaml"


@pytest.fixture
def pinned(study: Path, command: Command) -> Path:
    assert command("study", "pin", study).code == 0
    return study


def change(path: Path, old: str, new: str) -> None:
    """Puts one text in the place of another, which is there once."""
    text = path.read_text("utf-8")
    assert text.count(old) == 1, text
    path.write_text(text.replace(old, new), "utf-8")
