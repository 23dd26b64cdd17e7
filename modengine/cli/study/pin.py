"""`modengine study pin`: fix what a study claims, before anybody looks."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from modengine.cli.study.options import study_argument
from modengine.explain.visible import many

if TYPE_CHECKING:
    from modengine.lab.study.opened import OpenedStudy
    from modengine.lab.study.pin import Pin


@click.command("pin")
@study_argument
@click.option("--amend", metavar="REASON", help="Pin it anew; the former pin and the reason are kept.")
@click.option(
    "-a", "--audit", metavar="DIR", type=click.Path(path_type=Path), help="Record the digest in this audit log, too."
)
@click.option(
    "--audit-key", metavar="FILE", type=click.Path(path_type=Path), help="Private key to sign its checkpoint with."
)
def command(study: Path, amend: str | None, audit: Path | None, audit_key: Path | None) -> None:
    """Write STUDY.pin.json: every declared outcome, and the digests of all policies and corpora.

    Nothing is decided: what is shown is how many rows each outcome will be a share of.  Give the digest, or
    the checkpoint of the audit log, to somebody before you look: then they know that you had not.
    Run it again when the sheets of a coded sample have come: they are added, and no claim changes.

    \b
    Examples:
      modengine study pin study.yaml
      modengine study pin study.yaml --audit audit
      modengine study pin study.yaml --amend "the card named the wrong column"
    """
    from modengine.audit.records.record import stamp  # noqa: PLC0415
    from modengine.lab.study.changes import changes  # noqa: PLC0415
    from modengine.lab.study.opened import open_study  # noqa: PLC0415  (numpy, which --help does not need)
    from modengine.lab.study.pin import (  # noqa: PLC0415
        Amended,
        complete,
        make_pin,
        pin_path,
        read_pin,
    )
    from modengine.lab.study.read import read_study  # noqa: PLC0415

    if audit_key is not None and audit is None:
        raise click.UsageError("--audit-key signs the checkpoint of an audit log: name it with --audit")
    if amend is not None and not amend.strip():
        raise click.UsageError("--amend takes the reason")
    opened = open_study(read_study(study))
    path, now = pin_path(study), datetime.now(UTC)
    former = read_pin(path)
    time = stamp(now)[:19] + "Z"
    amends = former.amends if former is not None else ()
    if former is not None:
        changed = changes(former, make_pin(opened, former.pinned))
        added = former if changed or amend is not None else complete(former, opened, time)
        if added is not former:
            _write(opened, added, path, audit, audit_key, now)
            return
        if not changed and amend is None:
            click.echo(f"already pinned on {former.pinned}: {former.digest}")
            return
        if amend is None:
            from modengine.errors import InputError  # noqa: PLC0415

            raise InputError(
                "ME916", f"`{study}` is not as it was pinned on {former.pinned}: {'; '.join(changed)}",
                'take it back, or pin it anew and say why: --amend "REASON"',
            )  # fmt: skip
        amends = (*amends, Amended(former.digest, former.pinned, amend.strip()))
    elif amend is not None:
        raise click.UsageError(f"there is no pin `{path}` to amend")
    _write(opened, make_pin(opened, time, amends), path, audit, audit_key, now)


def _write(
    opened: OpenedStudy, pin: Pin, path: Path, audit: Path | None, audit_key: Path | None, now: datetime
) -> None:
    from modengine.lab.study.pin import encode_pin  # noqa: PLC0415
    from modengine.run.write.replace import write_bytes  # noqa: PLC0415

    if audit is not None:
        pin = _logged(pin, audit, audit_key, now)
    write_bytes(path, encode_pin(pin))
    _show(opened, pin, path)


def _logged(pin: Pin, audit: Path, audit_key: Path | None, now: datetime) -> Pin:
    import msgspec  # noqa: PLC0415

    from modengine.audit.write.log import AuditLog  # noqa: PLC0415
    from modengine.audit.write.newer import add_study  # noqa: PLC0415
    from modengine.cli.audit.options import signer_of  # noqa: PLC0415
    from modengine.lab.study.pin import Logged  # noqa: PLC0415

    with AuditLog.open(audit, signer_of(audit_key), time=now) as log:
        add_study(log, pin.study, pin.digest.removeprefix("sha256:"), now)
        return msgspec.structs.replace(pin, log=Logged(log.origin, log.size - 1, log.stamp(now)))


def _show(opened: OpenedStudy, pin: Pin, path: Path) -> None:
    from modengine.cli.streams import console  # noqa: PLC0415
    from modengine.lab.report.table import wrapped  # noqa: PLC0415
    from modengine.lab.study.pin import before_coding  # noqa: PLC0415

    study, lines = opened.study, []
    for name, outcome in study.outcomes.items():
        rows = opened.claimed_rows(outcome, study.half)
        n = "" if rows is None else f" ({many(rows, 'row')})"
        lines.append(f"{name}: {outcome.words()}{n}")
        if way := opened.one_way(outcome):
            lines.append(
                f"  cannot be tested, and stays open: whatever the rows are, {outcome.policy} can only hit {way} than "
                f"{outcome.than}; claim a share instead"
            )
    for name, sample in opened.coded.items():
        who = ", ".join(path.stem for path in sample.ref.sheets)
        done = "coded" if sample.sheets else "to be coded"
        lines.append(f"{name}: {many(len(sample.key.rows), 'row')} of {sample.ref.corpus}, {done} by {who}")
    click.echo(wrapped(lines, console(sys.stdout).width), nl=False)
    click.echo(f"pinned {many(len(pin.outcomes), 'outcome')} in {path}")
    if pin.log is not None:
        click.echo(f"recorded as #{pin.log.record} of {pin.log.origin}")
    click.echo(pin.digest)
    if (former := before_coding(pin)) is not None:
        click.echo(f"before the sheets were added: {former}")
