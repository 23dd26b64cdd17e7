"""`modengine diff`: what changes between two policies."""

from __future__ import annotations

import click

from modengine.cli.lab.failing import fail_on_option, failed, limits_of
from modengine.cli.lab.options import (
    Destination,
    Reading,
    corpus_argument,
    corpus_options,
    output_options,
    progress,
    subject_of,
)


@click.command("diff")
@click.argument("a", metavar="A")
@click.argument("b", metavar="B")
@corpus_argument
@fail_on_option
@click.option("--most", metavar="N", type=click.IntRange(0), default=200, show_default=True, help="Flips to list.")
@corpus_options
@output_options
def command(
    a: str, b: str, corpus: str, fail_on: tuple[str, ...], most: int, reading: Reading, output: Destination
) -> int:
    """Compare the policies A and B on one corpus: every row that they decide otherwise, and why.

    A new false alarm is a harmless row whose highest action rises, a lost catch a row of a category
    whose highest action falls, a flip a row on which the action of any category changes.  Scope and
    period are ignored.
    Exit code 0: nothing that --fail-on names; 1: more of it than N.

    \b
    Examples:
      modengine diff campaign-2014 campaign-2014-reposts \\
        samples/cards/samples.yaml
      modengine diff old.yaml new.yaml card.yaml --fail-on new-false-alarms \\
        --fail-on lost-catches=3
    """
    limits = limits_of(fail_on)
    from modengine.lab.report.views.compare import view  # noqa: PLC0415
    from modengine.lab.studies.compare import compare  # noqa: PLC0415  (numpy, which --help does not need)

    first, second = subject_of(a), subject_of(b)
    labelled = reading.corpus(corpus, first, second)
    with progress("deciding twice", 2 * len(labelled)) as told:
        result = compare(
            first, second, labelled, reading.seed, show_text=reading.show_text, most=most, command=reading.command,
            progress=told,
        )  # fmt: skip
    output.write(view(result, labelled.columns.invented, (a, b)))
    return failed(result, limits)
