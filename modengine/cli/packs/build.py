"""`modengine pack build`: a pack as a wheel."""

from __future__ import annotations

from pathlib import Path

import click

from modengine.cli.packs.options import checked_pack, summary
from modengine.errors import PolicyError
from modengine.run.write.replace import make_folder, write_bytes
from modengine.run.write.wheel import make_wheel


@click.command("build")
@click.argument("pack", metavar="[FOLDER]", default=".", type=click.Path(exists=True, file_okay=False))
@click.option(
    "-o", "--output", metavar="FOLDER", type=click.Path(file_okay=False, path_type=Path),
    help="Where the wheel goes.  [default: `dist` in the folder of the pack]",
)  # fmt: skip
def command(pack: str, output: Path | None) -> None:
    """Write a pack as a wheel that pip installs, the same bytes each time.

    FOLDER holds the pack, by default the current one. A pack with errors is not built. Of its files the wheel takes
    rules, lists, data, texts and the licence; programs, hidden files and links are left out.
    """
    found, problems = checked_pack(pack)
    errors = [problem for problem in problems if problem.severity == "error"]
    if found is None or errors:
        raise PolicyError(errors)
    wheel = make_wheel(found)
    folder = Path(pack) / "dist" if output is None else output
    make_folder(folder)
    path = folder / wheel.name
    write_bytes(path, wheel.data)
    click.echo(summary(found))
    for name in wheel.left_out:
        click.echo(f"left out: {name}")
    click.echo(f"wrote {path}: {len(wheel.files)} files")
    click.echo("Next:")
    click.echo(f"  pip install {path.as_posix()}")
    click.echo(f"  modengine pack check {found.name}")
