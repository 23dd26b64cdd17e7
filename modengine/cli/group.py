"""A group of commands, each of which is imported when it is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any, NamedTuple

import click


class Subcommand(NamedTuple):
    module: str
    """Below `modengine.cli`; its `command` is what is called."""
    line: str
    """What the command does, for lists of commands."""


class Group(click.Group):
    """A group that knows its commands by name, and guesses one that is misspelt."""

    def __init__(self, *args: Any, table: Mapping[str, Subcommand], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.table = table

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        return list(self.table)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in self.table:
            return None
        command = import_module(f"modengine.cli.{self.table[cmd_name].module}").command
        assert isinstance(command, click.Command)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args[0] not in self.table and not ctx.resilient_parsing:
            from modengine.policy.nodes.diagnostics import closest  # noqa: PLC0415  (most names are right)

            begun = (name for name in self.table if args[0].startswith(name))  # `evaluate`
            if near := next(begun, "") or closest(args[0], self.table):
                ctx.fail(f"no such command `{args[0]}`; did you mean `{near}`?")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        with formatter.section("Commands"):
            formatter.write_dl([(name, subcommand.line) for name, subcommand in self.table.items()])
