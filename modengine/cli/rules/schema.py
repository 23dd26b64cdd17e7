"""`modengine schema`: print the JSON Schema of a file, a record or a result."""

from __future__ import annotations

import json
from typing import Any

import click

from modengine.run.schemas import SCHEMAS

LAB = (
    *("eval", "report", "diff", "ablate", "flip", "fairness", "evade", "fit", "suggest", "timeline"),
    *("power", "sample", "agree", "estimate", "study", "study-verify"),
)
"""The commands of the lab: what each prints as JSON."""
SPECIMEN = tuple(f"specimen-{name}" for name in ("import", "measure", "describe", "compare", "history"))
"""Those on lists that others made."""


@click.command("schema")
@click.argument("kind", metavar="KIND", type=click.Choice((*SCHEMAS, *LAB, *SPECIMEN)))
def command(kind: str) -> None:
    """Print a JSON Schema (draft 2020-12).

    \b
    KIND is one of
      ruleset, policy         the rule files
      message                 a line of input
      decision, error-record  the lines that scan writes
      trace                   what explain --format json prints
    or the name of a command of the lab, for what it prints with --format json:
    eval, report, diff, ablate, flip, fairness, evade, fit, suggest, timeline, power,
    sample, agree, estimate, study, study-verify, specimen-import, specimen-measure,
    specimen-describe, specimen-compare, specimen-history.
    """
    click.echo(json.dumps(_schema(kind), ensure_ascii=False, indent=2))


def _schema(kind: str) -> dict[str, Any]:
    if kind in SCHEMAS:
        return SCHEMAS[kind]()
    from modengine.lab.report.schemas import schema  # noqa: PLC0415  (numpy)

    return schema(kind)
