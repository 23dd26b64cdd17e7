"""`modengine specimen describe`: how lists are made."""

from __future__ import annotations

from pathlib import Path

import click

from modengine.cli.lab.options import Destination, command_line, output_options
from modengine.cli.specimen.options import show_terms_option, specimens_argument


@click.command("describe")
@specimens_argument
@show_terms_option
@output_options
def command(specimens: tuple[Path, ...], show_terms: bool, output: Destination) -> None:
    """Say how lists are made: lengths, scripts, combinations, categories, entries that are nearly alike.

    A SPECIMEN is a card, or a folder of cards.

    \b
    Examples:
      modengine specimen describe lists/chat.yaml
      modengine specimen describe lists --format csv -o tables
    """
    from modengine.lab.report.views.specimens.describe import view  # noqa: PLC0415  (numpy, which --help does not need)
    from modengine.lab.specimens.card import read_specimens  # noqa: PLC0415
    from modengine.lab.specimens.describe import describe_specimens  # noqa: PLC0415

    output.write(view(describe_specimens(read_specimens(specimens), show_terms=show_terms, command=command_line())))
