"""`modengine try`: what rules would do if they counted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import click

from modengine.cli.lab.failing import fail_on_option, failed, limits_of
from modengine.cli.lab.options import Destination, Reading, corpus_options, output_options, progress, subject_of
from modengine.cli.options import named_rules, policy_option

if TYPE_CHECKING:
    from modengine.engine.engine import Engine


@click.command("try")
@click.argument("rules", metavar="[RULE]...", nargs=-1)
@click.option("--on", "corpus", metavar="CORPUS", required=True, help="A file of messages, or a card.")
@policy_option
@click.option("--against", metavar="OLD", help="A policy with the rules as they were: its file, name, or PACK:POLICY.")
@fail_on_option
@click.option(
    "--most", metavar="N", type=click.IntRange(0), default=10, show_default=True,
    help="Examples to list of each kind and rule, and flips.",
)  # fmt: skip
@corpus_options
@output_options
def command(
    rules: tuple[str, ...],
    corpus: str,
    policy: str | None,
    against: str | None,
    fail_on: tuple[str, ...],
    most: int,
    reading: Reading,
    output: Destination,
) -> int:
    """Show what RULEs (ids, globs or tags) would newly hit and miss on CORPUS, before they count.

    A rule on test, or a draft, is made stable for the trial alone, and held against the policy as it is;
    one that counts already against the policy without it; with --against, against its version there.
    Without RULE all rules on test are tried, with --against all that differ from OLD.  No file is
    changed.  Scope and period are ignored.
    Exit code 0: nothing that --fail-on names; 1: more of it than N.

    \b
    Examples:
      modengine try fraud.paid-clicks --on samples/cards/samples.yaml
      modengine try --on card.yaml --policy policy.yaml --fail-on new-false-alarms
      modengine try --on rows.csv --label kind --none ok --policy new.yaml \\
        --against old/new.yaml
    """
    limits = limits_of(fail_on)
    from modengine.lab.report.views.trial import view  # noqa: PLC0415
    from modengine.lab.studies.trial import steps, trial  # noqa: PLC0415  (numpy, which --help does not need)

    engine = subject_of(policy)
    old = None if against is None else subject_of(against)
    tried = _tried(engine, old, rules)
    labelled = reading.corpus(corpus, engine)
    with progress("deciding", steps(labelled, tried)) as told:
        result = trial(
            engine, labelled, tried, reading.seed, against=old, show_text=reading.show_text, most=most,
            command=reading.command, progress=told,
        )  # fmt: skip
    shown = view(result, labelled.columns.invented)
    ends = not result.rules and output.form == "text" and output.table is None
    output.write(replace(shown, tables=()) if ends else shown)
    return failed(result, limits)


def _tried(engine: Engine, old: Engine | None, names: Sequence[str]) -> Sequence[str]:
    from modengine.lab.data.without import differing, on_test  # noqa: PLC0415

    if names:
        return named_rules(engine.policy, names)
    return on_test(engine.policy) if old is None else differing(old.policy, engine.policy)
