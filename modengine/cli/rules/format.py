"""`modengine format`: bring rule files into one layout."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from pathlib import Path

import click

from modengine.checks.run import rule_files
from modengine.cli.rules.forms.findings import as_text
from modengine.cli.rules.rewrite import rewrite
from modengine.errors import Diagnostic, Location, printable
from modengine.explain.visible import many
from modengine.policy.layout.format import FormattedFile, format_file


@click.command("format")
@click.argument("paths", metavar="[PATH]...", nargs=-1, type=click.Path(exists=True, path_type=Path))
@click.option("--check", "only_check", is_flag=True, help="Name the files that would change, and write none.")
@click.option("--diff", is_flag=True, help="Show what would change, and write nothing.")
def command(paths: tuple[Path, ...], only_check: bool, diff: bool) -> int:
    """Bring policies and rulesets into one layout; what they mean stays, and so do comments.

    PATH is a rule file, or a folder whose *.yaml files are formatted, and those of folders below it;
    without one, the current folder.
    Keys come into the order of docs/rule-language.md, a condition longer than a line is broken before
    `and` and `or`, and blanks at ends of lines go.  A file with an error of YAML is left as it is.
    Exit code 0: done, or nothing to do; 1: with --check or --diff, a file would change; 2: a file has an error.
    """
    done = []
    for file in _formatted(paths or (Path(),)):
        done.append(file)
        if not file.changed:
            continue
        if diff:
            click.echo(_diff(file), nl=False)
        elif not only_check:
            rewrite(file.path, file.data)
        if not diff:
            click.echo(printable(f"{'would format' if only_check else 'formatted'} {file.path}"))
    changed = [file for file in done if file.changed]
    wrong = [file for file in done if file.problems]
    if wrong:
        click.echo(as_text([problem for file in wrong for problem in file.problems]), nl=False, err=True)
    would = "would be " if only_check or diff else ""
    counts = [f"{len(changed)} {would}formatted", f"{len(done) - len(changed) - len(wrong)} already in order"]
    counts += [f"{len(wrong)} left as they are, with errors"] if wrong else []
    click.echo(f"{many(len(done), 'file')}: {', '.join(counts)}", err=diff)
    if wrong:
        return 2
    return 1 if changed and would else 0


def _formatted(paths: tuple[Path, ...]) -> Iterator[FormattedFile]:
    """Every file once, however often it is named."""
    known: set[Path] = set()
    for path in paths:
        files = rule_files(path) if path.is_dir() else [path]
        if not files:
            nothing = Diagnostic(
                "ME101", f"`{path}` holds no rule file", Location(str(path)), "name a folder with *.yaml files"
            )
            yield FormattedFile(path, "", "", (nothing,))
        for file in files:
            if file.resolve() not in known:
                known.add(file.resolve())
                yield format_file(file)


def _diff(file: FormattedFile) -> str:
    """A unified diff."""
    before, after = (text.splitlines() for text in (file.before, file.after))
    lines = list(difflib.unified_diff(before, after, str(file.path), str(file.path), lineterm=""))
    if len(lines) == 0:
        lines = [f"{file.path}: only the end of the file or of its lines changes"]
    return "".join(f"{printable(line)}\n" for line in lines)
