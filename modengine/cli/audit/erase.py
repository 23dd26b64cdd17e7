"""`modengine audit erase`: erase the text of a message from the vault."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from modengine.cli.audit.options import audit_option, layout_of, signer_of, signer_option


@click.command("erase")
@click.argument("identifier", metavar="ID")
@audit_option
@signer_option
@click.option("--yes", is_flag=True, help="Do not ask.")
def command(identifier: str, audit: Path, audit_key: Path | None, yes: bool) -> None:
    """Erase text, details and salt of every decision on the message ID; or of one (d-..., #N).

    The records stay, and the log still verifies; nobody can confirm any more what the text was.
    That it was erased is itself recorded.
    """
    from modengine.audit.files.layout import read_origin  # noqa: PLC0415
    from modengine.audit.read.show import decisions  # noqa: PLC0415
    from modengine.audit.write.log import AuditLog  # noqa: PLC0415

    layout = layout_of(audit)
    read_origin(layout)
    count = len(decisions(layout, identifier))
    them = "1 decision" if count == 1 else f"{count} decisions"
    if not yes:
        click.confirm(f"Erase text, details and salt of {them}? This cannot be undone.", abort=True, err=True)
    with AuditLog.open(audit, signer_of(audit_key), time=datetime.now(UTC)) as log:
        erased = log.erase(identifier, datetime.now(UTC))
    click.echo(f"erased: {', '.join(f'#{seq}' for seq in erased[:20])}{' ...' if len(erased) > 20 else ''}")
