"""`modengine study pack`: a package without texts."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from modengine.cli.lab.options import command_line, say
from modengine.cli.study.options import pinned, study_argument


@click.command("pack")
@study_argument
@click.option(
    "-o",
    "--output",
    metavar="DIR",
    type=click.Path(path_type=Path),
    required=True,
    help="A new folder for the package.",
)
def command(study: Path, output: Path) -> None:
    """Run the pinned STUDY and write a package from which others repeat it.

    It holds the study and its pin, the rule files, the cards, what coders said of which row, every decision by
    the id of its row, every figure, and the versions of the packages, as an RO-Crate.  It holds no text of a
    corpus: whoever repeats it needs the corpora, which are known by their digests.

    \b
    Example:
      modengine study pack study.yaml -o package
    """
    from modengine.lab.package.pack import write_package  # noqa: PLC0415  (numpy, which --help does not need)
    from modengine.lab.study.run import run_study  # noqa: PLC0415

    opened, pin = pinned(study)
    run = run_study(opened, pin, command=command_line(), told=say)
    time = datetime.now(UTC).isoformat(timespec="seconds")
    names = write_package(output, opened, pin, run, time)
    decided = sum(len(one.corpus) for one in run.decisions)
    click.echo(
        f"wrote {len(names)} files to {output}: {len(run.result.figures):,} figures, {decided:,} decisions, no texts\n"
        f"repeat it with: modengine study verify {output} --data FOLDER"
    )
