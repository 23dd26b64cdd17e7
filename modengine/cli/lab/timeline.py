"""`modengine timeline`: a policy over dated messages."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from modengine.cli.lab.options import (
    Destination,
    Reading,
    corpus_argument,
    corpus_options,
    output_options,
    policy_argument,
    progress,
    subject_of,
)
from modengine.cli.options import PolicyFirst

if TYPE_CHECKING:
    from modengine.lab.studies.timeline import Unit


@click.command("timeline", cls=PolicyFirst)
@policy_argument
@corpus_argument
@click.option(
    "--time", metavar="COLUMN", help="Column with the time, ISO 8601.  [default: that of the policy's period]"
)
@click.option("--channel", metavar="COLUMN", default="channel", show_default=True, help="Column with the channel.")
@click.option("--reach", metavar="COLUMN", default="reposts", show_default=True, help="Column with the reposts.")
@click.option("--by", "unit", type=click.Choice(("day", "month", "year")), help="Unit of time.  [default: by the span]")
@corpus_options
@output_options
def command(
    policy: str,
    corpus: str,
    time: str | None,
    channel: str,
    reach: str,
    unit: Unit | None,
    reading: Reading,
    output: Destination,
) -> None:
    """Run POLICY over dated messages: what it asks for and what scope and period let it take.

    By time, channel and reach, before, during and after the policy's period.  The only command of the
    lab that respects scope and period.  Always a simulation.

    \b
    Examples:
      modengine timeline campaign-2014 samples/cards/samples.yaml
      modengine timeline policy.yaml rows.csv --time sent --by month
    """
    from modengine.lab.report.views.timeline import view  # noqa: PLC0415
    from modengine.lab.studies.timeline import timeline  # noqa: PLC0415  (numpy, which --help does not need)

    engine = subject_of(policy)
    labelled = reading.corpus(corpus, engine)
    with progress("deciding", len(labelled)) as told:
        result = timeline(
            engine, labelled, reading.seed, time=time, channel=channel, reach=reach, unit=unit, command=reading.command,
            progress=told,
        )  # fmt: skip
    output.write(view(result))
