"""`modengine audit show`: show a recorded decision."""

from __future__ import annotations

from pathlib import Path

import click

from modengine.cli.audit.options import audit_option, layout_of, print_json, print_lines
from modengine.cli.options import format_option


@click.command("show")
@click.argument("identifier", metavar="ID")
@audit_option
@format_option("text", "json")
def command(identifier: str, audit: Path, form: str) -> None:
    """Show every decision on the message ID; or one, by its decision id (d-...) or its number (#N).

    Patterns and places come from the vault, the text too if it was kept.
    """
    from modengine.audit.read.show import as_data, as_text, decisions  # noqa: PLC0415

    shown = decisions(layout_of(audit), identifier)
    if form == "json":
        print_json([as_data(decision) for decision in shown])
    else:
        print_lines("\n\n".join(map(as_text, shown)).split("\n"))
