"""`modengine specimen measure`: what lists do to ordinary speech."""

from __future__ import annotations

from pathlib import Path

import click

from modengine.cli.lab.options import (
    Destination,
    Reading,
    command_line,
    corpora_argument,
    corpus_options,
    output_options,
    progress,
)
from modengine.cli.specimen.options import show_terms_option


@click.command("measure")
@click.argument("specimen", metavar="SPECIMEN", type=click.Path(path_type=Path))
@corpora_argument
@click.option("--most", metavar="N", type=click.IntRange(0), default=20, show_default=True,
              help="Entries of a list to name, the costliest first.")  # fmt: skip
@show_terms_option
@corpus_options
@output_options
def command(
    specimen: Path, corpora: tuple[str, ...], most: int, show_terms: bool, reading: Reading, output: Destination
) -> None:
    """Measure what SPECIMEN, a card or a folder of cards, would match in ordinary speech.

    A CORPUS is a file (.jsonl, .csv, .parquet) or a card (.yaml), as for `modengine eval`; only its harmless
    rows are measured, all where no labels are named.  Of more than 50 lists there are the shares and their
    spread alone.

    \b
    Examples:
      modengine specimen measure lists/chat.yaml samples/cards/thucnews-dev.yaml
      modengine specimen measure lists news.csv --stratum topic -o measure.html
      modengine specimen measure lists/chat.yaml news.csv --table costliest \\
        --show-terms
    """
    from modengine.lab.report.views.specimens.measure import view  # noqa: PLC0415  (numpy, which --help does not need)
    from modengine.lab.specimens.card import read_specimens  # noqa: PLC0415
    from modengine.lab.specimens.measure import measure_specimens  # noqa: PLC0415

    lists = read_specimens([specimen])
    read = reading.corpora(None, corpora)
    with progress("matching", 2 * sum(map(len, read))) as told:
        result = measure_specimens(
            lists, read, reading.seed, show_terms=show_terms, most=most, command=command_line(), progress=told
        )
    output.write(view(result))
