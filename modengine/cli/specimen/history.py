"""`modengine specimen history`: what changed in a list."""

from __future__ import annotations

from pathlib import Path

import click

from modengine.cli.lab.options import Destination, command_line, output_options, seed_option
from modengine.cli.specimen.options import show_terms_option


@click.command("history")
@click.argument("specimen", metavar="SPECIMEN", type=click.Path(path_type=Path))
@show_terms_option
@seed_option
@output_options
def command(specimen: Path, show_terms: bool, seed: int, output: Destination) -> None:
    """Say what was added to and removed from SPECIMEN, a card, and how long entries last.

    The list needs snapshots (`modengine specimen import` of a folder of them), or entries with dates.

    \b
    Examples:
      modengine specimen history lists/keyfile.yaml
      modengine specimen history lists/keyfile.yaml -o history.html
    """
    from modengine.lab.report.views.specimens.history import view  # noqa: PLC0415  (numpy, which --help does not need)
    from modengine.lab.specimens.card import read_specimen  # noqa: PLC0415
    from modengine.lab.specimens.history import specimen_history  # noqa: PLC0415

    output.write(view(specimen_history(read_specimen(specimen), seed, show_terms=show_terms, command=command_line())))
