"""`modengine lsp`: the language server."""

from __future__ import annotations

import os
import sys

import click


@click.command("lsp")
@click.option("--stdio", is_flag=True, help="Over standard input and output; there is no other way.")
def command(stdio: bool) -> None:  # noqa: ARG001  (editors pass it)
    """Serve an editor, which starts this command and speaks the Language Server Protocol with it.

    Findings as rules are typed; what lists, patterns, clauses, groups and rules look for, where they are defined
    and where they are named; keys, values and names to choose from:
    docs/editor.md says how VS Code and Neovim start it.  Needs the extra `editor`.
    """
    try:
        from modengine.editor.server import make_server  # noqa: PLC0415  (needs the extra `editor`)
    except ModuleNotFoundError as error:
        raise click.UsageError(f"the language server needs {error.name}: pip install 'modengine[editor]'") from None
    if sys.stdin.isatty():
        click.echo("modengine lsp: waits for an editor to speak; press Ctrl+C to end", err=True)
    # The server closes what it writes to, and whatever else is printed must not get between its messages.
    with os.fdopen(os.dup(sys.stdout.fileno()), "wb") as to_editor:
        os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
        make_server().start_io(stdout=to_editor)
