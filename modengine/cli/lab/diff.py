"""`modengine diff`: what changes between two policies."""

from __future__ import annotations

import click

from modengine.cli.lab.options import (
    Destination,
    Reading,
    corpus_argument,
    corpus_options,
    output_options,
    progress,
    subject_of,
)

_FAILURES = ("new-false-alarms", "lost-catches", "any-flip")


@click.command("diff")
@click.argument("a", metavar="A")
@click.argument("b", metavar="B")
@corpus_argument
@click.option(
    "--fail-on",
    metavar="WHAT[=N]",
    multiple=True,
    help=f"Exit code 1 if there are more than N [default: 0] of these: {', '.join(_FAILURES)}. Repeatable.",
)
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
      modengine diff campaign-2014 campaign-2014-reposts samples/cards/samples.yaml
      modengine diff old.yaml new.yaml card.yaml --fail-on new-false-alarms --fail-on lost-catches=3
    """
    limits = _limits(fail_on)
    from modengine.lab.report.views.compare import view  # noqa: PLC0415
    from modengine.lab.studies.compare import compare  # noqa: PLC0415  (numpy, which --help does not need)

    first, second = subject_of(a), subject_of(b)
    labelled = reading.corpus(corpus, first, second)
    with progress("deciding twice", 2 * len(labelled)) as told:
        result = compare(
            first, second, labelled, reading.seed, show_text=reading.show_text, most=most, command=reading.command,
            progress=told,
        )  # fmt: skip
    output.write(view(result, labelled.columns.invented))
    failed = [(name, n, result.failure(name)) for name, n in limits.items() if result.failure(name) > n]
    for name, n, found in failed:
        click.echo(f"modengine: {name}: {found:,}, more than the {n:,} allowed", err=True)
    return 1 if failed else 0


def _limits(given: tuple[str, ...]) -> dict[str, int]:
    """How many of each are allowed."""
    found: dict[str, int] = {}
    for limit in given:
        name, sign, number = limit.partition("=")
        if name not in _FAILURES or (sign and not (number.isascii() and number.isdigit())):
            raise click.BadParameter(
                f"`{limit}` is none of {', '.join(_FAILURES)}, with =N or without", param_hint="--fail-on"
            )
        if name in found:
            raise click.BadParameter(f"`{name}` is given twice", param_hint="--fail-on")
        found[name] = int(number) if sign else 0
    return found
