"""`modengine eval`: what a policy catches and misses, and whom it hits by mistake."""

from __future__ import annotations

import click

from modengine.cli.lab.options import (
    Destination,
    Reading,
    corpora_argument,
    corpus_options,
    output_options,
    policy_argument,
    progress,
    subject_of,
)


@click.command("eval")
@policy_argument
@corpora_argument
@click.option(
    "--prevalence",
    metavar="SHARE",
    type=click.FloatRange(0, 1, min_open=True, max_open=True),
    help="Project precision to traffic in which this share is of the category.",
)
@click.option(
    "--declare",
    metavar="OUTCOME",
    multiple=True,
    help="An outcome fixed beforehand, such as fraud.recall@review>=0.5. Repeatable.",
)
@corpus_options
@output_options
def command(
    policy: str,
    corpora: tuple[str, ...],
    prevalence: float | None,
    declare: tuple[str, ...],
    reading: Reading,
    output: Destination,
) -> int:
    """Measure POLICY on labelled corpora: recall, precision, F1 and over-blocking, with intervals.

    A CORPUS is a file (.jsonl, .csv, .parquet) or a card (.yaml) that names files and says what their
    columns mean.  A row whose label nothing maps is left out and counted.  Scope and period are ignored.

    \b
    Examples:
      modengine eval campaign-2014 samples/cards/samples.yaml
      modengine eval policy.yaml rows.csv --label kind --map scam=fraud --none ok
      modengine eval campaign-2014 samples/cards/*.yaml -o eval.html --declare 'any.over-blocking@label<=0.01'
    """
    from modengine.lab.report.views.evaluate import view  # noqa: PLC0415
    from modengine.lab.studies.evaluate import evaluate  # noqa: PLC0415  (numpy, which --help does not need)

    engine = subject_of(policy)
    read = reading.corpora(engine, corpora)
    with progress("deciding", sum(map(len, read))) as told:
        result = evaluate(
            engine, read, reading.seed, prevalence=prevalence, declare=declare, show_text=reading.show_text,
            command=reading.command, progress=told,
        )  # fmt: skip
    output.write(view(result, frozenset(corpus.name for corpus in read if corpus.columns.invented)))
    return 0
