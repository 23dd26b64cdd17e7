"""`modengine check`: say what is wrong with rule files."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from modengine.checks.mending import mend
from modengine.checks.run import check_paths, rule_files
from modengine.cli.options import RulePath, format_option, rules_here
from modengine.cli.rules.forms.findings import FORMS, exit_code
from modengine.cli.rules.rewrite import rewrite
from modengine.cli.streams import folded, say
from modengine.errors import printable
from modengine.paths import shipped_rules
from modengine.run.read.files import MessageFiles
from modengine.run.read.inputs import expanded


@click.command("check")
@click.argument("paths", metavar="[PATH]...", nargs=-1, type=RulePath())
@click.option(
    "--corpus", "corpora", metavar="FILE", multiple=True,
    help="Messages, files or folders: also say which terms stand in none of them and in no example, and which "
    "`regex` and `text` patterns cut words in them.",
)  # fmt: skip
@click.option("--strict", is_flag=True, help="Let warnings fail too.")
@click.option("--fix", is_flag=True, help='First mend what has one right mend: docs/rule-language.md, "Mends".')
@format_option(*FORMS)
def command(paths: tuple[Path, ...], corpora: tuple[str, ...], strict: bool, fix: bool, form: str) -> int:
    """Find errors and doubtful things in policies and rulesets.

    PATH is a rule file, PACK:POLICY, or a folder whose *.yaml files are checked, and those of folders
    below it; without one, the current folder if it has a `modengine.toml`, else the shipped rules.
    `modengine.toml` says which findings are wanted, and a comment beside a finding allows it: see
    docs/rule-language.md, "Findings".
    Exit code 0: no errors; 1: errors found, or with --strict warnings.
    """
    if fix:
        if not paths:
            raise click.UsageError("--fix wants the files or folders that it may write")
        _fix(paths)
    corpus = None
    if corpora:
        names = expanded(corpora)
        # A pipe can be read only once: what it gave is held.
        corpus = MessageFiles(names) if all(map(os.path.isfile, names)) else tuple(MessageFiles(names))
    problems = check_paths(paths or (rules_here(shipped_rules()),), corpus)
    said = FORMS[form](problems)
    click.echo(folded(said, sys.stdout) if form == "text" else said, nl=False)
    return exit_code(problems, strict)


def _fix(paths: tuple[Path, ...]) -> None:
    """Mends files in their places, and says what on standard error."""
    count = 0
    for file in (file for path in paths for file in (rule_files(path) if path.is_dir() else [path])):
        mended = mend(str(file))
        for name, data in mended.files.items():
            rewrite(Path(name), data)
        for problem in mended.found:
            place = problem.location
            where = f"{Path(file.parent, place.file)}:{place.line}:{place.column}"
            say(printable(f"{where}: mended {problem.code} {problem.name}: {problem.message}"))
        count += len(mended.found)
    say(f"{count} mended")
