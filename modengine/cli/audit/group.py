"""`modengine audit`: what is done with an audit log.  One file a subcommand."""

from __future__ import annotations

import click

from modengine.cli.group import Group, Subcommand

COMMANDS: dict[str, Subcommand] = {
    "verify": Subcommand("audit.verify", "Check every record of a log."),
    "show": Subcommand("audit.show", "Show a recorded decision."),
    "replay": Subcommand("audit.replay", "Make every decision again, and say what differs."),
    "query": Subcommand("audit.query", "Ask the log in SQL."),
    "export": Subcommand("audit.export", "Write statements of reasons, Parquet or CSV."),
    "checkpoint": Subcommand("audit.checkpoint", "Make and print the newest checkpoint."),
    "prove": Subcommand("audit.prove", "Prove that a decision is in the log."),
    "consistency": Subcommand("audit.consistency", "Prove that an older log is the beginning of this one."),
    "erase": Subcommand("audit.erase", "Erase the text of a message from the vault."),
    "keygen": Subcommand("audit.keygen", "Make a key that signs checkpoints."),
}


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


@click.group("audit", cls=AuditCommands, table=COMMANDS)
def command() -> None:
    """Verify, show, prove, replay, query, export and erase what `modengine scan` recorded.

    docs/audit-log.md says what a log proves, and against whom.
    """
