"""`modengine audit consistency`: prove that an older log is the beginning of this one."""

from __future__ import annotations

from pathlib import Path

import click

from modengine.cli.audit.options import audit_option, key_option, layout_of, print_json, verifier_of
from modengine.cli.audit.prove import check_proof
from modengine.errors import AuditError


@click.command("consistency")
@click.argument("old", metavar="OLD", type=click.Path(path_type=Path), required=False)
@audit_option
@click.option("--checkpoint", metavar="FILE", type=click.Path(path_type=Path),
              help="The newer checkpoint.  [default: the log's newest]")  # fmt: skip
@key_option
@click.option("--check", "proof", metavar="PROOF", help="Verify a proof (`-`: standard input); no log is needed.")
def command(old: Path | None, audit: Path, checkpoint: Path | None, key: Path | None, proof: str | None) -> int:
    """Print a proof, in JSON, that the log of the checkpoint OLD is the beginning of this one.

    Exit code 1: it is not.  With --check, OLD is the checkpoint that you kept: the proof must be about it.

    \b
    Examples:
      modengine audit consistency monday.note > proof.json
      modengine audit consistency monday.note --check proof.json \\
        --key audit.key.pub
    """
    if old is None and proof is None:
        raise click.UsageError("give the older checkpoint, or --check PROOF")
    if proof is not None:
        return check_proof(proof, "consistency", checkpoint, key, old)
    from modengine.audit.files.layout import read_origin  # noqa: PLC0415
    from modengine.audit.read.proof import prove_consistency  # noqa: PLC0415
    from modengine.audit.tree.checkpoints import check_signature, read_note  # noqa: PLC0415

    layout = layout_of(audit)
    assert old is not None
    read_origin(layout)
    notes = read_note(old), read_note(layout.checkpoint if checkpoint is None else checkpoint)
    verifier = verifier_of(key)
    for note in notes if verifier is not None else ():
        assert verifier is not None
        check_signature(note, "a checkpoint", verifier)
    try:
        print_json(prove_consistency(layout, *notes))
    except AuditError as error:
        if error.code not in ("ME953", "ME954"):
            raise
        click.echo(str(error), err=True)
        return 1
    return 0
