"""Arguments that the commands around coders share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from modengine.cli.lab.options import command_line

if TYPE_CHECKING:
    from modengine.lab.coding.key import SampleKey
    from modengine.lab.data.stamp import Stamp

_Command = TypeVar("_Command", bound=Callable[..., Any])
sheets_argument = click.argument("sheets", metavar="SHEET...", nargs=-1, required=True, type=click.Path(path_type=Path))
"""SHEET...: what coders filled in."""


def code_columns(command: _Command) -> _Command:
    """`--id` and `--code`, for sheets that others made."""
    command = click.option("--code", "code_column", metavar="COLUMN", default="code", show_default=True,
                           help="Column with the codes.")(command)  # fmt: skip
    return click.option("--id", "id_column", metavar="COLUMN", default="id", show_default=True,
                        help="Column with the ids of the rows.")(command)  # fmt: skip


def key_stamp(measurement: str, key: SampleKey | None, seed: int) -> Stamp:
    """The stamp of a result from coded sheets, with the command line."""
    from modengine.lab.coding.key import coded_stamp  # noqa: PLC0415  (the engine, which --help does not need)

    return coded_stamp(measurement, key, seed, command_line())
