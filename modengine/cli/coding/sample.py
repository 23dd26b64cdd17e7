"""`modengine sample`: rows to be coded, with blinded sheets, a guide and a key."""

from __future__ import annotations

from pathlib import Path
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
)
from modengine.cli.options import PolicyFirst, engine_of

if TYPE_CHECKING:
    from modengine.lab.coding.draw import Allocation
    from modengine.lab.coding.key import By

BY = ("action", "category", "stratum")


@click.command("sample", cls=PolicyFirst)
@policy_argument
@corpus_argument
@click.option("--rows", "-n", metavar="N", type=click.IntRange(1), required=True, help="How many rows to draw.")
@click.option(
    "--to", "folder", metavar="FOLDER", type=click.Path(path_type=Path), required=True,
    help="A new folder for sheets, guide and key.",
)  # fmt: skip
@click.option(
    "--by", metavar="NAMES", default=",".join(BY), show_default=True, callback=lambda _c, _p, value: _by(value),
    help="What strata are made of.",
)  # fmt: skip
@click.option(
    "--allocate", "allocation", type=click.Choice(("root", "equal", "proportional")), default="root", show_default=True,
    help="Rows by the root of the size of a stratum, the same for each, or by its size.",
)  # fmt: skip
@click.option(
    "--coders", metavar="N", type=click.IntRange(1, 20), default=2, show_default=True, help="How many sheets to write."
)
@click.option(
    "--overlap", metavar="SHARE", type=click.FloatRange(0, 1), default=1.0, show_default=True,
    help="Share of the rows that every coder gets.",
)  # fmt: skip
@corpus_options
@output_options
def command(
    policy: str,
    corpus: str,
    rows: int,
    folder: Path,
    by: tuple[By, ...],
    allocation: Allocation,
    coders: int,
    overlap: float,
    reading: Reading,
    output: Destination,
) -> None:
    """Draw rows of CORPUS to be coded by people, by what POLICY does to them.

    Writes to FOLDER: sheets/, a blinded and shuffled sheet for each coder (CSV and XLSX) with a guide made of
    the policy's clauses; key.json, which `estimate` needs and no coder may see; key.csv, the same for R.

    \b
    Examples:
      modengine sample campaign-2014 rows.csv -n 400 --to coding --stratum channel
      modengine sample policy.yaml rows.csv -n 400 --to coding --coders 3 \\
        --overlap 0.25
    """
    from modengine.lab.coding.sample import sample  # noqa: PLC0415  (numpy, which --help does not need)
    from modengine.lab.coding.sheets import clauses_of, write_sheets  # noqa: PLC0415
    from modengine.lab.report.views.coding import sample_view  # noqa: PLC0415

    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise click.UsageError(f"`{folder}` is there already: name a new folder, so that no sheet is lost")
    engine = engine_of(policy)
    read = reading.corpus(corpus, engine)
    with progress("deciding", len(read)) as told:
        drawn = sample(
            engine, read, rows, reading.seed, by=by, allocation=allocation, coders=coders, overlap=overlap,
            command=reading.command, progress=told,
        )  # fmt: skip
    write_sheets(drawn, engine.policy, folder)
    output.write(sample_view(drawn.result))
    if drawn.result.drawn < rows:
        click.echo(f"modengine: fewer than {rows:,} rows are there, and all of them were drawn", err=True)
    for category, clauses in clauses_of(engine.policy).items():
        if not clauses:
            click.echo(f"modengine: the policy has no clause for {category}: the guide leaves it open", err=True)


def _by(value: str) -> tuple[str, ...]:
    names = tuple(dict.fromkeys(name.strip() for name in value.split(",") if name.strip()))
    wrong = [name for name in names if name not in BY]
    if wrong or not names:
        raise click.BadParameter(f"`{value}` is not made of {', '.join(BY)}, with commas between them")
    return names
