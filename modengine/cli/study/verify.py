"""`modengine study verify`: repeat a package, and name each figure that differs."""

from __future__ import annotations

from pathlib import Path

import click

from modengine.cli.lab.options import Destination, output_options
from modengine.cli.study.options import command_line, say


@click.command("verify")
@click.argument("package", metavar="PACKAGE", type=click.Path(path_type=Path))
@click.option(
    "--data", metavar="DIR", multiple=True, type=click.Path(path_type=Path),
    help="Folder in which the corpora are looked for, by their digests. Repeatable.  [default: MODENGINE_DATA]",
)  # fmt: skip
@output_options
def command(package: Path, data: tuple[Path, ...], output: Destination) -> int:
    """Repeat the study of PACKAGE, and name each figure and each decision that differs.

    The files of the package are held to their digests first, the study to its pin.
    Exit code 0: all the same; 1: something differs; 2: it cannot be repeated.

    \b
    Example:
      modengine study verify package --data corpora
    """
    from modengine.lab.data.card import data_folder  # noqa: PLC0415  (numpy, which --help does not need)
    from modengine.lab.report.views.study_verify import view  # noqa: PLC0415
    from modengine.lab.study.verify import read_package, verify_package  # noqa: PLC0415

    folders = data or tuple(filter(None, (data_folder(),)))
    if not folders:
        raise click.UsageError("say where the corpora are: --data FOLDER")
    result = verify_package(read_package(package), folders, command=command_line(), told=say)
    output.write(view(result))
    return 0 if result.same else 1
