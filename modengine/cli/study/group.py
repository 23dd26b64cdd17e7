"""`modengine study`: a study from its pin to a package that somebody else repeats.  One file a subcommand."""

from __future__ import annotations

import click

from modengine.cli.group import Group, Subcommand

COMMANDS: dict[str, Subcommand] = {
    "pin": Subcommand("study.pin", "Fix what a study claims, before anybody looks."),
    "run": Subcommand("study.run", "Measure a pinned study: each figure declared or exploratory."),
    "pack": Subcommand("study.pack", "Write a package without texts, from which it can be repeated."),
    "verify": Subcommand("study.verify", "Repeat a package, and name each figure that differs."),
}


@click.group("study", cls=Group, table=COMMANDS)
def command() -> None:
    """Pin, run, pack and verify a study: questions, policies, corpora, and outcomes declared beforehand.

    docs/study.md says what stands in a study file, and goes through one from pin to verify.
    """
