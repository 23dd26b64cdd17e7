"""`modengine scan`: decide files of messages."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

import click

from modengine.cli.audit_options import record_options, recorder_of, said_of
from modengine.cli.options import engine_of, format_option, input_format_option, policy_option
from modengine.cli.streams import console, is_closed
from modengine.cli.summary import show_summary
from modengine.engine import Engine
from modengine.run.read import Form, Source, look, read
from modengine.run.replace import refuse_inputs, replacing
from modengine.run.scan import Decider, scan
from modengine.run.summary import Summary, Tally
from modengine.run.tidy import tables
from modengine.run.write import JsonLines, Writer

OnBytes = Callable[[int], object]
_STEP = 1 << 16
"""The progress bar is told of so many bytes at a time."""


@click.command("scan")
@click.argument("files", metavar="FILE...", nargs=-1, required=True)
@policy_option
@click.option("--ignore-scope", is_flag=True, help="Decide as if every message lay in scope and period.")
@click.option("-o", "--output", metavar="PATH", type=click.Path(path_type=Path), help="A file; for csv, a folder.")
@format_option("jsonl", "csv", "summary")
@input_format_option
@record_options
@click.option("-q", "--quiet", is_flag=True, help="No summary and no progress bar.")
def command(
    files: tuple[str, ...],
    policy: str | None,
    ignore_scope: bool,
    output: Path | None,
    form: str,
    input_format: Form | None,
    audit: Path,
    no_audit: bool,
    keep_text: bool,
    audit_key: Path | None,
    quiet: bool,
) -> int:
    """Decide every message in FILEs (`-` for standard input).

    Decisions go to standard output as JSON Lines and the summary to standard error; with --output,
    decisions go there and the summary to standard output.  A line that cannot be read becomes an
    error record in its place.  Every decision is added to an audit log (`modengine audit`), which
    keeps no text unless asked to.  Exit code 0: every line was decided; 1: some could not be read.

    \b
    Examples:
      modengine scan samples/messages.jsonl --output decisions.jsonl
      modengine scan messages.csv --format csv --output results
      cat messages.txt | modengine scan - --ignore-scope
    """
    _refuse(files, output, form)
    stdin = sys.stdin.buffer if "-" in files else None
    engine = engine_of(policy)
    gc.freeze()  # the engine stays as long as the run: nothing of it need be looked through for garbage
    sources = [look(name, input_format, stdin) for name in files]
    to_stdout = output is None and form == "jsonl"
    decider: Decider = engine
    try:
        with ExitStack() as stack:
            writer = stack.enter_context(_writer(engine, files, output, form))
            progress = stack.enter_context(_progress(sources, off=quiet or (to_stdout and sys.stdout.isatty())))
            # Left first: a file of decisions takes its place only when they are recorded.
            decider = stack.enter_context(recorder_of(engine, audit, no_audit, keep_text, audit_key))
            summary = _decide(decider, sources, ignore_scope, writer, progress)
    except BaseException as error:
        # Whatever stopped it: what had been decided is recorded.  A reader that has gone is told nothing.
        if getattr(decider, "decisions", 0) and not (isinstance(error, OSError) and is_closed(error)):
            _say(decider, quiet)
        raise
    _say(decider, quiet)
    if not quiet or form == "summary":
        sys.stdout.flush()
        show_summary(summary, engine.policy, ignore_scope, console(sys.stderr if to_stdout else sys.stdout))
    return 1 if summary.unread else 0


def _refuse(files: Sequence[str], output: Path | None, form: str) -> None:
    if files.count("-") > 1:
        raise click.UsageError("standard input (-) can be read only once")
    if form == "csv" and output is None:
        raise click.UsageError("--format csv writes two files: say in which folder, with --output FOLDER")
    if form == "summary" and output is not None:
        raise click.UsageError("--format summary writes no decisions: leave --output out")
    if form == "jsonl" and output is not None and output.suffix.lower() == ".csv":
        raise click.UsageError(f"`{output}` would hold JSON Lines: for CSV say --format csv --output FOLDER")


def _decide(
    decider: Decider, sources: Sequence[Source], ignore_scope: bool, writer: Writer | None, on: OnBytes
) -> Summary:
    tally = Tally()
    for result in scan(decider, read(sources, on), ignore_scope):
        tally.add(result)
        if writer is not None:
            writer.write(result)
    return tally.summary()


def _say(decider: Decider, quiet: bool) -> None:
    """Where the decisions were recorded; what is wrong with that place is said in any case."""
    lines = said_of(decider)
    for line in lines[1:] if quiet else lines:
        click.echo(f"modengine: {line}", err=True)


@contextmanager
def _writer(engine: Engine, files: Sequence[str], output: Path | None, form: str) -> Iterator[Writer | None]:
    if form == "summary":
        yield None
    elif output is None:
        yield JsonLines(sys.stdout.buffer)
        sys.stdout.buffer.flush()
    elif form == "csv":
        with tables(output, files, {rule.id: rule.title for rule in engine.policy.rules}) as both:
            yield both
    else:
        refuse_inputs(output, files)
        with replacing(output) as stream:
            yield JsonLines(stream)


@contextmanager
def _progress(sources: Sequence[Source], off: bool) -> Iterator[OnBytes]:
    """A bar on standard error, if that is a terminal."""
    if off or not sys.stderr.isatty() or os.environ.get("TERM") == "dumb":
        yield lambda _: None
        return
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn  # noqa: PLC0415

    total = sum(source.size or 0 for source in sources) if all(s.size is not None for s in sources) else None
    columns = (TextColumn("deciding"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console(sys.stderr), transient=True) as bar:
        task = bar.add_task("deciding", total=total)
        seen = 0

        def tell(done: int) -> None:
            nonlocal seen
            if done - seen >= _STEP:
                seen = done
                bar.update(task, completed=done)

        yield tell
