"""`modengine audit replay`: make every decision again, and say what differs."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from modengine.cli.audit.options import (
    audit_option,
    key_option,
    layout_of,
    print_json,
    print_lines,
    source_option,
    verifier_of,
    warn_of,
)
from modengine.cli.lab.options import progress
from modengine.cli.options import engine_of, format_option, input_format_option
from modengine.cli.scan.readers import reader_options
from modengine.explain.visible import many
from modengine.run.read.files import Form, look, read
from modengine.run.read.media.readers import Readers
from modengine.run.read.shape import FilePart, UnreadParts

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from modengine.audit.read.replay import Replay
    from modengine.audit.read.source import Origin
    from modengine.audit.records.record import Record
    from modengine.audit.records.segments import RecordLine
    from modengine.model import Message


@click.command("replay")
@audit_option
@source_option("Messages, where no text was kept; also what `modengine read` wrote.  Repeatable.")
@reader_options
@click.option("-p", "--policy", metavar="POLICY", help="Decide by this policy, not by the copies in the log.")
@click.option("--all", "whole", is_flag=True, help="List every decision that came out otherwise.  [default: 100]")
@key_option
@input_format_option
@format_option("text", "json")
def command(
    audit: Path, sources: tuple[str, ...], policy: str | None, whole: bool, key: Path | None,
    input_format: Form | None, form: str, readers: Readers | None,
) -> int:  # fmt: skip
    """Make every decision of a log again, by the copies of the rule files that the log keeps.

    Messages come from the vault if their texts were kept, else from FILE; each is checked against
    what its record commits to.  Files that they name are read by --reader; those whose text stands in
    FILE already are not read again.  Exit code 1: some came out otherwise, or a text is changed or
    missing; the first line says which.  What came out otherwise is listed with its action then and
    now, and with the cause: what is another than it was when the log was made.  By another --policy
    few are listed whose action is as before.

    \b
    Examples:
      modengine audit replay --from samples/messages.jsonl
      modengine audit replay --from posts.jsonl --reader ocr
      modengine audit replay --policy rules/campaign-2014-reposts.yaml
    """
    from modengine.audit.read.replay import Replayer  # noqa: PLC0415
    from modengine.audit.read.source import MessageSource  # noqa: PLC0415
    from modengine.audit.read.verify import verify  # noqa: PLC0415
    from modengine.audit.records.vault import Vault  # noqa: PLC0415

    if readers is not None and not sources:
        raise click.UsageError("--reader reads the files that messages of --from name")
    layout = layout_of(audit)
    vault = Vault.needed(layout, "a log cannot be replayed")
    with ExitStack() as stack:
        stack.callback(vault.close)
        if readers is not None:
            stack.callback(readers.close)
        given = _given(sources, input_format, readers)
        source = stack.enter_context(MessageSource(given, vault.key)) if sources else None
        other = None if policy is None else engine_of(policy, cached=False)
        replayer = Replayer(layout, vault, source, other, whole)
        told = stack.enter_context(progress("deciding again"))

        def take(line: RecordLine, record: Record) -> None:
            replayer.take(line, record)
            told(replayer.result.decisions)

        report = verify(layout, key=verifier_of(key), on_record=take)
    warn_of(report)
    result = replayer.result
    if form == "json":
        print_json(_data(result))
    else:
        print_lines(_lines(result, other is not None))
        if "text absent" in result.causes and not sources:
            click.echo("  no text was kept: name the files that the messages came from with --from FILE")
        if "file unread" in result.causes:
            click.echo("  say what reads such files, --reader KIND, or give what `modengine read` wrote with --from")
    return 1 if result.different or result.unfound or not report.ok else 0


def _given(sources: Sequence[str], form: Form | None, readers: Readers | None) -> Iterator[tuple[Message, Origin]]:
    """Messages with where their texts are from; `readers` read the files that they name.  Raises InputError."""
    for row in read([look(name, form) for name in sources]):
        named = row if readers is None else readers.named(row)
        made = named if readers is None else readers.read(named)
        if made.message is not None:
            anew = isinstance(named.error, UnreadParts)
            before = any(isinstance(part, FilePart) for part in made.message.parts)
            yield made.message, "read anew" if anew else "read before" if before else "source"
        elif isinstance(made.error, UnreadParts):
            yield made.error.given, "unread"


_FROM = {
    "vault": "from the vault",
    "source": "from the source",
    "read before": "from the source, with files that were read before",
    "read anew": "from the source, with files that were read anew",
}


def _lines(result: Replay, by_another: bool) -> list[str]:
    from modengine.audit.read.replay import CAUSES, UNMADE  # noqa: PLC0415

    first = f"{many(result.decisions, 'decision')}: {result.same:,} came out the same, {result.different:,} otherwise"
    unmade = [f"{cause} {result.causes[cause]:,}" for cause in UNMADE if cause in result.causes]
    lines = [f"{first}, not made again: {', '.join(unmade)}" if unmade else first]
    if by_another:
        lines.append("  by another policy, as --policy asks, not by the rules that the log keeps")
    if {"read before", "read anew"} & result.texts.keys():
        lines += [f"  {result.texts[of]:,} {said}" for of, said in _FROM.items() if of in result.texts]
    for cause, meaning in CAUSES.items():
        if cause in result.causes:
            meant = "another policy than the one in force then" if by_another and cause == "rules" else meaning
            lines.append(f"  {cause:15}{result.causes[cause]:>8,}  {meant}")
        if cause in result.since:
            besides = "" if cause in result.causes else cause
            label = "differs: " if by_another and cause == "rules" else "not as it was: "
            lines.append(f"  {besides:25}{label}{', '.join(result.since[cause])}")
    changed = sorted((-count, pair) for pair, count in result.actions.items() if len(set(pair)) > 1)
    kept = sum(count for (then, now), count in result.actions.items() if then == now)
    lines += [f"  {'action':15}{-count:>8,}  {_became(*pair)}" for count, pair in changed]
    lines += [f"  {'action':15}{kept:>8,}  as before; what led to it is another"] if kept else []
    listed = [divergence for divergence in result.differences if divergence.what]
    lines += [
        f"  #{one.record} {one.message_id or one.decision_id}: "
        f"{_became(one.then, one.now) if one.then and one.now else 'not decided'}; "
        f"{one.cause} ({', '.join(one.what)})"
        for one in listed
    ]
    if listed and (more := sum(result.causes.values()) - len(result.differences)):
        lines.append(f"  and {more:,} more, which --all lists")
    return lines


def _became(then: str, now: str) -> str:
    return f"{then} as before" if then == now else f"{then} → {now}"


def _data(result: Replay) -> dict[str, object]:
    differences = [asdict(divergence) for divergence in result.differences]
    return {
        "decisions": result.decisions,
        "same": result.same,
        "different": result.different,
        "causes": result.causes,
        "since": result.since,
        "actions": [{"then": then, "now": now, "decisions": count} for (then, now), count in result.actions.items()],
        "texts": result.texts,
        "differences": differences,
    }
