"""Options that say which programs read the files that messages name."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any, TypeVar, cast

import click

from modengine.model import PART_KINDS
from modengine.run.read.media.readers import TIMEOUT, PartReader, Readers, reader_of

_Command = TypeVar("_Command", bound=Callable[..., Any])


def reader_options(command: _Command) -> _Command:
    """`--reader`, `--reader-timeout` and `--media-root`, as the argument `readers: Readers | None`."""

    @wraps(command)
    def called(**values: Any) -> Any:
        given, root, timeout = (values.pop(name) for name in ("readers", "media_root", "reader_timeout"))
        return command(**values, readers=_readers(given, root, timeout))

    options = (
        click.option(
            "--reader", "readers", metavar="KIND[=COMMAND]", multiple=True,
            help=f"What makes text of the files of parts: {', '.join(PART_KINDS)}; {{file}} in COMMAND is the file. "
            "`ocr` alone needs modengine[ocr]. Repeatable.",
        ),
        click.option(
            "--reader-timeout", metavar="SECONDS", type=click.FloatRange(0, min_open=True), default=TIMEOUT,
            show_default=True, help="For a file.",
        ),
        click.option(
            "--media-root", metavar="FOLDER", type=click.Path(path_type=Path, exists=True, file_okay=False),
            help="Where the files lie; no other is opened.  [default: the folder of each FILE]",
        ),
    )  # fmt: skip
    made: Any = called
    for option in reversed(options):
        made = option(made)
    return cast("_Command", made)


def _readers(given: tuple[str, ...], root: Path | None, timeout: float) -> Readers | None:
    """Raises BadParameter, InputError (ME920)."""
    found: list[PartReader] = []
    for written in given:
        try:
            reader = reader_of(written)
        except ValueError as error:
            raise click.BadParameter(str(error), param_hint="--reader") from None
        if any(other.kind == reader.kind for other in found):
            raise click.BadParameter(f"`{reader.kind}` has two readers", param_hint="--reader")
        found.append(reader)
    if root is not None and not found:
        raise click.UsageError("--media-root says where files lie: say what reads them, with --reader")
    return Readers(tuple(found), root, timeout) if found else None
