"""What the subcommands of `modengine study` share."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from modengine.lab.study.opened import OpenedStudy
    from modengine.lab.study.pin import Pin

study_argument = click.argument("study", metavar="STUDY", type=click.Path(path_type=Path))
"""STUDY: the file."""


def pinned(path: Path) -> tuple[OpenedStudy, Pin]:
    """A study that is as it was pinned.  Raises PolicyError, InputError (ME916)."""
    from modengine.lab.study.changes import check_pin  # noqa: PLC0415  (numpy, which --help does not need)
    from modengine.lab.study.opened import open_study  # noqa: PLC0415
    from modengine.lab.study.pin import pin_path, read_pin  # noqa: PLC0415
    from modengine.lab.study.read import read_study  # noqa: PLC0415

    opened = open_study(read_study(path))
    pin = check_pin(opened, read_pin(pin_path(path)))
    return opened, pin
