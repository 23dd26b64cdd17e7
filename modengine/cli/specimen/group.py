"""`modengine specimen`: what is asked of lists that others made.  One file a subcommand."""

from __future__ import annotations

from importlib import import_module

import click

COMMANDS: dict[str, str] = {
    "import": "Make specimens of published lists.",
    "measure": "Measure what lists do to ordinary speech.",
    "describe": "Say how lists are made.",
    "compare": "Compare all pairs of lists.",
    "history": "Say what changed in a list, and how long entries last.",
}
"""Name and one line; each is the module of that name (`import_`), and the command in it."""


class SpecimenCommands(click.Group):
    """A group that imports a subcommand when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in COMMANDS:
            return None
        module = "import_" if cmd_name == "import" else cmd_name
        command = import_module(f"modengine.cli.specimen.{module}").command
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group("specimen", cls=SpecimenCommands)
def command() -> None:
    """Study lists that others made: published, leaked, taken from a program.

    A specimen is measured and never acts: it says what a list would match, not what was blocked.  The
    commands flip, diff, fairness, evade, eval and report take its card where they take a policy.
    docs/specimens.md says what the figures mean.
    """
