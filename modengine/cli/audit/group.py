"""`modengine audit`: what is done with an audit log.  One file a subcommand."""

from __future__ import annotations

from importlib import import_module

import click

COMMANDS: dict[str, str] = {
    "verify": "Check every record of a log.",
    "show": "Show a recorded decision.",
    "replay": "Make every decision again, and say what differs.",
    "query": "Ask the log in SQL.",
    "export": "Write statements of reasons, Parquet or CSV.",
    "checkpoint": "Make and print the newest checkpoint.",
    "prove": "Prove that a decision is in the log.",
    "consistency": "Prove that an older log is the beginning of this one.",
    "erase": "Erase the text of a message from the vault.",
    "keygen": "Make a key that signs checkpoints.",
}
"""Name and one line; each is the module of that name, and the command in it."""


class AuditCommands(click.Group):
    """A group that imports a subcommand when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in COMMANDS:
            return None
        command = import_module(f"modengine.cli.audit.{cmd_name}").command
        assert isinstance(command, click.Command)
        return command

    def invoke(self, ctx: click.Context) -> object:
        import sqlite3  # noqa: PLC0415  (--help needs none of this)

        try:
            return super().invoke(ctx)
        except sqlite3.Error as error:
            from modengine.errors import AuditError  # noqa: PLC0415

            what = f"the vault of the log cannot be read: {error}"
            raise AuditError("ME960", what, "is it the log's own, and whole? run `modengine audit verify`") from error

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group("audit", cls=AuditCommands)
def command() -> None:
    """Verify, show, prove, replay, query, export and erase what `modengine scan` recorded.

    docs/audit-log.md says what a log proves, and against whom.
    """
