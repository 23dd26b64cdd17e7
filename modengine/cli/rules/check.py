"""`modengine check`: say what is wrong with rule files."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import click

from modengine.checks import check_paths
from modengine.checks.run import rule_files
from modengine.cli.options import format_option, nearby
from modengine.errors import Diagnostic, Location, PolicyError
from modengine.paths import shipped_rules


@click.command("check")
@click.argument("paths", metavar="[PATH]...", nargs=-1, type=click.Path(exists=True, path_type=Path))
@click.option(
    "--straddling",
    "corpus",
    metavar="CORPUS",
    help="File of messages: also list the `regex` and `text` patterns whose matches in it straddle words.",
)
@format_option("text", "json", "github")
def command(paths: tuple[Path, ...], corpus: str | None, form: str) -> int:
    """Find errors and doubtful things in policies and rulesets.

    PATH is a rule file, or a folder whose *.yaml files are checked; without one, the shipped rules.
    Exit code 0: nothing found; 1: errors or warnings found.
    """
    paths = paths or (nearby(shipped_rules()),)
    problems = check_paths(paths)
    if corpus is not None:
        problems = (*problems, *_straddling(paths, corpus))
    click.echo(FORMS[form](problems), nl=False)
    return 1 if problems else 0


def _straddling(paths: Sequence[Path], corpus: str) -> Iterator[Diagnostic]:
    """What matches in a corpus straddle words, each pattern once; nothing of files with errors.  Raises InputError."""
    from modengine.checks.errors import with_source  # noqa: PLC0415  (the engine, which --help does not need)
    from modengine.checks.straddling import straddling  # noqa: PLC0415
    from modengine.loading import load_any  # noqa: PLC0415
    from modengine.run.read.files import read_paths  # noqa: PLC0415

    messages = [row.message for row in read_paths([corpus]) if row.message is not None]
    found: dict[Location, Diagnostic] = {}
    for file in (file for path in paths for file in (rule_files(path) if path.is_dir() else [path])):
        try:
            engine, _ = load_any(file)
        except PolicyError:
            continue
        for problem in straddling(engine, messages):
            found.setdefault(problem.location, problem)
    yield from with_source(sorted(found.values(), key=lambda problem: problem.location))


def as_text(problems: Sequence[Diagnostic]) -> str:
    """Each problem with its line and a hint, then a count."""
    errors = sum(problem.severity == "error" for problem in problems)
    blocks = [problem.render() for problem in problems]
    return "\n\n".join([*blocks, f"{_count(errors, 'error')}, {_count(len(problems) - errors, 'warning')}"]) + "\n"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def as_json(problems: Sequence[Diagnostic]) -> str:
    """A list of objects."""
    return json.dumps([problem.data() for problem in problems], ensure_ascii=False, indent=2) + "\n"


def as_github(problems: Sequence[Diagnostic]) -> str:
    """Workflow commands, which GitHub shows at the line (docs.github.com, "Workflow commands")."""
    return "".join(
        f"::{problem.severity} file={_property(problem.location.file)},line={problem.location.line},"
        f"col={problem.location.column},title={_property(f'{problem.code} {problem.name}')}"
        f"::{_data(f'{problem.message}. hint: {problem.hint}')}\n"
        for problem in problems
    )


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


FORMS = {"text": as_text, "json": as_json, "github": as_github}
