"""`modengine init`: a first folder of rules that passes `check` and `test`."""

from __future__ import annotations

from pathlib import Path
from shlex import quote

import click

from modengine.cli.rules.first import first_files, write_new


@click.command("init")
@click.argument("folder", metavar="[FOLDER]", default=".", type=click.Path(path_type=Path))
def command(folder: Path) -> None:
    """Make a first folder of rules: policy, ruleset, list, examples, settings, hooks, workflow.

    FOLDER is the current one by default, and is made where it is not there. What is there is never
    overwritten. The files pass `modengine check --strict` and `modengine test`.
    """
    files = first_files("first")
    write_new(folder, files)
    click.echo(f"Wrote to {folder}:")
    for name in files:
        click.echo(f"  {name}")
    where, policy = (quote(path.as_posix()) for path in (folder, folder / "policy.yaml"))
    click.echo("Next:")
    for line in (
        f"modengine check --strict {where}",
        f"modengine test {where}",
        f"modengine explain --policy {policy} '恭喜中奖，请先交手续费'",
    ):
        click.echo(f"  {line}")
