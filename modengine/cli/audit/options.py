"""Options that the subcommands of `modengine audit` share, and what they all print."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from modengine.cli.streams import escaped
from modengine.errors import printable
from modengine.model import Message
from modengine.run.read.files import Form, look, read

if TYPE_CHECKING:
    from modengine.audit.files.layout import LogPaths
    from modengine.audit.read.report import Verification
    from modengine.audit.tree.note import SignerKey, VerifierKey

_Command = TypeVar("_Command", bound=Callable[..., Any])
audit_option = click.option(
    "-a", "--audit", metavar="DIR", type=click.Path(path_type=Path), default=Path("audit"), show_default=True,
    help="Folder of the log.",
)  # fmt: skip
"""`--audit`, the folder of the log."""
key_option = click.option(
    "--key", metavar="FILE", type=click.Path(path_type=Path),
    help="Public key that the newest checkpoint must be signed with.",
)  # fmt: skip
"""`--key`, to check signatures with."""
signer_option = click.option(
    "--audit-key", metavar="FILE", type=click.Path(path_type=Path), help="Private key to sign checkpoints with."
)
"""`--audit-key`, to sign checkpoints with."""


def source_option(says: str) -> Callable[[_Command], _Command]:
    """`--from`, files of messages, as the argument `sources`."""
    return click.option("--from", "sources", metavar="FILE", multiple=True, help=says)


def messages_of(sources: Sequence[str], form: Form | None) -> Iterator[Message]:
    """The messages of some files that can be read.  Raises InputError."""
    for row in read([look(name, form) for name in sources]):
        if row.message is not None:
            yield row.message


def layout_of(folder: Path) -> LogPaths:
    from modengine.audit.files.layout import LogPaths  # noqa: PLC0415  (--help needs none of this)

    return LogPaths(folder)


def verifier_of(path: Path | None) -> VerifierKey | None:
    from modengine.audit.tree.keys import read_verifier  # noqa: PLC0415

    return None if path is None else read_verifier(path)


def signer_of(path: Path | None) -> SignerKey | None:
    from modengine.audit.tree.keys import read_signer  # noqa: PLC0415

    return None if path is None else read_signer(path)


def notes_of(paths: Sequence[Path]) -> tuple[tuple[str, str], ...]:
    """Checkpoints from files, with their names."""
    from modengine.audit.tree.checkpoints import read_note  # noqa: PLC0415

    return tuple((str(path), read_note(path)) for path in paths)


def print_json(value: object) -> None:
    click.echo(escaped(json.dumps(value, ensure_ascii=False, indent=2)))


def print_lines(lines: Iterable[str], err: bool = False) -> None:
    """Lines with a sign for each character that a terminal would obey or hide."""
    click.echo("\n".join(map(printable, lines)), err=err)


def report_data(report: Verification) -> dict[str, Any]:
    """A report as plain data."""
    return {
        "ok": report.ok,
        "origin": report.origin,
        "records": report.size,
        "proven": report.proven,
        "root": report.root.hex(),
        "kinds": report.kinds,
        "checkpoints": report.checkpoints,
        "outside_checkpoints": report.outside,
        "signature": report.signed,
        "vault": report.vault,
        "texts": report.texts,
        "erased": report.erased,
        "faults": [asdict(fault) for fault in report.faults],
        "more_faults": report.more,
        "notices": report.notices,
    }


def warn_of(report: Verification) -> None:
    """Says on standard error what is wrong with a log that an answer came from."""
    if report.faults:
        print_lines([f"modengine: [{fault.code}] {fault.what}" for fault in report.faults], err=True)
    left = report.size - report.proven
    if left:
        them = "1 record lies" if left == 1 else f"{left} records lie"
        click.echo(f"modengine: {them} after the last checkpoint that holds, and were left out", err=True)


def record_options(command: _Command) -> _Command:
    """`--audit`, `--no-audit`, `--keep-text`, `--audit-key`: for a command that decides and records."""
    for option in (
        signer_option,
        click.option("--keep-text", is_flag=True, help="Keep the texts in the vault of the audit log."),
        click.option("--no-audit", is_flag=True, help="Record nothing."),
        click.option(
            "-a", "--audit", metavar="DIR", type=click.Path(path_type=Path), default=Path("audit"), show_default=True,
            help="Audit log that every decision is added to; made if need be.",
        ),
    ):  # fmt: skip
        command = option(command)
    return command
