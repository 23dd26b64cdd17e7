"""`modengine agree`: how far coders agree, and a sheet of what is to be settled."""

from __future__ import annotations

from pathlib import Path

import click

from modengine.cli.coding.options import code_columns, key_stamp, sheets_argument
from modengine.cli.lab.options import Destination, output_options, seed_option


@click.command("agree")
@sheets_argument
@click.option("--key", "key_file", metavar="KEY", type=click.Path(path_type=Path), help="The key.json of the sample.")
@click.option(
    "--settle", metavar="FILE", type=click.Path(path_type=Path),
    help="Write a sheet of the rows on which coders differ (.csv or .xlsx).",
)  # fmt: skip
@code_columns
@seed_option
@output_options
def command(
    sheets: tuple[Path, ...], key_file: Path | None, settle: Path | None, id_column: str, code_column: str, seed: int,
    output: Destination,
) -> None:  # fmt: skip
    """Measure how far the coders of SHEETs agree: Krippendorff's alpha, pairs, who says what beside whom.

    A SHEET is what one coder filled in (.csv or .xlsx), in any order, named after the coder.  With --key, codes
    are checked against the policy's categories, and alpha is also given for the whole corpus.

    \b
    Examples:
      modengine agree anna.xlsx ben.csv --key coding/key.json --settle settle.xlsx
      modengine agree anna.csv ben.csv --id row --code label
    """
    from modengine.lab.coding.agreement import agreement  # noqa: PLC0415  (numpy, which --help does not need)
    from modengine.lab.coding.codes import filled_in, read_sheets  # noqa: PLC0415
    from modengine.lab.coding.key import read_key  # noqa: PLC0415
    from modengine.lab.coding.settle import settle_sheet  # noqa: PLC0415
    from modengine.lab.report.views.coding import agree_view  # noqa: PLC0415
    from modengine.run.write.replace import refuse_inputs, write_bytes  # noqa: PLC0415

    key = None if key_file is None else read_key(key_file)
    if settle is not None and settle.suffix.lower() not in (".csv", ".xlsx"):
        raise click.UsageError(f"--settle writes .csv or .xlsx, not `{settle}`")
    read = read_sheets(sheets, key, id_column=id_column, code_column=code_column)
    result = agreement(read, key_stamp("agree", key, seed), key, seed)
    if settle is not None:
        refuse_inputs(settle, [str(path) for path in sheets])
        if settle.exists() and (filled := filled_in(settle)):
            raise click.UsageError(f"`{settle}` is there already and {filled:,} rows are filled in: name a new file")
        content = settle_sheet(read, key, settle.suffix.lower() == ".xlsx")
        write_bytes(settle, content)
    output.write(agree_view(result))
