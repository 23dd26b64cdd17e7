"""`modengine tune`: points that fit the data."""

from __future__ import annotations

from pathlib import Path

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
from modengine.cli.options import engine_of, policy_path
from modengine.model import Action


@click.command("tune")
@policy_argument
@corpus_argument
@click.option(
    "--min", "least", type=click.IntRange(0, 10_000), default=0, show_default=True, help="Fewest points of a rule."
)
@click.option(
    "--max", "most", type=click.IntRange(1, 10_000), help="Most points.  [default: the category's highest step]"
)
@click.option(
    "--at", "aim", type=click.Choice(("label", "review", "block")), default="label", show_default=True,
    help="The action at which rows are to be told apart.",
)  # fmt: skip
@click.option("--category", "categories", metavar="NAME", multiple=True, help="Fit this one alone. Repeatable.")
@click.option(
    "--write", metavar="FILE", type=click.Path(path_type=Path), help="Write a policy with these points over POLICY."
)
@corpus_options
@output_options
def command(
    policy: str,
    corpus: str,
    least: int,
    most: int | None,
    aim: Action,
    categories: tuple[str, ...],
    write: Path | None,
    reading: Reading,
    output: Destination,
) -> int:
    """Fit the points of POLICY's rules to one half of a corpus and judge them on the other.

    The halves never share a cluster of near-duplicates.  Caps and reliefs stay as they are.  Nothing is
    written without --write.  Scope and period are ignored.

    \b
    Examples:
      modengine tune campaign-2014 card.yaml --category fraud
      modengine tune policy.yaml rows.csv --label kind --none ok --max 60 --write tuned.yaml
    """
    from modengine.lab.report.views.tune import view  # noqa: PLC0415
    from modengine.lab.studies.tune import override, rows_decided, tune  # noqa: PLC0415  (numpy, which --help does not need)
    from modengine.run.write.replace import refuse_inputs, replacing  # noqa: PLC0415

    path = policy_path(policy)
    assert path is not None
    if write is not None:
        refuse_inputs(write, (str(path), corpus))
    engine = engine_of(policy)
    labelled = reading.corpus(corpus, engine)
    with progress("deciding again and again", rows_decided(engine, labelled)) as told:
        result = tune(
            engine, labelled, reading.seed, least=least, most=most, aim=aim, categories=categories,
            command=reading.command, progress=told,
        )  # fmt: skip
    output.write(view(result))
    if write is not None and result.changes():
        with replacing(write) as stream:
            stream.write(override(result, path, write).encode("utf-8"))
        click.echo(f"modengine: wrote {write}: {len(result.changes()):,} rules have other points", err=True)
    elif write is not None:
        click.echo(f"modengine: no points change, so {write} was not written", err=True)
    return 0
