"""`modengine audit`: what is done with an audit log.  One file a subcommand."""

from __future__ import annotations

import click

from modengine.cli.group import Group, commands_in

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


class AuditCommands(Group):
    """The subcommands; a vault that cannot be read is told in words."""

    def invoke(self, ctx: click.Context) -> object:
        import sqlite3  # noqa: PLC0415  (--help needs none of this)

        try:
            return super().invoke(ctx)
        except sqlite3.Error as error:
            from modengine.errors import AuditError  # noqa: PLC0415

            what = f"the vault of the log cannot be read: {error}"
            raise AuditError("ME960", what, "is it the log's own, and whole? run `modengine audit verify`") from error


@click.group("audit", cls=AuditCommands, table=commands_in("audit", COMMANDS))
def command() -> None:
    """Verify, show, prove, replay, query, export and erase what `modengine scan` recorded.

    docs/audit-log.md says what a log proves, and against whom.
    """
