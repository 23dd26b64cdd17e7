"""`modengine audit verify`: check every record of a log."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click
import msgspec

from modengine.cli.audit.options import (
    audit_option,
    key_option,
    layout_of,
    notes_of,
    print_json,
    print_lines,
    report_data,
    verifier_of,
)
from modengine.cli.options import format_option
from modengine.explain.visible import many

if TYPE_CHECKING:
    from modengine.audit.read.report import Verification
    from modengine.audit.read.shards import ManifestReport

MOST = 20
"""Faults of a manifest that are listed."""


@click.command("verify")
@click.argument("folder", metavar="[DIR]", type=click.Path(path_type=Path), required=False)
@audit_option
@click.option(
    "--checkpoint", "checkpoints", metavar="FILE", type=click.Path(path_type=Path), multiple=True,
    help="A checkpoint kept elsewhere.  May be given several times.",
)  # fmt: skip
@key_option
@format_option("text", "json")
def command(folder: Path | None, audit: Path, checkpoints: tuple[Path, ...], key: Path | None, form: str) -> int:
    """Check the form and order of every record, the tree against all checkpoints, the vault, and the
    copies of the rule files.  Exit code 1: something is wrong; the first bad record is named.

    DIR is the folder of a log (the same as --audit), or that of a scan by many machines: then its
    manifest is checked, and every shard against it; the first bad shard is named.

    Without --checkpoint this shows that a log agrees with itself; whoever can write the whole folder
    can make it so.  A checkpoint kept elsewhere shows that nothing was changed since.

    \b
    Examples:
      modengine audit verify
      modengine audit verify results
      modengine audit verify --checkpoint monday.note --key audit.key.pub
    """
    from modengine.audit.read.shards import verify_manifest  # noqa: PLC0415
    from modengine.audit.read.verify import verify  # noqa: PLC0415
    from modengine.audit.records.manifest import is_manifest  # noqa: PLC0415

    audit = folder or audit
    if is_manifest(audit):
        found = verify_manifest(audit, notes_of(checkpoints), verifier_of(key))
        if form == "json":
            print_json({"ok": found.ok, **msgspec.to_builtins(found)})
        else:
            print_lines(_manifest_lines(found, audit))
        return 0 if found.ok else 1
    report = verify(layout_of(audit), notes_of(checkpoints), verifier_of(key))
    if form == "json":
        print_json(report_data(report))
    else:
        print_lines(_lines(report, audit))
    return 0 if report.ok else 1


def _manifest_lines(report: ManifestReport, folder: Path) -> list[str]:
    lines = [
        f"{folder}: {'good' if report.ok else 'NOT GOOD'}",
        f"  shards       {report.shards:,}, with {many(report.rows, 'line')} and {many(report.records, 'record')}",
        f"  signature    {report.signed}",
    ]
    if report.later:
        added = ", ".join(f"{kind} {count:,}" for kind, count in sorted(report.later.items()))
        lines.append(f"  since then   added to the logs: {added}")
    for fault in report.faults[:MOST]:
        place = f" ({fault.where})" if fault.where else ""
        lines.append(f"  [{fault.code}] {fault.what}{place}")
    if len(report.faults) > MOST:
        lines.append(f"  and {len(report.faults) - MOST:,} more")
    if report.outside:
        lines.append(f"  checkpoints  {report.outside} kept elsewhere agree")
    elif report.ok:
        lines.append("  note: these shards agree with their manifest; a checkpoint kept elsewhere shows more")
    return lines


def _lines(report: Verification, audit: Path) -> list[str]:
    kinds = ", ".join(f"{kind} {count:,}" for kind, count in sorted(report.kinds.items())) or "none"
    kept = f"{report.checkpoints} agree" + (f", {report.outside} of them kept elsewhere" if report.outside else "")
    lines = [
        f"{audit}: {'good' if report.ok else 'NOT GOOD'}",
        f"  origin       {report.origin}",
        f"  records      {report.size:,} ({kinds})",
        f"  checkpoints  {kept}; records proven by one: {report.proven:,}",
        f"  signature    {report.signed}",
        f"  vault        {report.vault}; {many(report.texts, 'text')} kept, {report.erased:,} erased",
    ]
    for fault in report.faults:
        place = f" ({fault.where})" if fault.where else ""
        lines.append(f"  [{fault.code}] {fault.what}{place}")
    if report.more:
        lines.append(f"  and {report.more:,} more")
    if not report.ok:
        good = f"records 0 to {report.proven - 1} are proven by a checkpoint" if report.proven else "nothing is proven"
        form = f"; of good form are records 0 to {report.size - 1}" if report.size > report.proven else ""
        lines.append(f"  still good: {good}{form}")
    lines += [f"  note: {notice}" for notice in report.notices]
    if report.ok and not report.outside:
        lines.append("  note: this log agrees with itself; a checkpoint kept elsewhere shows more")
    return lines
