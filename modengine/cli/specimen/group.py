"""`modengine specimen`: what is asked of lists that others made.  One file a subcommand."""

from __future__ import annotations

import click

from modengine.cli.group import Group, Subcommand

COMMANDS: dict[str, Subcommand] = {
    "import": Subcommand("specimen.import_", "Make specimens of published lists."),
    "measure": Subcommand("specimen.measure", "Measure what lists do to ordinary speech."),
    "describe": Subcommand("specimen.describe", "Say how lists are made."),
    "compare": Subcommand("specimen.compare", "Compare all pairs of lists."),
    "history": Subcommand("specimen.history", "Say what changed in a list, and how long entries last."),
}


@click.group("specimen", cls=Group, table=COMMANDS)
def command() -> None:
    """Study lists that others made: published, leaked, taken from a program.

    A specimen is measured and never acts: it says what a list would match, not what was blocked.  The
    commands flip, diff, fairness, evade, eval and report take its card where they take a policy.
    docs/specimens.md says what the figures mean.
    """
