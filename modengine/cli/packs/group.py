"""`modengine pack`: rules that others can install.  One file a subcommand."""

from __future__ import annotations

import click

from modengine.cli.group import Group, commands_in

COMMANDS: dict[str, str] = {
    "new": "Make the folder of a pack.",
    "check": "Say what is wrong with a pack.",
    "build": "Write a pack as a wheel.",
}
"""Name and one line; each is the module of that name, and the command in it."""


@click.group("pack", cls=Group, table=commands_in("packs", COMMANDS))
def command() -> None:
    """Make, check and build packs: rules with a name, a version, a licence and a namespace, which others install.

    `--policy PACK:POLICY` and `base: PACK:POLICY` use one. docs/packs.md says what a pack is.
    """
