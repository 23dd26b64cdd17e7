"""`modengine audit export`: write statements of reasons, Parquet, Arrow or CSV."""

from __future__ import annotations

import sys
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

import click

from modengine.cli.audit.options import (
    audit_option,
    key_option,
    layout_of,
    messages_of,
    signer_of,
    signer_option,
    source_option,
    verifier_of,
    warn_of,
)
from modengine.cli.options import OutputPath, format_option, input_format_option
from modengine.cli.streams import escaped
from modengine.explain.visible import many
from modengine.run.read.files import Form
from modengine.run.write.replace import make_folder, replacing


@click.command("export")
@audit_option
@key_option
@format_option("dsa", "parquet", "arrow", "csv")
@click.option("-o", "--output", metavar="PATH", type=OutputPath(),
              help="A file; for csv, a folder.  [default for dsa: standard output]")  # fmt: skip
@click.option("--id-map", is_flag=True,
              help="Write ids.csv into the folder of the log: ids beside `message`. The log records it.")  # fmt: skip
@source_option("Messages whose ids the map may have; those of kept texts are in it without.  Repeatable.")
@input_format_option
@signer_option
def command(
    audit: Path, key: Path | None, form: str, output: Path | None, id_map: bool, sources: tuple[str, ...],
    input_format: Form | None, audit_key: Path | None,
) -> int:  # fmt: skip
    """Write the records that the log's checkpoint proves.

    dsa: a statement of reasons a line, in the form of the EU's DSA transparency database, for every
    decision that restricted something; marked as synthetic, for teaching.  parquet, arrow: every
    column of the view `records`.  csv: decisions.csv and hits.csv, with their codebook.  Exit code 1:
    the log is damaged, and what is written is the part that is still good.

    \b
    Examples:
      modengine audit export --format csv -o decided
      modengine audit export --format csv -o decided --id-map \\
        --from messages.jsonl
    """
    from modengine.audit.read import codebook  # noqa: PLC0415
    from modengine.audit.read.export import arrow, parquet, records, statements, tables  # noqa: PLC0415
    from modengine.run.write.codebook import PACKAGE  # noqa: PLC0415

    layout, verifier = layout_of(audit), verifier_of(key)
    if output is None and form != "dsa":
        raise click.UsageError(f"--format {form} needs --output")
    if (sources or audit_key) and not id_map:
        raise click.UsageError("--from and --audit-key are for the id map: ask for it with --id-map")
    if id_map:
        if form == "dsa":
            raise click.UsageError("statements of reasons name no message: --id-map goes with csv, parquet and arrow")
        _map_ids(audit, sources, input_format, audit_key)
    if form in ("parquet", "arrow"):
        assert output is not None
        with replacing(output) as stream:
            report = (parquet if form == "parquet" else arrow)(layout, Path(stream.name), verifier)
    else:
        report, proven = records(layout, verifier)
        with ExitStack() as stack:
            if form == "csv":
                assert output is not None
                make_folder(output)
                decisions = stack.enter_context(replacing(output / "decisions.csv"))
                tables(proven, decisions, stack.enter_context(replacing(output / "hits.csv")))
                stack.enter_context(replacing(output / PACKAGE)).write(codebook.package().encode())
            else:
                target = sys.stdout.buffer if output is None else stack.enter_context(replacing(output))
                for line in statements(layout, proven):
                    target.write(escaped(line.decode()).encode())
                target.flush()
    if output is not None:
        files = f" (decisions.csv, hits.csv, {PACKAGE})" if form == "csv" else ""
        click.echo(f"modengine: wrote {output}{files}, from {many(report.proven, 'record')} of the log", err=True)
    warn_of(report)
    return 0 if report.ok else 1


def _map_ids(audit: Path, sources: tuple[str, ...], form: Form | None, key: Path | None) -> None:
    from modengine.audit.write.disclosing import map_ids  # noqa: PLC0415

    ids = (message.id for message in messages_of(sources, form) if message.id is not None)
    count = map_ids(audit, ids, datetime.now(UTC), signer_of(key))
    them = "1 id" if count == 1 else f"{count:,} ids"
    click.echo(
        f"modengine: {them} in {layout_of(audit).ids}, which the log records; keep it as you keep the vault", err=True
    )
