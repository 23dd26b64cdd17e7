"""`modengine audit replay`: make every decision again, and say what differs."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import click

from modengine.cli.audit.options import (
    audit_option,
    key_option,
    layout_of,
    messages_of,
    print_json,
    print_lines,
    source_option,
    verifier_of,
    warn_of,
)
from modengine.cli.options import engine_of, format_option, input_format_option
from modengine.errors import AuditError
from modengine.run.read.files import Form

if TYPE_CHECKING:
    from modengine.audit.read.replay import Replay


@click.command("replay")
@audit_option
@source_option("Messages, where no text was kept.  Repeatable.")
@click.option("-p", "--policy", metavar="POLICY", help="Decide by this policy, not by the copies in the log.")
@key_option
@input_format_option
@format_option("text", "json")
def command(
    audit: Path, sources: tuple[str, ...], policy: str | None, key: Path | None, input_format: Form | None, form: str
) -> int:
    """Make every decision of a log again, by the copies of the rule files that the log keeps.

    Messages come from the vault if their texts were kept, else from FILE; each is checked against
    what its record commits to.  Exit code 1: some came out otherwise, or a text is changed or missing;
    the first line says which.

    \b
    Examples:
      modengine audit replay --from samples/messages.jsonl
      modengine audit replay --policy rules/campaign-2014-reposts.yaml
    """
    from modengine.audit.files.layout import read_origin  # noqa: PLC0415
    from modengine.audit.read.replay import Replayer  # noqa: PLC0415
    from modengine.audit.read.source import MessageSource  # noqa: PLC0415
    from modengine.audit.read.verify import verify  # noqa: PLC0415
    from modengine.audit.records.vault import Vault  # noqa: PLC0415

    layout = layout_of(audit)
    vault = Vault.read(layout.vault, read_origin(layout))
    if vault is None:
        raise AuditError("ME960", "without its vault a log cannot be replayed", f"put it back: {layout.vault}")
    with ExitStack() as stack:
        stack.callback(vault.close)
        source = stack.enter_context(MessageSource(messages_of(sources, input_format), vault.key)) if sources else None
        replayer = Replayer(layout, vault, source, None if policy is None else engine_of(policy, cached=False))
        report = verify(layout, key=verifier_of(key), on_record=replayer.take)
    warn_of(report)
    result = replayer.result
    if form == "json":
        print_json(_data(result))
    else:
        print_lines(_lines(result))
        if "text absent" in result.causes and not sources:
            click.echo("  no text was kept: name the files that the messages came from with --from FILE")
    return 1 if result.different or result.unfound or not report.ok else 0


def _lines(result: Replay) -> list[str]:
    from modengine.audit.read.replay import CAUSES, UNMADE  # noqa: PLC0415

    first = f"{result.decisions:,} decisions: {result.same:,} came out the same, {result.different:,} otherwise"
    unmade = [f"{cause} {result.causes[cause]:,}" for cause in UNMADE if cause in result.causes]
    lines = [f"{first}, not made again: {', '.join(unmade)}" if unmade else first]
    for cause, meaning in CAUSES.items():
        if cause in result.causes:
            lines.append(f"  {cause:13}{result.causes[cause]:>8,}  {meaning}")
    lines += [
        f"  #{divergence.record} {divergence.decision_id}: {divergence.cause} ({', '.join(divergence.what)})"
        for divergence in result.differences
        if divergence.what
    ]
    return lines


def _data(result: Replay) -> dict[str, object]:
    differences = [
        {
            "record": divergence.record,
            "decision_id": divergence.decision_id,
            "cause": divergence.cause,
            "what": divergence.what,
        }
        for divergence in result.differences
    ]
    return {
        "decisions": result.decisions,
        "same": result.same,
        "different": result.different,
        "causes": result.causes,
        "differences": differences,
    }
