"""`modengine audit prove`: prove that a decision is in the log."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from modengine.cli.audit.options import (
    audit_option,
    key_option,
    layout_of,
    print_json,
    print_lines,
    verifier_of,
)
from modengine.errors import AuditError
from modengine.explain.visible import many

if TYPE_CHECKING:
    from modengine.audit.read.proof import Kind


@click.command("prove")
@click.argument("identifier", metavar="ID", required=False)
@audit_option
@click.option("--checkpoint", metavar="FILE", type=click.Path(path_type=Path),
              help="The checkpoint to prove it for.  [default: the log's newest]")  # fmt: skip
@key_option
@click.option("--check", "proof", metavar="PROOF", help="Verify a proof (`-`: standard input); no log is needed.")
def command(identifier: str | None, audit: Path, checkpoint: Path | None, key: Path | None, proof: str | None) -> int:
    """Print a proof, in JSON, that the decision ID is among the records of a checkpoint.

    Whoever has the proof and the checkpoint can verify it without the log: with --check, or with
    the twenty lines of Python in docs/audit-log.md.

    \b
    Examples:
      modengine audit prove h-001 > proof.json
      modengine audit prove --check proof.json --checkpoint monday.note \\
        --key audit.key.pub
    """
    if (identifier is None) == (proof is None):
        raise click.UsageError("give an ID to prove, or --check PROOF")
    if proof is not None:
        return check_proof(proof, "inclusion", checkpoint, key)
    from modengine.audit.read.proof import prove_inclusion  # noqa: PLC0415
    from modengine.audit.read.show import decisions  # noqa: PLC0415
    from modengine.audit.tree.checkpoints import check_signature, read_note  # noqa: PLC0415

    layout = layout_of(audit)
    assert identifier is not None
    found = decisions(layout, identifier)
    if len(found) > 1:
        names = ", ".join(decision.record["decision_id"] for decision in found[:5])
        raise click.UsageError(f"{len(found)} decisions were made on `{identifier}`: name one of {names} ...")
    note = read_note(layout.checkpoint if checkpoint is None else checkpoint)
    verifier = verifier_of(key)
    if verifier is not None:
        check_signature(note, "the checkpoint", verifier)
    print_json(prove_inclusion(layout, found[0].record["seq"], note))
    return 0


def check_proof(path: str, kind: Kind, checkpoint: Path | None, key: Path | None, old: Path | None = None) -> int:
    """Verifies a proof and says so, and what it is of; the exit code, 1 where it does not hold."""
    from modengine.audit.read.proof import check  # noqa: PLC0415
    from modengine.audit.tree.checkpoints import read_note  # noqa: PLC0415

    try:
        text = sys.stdin.read() if path == "-" else Path(path).read_text("utf-8")
        value: Any = json.loads(text)
    except OSError as error:
        raise click.UsageError(f"`{path}` cannot be read: {(error.strerror or str(error)).lower()}") from None
    except (ValueError, RecursionError):
        raise click.UsageError(f"`{path}` is no proof, which is JSON as `prove` or `consistency` print it") from None
    note, older = (None if file is None else read_note(file) for file in (checkpoint, old))
    verifier = verifier_of(key)
    try:
        end = check(value, kind, verifier, note, older)
    except AuditError as error:
        click.echo(str(error))
        return 1
    signed = f", signed by {verifier.name}" if verifier is not None else "; no signature was checked"
    compared = "; no older checkpoint was compared" if kind == "consistency" and older is None else ""
    shown = [value["record"]] if kind == "inclusion" else []
    print_lines([f"the proof holds for {end.origin}, {many(end.size, 'record')}{signed}{compared}", *shown])
    return 0
