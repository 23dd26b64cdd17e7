"""`modengine audit checkpoint`: make and print the newest checkpoint."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from modengine.cli.audit.options import audit_option, layout_of, print_lines, signer_of, signer_option


@click.command("checkpoint")
@audit_option
@signer_option
def command(audit: Path, audit_key: Path | None) -> None:
    """Make a checkpoint of all records, if there are new ones, and print the newest.

    Print it, mail it, post it: whoever has it can show later that nothing before it was changed.
    """
    from modengine.audit.files.layout import read_origin  # noqa: PLC0415
    from modengine.audit.tree.checkpoints import read_note  # noqa: PLC0415
    from modengine.audit.write.log import AuditLog  # noqa: PLC0415

    layout = layout_of(audit)
    read_origin(layout)
    AuditLog.open(audit, signer_of(audit_key), time=datetime.now(UTC)).close()
    print_lines(read_note(layout.checkpoint).removesuffix("\n").split("\n"))
