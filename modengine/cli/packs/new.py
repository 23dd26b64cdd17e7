"""`modengine pack new`: the folder of a pack."""

from __future__ import annotations

import json
from pathlib import Path

import click

from modengine.cli.rules.first import first_files, write_new
from modengine.policy.nodes.diagnostics import Diagnostics
from modengine.policy.packs.manifest import NAME, read_manifest
from modengine.version import __version__


@click.command("new")
@click.argument("name", metavar="NAME")
@click.option("--namespace", metavar="NAMESPACE", help="What the ids of its rules begin with.  [default: NAME]")
@click.option(
    "--licence", "--license", metavar="SPDX", default="CC-BY-4.0", show_default=True, help="Its licence."
)  # fmt: skip
def command(name: str, namespace: str | None, licence: str) -> None:
    """Make the folder NAME with a pack: a manifest, and rules that pass `check` and `test`."""
    space = name if namespace is None else namespace
    values = {"name": name, "version": "0.1.0", "licence": licence, "namespace": space}
    manifest = "".join(f"{key} = {json.dumps(value, ensure_ascii=False)}\n" for key, value in values.items())
    manifest += f'\n[needs]\nmodengine = ">={__version__}"\n'
    report = Diagnostics()
    if read_manifest(manifest, name, report) is None:
        raise click.UsageError(f"{report.found[0].message}; {report.found[0].hint}")
    files = {NAME: manifest, **first_files(space)}
    write_new(Path(name), files)
    click.echo(f"Wrote to {name}:")
    for file in files:
        click.echo(f"  {file}")
    click.echo("Next:")
    for line in (f"check --strict {name}", f"build {name}"):
        click.echo(f"  modengine pack {line}")
    click.echo(f"  modengine explain --policy ./{name}:policy '恭喜中奖，请先交手续费'")
