"""`modengine report`: everything the lab can say of a policy, on one page."""

from __future__ import annotations

import sys

import click

from modengine.cli.lab.options import (
    Destination,
    Reading,
    corpora_argument,
    corpus_options,
    output_options,
    policy_argument,
    progress,
    subject_of,
)


@click.command("report")
@policy_argument
@corpora_argument
@click.option("--section", "sections", metavar="NAME", multiple=True, help="Only this section. Repeatable.")
@click.option(
    "--prevalence",
    metavar="SHARE",
    type=click.FloatRange(0, 1, min_open=True, max_open=True),
    help="Project precision to traffic in which this share is of the category.",
)
@click.option(
    "--declare",
    metavar="OUTCOME",
    multiple=True,
    help="An outcome fixed beforehand, such as fraud.recall@review>=0.5. Repeatable.",
)
@corpus_options
@output_options
def command(
    policy: str,
    corpora: tuple[str, ...],
    sections: tuple[str, ...],
    prevalence: float | None,
    declare: tuple[str, ...],
    reading: Reading,
    output: Destination,
) -> int:
    """Join what the lab can measure of POLICY on the corpora in one report.

    As HTML it is one file that needs no network and no script: for a reader of an e-mail, and for
    print.  A section that the corpora cannot give is named, with the reason.  CORPUS as in `eval`.

    \b
    Examples:
      modengine report campaign-2014 samples/cards/*.yaml -o report.html
      modengine report policy.yaml rows.csv --label kind --none ok --format csv -o tables
    """
    from modengine.lab.report.report import SECTIONS, report  # noqa: PLC0415  (numpy, which --help does not need)

    unknown = [name for name in sections if name not in SECTIONS]
    if unknown:
        raise click.UsageError(f"there is no section `{unknown[0]}`; choose from {', '.join(SECTIONS)}")
    engine = subject_of(policy)
    read = reading.corpora(engine, corpora)
    with progress("deciding", sum(map(len, read))) as told:
        made = report(
            engine, read, reading.seed, sections=sections or tuple(SECTIONS), prevalence=prevalence,
            declare=declare, show_text=reading.show_text, command=reading.command, progress=told,
            on_section=_say if sys.stderr.isatty() else None,
        )  # fmt: skip
    output.write_report(made)
    return 0


def _say(section: str) -> None:
    click.echo(f"measuring: {section}", err=True)
