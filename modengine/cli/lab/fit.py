"""`modengine fit`: points that fit the data, under a limit on false alarms."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path

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
from modengine.cli.options import PolicyFirst, policy_path
from modengine.explain.visible import many
from modengine.model import Action

_POLICIES = (".yaml", ".yml")
"""What the name of an output that is the policy ends with."""


class PartOfRows(click.ParamType[float]):
    """A share as `0.3%` or `0.003`."""

    name = "share"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> float:
        text = str(value).replace(" ", "")
        try:
            found = float(text.removesuffix("%")) / (100 if text.endswith("%") else 1)
        except ValueError:
            found = -1.0
        if not 0 <= found < 1:
            self.fail(f"`{value}` is no share: write 0.3% or 0.003", param, ctx)
        return found


@click.command("fit", cls=PolicyFirst)
@policy_argument
@corpora_argument
@click.option("--category", "categories", metavar="NAME", multiple=True, help="Fit this one alone. Repeatable.")
@click.option(
    "--false-alarms",
    metavar="SHARE",
    type=PartOfRows(),
    default="0.3%",
    show_default=True,
    help="How much of each stratum of ordinary speech may be hit.",
)
@click.option(
    "--at",
    "aim",
    type=click.Choice(("label", "review", "block")),
    default="review",
    show_default=True,
    help="The action at which rows are caught and limits hold; the step below where a category lacks it.",
)
@click.option(
    "--rules",
    "most_rules",
    metavar="N",
    type=click.IntRange(1, 10_000),
    default=25,
    show_default=True,
    help="How many rules of a category may have points.",
)
@click.option(
    "--step", metavar="N", type=click.IntRange(1, 100), default=5, show_default=True, help="Points are multiples of it."
)
@click.option(
    "--max",
    "most",
    metavar="N",
    type=click.IntRange(1, 999),
    help="Most points of a rule.  [default: the threshold, or what it has]",
)
@click.option("--by", metavar="FIELD", help="Field of the policy that tells the channel: fit each of its values too.")
@click.option(
    "--draws",
    metavar="N",
    type=click.IntRange(0, 2_000),
    default=100,
    show_default=True,
    help="Bootstrap draws for the points.",
)
@click.option(
    "--write",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Write a study policy with these points over POLICY; so does --output with a name in .yaml.",
)
@corpus_options
@partial(output_options, more=_POLICIES)
def command(
    policy: str,
    corpora: tuple[str, ...],
    categories: tuple[str, ...],
    false_alarms: float,
    aim: Action,
    most_rules: int,
    step: int,
    most: int | None,
    by: str | None,
    draws: int,
    write: Path | None,
    reading: Reading,
    output: Destination,
) -> None:
    """Fit the points of POLICY's rules: most caught, few false alarms in each kind of ordinary speech.

    A sparse risk score in whole points over the rules of a category, cross-validated by clusters of
    near-duplicates and by corpus.  Thresholds, caps and reliefs stay as they are.  No rule file is
    ever written.  Scope and period are ignored.

    \b
    Examples:
      modengine fit campaign-2014 fraud.yaml ordinary.yaml --category fraud
      modengine fit policy.yaml rows.csv --label kind --none ok \\
        --false-alarms 0.5% --write fitted.yaml
    """
    from modengine.lab.report.views.fit import view  # noqa: PLC0415
    from modengine.lab.studies.fit import fit, steps  # noqa: PLC0415  (numpy, which --help does not need)
    from modengine.lab.studies.fitting.policy import override  # noqa: PLC0415
    from modengine.run.write.replace import refuse_inputs, write_text  # noqa: PLC0415

    path = policy_path(policy)
    assert path is not None
    if output.path is not None and output.path.suffix.lower() in _POLICIES:
        if write is not None:
            raise click.UsageError("--output names a policy, and so does --write: leave one out")
        write, output = output.path, replace(output, path=None)
    if write is not None:
        refuse_inputs(write, (str(path), *corpora))
    engine = subject_of(policy)
    labelled = reading.corpora(engine, corpora)
    with progress("deciding and fitting", steps(engine, labelled, categories, by)) as told:
        result = fit(
            engine, labelled, reading.seed, aim=aim, false_alarms=false_alarms, most_rules=most_rules, step=step,
            most=most, by=by, categories=categories, draws=draws, command=reading.command, progress=told,
        )  # fmt: skip
    output.write(view(result))
    changed = sum(len(found.changes()) for found in result.fits)
    if write is not None and changed:
        write_text(write, override(result, path, write))
        click.echo(f"modengine: wrote {write}, with other points of {many(changed, 'rule')}", err=True)
    elif write is not None:
        click.echo(f"modengine: no points change, so {write} was not written", err=True)
