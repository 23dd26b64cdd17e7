"""`modengine read`: make text of the pictures and sounds that messages name."""

from __future__ import annotations

import sys
from collections import Counter, deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue
from typing import Any, BinaryIO

import click

from modengine.cli.options import Jobs, OutputPath, input_format_option
from modengine.cli.scan.progress import progress
from modengine.cli.scan.readers import reader_options
from modengine.cli.streams import results
from modengine.explain.visible import inline, many
from modengine.model import Message
from modengine.run.read.files import Form, look, read
from modengine.run.read.inputs import expanded
from modengine.run.read.media.readers import Readers
from modengine.run.read.row import Row
from modengine.run.read.shape import FilePart, UnreadPart, UnreadParts
from modengine.run.write.replace import refuse_inputs, replacing
from modengine.run.write.results import to_json

_SAID = 20
"""Errors that are named; all are counted."""


@click.command("read")
@click.argument("files", metavar="FILE...", nargs=-1, required=True)
@click.option("-o", "--output", metavar="FILE", type=OutputPath(), help="Of the messages, as JSON Lines.")
@reader_options
@click.option(
    "-j", "--jobs", type=Jobs(), metavar="N", default=1, show_default=True,
    help="Files read at once; `auto` for as many as there are cores.",
)  # fmt: skip
@input_format_option
def command(
    files: tuple[str, ...], output: Path | None, readers: Readers | None, jobs: int, input_format: Form | None
) -> int:
    """Make text of the pictures and sounds that messages in FILEs name, and write the messages with it.

    A part `{"kind": "ocr", "file": "a.png"}` is given its `text` by the --reader of its kind; what has a
    text is left as it is, so that the command goes on over its own output.  A file that cannot be read
    keeps its part without text, and is named.  Exit code 0: all were read; 1: some were not.

    \b
    Examples:
      modengine read messages.jsonl --reader ocr --output read.jsonl
      modengine read messages.csv -j auto -o read.jsonl \\
        --reader 'ocr=tesseract {file} - -l chi_sim+eng'
    """
    if readers is None:
        raise click.UsageError("say what reads the files: --reader KIND[=COMMAND]")
    names = expanded(files)
    stdin = sys.stdin.buffer if "-" in names else None
    sources = [look(name, input_format, stdin) for name in names]
    counts: Counter[str] = Counter()
    with progress(sources, off=output is None, what="reading") as on:
        rows = map(readers.named, read(sources, _told(on)))
        if output is None:
            _write(rows, readers, jobs, results(), counts)
        else:
            refuse_inputs(output, names)
            with replacing(output) as stream:
                _write(rows, readers, jobs, stream, counts)
    more = counts["failed"] - _SAID
    if more > 0:
        click.echo(f"modengine: and {more:,} more", err=True)
    messages = many(counts["messages"], "message")
    click.echo(f"modengine: {counts['read']:,} of {many(counts['files'], 'file')} read, of {messages}", err=True)
    return 1 if counts["failed"] else 0


def _told(on: Any) -> Any:
    before = 0

    def tell(done: int) -> None:
        nonlocal before
        on(done - before, 1)
        before = done

    return tell


def _write(rows: Iterable[Row], readers: Readers, jobs: int, out: BinaryIO, counts: Counter[str]) -> None:
    for row, made in _each(rows, readers, jobs):
        counts["messages"] += 1
        left = made.error if isinstance(made.error, UnreadParts) else None
        for error in left.failed if left is not None else [made.error] if made.error is not None else ():
            counts["failed"] += 1
            if counts["failed"] <= _SAID:
                hint = f"\n  hint: {inline(error.hint, 300)}" if error.hint else ""
                words = f"[{error.code}] {inline(error.message, 300)}{hint}"
                click.echo(f"modengine: {inline(made.source)}:{made.line}: {words}", err=True)
        files = row.error.unread if isinstance(row.error, UnreadParts) else ()
        still = frozenset(part.at for part in left.unread) if left is not None else frozenset()
        counts["files"] += len(files)
        counts["read"] += len(files) - len(still)
        message = left.given if left is not None else made.message
        if message is not None:  # of what is no message there is nothing to write
            out.write(to_json(_record(message, files, still)) + b"\n")


def _record(message: Message, files: Sequence[UnreadPart], still: frozenset[int]) -> dict[str, object]:
    """A message as it is read; a part keeps the name of its file, and has no text where it is `still` unread."""
    named = {at: {"file": part.file} for at, part in enumerate(message.parts) if isinstance(part, FilePart)}
    named.update((part.at, {"file": part.file}) for part in files)
    parts = [
        {"kind": part.kind, **({} if at in still else {"text": part.text}), **named.get(at, {})}
        for at, part in enumerate(message.parts)
    ]
    own: dict[str, object] = {} if message.id is None else {"id": message.id}
    return {**own, "text": message.text, **({"parts": parts} if parts else {}), **message.fields}


def _each(rows: Iterable[Row], readers: Readers, jobs: int) -> Iterator[tuple[Row, Row]]:
    """Each row as it was and as it is read, in order, some at once."""
    all_of_them = [readers.apart() for _ in range(jobs)]
    free: SimpleQueue[Readers] = SimpleQueue()
    for one in all_of_them:
        free.put(one)

    def made(row: Row) -> Row:
        own = free.get()
        try:
            return own.read(row)
        finally:
            free.put(own)

    waiting: deque[tuple[Row, Future[Row]]] = deque()
    with ThreadPoolExecutor(jobs, "readers") as pool:
        try:
            for row in rows:
                waiting.append((row, pool.submit(made, row)))
                if len(waiting) > 2 * jobs:
                    first, future = waiting.popleft()
                    yield first, future.result()
            while waiting:
                first, future = waiting.popleft()
                yield first, future.result()
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
            for one in all_of_them:
                one.close()
