"""`modengine audit export`: write statements of reasons, Parquet or CSV."""

from __future__ import annotations

import sys
from contextlib import ExitStack
from pathlib import Path

import click

from modengine.cli.audit.options import audit_option, escaped, key_option, layout_of, verifier_of, warn_of
from modengine.cli.options import format_option
from modengine.run.write.replace import replacing


@click.command("export")
@audit_option
@key_option
@format_option("dsa", "parquet", "csv")
@click.option("-o", "--output", metavar="PATH", type=click.Path(path_type=Path),
              help="A file; for csv, a folder.  [default for dsa: standard output]")  # fmt: skip
def command(audit: Path, key: Path | None, form: str, output: Path | None) -> int:
    """Write the records that the log's checkpoint proves.

    dsa: a statement of reasons a line, in the form of the EU's DSA transparency database, for every
    decision that restricted something; marked as synthetic, for teaching.  parquet: every column of
    the view `records`.  csv: decisions.csv and hits.csv.  Exit code 1: the log is damaged, and what
    is written is the part that is still good.
    """
    from modengine.audit.read.export import parquet, records, statements, tables  # noqa: PLC0415

    layout, verifier = layout_of(audit), verifier_of(key)
    if output is None and form != "dsa":
        raise click.UsageError(f"--format {form} needs --output")
    if form == "parquet":
        assert output is not None
        with replacing(output) as stream:
            report = parquet(layout, Path(stream.name), verifier)
    else:
        report, proven = records(layout, verifier)
        with ExitStack() as stack:
            if form == "csv":
                assert output is not None
                output.mkdir(parents=True, exist_ok=True)
                decisions = stack.enter_context(replacing(output / "decisions.csv"))
                tables(proven, decisions, stack.enter_context(replacing(output / "hits.csv")))
            else:
                target = sys.stdout.buffer if output is None else stack.enter_context(replacing(output))
                for line in statements(layout, proven):
                    target.write(escaped(line.decode()).encode())
                target.flush()
    warn_of(report)
    return 0 if report.ok else 1
