"""`modengine init`: a first folder of rules that passes `check` and `test`."""

from __future__ import annotations

from pathlib import Path

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
    where = folder.as_posix()
    policy = (folder / "policy.yaml").as_posix()
    click.echo("Next:")
    for line in (
        f"modengine check --strict {_quoted(where)}",
        f"modengine test {_quoted(where)}",
        f"modengine explain --policy {_quoted(policy)} '恭喜中奖，请先交手续费'",
    ):
        click.echo(f"  {line}")


def _quoted(path: str) -> str:
    """The path for a shell: in quotes where it holds what is no plain character."""
    plain = all(char.isalnum() or char in "._-/:~" for char in path) and not path.startswith("-")
    return path if plain else "'" + path.replace("'", "'\\''") + "'"
