"""What the subcommands of `modengine study` share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from modengine.lab.study.opened import OpenedStudy
    from modengine.lab.study.pin import Pin

_Command = TypeVar("_Command", bound=Callable[..., Any])


def study_argument(command: _Command) -> _Command:
    """STUDY: the file."""
    return click.argument("study", metavar="STUDY", type=click.Path(path_type=Path))(command)


def pinned(path: Path) -> tuple[OpenedStudy, Pin]:
    """A study that is as it was pinned.  Raises PolicyError, InputError (ME916)."""
    from modengine.lab.study.changes import check_pin  # noqa: PLC0415  (numpy, which --help does not need)
    from modengine.lab.study.opened import open_study  # noqa: PLC0415
    from modengine.lab.study.pin import pin_path, read_pin  # noqa: PLC0415
    from modengine.lab.study.read import read_study  # noqa: PLC0415

    opened = open_study(read_study(path))
    pin = check_pin(opened, read_pin(pin_path(path)))
    return opened, pin
