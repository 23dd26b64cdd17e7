"""`modengine audit keygen`: make a key that signs checkpoints."""

from __future__ import annotations

import secrets
from pathlib import Path

import click


@click.command("keygen")
@click.argument("path", metavar="FILE", type=click.Path(path_type=Path))
@click.option("--name", metavar="NAME", help="Name of the key, without spaces or `+`.  [default: random]")
def command(path: Path, name: str | None) -> None:
    """Write a private key to FILE (mode 0600) and its public half to FILE.pub.

    Keep FILE apart from the log, and give FILE.pub to those who are to check it.
    """
    from modengine.audit.tree.keys import make_key, write_key  # noqa: PLC0415

    key = make_key(name or f"modengine.audit/key-{secrets.token_hex(4)}", secrets.token_bytes)
    public = write_key(path, key)
    click.echo(f"private key: {path}\npublic key:  {public}\n{key.verifier}")
