"""`modengine suggest`: advice of a text model, which never acts."""

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
from modengine.cli.options import PolicyFirst
from modengine.model import Action


@click.command("suggest", cls=PolicyFirst)
@policy_argument
@corpora_argument
@click.option("--category", "categories", metavar="NAME", multiple=True, help="Advise on this one alone. Repeatable.")
@click.option(
    "--at",
    type=click.Choice(("label", "review", "block")),
    default="label",
    show_default=True,
    help="The action from which a row counts as hit.",
)
@click.option(
    "--most",
    metavar="N",
    type=click.IntRange(1),
    default=20,
    show_default=True,
    help="Rows to read, and proposals, of each kind for a category.",
)
@corpus_options
@output_options
def command(
    policy: str,
    corpora: tuple[str, ...],
    categories: tuple[str, ...],
    at: Action,
    most: int,
    reading: Reading,
    output: Destination,
) -> None:
    """Say what POLICY could learn from its errors: rows to read, terms and signs to try, and how much is left.

    A model of character n-grams is fitted to the writing half of the corpora.  It ranks misses and
    false alarms there, proposes terms and signs with their counts on both halves, and is compared with
    the policy on the checking half, at as many false alarms.  It also says in which strata, lengths
    and words errors gather.  Nothing of it enters a decision, and no rule is written.  Scope and
    period are ignored.

    \b
    Examples:
      modengine suggest campaign-2014 samples/cards/samples.yaml --table gap
      modengine suggest policy.yaml rows.csv --label kind --none ok \\
        --category fraud -o advice.html
    """
    from modengine.lab.advice.suggest import steps, suggest  # noqa: PLC0415  (numpy, which --help does not need)
    from modengine.lab.report.views.suggest import view  # noqa: PLC0415

    engine = subject_of(policy)
    labelled = reading.corpora(engine, corpora)
    with progress("deciding and fitting", steps(engine, labelled, categories)) as told:
        result = suggest(
            engine, labelled, reading.seed, at=at, categories=categories, most=most, show_text=reading.show_text,
            command=reading.command, progress=told,
        )  # fmt: skip
    output.write(view(result, frozenset(corpus.name for corpus in labelled if corpus.columns.invented)))
