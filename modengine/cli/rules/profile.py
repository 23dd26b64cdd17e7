"""`modengine profile`: what rules and patterns cost."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from modengine.cli.lab.options import counted, progress
from modengine.cli.options import PolicyFirst, engine_of, format_option, input_format_option
from modengine.explain.visible import many

if TYPE_CHECKING:
    from collections.abc import Sequence

    from modengine.run.read.files import Form
    from modengine.run.work.profile import Cost, Profile


@click.command("profile", cls=PolicyFirst)
@click.argument("policy", metavar="POLICY")
@click.argument("corpus", metavar="CORPUS")
@click.option("--most", metavar="N", type=click.IntRange(1), default=15, show_default=True, help="Rows of each table.")
@format_option("text", "json")
@input_format_option
def command(policy: str, corpus: str, most: int, form: str, input_format: Form | None) -> None:
    """Name the rules and patterns of POLICY that cost most on the messages of CORPUS.

    CORPUS is a file of messages as `modengine scan` reads it.  Times are processor time on this
    machine; a rule is asked only where its condition can hold, a pattern only where a rule asks.
    Scope and period are ignored.

    \b
    Examples:
      modengine profile campaign-2014 samples/messages.jsonl
      modengine profile policy.yaml messages.csv --most 5 --format json
    """
    import msgspec  # noqa: PLC0415  (only here)

    from modengine.run.read.files import read_paths  # noqa: PLC0415
    from modengine.run.work.profile import profile  # noqa: PLC0415  (the engine, which --help does not need)

    engine = engine_of(policy)
    rows = read_paths([corpus], input_format)
    with progress("deciding") as told:
        result = profile(engine.policy, counted((row.message for row in rows if row.message is not None), told))
    if form == "json":
        click.echo(msgspec.json.format(msgspec.json.encode(result), indent=2).decode())
    else:
        click.echo(_text(result, most))


def _text(result: Profile, most: int) -> str:
    each = result.seconds / result.messages * 1e6 if result.messages else 0.0
    head = f"{many(result.messages, 'message')}, {result.seconds:.2f} s of processor time, {each:,.0f} µs a message"
    tables = (_table("rule", result.rules, most, result), _table("pattern", result.patterns, most, result))
    return "\n\n".join([head, *tables])


def _table(title: str, costs: Sequence[Cost], most: int, result: Profile) -> str:
    """Share of all time, microseconds a look, how often asked, and how often it held."""
    lines = [f"{'share':>6}{'µs each':>9}{'asked':>9}{'held':>9}  {title}"]
    for cost in costs[:most]:
        share = cost.seconds / result.seconds if result.seconds else 0.0
        kind = f" ({cost.kind})" if cost.kind != title else ""
        each = cost.seconds / cost.asked * 1e6
        lines.append(f"{share:>6.1%}{each:>9.1f}{cost.asked:>9,}{cost.held:>9,}  {cost.name}{kind}")
    if len(costs) > most:
        lines.append(f"and {len(costs) - most:,} more")
    return "\n".join(lines)
