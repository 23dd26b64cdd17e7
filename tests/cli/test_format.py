"""`modengine format`: what it writes, what it leaves alone, and its exit codes."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from modengine.cli.rules import format as module
from modengine.policy.layout.format import FormattedFile, format_file
from tests.commands import Command
from tests.paths import ROOT

MIXED = "title: T\n# the name\nruleset: r\ncategory: c\nrules: []\n"
SORTED = "# the name\nruleset: r\ntitle: T\ncategory: c\nrules: []\n"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "r.yaml"
    path.write_text(MIXED, encoding="utf-8")
    return path


def test_a_file_is_written_and_then_is_in_order(file: Path, command: Command) -> None:
    ran = command("format", file)
    assert (ran.code, ran.err) == (0, "")
    assert ran.out == f"formatted {file}\n1 file: 1 formatted, 0 already in order\n"
    assert file.read_text("utf-8") == SORTED
    ran = command("format", "--check", file)
    assert (ran.code, ran.out) == (0, "1 file: 0 would be formatted, 1 already in order\n")


def test_check_and_diff_write_nothing(file: Path, command: Command) -> None:
    ran = command("format", "--check", file)
    assert ran.code == 1
    assert f"would format {file}\n" in ran.out
    ran = command("format", "--diff", file)
    assert ran.code == 1
    assert f"--- {file}\n+++ {file}\n" in ran.out
    assert "\n-title: T\n # the name\n ruleset: r\n+title: T\n" in ran.out
    assert ran.err == "1 file: 1 would be formatted, 0 already in order\n"
    assert file.read_text("utf-8") == MIXED


def test_folders_are_walked_as_check_does(file: Path, command: Command) -> None:
    below = file.parent / "below" / "s.yml"
    hidden = file.parent / ".hidden" / "t.yaml"
    for path in (below, hidden):
        path.parent.mkdir()
        path.write_text(MIXED, encoding="utf-8")
    (file.parent / "terms.txt").write_text("b\na\n", encoding="utf-8")
    assert command("format", file.parent, file).code == 0
    assert (file.read_text("utf-8"), below.read_text("utf-8"), hidden.read_text("utf-8")) == (SORTED, SORTED, MIXED)


def test_without_a_path_it_is_the_current_folder(file: Path, command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(file.parent)
    assert command("format").out == "formatted r.yaml\n1 file: 1 formatted, 0 already in order\n"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (b"title: T\nruleset: r\nrules:\n  - id: [a\n", "ME105"),
        (b"title: T\nruleset: r\nrules:\n\t- id: a\n", "ME105"),
        (b"title: T\nruleset: r\nrules: &a []\n", "ME107"),
        (b"title: T\nruleset: r\ntitle: U\n", "ME110"),
        (b"title: T\n", "ME206"),
        (b"- a\n", "ME206"),
        (b"", "ME112"),
        ("title: 题\nruleset: r\n".encode("gbk"), "ME104"),
        (b"title: T\nruleset: r\n---\n", "ME111"),
        (b"title: T\nruleset: r\n#" + b"x" * 5_000_000, "ME103"),
    ],
)
def test_a_broken_file_is_left_as_it_is_and_the_others_are_formatted(
    file: Path, command: Command, text: bytes, code: str
) -> None:
    broken = file.with_name("broken.yaml")
    broken.write_bytes(text)
    ran = command("format", file.parent)
    assert ran.code == 2
    assert f"{broken}:" in ran.err
    assert f"error[{code} " in ran.err
    assert "1 left as they are, with errors" in ran.out
    assert broken.read_bytes() == text
    assert file.read_text("utf-8") == SORTED


def test_a_byte_order_mark_and_windows_line_ends_stay(file: Path, command: Command) -> None:
    file.write_bytes(b"\xef\xbb\xbf" + MIXED.replace("\n", "\r\n").encode())
    assert command("format", file).code == 0
    assert file.read_bytes() == b"\xef\xbb\xbf" + SORTED.replace("\n", "\r\n").encode()


def test_a_file_that_may_only_be_read_stays(file: Path, command: Command) -> None:
    file.chmod(0o444)
    ran = command("format", file)
    assert ran.code == 2
    assert "ME909" in ran.err
    assert "may only be read" in ran.err
    assert file.read_text("utf-8") == MIXED


@pytest.mark.skipif(os.name == "nt", reason="permissions and links of POSIX")
def test_permissions_and_links_stay(file: Path, command: Command) -> None:
    file.chmod(0o640)
    link = file.with_name("link.yml")
    link.symlink_to(file)
    assert command("format", link).code == 0
    assert link.is_symlink()
    assert (file.read_text("utf-8"), file.stat().st_mode & 0o777) == (SORTED, 0o640)
    assert sorted(path.name for path in file.parent.iterdir()) == ["link.yml", "r.yaml"]


@pytest.mark.skipif(os.name == "nt" or os.geteuid() != 0, reason="only the superuser gives files away")
def test_the_owner_stays(file: Path, command: Command) -> None:
    os.chown(file, 1234, 2345)
    assert command("format", file).code == 0
    assert (file.stat().st_uid, file.stat().st_gid, file.read_text("utf-8")) == (1234, 2345, SORTED)


def test_what_somebody_writes_meanwhile_is_not_lost(
    file: Path, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = file.with_name("s.yaml")
    other.write_text(MIXED, encoding="utf-8")

    def saved_by_an_editor(path: Path) -> FormattedFile:
        if path == other:
            file.write_text("mine", encoding="utf-8")
        return format_file(path)

    monkeypatch.setattr(module, "format_file", saved_by_an_editor)
    assert command("format", file, other).code == 0
    assert file.read_text("utf-8") == "mine"


def test_an_empty_folder_is_said(tmp_path: Path, command: Command) -> None:
    ran = command("format", tmp_path)
    assert ran.code == 2
    assert "ME101" in ran.err


def test_the_shipped_rules_can_be_formatted(command: Command) -> None:
    assert command("format", "--check", ROOT / "rules").code in (0, 1)
