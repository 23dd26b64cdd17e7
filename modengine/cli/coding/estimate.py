"""`modengine estimate`: precision, recall and prevalence of a corpus, from a coded sample."""

from __future__ import annotations

from pathlib import Path

import click

from modengine.cli.coding.options import code_columns, key_stamp, sheets_argument
from modengine.cli.lab.options import Destination, output_options, seed_option


@click.command("estimate")
@click.argument("key_file", metavar="KEY", type=click.Path(path_type=Path))
@sheets_argument
@click.option(
    "--settled", metavar="FILE", type=click.Path(path_type=Path),
    help="The sheet of `agree --settle`, filled in: its codes count where coders differ.",
)  # fmt: skip
@click.option("--beyond", is_flag=True, help="Intervals of all that the corpus stands for, not of itself.")
@code_columns
@seed_option
@output_options
def command(
    key_file: Path, sheets: tuple[Path, ...], settled: Path | None, beyond: bool, id_column: str, code_column: str,
    seed: int, output: Destination,
) -> None:  # fmt: skip
    """Estimate precision, recall and prevalence of the whole corpus from SHEETs that people coded.

    KEY is the key.json of the sample.  Every coded row stands for as many as its stratum says; intervals carry
    sampling and how far the coders disagree.

    \b
    Examples:
      modengine estimate coding/key.json anna.xlsx ben.xlsx
      modengine estimate coding/key.json anna.csv ben.csv --settled settle.csv \\
        -o estimates.html
    """
    from modengine.lab.coding.codes import read_settled, read_sheets  # noqa: PLC0415  (numpy, which --help does not need)
    from modengine.lab.coding.estimate import estimate  # noqa: PLC0415
    from modengine.lab.coding.key import read_key  # noqa: PLC0415
    from modengine.lab.report.views.coding import estimate_view  # noqa: PLC0415

    key = read_key(key_file)
    read = read_sheets(sheets, key, id_column=id_column, code_column=code_column)
    final = None if settled is None else read_settled(settled, key, id_column, code_column)
    result = estimate(key, read, key_stamp("estimate", key, seed), seed, settled=final, beyond=beyond)
    output.write(estimate_view(result))
