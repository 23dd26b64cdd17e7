"""`modengine ablate`: what each rule does."""

from __future__ import annotations

import click

from modengine.cli.lab.options import (
    Destination,
    Reading,
    corpus_argument,
    corpus_options,
    jobs_option,
    output_options,
    policy_argument,
    progress,
    subject_of,
)
from modengine.cli.options import PolicyFirst


@click.command("ablate", cls=PolicyFirst)
@policy_argument
@corpus_argument
@click.option("--no-segmentation", is_flag=True, help="Leave out the comparison of word boundaries.")
@jobs_option
@corpus_options
@output_options
def command(policy: str, corpus: str, no_segmentation: bool, jobs: int, reading: Reading, output: Destination) -> None:
    """Measure each rule of POLICY on a labelled corpus: hits, overlap, and what changes without it.

    A rule is left out as if it were a draft, and every row decided again on which that can matter.
    Scope and period are ignored.

    \b
    Examples:
      modengine ablate campaign-2014 samples/cards/samples.yaml
      modengine ablate policy.yaml rows.csv --label kind --none ok --table never
    """
    from modengine.lab.report.views.ablate import view  # noqa: PLC0415
    from modengine.lab.studies.ablate import ablate, steps  # noqa: PLC0415  (numpy, which --help does not need)

    engine = subject_of(policy)
    labelled = reading.corpus(corpus, engine)
    with progress("leaving out rules", steps(engine)) as told:
        result = ablate(
            engine, labelled, reading.seed, segmentation=not no_segmentation, command=reading.command,
            progress=told, jobs=jobs,
        )  # fmt: skip
    output.write(view(result))
