"""Options that the commands on specimens share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

_Command = TypeVar("_Command", bound=Callable[..., Any])


def show_terms_option(command: _Command) -> _Command:
    return click.option("--show-terms", is_flag=True, help="Show entries, which may be offensive, unmasked.")(command)


def specimens_argument(command: _Command) -> _Command:
    """SPECIMEN...: cards, or folders of cards."""
    return click.argument("specimens", metavar="SPECIMEN...", nargs=-1, required=True, type=click.Path(path_type=Path))(
        command
    )
