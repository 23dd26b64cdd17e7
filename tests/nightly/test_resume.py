"""A scan that is killed at every step, and by everything that stops one, is gone on with."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.commands import Command
from tests.resuming import (
    jsonl,
    killed_at_every_step,
    many,
    posix,
    proc,
    small,
    stopped_and_gone_on_with,
    table,
)  # fmt: skip

__all__ = ["jsonl", "many", "small", "table"]  # fixtures


@posix
@pytest.mark.usefixtures("small")
@pytest.mark.parametrize(
    ("how", "form"),
    [("fsync", "jsonl"), ("write", "jsonl"), ("replace", "csv"), ("fsync", "parquet"), ("replace", "parquet"),
     ("unlink", "parquet"), ("write", "rows")],
)  # fmt: skip
def test_killed_at_every_step_it_goes_on_to_the_same_end(
    how: str, form: str, jsonl: Path, table: Path, tmp_path: Path
) -> None:
    killed_at_every_step(how, form, table if form == "csv" else jsonl, tmp_path, step=3)


@posix
@proc
@pytest.mark.parametrize("how", ["kill", "ctrl-c", "worker", "term"])
def test_several_processes_stopped_and_gone_on_with(how: str, many: Path, folder: Path, command: Command) -> None:
    stopped_and_gone_on_with(how, many, folder, command)
