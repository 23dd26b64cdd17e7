"""`--fail-on`: which changes of decisions a build may not have."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import click

from modengine.lab.studies.failing import FAILURES, Failable

fail_on_option = click.option(
    "--fail-on",
    metavar="WHAT[=N]",
    multiple=True,
    help=f"Exit code 1 if there are more than N [default: 0] of these: {', '.join(FAILURES)}. Repeatable.",
)
"""`--fail-on`, as the argument `fail_on`."""


def limits_of(given: Sequence[str]) -> dict[str, int]:
    """How many of each are allowed.  Raises BadParameter."""
    found: dict[str, int] = {}
    for limit in given:
        name, sign, number = limit.partition("=")
        if name not in FAILURES or (sign and not (number.isascii() and number.isdigit())):
            raise click.BadParameter(
                f"`{limit}` is none of {', '.join(FAILURES)}, with =N or without", param_hint="--fail-on"
            )
        if name in found:
            raise click.BadParameter(f"`{name}` is given twice", param_hint="--fail-on")
        found[name] = int(number) if sign else 0
    return found


def failed(result: Failable, limits: Mapping[str, int]) -> int:
    """The exit code: 1 where there is more of something than is allowed, which is said."""
    more = [(name, n, result.failure(name)) for name, n in limits.items() if result.failure(name) > n]
    for name, n, found in more:
        click.echo(f"modengine: {name}: {found:,}, more than the {n:,} allowed", err=True)
    return 1 if more else 0
