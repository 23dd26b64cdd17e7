"""`modengine power`: what rows can show, before anybody looks."""

from __future__ import annotations

import click

from modengine.cli.lab.options import Destination, Reading, corpus_options, output_options, policy_argument
from modengine.cli.options import PolicyFirst, engine_of

SHARE = click.FloatRange(0, 1, min_open=True, max_open=True)


@click.command("power", cls=PolicyFirst)
@policy_argument
@click.argument("corpora", metavar="[CORPUS...]", nargs=-1)
@click.option(
    "--declare", metavar="OUTCOME", multiple=True,
    help="An outcome as eval tests it, such as any.over-blocking@label<=0.01. Repeatable.",
)  # fmt: skip
@click.option(
    "--truth", metavar="SHARE", type=SHARE, multiple=True,
    help="What the outcome is expected to be: once for all, or once for each. Repeatable.",
)  # fmt: skip
@click.option(
    "--baseline", "baselines", metavar="SHARE", type=SHARE, multiple=True, default=(0.01, 0.1, 0.5), show_default=True,
    help="Share from which a difference is to be shown. Repeatable.",
)  # fmt: skip
@click.option(
    "--differ", "differing", metavar="SHARE", type=SHARE, multiple=True, default=(0.01, 0.05, 0.2), show_default=True,
    help="Share of rows that two policies treat differently. Repeatable.",
)  # fmt: skip
@click.option("--power", "target", metavar="SHARE", type=SHARE, default=0.8, show_default=True,
              help="How likely a true difference is to be shown.")  # fmt: skip
@click.option("--alpha", metavar="SHARE", type=SHARE, default=0.05, show_default=True, help="Level of the tests.")
@click.option(
    "--icc", metavar="SHARE", type=click.FloatRange(0, 1), default=1.0, show_default=True,
    help="How alike rows of a cluster are decided: 1 always alike, 0 independent.",
)  # fmt: skip
@corpus_options
@output_options
def command(
    policy: str, corpora: tuple[str, ...], declare: tuple[str, ...], truth: tuple[float, ...],
    baselines: tuple[float, ...], differing: tuple[float, ...], target: float, alpha: float, icc: float,
    reading: Reading, output: Destination,
) -> None:  # fmt: skip
    """Say what the rows of CORPUS can show, and how many rows an outcome needs.  No row is decided.

    Without a CORPUS, only what declared outcomes need.  POLICY gives the names of the categories.

    \b
    Examples:
      modengine power campaign-2014 rows.csv --label kind --none ok
      modengine power campaign-2014 --declare 'any.over-blocking@label<=0.01' \\
        --truth 0.005
    """
    from modengine.lab.coding.power import power  # noqa: PLC0415  (numpy, which --help does not need)
    from modengine.lab.report.views.power import view  # noqa: PLC0415

    if not corpora and not declare:
        raise click.UsageError("name a corpus, or an outcome with --declare and --truth")
    engine = engine_of(policy)
    result = power(
        engine, reading.corpora(engine, corpora), reading.seed, declare=declare, truth=truth, baselines=baselines,
        differing=differing, target=target, alpha=alpha, icc=icc, command=reading.command,
    )  # fmt: skip
    output.write(view(result))
