"""`modengine study run`: every figure of a study, declared or exploratory."""

from __future__ import annotations

from pathlib import Path

import click

from modengine.cli.lab.options import Destination, command_line, output_options, say
from modengine.cli.study.options import pinned, study_argument


@click.command("run")
@study_argument
@click.option(
    "--writing", is_flag=True, help="Measure the writing half, where every figure is exploratory; needs no pin."
)
@output_options
def command(study: Path, writing: bool, output: Destination) -> None:
    """Measure the pinned STUDY: every declared outcome with its verdict, every other figure marked exploratory.

    A study that is not as it was pinned is an error that names what changed.  Where the study has `split:
    halves`, outcomes are tested on the checking half of each corpus; rules are written with the other.

    \b
    Examples:
      modengine study run study.yaml
      modengine study run study.yaml --writing
      modengine study run study.yaml -o study.html
    """
    from modengine.lab.report.views.study.run import view  # noqa: PLC0415  (numpy, which --help does not need)
    from modengine.lab.study.opened import open_study  # noqa: PLC0415
    from modengine.lab.study.read import read_study  # noqa: PLC0415
    from modengine.lab.study.run import run_study  # noqa: PLC0415

    if writing:
        opened, pin = open_study(read_study(study)), None
        if opened.study.split == "none":
            raise click.UsageError(f"`{study}` has no writing half: write `split: halves` in it")
    else:
        opened, pin = pinned(study)
    run = run_study(opened, pin, writing=writing, command=command_line(), told=say)
    output.write(view(run.result))
