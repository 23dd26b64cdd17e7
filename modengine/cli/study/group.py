"""`modengine study`: a study from its pin to a package that somebody else repeats.  One file a subcommand."""

from __future__ import annotations

from importlib import import_module

import click

COMMANDS: dict[str, str] = {
    "pin": "Fix what a study claims, before anybody looks.",
    "run": "Measure a pinned study: each figure declared or exploratory.",
    "pack": "Write a package without texts, from which it can be repeated.",
    "verify": "Repeat a package, and name each figure that differs.",
}
"""Name and one line; each is the module of that name, and the command in it."""


class StudyCommands(click.Group):
    """A group that imports a subcommand when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in COMMANDS:
            return None
        command = import_module(f"modengine.cli.study.{cmd_name}").command
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group("study", cls=StudyCommands)
def command() -> None:
    """Pin, run, pack and verify a study: questions, policies, corpora, and outcomes declared beforehand.

    docs/study.md says what stands in a study file, and goes through one from pin to verify.
    """
