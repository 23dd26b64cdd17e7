"""What the site runs on: fetched by name, held to its digest, and said where it cannot be had."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from modengine.cli.play import command
from modengine.errors import InputError
from modengine.play.site import runtime as module
from modengine.play.site.runtime import LOCK, runtime
from tests.paths import DOCS


def test_a_folder_without_the_archives_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=re.escape(LOCK["pyodide"]["file"])) as said:
        runtime(tmp_path, tmp_path, print)
    assert said.value.code == "ME918"
    assert "--runtime" in said.value.hint


def test_another_file_of_that_name_is_refused(tmp_path: Path) -> None:
    for lock in LOCK.values():
        (tmp_path / lock["file"]).write_bytes(b"something else")
    with pytest.raises(InputError, match="is not the file"):
        runtime(tmp_path, tmp_path, print)


def test_without_npm_the_error_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module.shutil, "which", lambda _name: None)
    said: list[str] = []
    with pytest.raises(InputError, match="no npm") as error:
        runtime(None, tmp_path, said.append)
    assert "install Node.js" in error.value.hint
    assert said


def test_the_archives_are_pinned_and_the_page_says_which() -> None:
    page = (DOCS / "play.md").read_text("utf-8")
    for lock in LOCK.values():
        assert len(bytes.fromhex(lock["sha512"])) == hashlib.sha512().digest_size
        assert lock["version"] in lock["file"]
        assert lock["version"] in page


def test_a_runtime_without_a_site_is_a_mistake() -> None:
    done = CliRunner().invoke(command, ["--runtime", "."])
    assert done.exit_code == 2
    assert "--export-site" in done.output
