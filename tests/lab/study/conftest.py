"""The study of docs/study.md, in a folder of its own."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from modengine.cli.main import run
from tests.docs.examples import blocks
from tests.paths import DOCS


def write_study(folder: Path) -> Path:
    folder.mkdir()
    for block in blocks(DOCS / "study.md"):
        if block.file is not None and not (folder / block.file).exists():
            (folder / block.file).write_text(block.body, "utf-8")
    return folder / "study.yaml"


def copied(study: Path, folder: Path) -> Path:
    """The same study in a folder of one test."""
    return shutil.copytree(study.parent, folder / "study") / study.name


@pytest.fixture
def study(tmp_path: Path) -> Path:
    """`study.yaml`, and all that it names beside it."""
    return write_study(tmp_path / "study")


@pytest.fixture(scope="session")
def once_pinned(tmp_path_factory: pytest.TempPathFactory) -> Path:
    study = write_study(tmp_path_factory.mktemp("pinned") / "study")
    assert run(["study", "pin", str(study)]) == 0
    return study


@pytest.fixture
def pinned(once_pinned: Path, tmp_path: Path) -> Path:
    """A copy of its own of the study that was pinned."""
    return copied(once_pinned, tmp_path)


@pytest.fixture(scope="session")
def packed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a study that was pinned and packed; it is copied, never changed."""
    study = write_study(tmp_path_factory.mktemp("packed") / "study")
    assert run(["study", "pin", str(study)]) == 0
    assert run(["study", "pack", str(study), "-o", str(study.parent / "package")]) == 0
    return study.parent
