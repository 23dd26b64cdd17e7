"""`modengine eval`: what a policy catches and misses, and whom it hits by mistake."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import click

from modengine.cli.lab.options import (
    Destination,
    Reading,
    corpora_argument,
    corpus_options,
    declare_option,
    output_options,
    policy_argument,
    prevalence_option,
    progress,
    subject_of,
)
from modengine.cli.options import PolicyFirst
from modengine.run.write.replace import refuse_inputs

ROWS = (".parquet", ".csv", ".arrow")
"""What the name of a file of rows ends with."""


@click.command("eval", cls=PolicyFirst)
@policy_argument
@corpora_argument
@prevalence_option
@declare_option
@click.option(
    "--rows",
    metavar="FILE",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Also write a row a message (.parquet, .csv, .arrow) and beside it its codebook.",
)
@corpus_options
@output_options
def command(
    policy: str,
    corpora: tuple[str, ...],
    prevalence: float | Mapping[str, float] | None,
    declare: tuple[str, ...],
    rows: Path | None,
    reading: Reading,
    output: Destination,
) -> None:
    """Measure POLICY on labelled corpora: recall, precision, F1 and over-blocking, with intervals.

    A CORPUS is a file (.jsonl, .csv, .parquet) or a card (.yaml) that names files and says what their
    columns mean.  A row whose label nothing maps is left out and counted.  Scope and period are ignored.

    \b
    Examples:
      modengine eval campaign-2014 samples/cards/samples.yaml
      modengine eval policy.yaml rows.csv --label kind --map scam=fraud --none ok
      modengine eval policy.yaml rows.csv --label kind --stratum topic \\
        --stratum source --rows decided.parquet
      modengine eval campaign-2014 samples/cards/plain.yaml -o eval.html \\
        --declare 'any.over-blocking@label<=0.01'
    """
    if rows is not None:
        if rows.suffix.lower() not in ROWS:
            raise click.BadParameter(f"`{rows}` ends with none of {', '.join(ROWS)}", param_hint="--rows")
        if output.path is not None and output.path.resolve() == rows.resolve():
            raise click.UsageError(f"`{rows}` is the place of the result too: give the rows another")
        refuse_inputs(rows, reading.files(corpora))
    from modengine.lab.data.outcomes import decide_all  # noqa: PLC0415
    from modengine.lab.report.rows import message_rows, write_rows  # noqa: PLC0415
    from modengine.lab.report.views.evaluate import view  # noqa: PLC0415
    from modengine.lab.studies.evaluate import evaluate  # noqa: PLC0415  (numpy, which --help does not need)

    engine = subject_of(policy)
    read = reading.corpora(engine, corpora)
    with progress("deciding", sum(map(len, read))) as told:
        outcomes = decide_all(engine, read, told)
        result = evaluate(
            engine, read, reading.seed, prevalence=prevalence, declare=declare, show_text=reading.show_text,
            outcomes=outcomes, command=reading.command,
        )  # fmt: skip
    if rows is not None:
        write_rows(message_rows(engine, read, outcomes, reading.seed, show_text=reading.show_text), rows)
    output.write(view(result, frozenset(corpus.name for corpus in read if corpus.columns.invented)))
