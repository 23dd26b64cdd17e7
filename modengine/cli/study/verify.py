"""`modengine study verify`: repeat a package, and name each figure that differs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from modengine.cli.lab.options import Destination, command_line, output_options, say

if TYPE_CHECKING:
    from modengine.lab.study.pin import Pin


@click.command("verify")
@click.argument("package", metavar="PACKAGE", type=click.Path(path_type=Path))
@click.option(
    "--data", metavar="DIR", multiple=True, type=click.Path(path_type=Path),
    help="Folder in which the corpora are looked for, by their digests. Repeatable.  [default: MODENGINE_DATA]",
)  # fmt: skip
@click.option(
    "-a",
    "--audit",
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="Check that this audit log holds the pin, too.",
)
@output_options
def command(package: Path, data: tuple[Path, ...], audit: Path | None, output: Destination) -> int:
    """Repeat the study of PACKAGE, and name each figure and each decision that differs.

    The files of the package are held to their digests first, the study to its pin.
    Exit code 0: all the same; 1: something differs; 2: it cannot be repeated.

    \b
    Example:
      modengine study verify package --data corpora
    """
    from modengine.lab.data.card import data_folder  # noqa: PLC0415  (numpy, which --help does not need)
    from modengine.lab.package.verify import read_package, verify_package  # noqa: PLC0415
    from modengine.lab.report.views.study.verify import view  # noqa: PLC0415

    folders = data or tuple(filter(None, (data_folder(),)))
    if not folders:
        raise click.UsageError("say where the corpora are: --data FOLDER")
    read = read_package(package)
    if audit is not None:
        _in_log(read.pin, audit)
    result = verify_package(read, folders, command=command_line(), told=say)
    output.write(view(result))
    return 0 if result.same else 1


def _in_log(pin: Pin, folder: Path) -> None:
    """Raises AuditError unless a sound log holds the pin in a record that a checkpoint proves."""
    from modengine.audit.read.verify import verify  # noqa: PLC0415
    from modengine.audit.records.record import Record  # noqa: PLC0415
    from modengine.audit.records.segments import RecordLine  # noqa: PLC0415
    from modengine.cli.audit.options import layout_of, warn_of  # noqa: PLC0415
    from modengine.errors import AuditError  # noqa: PLC0415
    from modengine.lab.study.pin import before_coding  # noqa: PLC0415

    layout = layout_of(folder)
    digests = {one.removeprefix("sha256:") for one in (pin.digest, before_coding(pin)) if one is not None}
    found: list[tuple[int, str]] = []

    def look(line: RecordLine, record: Record) -> None:
        if record["kind"] == "study" and record["sha256"] in digests:
            found.append((line.seq, record["time"]))

    report = verify(layout, on_record=look)
    warn_of(report)
    proven = [(seq, time) for seq, time in found if seq < report.proven]
    if not report.ok or not proven:
        hint = "ask for the log that the pin was recorded in: study.pin.json names it under `log`"
        raise AuditError("ME961", f"the audit log `{folder}` proves no record of the pin {pin.digest}", hint)
    click.echo(f"the pin is record #{proven[0][0]} of {report.origin}, of {proven[0][1]}", err=True)
