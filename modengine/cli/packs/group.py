"""`modengine pack`: rules that others can install.  One file a subcommand."""

from __future__ import annotations

from importlib import import_module

import click

COMMANDS: dict[str, str] = {
    "new": "Make the folder of a pack.",
    "check": "Say what is wrong with a pack.",
    "build": "Write a pack as a wheel.",
}
"""Name and one line; each is the module of that name, and the command in it."""


class PackCommands(click.Group):
    """A group that imports a subcommand when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in COMMANDS:
            return None
        command = import_module(f"modengine.cli.packs.{cmd_name}").command
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group("pack", cls=PackCommands)
def command() -> None:
    """Make, check and build packs: rules with a name, a version, a licence and a namespace, which others install.

    `--policy PACK:POLICY` and `base: PACK:POLICY` use one. docs/packs.md says what a pack is.
    """
