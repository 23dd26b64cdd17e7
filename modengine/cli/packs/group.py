"""`modengine pack`: rules that others can install.  One file a subcommand."""

from __future__ import annotations

import click

from modengine.cli.group import Group, Subcommand

COMMANDS: dict[str, Subcommand] = {
    "new": Subcommand("packs.new", "Make the folder of a pack."),
    "check": Subcommand("packs.check", "Say what is wrong with a pack."),
    "build": Subcommand("packs.build", "Write a pack as a wheel."),
}


@click.group("pack", cls=Group, table=COMMANDS)
def command() -> None:
    """Make, check and build packs: rules with a name, a version, a licence and a namespace, which others install.

    `--policy PACK:POLICY` and `base: PACK:POLICY` use one. docs/packs.md says what a pack is.
    """
