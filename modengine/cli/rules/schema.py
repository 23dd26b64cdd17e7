"""`modengine schema`: print the JSON Schema of a file, a record or a result."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from modengine.run.schemas import SCHEMAS
from modengine.run.write.replace import make_folder, write_text

LAB = (
    *("eval", "report", "diff", "try", "ablate", "flip", "fairness", "evade", "fit", "suggest", "timeline"),
    *("power", "sample", "agree", "estimate", "study", "study-verify"),
)
"""The commands of the lab: what each prints as JSON."""
SPECIMEN = tuple(f"specimen-{name}" for name in ("import", "measure", "describe", "compare", "history"))
"""Those on lists that others made."""


@click.command("schema")
@click.argument("kind", metavar="KIND", required=False, type=click.Choice((*SCHEMAS, *LAB, *SPECIMEN)))
@click.option(
    "--install", "folder", metavar="FOLDER", type=click.Path(file_okay=False, path_type=Path),
    help="Write those of rule files to a folder, and say how an editor finds them.",
)  # fmt: skip
def command(kind: str | None, folder: Path | None) -> None:
    """Print a JSON Schema (draft 2020-12).

    \b
    KIND is one of
      ruleset, policy         the rule files
      message                 a line of input
      decision, error-record  the lines that scan writes
      trace                   what explain --format json prints
    or the name of a command of the lab, for what it prints with --format json:
    eval, report, diff, try, ablate, flip, fairness, evade, fit, suggest,
    timeline, power, sample, agree, estimate, study, study-verify,
    specimen-import, specimen-measure, specimen-describe, specimen-compare,
    specimen-history.
    """
    if (kind is None) == (folder is None):
        raise click.UsageError("name a KIND to print, or a folder with --install")
    if kind is not None:
        click.echo(_written(kind))
    if folder is not None:
        _install(folder)


def _install(folder: Path) -> None:
    make_folder(folder)
    click.echo("The first line of a file tells the language server for YAML which schema is its own:")
    for kind in ("ruleset", "policy"):
        path = folder / f"{kind}.schema.json"
        write_text(path, f"{_written(kind)}\n")
        click.echo(f"  {kind + ':':<9}# yaml-language-server: $schema={path.as_posix()}")
    click.echo("The path is seen from the rule file: put ../ before it in folders below this one.")


def _written(kind: str) -> str:
    return json.dumps(_schema(kind), ensure_ascii=False, indent=2)


def _schema(kind: str) -> dict[str, Any]:
    if kind in SCHEMAS:
        return SCHEMAS[kind]()
    from modengine.lab.report.schemas import schema  # noqa: PLC0415  (numpy)

    return schema(kind)
