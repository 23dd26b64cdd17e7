"""`modengine init`: a first folder of rules."""

from __future__ import annotations

import shlex
from contextlib import AbstractContextManager
from pathlib import Path
from typing import BinaryIO

import pytest
import yaml

from modengine.cli.rules import first
from modengine.errors import OutputError
from modengine.run.write.replace import replacing
from tests.commands import Command

WRITTEN = {
    "policy.yaml",
    "prizes.yaml",
    "lists/prizes.txt",
    "modengine.toml",
    ".pre-commit-config.yaml",
    ".github/workflows/rules.yml",
}


def files_in(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def test_a_first_folder_passes_what_it_says_comes_next(command: Command, here: Path) -> None:
    ran = command("init", "my rules")
    assert ran.code == 0
    assert files_in(here / "my rules") == WRITTEN
    following = [shlex.split(line)[1:] for line in ran.out.splitlines() if line.startswith("  modengine ")]
    assert [words[0] for words in following] == ["check", "test", "explain"]
    check, test, explain = (command(*words) for words in following)
    assert (check.code, check.out) == (0, "0 errors, 0 warnings\n")
    assert test.code == 0
    assert "5 of 5 examples hold" in test.out
    assert command("format", "--check", "my rules").code == 0
    assert "REVIEW" in explain.out


def test_every_branch_of_a_first_folder_has_an_example(command: Command) -> None:
    command("init", "rules")
    assert command("test", "rules", "--coverage", "--fail-under", "100").code == 0


def test_its_hooks_and_its_workflow_are_yaml_and_ask_for_commands_that_work(command: Command, here: Path) -> None:
    command("init")
    hooks = yaml.safe_load((here / ".pre-commit-config.yaml").read_text("utf-8"))["repos"][0]["hooks"]
    steps = yaml.safe_load((here / ".github/workflows/rules.yml").read_text("utf-8"))["jobs"]["rules"]["steps"]
    asked = [hook["entry"] for hook in hooks] + [step["run"] for step in steps if "modengine " in step.get("run", "")]
    assert len(asked) == 4
    assert [command(*line.split()[1:]).code for line in asked] == [0, 0, 0, 0]


@pytest.mark.parametrize("name", sorted(WRITTEN))
def test_nothing_that_is_there_is_overwritten(command: Command, here: Path, name: str) -> None:
    path = here / "mine" / name
    path.parent.mkdir(parents=True)
    path.write_text("mine", encoding="utf-8")
    ran = command("init", "mine")
    assert ran.code == 2
    assert f"[ME909 output-not-written] `mine` has `{name}` already" in ran.err
    assert files_in(here / "mine") == {name}
    assert path.read_text("utf-8") == "mine"


def test_a_file_is_no_folder(command: Command, here: Path) -> None:
    (here / "x").write_text("mine", encoding="utf-8")
    for named in ("x", "x/y"):
        ran = command("init", named)
        assert (ran.code, ran.out) == (2, "")
        assert "a file is in the way" in ran.err


def test_what_cannot_be_written_whole_is_not_in_the_way_of_the_next_try(
    command: Command, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(path: Path) -> AbstractContextManager[BinaryIO]:
        if path.name == "prizes.txt":
            raise OutputError("ME909", "no space left on device", "make room")
        return replacing(path)

    with monkeypatch.context() as patched:
        patched.setattr(first, "replacing", full)
        assert command("init", "mine").code == 2
    assert files_in(here / "mine") == set()
    assert command("init", "mine").code == 0
