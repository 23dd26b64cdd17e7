"""`modengine scan`: decide files of messages."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Literal

import click

from modengine.cli.audit.options import record_options
from modengine.cli.options import Jobs, OutputPath, engine_of, input_format_option, known_suffix, policy_option
from modengine.cli.scan.files import Asked, ScanRun
from modengine.cli.scan.progress import progress
from modengine.cli.scan.ray import RayScan
from modengine.cli.scan.readers import reader_options
from modengine.cli.scan.summary import show_summary
from modengine.cli.streams import console, is_closed
from modengine.run.read.files import Form, look
from modengine.run.read.inputs import expanded
from modengine.run.read.media.readers import Readers
from modengine.run.read.shards import SIZE
from modengine.run.work.work import OutputForm

Format = Literal["jsonl", "csv", "parquet", "summary"]
NAMED: Mapping[str, Format] = {".jsonl": "jsonl", ".ndjson": "jsonl", ".csv": "csv", ".parquet": "parquet"}
"""The form that the name of an output asks for."""
_LONGEST = 300
"""Characters of a command that is repeated in a message."""


@click.command("scan")
@click.argument("files", metavar="FILE...", nargs=-1, required=True)
@policy_option
@click.option(
    "--only", metavar="RULE", multiple=True, help="Decide by these rules alone: an id, a glob, or a tag. Repeatable."
)
@click.option("--ignore-scope", is_flag=True, help="Decide as if every message lay in scope and period.")
@click.option("-o", "--output", metavar="PATH", type=OutputPath(), help="A file; for csv, a folder too.")
@click.option(
    "--format", "form", type=click.Choice(("jsonl", "csv", "parquet", "summary")),
    help="Form of the output.  [default: by the name of --output, else jsonl]",
)  # fmt: skip
@input_format_option
@click.option(
    "-j", "--jobs", type=Jobs(), metavar="N", default=1, show_default=True,
    help="Processes that decide; `auto` (or 0) for as many as there are cores.",
)  # fmt: skip
@click.option(
    "--engine", type=click.Choice(("local", "ray")), default="local", show_default=True,
    help="Where: this machine, or a Ray cluster.",
)  # fmt: skip
@click.option("--address", metavar="ADDRESS", help="Of the Ray cluster.  [default: a new one on this machine]")
@click.option(
    "--shard-size", metavar="BYTES", type=click.IntRange(min=1), default=SIZE, show_default=True,
    help="Of input in a shard, about; for --engine ray.",
)  # fmt: skip
@click.option("--resume", is_flag=True, help="Go on with an unfinished scan to the same --output.")
@record_options
@reader_options
@click.option("-q", "--quiet", is_flag=True, help="No summary and no progress bar.")
@click.pass_context
def command(
    ctx: click.Context,
    files: tuple[str, ...],
    policy: str | None,
    only: tuple[str, ...],
    ignore_scope: bool,
    output: Path | None,
    form: Format | None,
    input_format: Form | None,
    jobs: int,
    engine: str,
    address: str | None,
    shard_size: int,
    resume: bool,
    audit: Path,
    no_audit: bool,
    keep_text: bool,
    audit_key: Path | None,
    readers: Readers | None,
    quiet: bool,
) -> int:
    """Decide every message in FILEs (`-` for standard input; folders and globs are looked into).

    Decisions go to standard output as JSON Lines and the summary to standard error; with --output,
    decisions go there and the summary to standard output.  FILE.csv and FILE.parquet have a row a
    message, with the keys of JSON Lines as columns; `--format csv` with a folder two tidy tables.
    A line that cannot be read becomes an error record in its place.  Every decision is added to an audit
    log (`modengine audit`), which keeps no text unless asked to.  A scan of files to an --output that was
    stopped, by whatever, is gone on with by --resume.  With --engine ray, --output is a folder of shards,
    each with its decisions and its log, and of one manifest that binds them (`modengine audit verify
    FOLDER`).  Exit code 0: every line was decided; 1: some could not be read.

    \b
    Examples:
      modengine scan samples/messages.jsonl --output decisions.jsonl
      modengine scan messages.parquet --output decisions.parquet
      modengine scan messages.csv --format csv --output results
      modengine scan 'logs/*.jsonl' --jobs auto --output decisions.jsonl
      cat messages.txt | modengine scan - --ignore-scope
    """
    if form is None and engine != "ray":
        known_suffix(output, {*NAMED, ".json", ".txt", ".text"})
    form = form or NAMED.get(output.suffix.lower() if output is not None else "", "jsonl")
    _refuse(files, output, form, resume)
    written = _written(form, output, engine)
    if no_audit and (keep_text or audit_key is not None):
        raise click.UsageError("--keep-text and --audit-key say how to record: leave --no-audit out")
    own = [*(() if no_audit else (audit,)), *((output,) if output is not None and engine == "ray" else ())]
    names = expanded(files, own)
    stdin = sys.stdin.buffer if "-" in names else None
    _refuse_ray(ctx, engine, output, form, no_audit)
    # Whoever signs vouches for what the files say, not for what somebody kept of them.
    rules = engine_of(policy, audit_key is None, only)
    sources = [look(name, input_format, stdin) for name in names]
    for source in sources:
        if source.stream is not None and source.stream is not stdin:
            ctx.call_on_close(source.stream.close)
    to_stdout = output is None and form != "summary"
    asked = Asked(rules, sources, written, output, ignore_scope, jobs, resume, input_format,
                  None if no_audit else audit, keep_text, audit_key, readers)  # fmt: skip

    def note(words: str) -> None:
        if not quiet:
            _say(words)

    scan: ScanRun | RayScan
    if engine == "ray":
        cores_of_cluster = ctx.get_parameter_source("jobs") is click.core.ParameterSource.DEFAULT
        scan = RayScan(replace(asked, jobs=0 if cores_of_cluster else jobs), address, shard_size, note)
    else:
        scan = ScanRun(asked, note)
    try:
        with progress(sources, off=quiet or (to_stdout and sys.stdout.isatty())) as on:
            summary = scan.run(on)
    except BaseException as error:
        # Whatever stopped it: what had been decided is recorded.  A reader that has gone is told nothing.
        if not (isinstance(error, OSError) and is_closed(error)):
            if scan.decisions:
                _told(scan, quiet)
            if scan.kept is not None:
                _say(f"{scan.kept}; to go on: {_again(ctx.obj or ())}")
        raise
    _told(scan, quiet)
    if not quiet or form == "summary":
        sys.stdout.flush()
        show_summary(summary, rules, ignore_scope, console(sys.stderr if to_stdout else sys.stdout))
    return 1 if summary.unread else 0


def _refuse(files: Sequence[str], output: Path | None, form: str, resume: bool) -> None:
    if files.count("-") > 1:
        raise click.UsageError("standard input (-) can be read only once")
    if form == "parquet" and (output is None or output.suffix.lower() != ".parquet"):
        raise click.UsageError("--format parquet writes a file: say which, with --output NAME.parquet")
    if form == "summary" and output is not None:
        raise click.UsageError("--format summary writes no decisions: leave --output out")
    named = None if output is None else NAMED.get(output.suffix.lower())
    if named is not None and named != form:
        raise click.UsageError(f"`{output}` would hold {form}: leave --format out, or give it another name")
    if resume and output is None:
        raise click.UsageError("--resume goes on with a scan to files: say which, with --output")
    if resume and "-" in files:
        raise click.UsageError("--resume cannot go on with standard input (-), which is gone: scan a file")


def _written(form: Format, output: Path | None, engine: str) -> OutputForm:
    """CSV in a file, or on standard output, is one table with a row a message; in a folder it is two tidy ones."""
    if engine == "ray" and form == "parquet":
        raise click.UsageError("--engine ray writes shards of jsonl or csv, not of parquet")
    one = output is None or output.suffix.lower() == ".csv"
    return "rows" if form == "csv" and one and engine != "ray" else form


def _refuse_ray(ctx: click.Context, engine: str, output: Path | None, form: str, no_audit: bool) -> None:
    def given(name: str) -> bool:
        return ctx.get_parameter_source(name) is not click.core.ParameterSource.DEFAULT

    if engine == "ray":
        if output is None or form == "summary":
            raise click.UsageError("--engine ray writes a folder of shards: say which, with --output FOLDER")
        if no_audit or given("audit"):
            raise click.UsageError("--engine ray keeps a log a shard, in --output: leave --audit and --no-audit out")
        if given("readers"):
            raise click.UsageError("--reader is for --engine local: read the files first, with modengine read")
    else:
        for name in ("address", "shard_size"):
            if given(name):
                raise click.UsageError(f"--{name.replace('_', '-')} is for --engine ray")


def _told(scan: ScanRun | RayScan, quiet: bool) -> None:
    """Where the decisions were recorded; what is wrong with that place is said in any case."""
    for line in scan.recorded[1:] if quiet else scan.recorded:
        _say(line)


def _say(words: str) -> None:
    click.echo(f"modengine: {words}", err=True)


def _again(given: Sequence[str]) -> str:
    """The command that goes on."""
    words = shlex.join(["modengine", *(argument for argument in given if argument != "--resume"), "--resume"])
    return words if len(words) <= _LONGEST else "the same command with --resume"
