"""`modengine fairness`: whether a policy treats people alike."""

from __future__ import annotations

from pathlib import Path

import click

from modengine.cli.lab.options import (
    Destination,
    Reading,
    corpus_options,
    output_options,
    policy_argument,
    progress,
    subject_of,
)
from modengine.cli.options import PolicyFirst


@click.command("fairness", cls=PolicyFirst)
@policy_argument
@click.argument("corpora", metavar="[CORPUS...]", nargs=-1)
@click.option(
    "--templates",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Sentence templates of your own (YAML).  [default: those shipped]",
)
@click.option(
    "--tolerance",
    metavar="SHARE",
    type=click.FloatRange(0, 1, min_open=True, max_open=True),
    default=0.1,
    show_default=True,
    help="The declared outcome: fewer templates than this share change.",
)
@click.option(
    "--fail-on",
    type=click.Choice(("action", "score")),
    help="Exit with 1 if a template changes its action with the identity term; with `score`, its action or score.",
)
@corpus_options
@output_options
def command(
    policy: str,
    corpora: tuple[str, ...],
    templates: Path | None,
    tolerance: float,
    fail_on: str | None,
    reading: Reading,
    output: Destination,
) -> int:
    """Measure whether POLICY treats people alike.

    Every identity term of the lexicon is put into sentence templates (neutral, positive, harmful, reported,
    role); every sentence whose action or score changes with the term is named.  With a CORPUS of real talk
    about groups, over-blocking by --stratum stands beside it.

    \b
    Examples:
      modengine fairness campaign-2014
      modengine fairness campaign-2014 samples/cards/cold-dev.yaml \\
        -o fairness.html
      modengine fairness policy.yaml talk.csv --label kind --none ok \\
        --stratum topic --fail-on action
    """
    from modengine.lab.data.templates import read_templates, shipped_templates  # noqa: PLC0415
    from modengine.lab.report.views.fairness import view  # noqa: PLC0415
    from modengine.lab.studies.fairness import fairness  # noqa: PLC0415  (numpy, which --help does not need)

    engine = subject_of(policy)
    chosen = shipped_templates() if templates is None else read_templates(templates)
    read = reading.corpora(engine, corpora)
    with progress("deciding", chosen.count) as told:
        result = fairness(
            engine, read, reading.seed, templates=chosen, tolerance=tolerance, command=reading.command, progress=told
        )
    output.write(view(result))
    changes = result.kinds[0].any_changes if fail_on == "score" else result.kinds[0].action_changes
    return 1 if fail_on is not None and changes.k else 0
