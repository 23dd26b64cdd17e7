"""`modengine evade`: what is still caught when caught messages are disguised, and what resisting costs."""

from __future__ import annotations

from typing import cast

import click

from modengine.cli.lab.options import (
    Destination,
    Reading,
    corpus_options,
    jobs_option,
    output_options,
    policy_argument,
    progress,
    subject_of,
)
from modengine.cli.options import PolicyFirst
from modengine.model import Action


@click.command("evade", cls=PolicyFirst)
@policy_argument
@click.argument("corpora", metavar="[CORPUS...]", nargs=-1)
@click.option("--examples", is_flag=True, help="Disguise the match examples of the rules, too.")
@click.option(
    "--where",
    type=click.Choice(("anywhere", "matched")),
    default="anywhere",
    show_default=True,
    help="Change any characters, or only those that the rules matched.",
)
@click.option(
    "--action",
    type=click.Choice(("label", "review", "block")),
    default="review",
    show_default=True,
    help="A row counts as caught from this action.",
)
@click.option("--kind", "kinds", metavar="KIND", multiple=True, help="Only this kind of disguise. Repeatable.")
@click.option(
    "--most",
    metavar="N",
    type=click.IntRange(min=1),
    default=200,
    show_default=True,
    help="Disguise at most so many caught rows of a category, drawn at random.",
)
@click.option(
    "--draws",
    metavar="N",
    type=click.IntRange(1, 100),
    default=3,
    show_default=True,
    help="Disguise each row so many times in each way; the spread of the draws is given.",
)
@click.option(
    "--cost",
    is_flag=True,
    help="Measure price and gain of each matching option in steps, too: from the patterns with long terms to all.",
)
@click.option("--no-price", is_flag=True, help="Do not measure what the matching options cost harmless rows.")
@jobs_option
@corpus_options
@output_options
def command(
    policy: str,
    corpora: tuple[str, ...],
    examples: bool,
    where: str,
    action: str,
    kinds: tuple[str, ...],
    most: int,
    draws: int,
    cost: bool,
    no_price: bool,
    jobs: int,
    reading: Reading,
    output: Destination,
) -> None:
    """Measure how much POLICY still catches when what it catches is disguised, at five strengths.

    Disguises: full width, traditional characters, zero-width characters, marks, emoji, repeats, homophones,
    pinyin, initials, split characters, look-alikes.  Strength 1 changes a tenth of the characters that can
    be changed, strength 5 all of them.  Harmless rows show what each matching option costs, off and on.
    A CORPUS is a file (.jsonl, .csv, .parquet) or a card (.yaml).  Texts are shown only where a card says
    that they are invented.

    \b
    Examples:
      modengine evade campaign-2014 --examples
      modengine evade campaign-2014 samples/cards/samples.yaml -o evade.html
      modengine evade campaign-2014 samples/cards/samples.yaml --cost --table cost
      modengine evade policy.yaml rows.csv --label kind --map scam=fraud \\
        --none ok --where matched
    """
    from modengine.lab.report.views.evade import view  # noqa: PLC0415
    from modengine.lab.studies.evade import WHERE, evade  # noqa: PLC0415  (numpy, which --help does not need)

    if not corpora and not examples:
        raise click.UsageError("name a CORPUS, or take the examples of the rules with --examples")
    if cost and no_price:
        raise click.UsageError("--cost measures the price that --no-price leaves out: give one of them")
    engine = subject_of(policy)
    read = reading.corpora(engine, corpora)
    with progress("disguising", 100) as told:
        result = evade(
            engine, read, reading.seed, examples=examples, where=WHERE[where == "matched"],
            action=cast(Action, action), kinds=kinds, most=most, draws=draws, price=not no_price,
            steps=cost, command=reading.command, progress=told, jobs=jobs,
        )  # fmt: skip
    output.write(view(result))
