"""Options that say which programs read the files that messages name."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any, TypeVar, cast

import click

from modengine.model import PART_KINDS, PartKind
from modengine.run.read.media.readers import TIMEOUT, PartReader, Readers, reader_of

_Command = TypeVar("_Command", bound=Callable[..., Any])


def reader_options(command: _Command) -> _Command:
    """`--reader`, `--media` and what goes with them, as the argument `readers: Readers | None`."""

    @wraps(command)
    def called(**values: Any) -> Any:
        names = ("readers", "media_root", "reader_timeout", "media")
        if not values["readers"] and any(
            click.get_current_context().get_parameter_source(name) is not click.core.ParameterSource.DEFAULT
            for name in names[1:]
        ):
            raise click.UsageError(
                "--media, --media-root and --reader-timeout are for a reader: say which, with --reader"
            )
        readers = _readers(*(values.pop(name) for name in names))
        return command(**values, readers=readers)

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
            "--media", metavar="COLUMN=KIND", multiple=True,
            help="A field that names a file, or a list of files, to be read as parts of this kind. Repeatable.",
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


def _readers(given: tuple[str, ...], root: Path | None, timeout: float, media: tuple[str, ...]) -> Readers | None:
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
    return Readers(tuple(found), root, timeout, tuple(dict.fromkeys(map(_column, media)))) if found else None


def _column(written: str) -> tuple[str, PartKind]:
    name, sign, kind = written.rpartition("=")
    if not (sign and name) or kind not in PART_KINDS:
        raise click.BadParameter(
            f"`{written}` is not COLUMN=KIND; kinds are {', '.join(PART_KINDS)}", param_hint="--media"
        )
    if name in ("id", "text", "parts"):
        raise click.BadParameter(f"`{name}` is no field that names files", param_hint="--media")
    return name, kind
