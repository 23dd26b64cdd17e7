"""`modengine schema`: print the JSON Schema of a file or record."""

from __future__ import annotations

import json

import click

from modengine.run.schemas import SCHEMAS


@click.command("schema")
@click.argument("kind", type=click.Choice(tuple(SCHEMAS)))
def command(kind: str) -> None:
    """Print a JSON Schema (draft 2020-12).

    ruleset and policy are the rule files; message is a line of input; decision and error-record are
    the lines that scan writes; trace is what explain --format json prints.
    """
    click.echo(json.dumps(SCHEMAS[kind](), ensure_ascii=False, indent=2))
