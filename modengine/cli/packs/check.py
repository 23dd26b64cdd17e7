"""`modengine pack check`: say what is wrong with a pack."""

from __future__ import annotations

import click

from modengine.cli.options import format_option
from modengine.cli.packs.options import checked_pack, summary
from modengine.cli.rules.forms.findings import FORMS, exit_code


@click.command("check")
@click.argument("pack", metavar="[PACK]", default=".")
@click.option("--strict", is_flag=True, help="Let warnings fail too.")
@format_option(*FORMS)
def command(pack: str, strict: bool, form: str) -> int:
    """Find errors and doubtful things in a pack: its manifest, what it needs, and its rule files.

    PACK is its folder, by default the current one, or the name of an installed pack.
    Exit code 0: no errors; 1: errors found, or with --strict warnings.
    """
    found, problems = checked_pack(pack)
    if found is not None and form == "text":
        click.echo(summary(found))
    click.echo(FORMS[form](problems), nl=False)
    return exit_code(problems, strict)
