"""`modengine audit erase`: erase the text of a message from the vault."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path

import click

from modengine.cli.audit.options import audit_option, layout_of, print_lines, signer_of, signer_option

MOST = 20
"""Decisions that are listed."""


@click.command("erase")
@click.option("--id", "message_id", metavar="ID", help="The message, by exactly this id: every decision on it.")
@click.option("--record", metavar="RECORD", help="One decision, by its number (7 or #7) or its id (d-...).")
@audit_option
@signer_option
@click.option("--yes", is_flag=True, help="Do not ask.")
def command(message_id: str | None, record: str | None, audit: Path, audit_key: Path | None, yes: bool) -> None:
    """Erase text, details and salt of every decision on a message, or of one decision.

    The decisions are shown first, and only those that were shown are erased.  The records stay, and the
    log still verifies; nobody can confirm any more what the text was.  That it was erased is itself
    recorded.

    \b
    Examples:
      modengine audit erase --id h-001
      modengine audit erase --record 7
    """
    if (message_id is None) == (record is None):
        raise click.UsageError("say what: --id ID for all decisions on a message, or --record RECORD for one decision")
    from modengine.audit.files.layout import read_origin  # noqa: PLC0415
    from modengine.audit.read.show import decisions  # noqa: PLC0415
    from modengine.audit.records.find import by_message, by_record  # noqa: PLC0415
    from modengine.audit.write.log import AuditLog  # noqa: PLC0415

    layout = layout_of(audit)
    read_origin(layout)
    wanted, search = (message_id, by_message) if message_id is not None else (record or "", by_record)
    records = [decision.record for decision in decisions(layout, wanted, search)]
    lines = [f"#{row['seq']}  {row['time']}  {row['decision_id']}  {row['policy']}: {row['taken']}" for row in records]
    print_lines(lines[:MOST] + ([f"and {len(lines) - MOST:,} more"] if len(lines) > MOST else []), err=True)
    them = "this decision" if len(records) == 1 else f"these {len(records):,} decisions"
    if not yes:
        _ask(f"Erase text, details and salt of {them}? This cannot be undone.")
    now = datetime.now(UTC)
    with AuditLog.open(audit, signer_of(audit_key), time=now) as log:
        erased = log.erase_records([found["seq"] for found in records], now)
    click.echo(f"erased: {', '.join(f'#{seq}' for seq in erased[:MOST])}{' ...' if len(erased) > MOST else ''}")


def _ask(question: str) -> None:
    """Raises Abort unless the answer is yes."""
    try:
        agreed = click.confirm(question, err=True)
    except click.Abort as error:
        if not isinstance(error.__context__, EOFError) or sys.stdin.isatty():
            raise
        raise click.UsageError("nobody answers on standard input: --yes erases without asking") from None
    if not agreed:
        raise click.Abort
