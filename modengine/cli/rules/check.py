"""`modengine check`: say what is wrong with rule files."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import click

from modengine.checks import check_paths
from modengine.cli.options import format_option, nearby
from modengine.errors import Diagnostic
from modengine.paths import shipped_rules


@click.command("check")
@click.argument("paths", metavar="[PATH]...", nargs=-1, type=click.Path(exists=True, path_type=Path))
@format_option("text", "json", "github")
def command(paths: tuple[Path, ...], form: str) -> int:
    """Find errors and doubtful things in policies and rulesets.

    PATH is a rule file, or a folder whose *.yaml files are checked; without one, the shipped rules.
    Exit code 0: nothing found; 1: errors or warnings found.
    """
    problems = check_paths(paths or (nearby(shipped_rules()),))
    click.echo(FORMS[form](problems), nl=False)
    return 1 if problems else 0


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
