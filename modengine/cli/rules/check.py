"""`modengine check`: say what is wrong with rule files."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

import click

from modengine.checks import check_paths
from modengine.cli.options import format_option, nearby
from modengine.codes import Severity
from modengine.errors import Diagnostic
from modengine.paths import shipped_rules
from modengine.run.read.files import read_paths
from modengine.run.read.inputs import expanded


@click.command("check")
@click.argument("paths", metavar="[PATH]...", nargs=-1, type=click.Path(exists=True, path_type=Path))
@click.option(
    "--corpus", "corpora", metavar="FILE", multiple=True,
    help="Messages, files or folders: also say which terms stand in none of them and in no example, and which "
    "`regex` and `text` patterns cut words in them.",
)  # fmt: skip
@format_option("text", "json", "github")
def command(paths: tuple[Path, ...], corpora: tuple[str, ...], form: str) -> int:
    """Find errors and doubtful things in policies and rulesets.

    PATH is a rule file, or a folder whose *.yaml files are checked; without one, the shipped rules.
    `modengine.toml` says which findings are wanted, and a comment beside a finding allows it: see
    docs/rule-language.md, "Findings".
    Exit code 0: nothing found, or notes alone; 1: errors or warnings found.
    """
    corpus = None
    if corpora:
        corpus = tuple(row.message for row in read_paths(expanded(corpora)) if row.message is not None)
    problems = check_paths(paths or (nearby(shipped_rules()),), corpus)
    click.echo(FORMS[form](problems), nl=False)
    return 1 if any(problem.severity != "note" for problem in problems) else 0


def as_text(problems: Sequence[Diagnostic]) -> str:
    """Each problem with its line and a hint, then a count."""
    number = Counter(problem.severity for problem in problems)
    counts = [_count(number["error"], "error"), _count(number["warning"], "warning")]
    counts += [_count(number["note"], "note")] if number["note"] else []
    return "\n\n".join([*(problem.render() for problem in problems), ", ".join(counts)]) + "\n"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def as_json(problems: Sequence[Diagnostic]) -> str:
    """A list of objects."""
    return json.dumps([problem.data() for problem in problems], ensure_ascii=False, indent=2) + "\n"


def as_github(problems: Sequence[Diagnostic]) -> str:
    """Workflow commands, which GitHub shows at the line (docs.github.com, "Workflow commands")."""
    return "".join(
        f"::{_LEVEL[problem.severity]} file={_property(problem.location.file)},line={problem.location.line},"
        f"col={problem.location.column},title={_property(f'{problem.code} {problem.name}')}"
        f"::{_data(f'{problem.message}. hint: {problem.hint}')}\n"
        for problem in problems
    )


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


_LEVEL: Mapping[Severity, str] = {"error": "error", "warning": "warning", "note": "notice"}
FORMS = {"text": as_text, "json": as_json, "github": as_github}
