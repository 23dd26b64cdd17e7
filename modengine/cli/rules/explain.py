"""`modengine explain`: show how one message is decided."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from itertools import islice
from pathlib import Path

import click
import msgspec

from modengine.cli.options import OutputPath, engine_of, fields_of, format_option, input_format_option, policy_option
from modengine.cli.streams import console
from modengine.errors import InputError
from modengine.explain.details import Details, details_of
from modengine.explain.json import as_json
from modengine.explain.text import as_text, show
from modengine.model import Message, Trace
from modengine.run.read.files import SUFFIXES, Form, look, read
from modengine.run.read.lines import LineReader, decoded
from modengine.run.read.row import Row

_LOOKED_AT = 100_000
"""Rows after a message of which none should have its id: a second or so of reading."""


@click.command("explain")
@click.argument("words", metavar="[TEXT] | --id ID [FILE]...", nargs=-1)
@click.option(
    "--id",
    "message_id",
    metavar="ID",
    help="Id of a message in FILE.  [default: samples/messages.jsonl]",
)
@policy_option
@click.option(
    "--field", "fields", metavar="NAME=VALUE", multiple=True, help="A field, such as reposts=620; a list as JSON."
)
@click.option(
    "--respect-scope/--ignore-scope",
    default=None,
    help="Whether scope and period count.  [default: they do with --id, not with TEXT]",
)
@click.option("--all", "everything", is_flag=True, help="Also what was found for rules that came nowhere near.")
@format_option("text", "json", "html")
@input_format_option
@click.option("-o", "--output", metavar="FILE", type=OutputPath(), help="Write there instead.")
def command(
    words: tuple[str, ...],
    message_id: str | None,
    policy: str | None,
    fields: tuple[str, ...],
    respect_scope: bool | None,
    everything: bool,
    form: str,
    input_format: Form | None,
    output: Path | None,
) -> None:
    """Show how TEXT, or the message ID of a FILE, is decided, step by step.

    TEXT `-` is read from standard input, as one message.

    \b
    Examples:
      modengine explain "加.薇.♥ 领红包"
      modengine explain --id h-001
      modengine explain --id 42 messages.jsonl --format html --output 42.html
    """
    message = _message(words, message_id, input_format)
    engine = engine_of(policy)
    given = fields_of(fields, engine.policy.fields)
    message = msgspec.structs.replace(message, fields={**message.fields, **given})
    ignore_scope = message_id is None if respect_scope is None else not respect_scope
    trace = engine.trace(message, ignore_scope=ignore_scope)
    _write(trace, details_of(engine.policy, everything), form, output)


def _write(trace: Trace, details: Details, form: str, output: Path | None) -> None:
    if form == "text" and output is None:
        show(trace, console(sys.stdout), details)
        return
    from modengine.explain.page import page  # noqa: PLC0415  (most explanations are shown in the terminal)
    from modengine.run.write.replace import write_text  # noqa: PLC0415

    if form == "text":
        text = as_text(trace, details=details)
    else:
        text = as_json(trace) + "\n" if form == "json" else page(trace, details)
    if output is None:
        click.echo(text, nl=False)
        return
    write_text(output, text)


def _message(words: Sequence[str], message_id: str | None, form: Form | None) -> Message:
    if message_id is not None:
        hint = "where messages have no id, give the number of the line" if words else "name the FILE that holds it"
        return _by_id(message_id, words or [_samples()], form, hint)
    if len(words) != 1:
        raise click.UsageError(
            "give one TEXT, in quotation marks if it holds spaces; or --id ID and files"
            if words
            else "give a TEXT to explain, or --id ID for a message of a file"
        )
    if words[0] != "-":
        if Path(words[0]).suffix.lower() in SUFFIXES and os.path.isfile(words[0]):  # a Path refuses long texts
            raise click.UsageError(f"`{words[0]}` is a file: say which message of it, by its id or its line: --id ID")
        return Message(words[0])
    lines = LineReader(b"", sys.stdin.buffer)
    return Message("\n".join(decoded(line or b"") for _, line in lines))


def _by_id(message_id: str, files: Sequence[str], form: Form | None, hint: str) -> Message:
    """The first message of that id, and a note where others have it too.  Raises InputError (ME905, ME910)."""
    stdin = sys.stdin.buffer if "-" in files else None
    rows = read([look(name, form, stdin) for name in files])
    seen = unread = 0
    for row in rows:
        if row.message is None:
            unread += 1
        elif _is(row, message_id):
            if stdin is None and any(_is(other, message_id) for other in islice(rows, _LOOKED_AT)):
                first = f"explained is the first, line {row.line} of {row.source}"
                click.echo(f"modengine: more than one message is `{message_id}`; {first}", err=True)
            return row.message
        seen += 1
    lost = f", {unread} of them unreadable" if unread else ""
    raise InputError("ME910", f"no message `{message_id}` among the {seen:,} of {', '.join(files)}{lost}", hint)


def _is(row: Row, message_id: str) -> bool:
    """Whether it is the message of that id, or of that line where it has none."""
    message = row.message
    return message is not None and message_id == (str(row.line) if message.id is None else message.id)


def _samples() -> str:
    """The samples of the clone: in the current folder, or beside the package."""
    beside = Path(__file__).parents[3]
    for folder in (Path(), beside):
        path = folder / "samples" / "messages.jsonl"
        if path.is_file():
            return str(path)
    raise click.UsageError("there is no samples/messages.jsonl here: name the FILE that holds the message")
