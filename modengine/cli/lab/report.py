"""`modengine report`: everything the lab can say of a policy, on one page."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

import click

from modengine.cli.lab.options import (
    Destination,
    Reading,
    corpora_argument,
    corpus_options,
    declare_option,
    jobs_option,
    output_options,
    policy_argument,
    prevalence_option,
    progress,
    say,
    subject_of,
)
from modengine.cli.options import PolicyFirst


@click.command("report", cls=PolicyFirst)
@policy_argument
@corpora_argument
@click.option("--section", "sections", metavar="NAME", multiple=True, help="Only this section. Repeatable.")
@click.option(
    "--against", metavar="POLICY", multiple=True, help="Compare with this policy, too, as `diff` does. Repeatable."
)
@prevalence_option
@declare_option
@click.option("--title", metavar="TEXT", default="", help="Title of the report.")
@click.option("--author", "authors", metavar="NAME", multiple=True, help="Who wrote it. Repeatable.")
@click.option(
    "--bundle",
    metavar="FOLDER",
    type=click.Path(path_type=Path, file_okay=False),
    help="Write all of it there: page, results, each table (CSV) and figure (SVG, PDF), references (BibTeX).",
)
@jobs_option
@corpus_options
@output_options
def command(
    policy: str,
    corpora: tuple[str, ...],
    sections: tuple[str, ...],
    against: tuple[str, ...],
    prevalence: float | Mapping[str, float] | None,
    declare: tuple[str, ...],
    title: str,
    authors: tuple[str, ...],
    bundle: Path | None,
    jobs: int,
    reading: Reading,
    output: Destination,
) -> None:
    """Join what the lab can measure of POLICY on the corpora in one report.

    As HTML it is one file that needs no network and no script: for a reader of an e-mail, and for
    print, which leaves its supplement out.  A section that the corpora cannot give is named, with the
    reason.  CORPUS as in `eval`.  A terminal gets one --section or --table, or all of it with
    --format text; else say where it goes, with --output or a pipe.

    \b
    Examples:
      modengine report campaign-2014 samples/cards/plain.yaml -o report.html
      modengine report campaign-2014 rows.csv --title "A study" \\
        --author "A. Name" --bundle study
      modengine report old.yaml card.yaml --against new.yaml \\
        --against other.yaml -o report.html
      modengine report policy.yaml rows.csv --label kind --none ok --format csv \\
        -o tables
    """
    from modengine.lab.report.report import SECTIONS, make_report  # noqa: PLC0415  (numpy, which --help does not need)

    unknown = [name for name in sections if name not in SECTIONS]
    if unknown:
        raise click.UsageError(f"there is no section `{unknown[0]}`; choose from {', '.join(SECTIONS)}")
    wanted = bundle or output.path or output.table or sections or click.get_current_context().params["form"]
    if not wanted and sys.stdout.isatty():
        raise click.UsageError(
            "a whole report has thousands of lines: write it with -o report.html, or show a part with --section NAME "
            "(or all of it with --format text)"
        )
    engine, others = subject_of(policy), tuple(map(subject_of, against))
    names = [one.policy.id for one in (engine, *others)]
    if len(set(names)) < len(names):
        raise click.UsageError(f"two policies are named `{max(names, key=names.count)}`: give each a name of its own")
    read = reading.corpora(engine, corpora)
    with progress("deciding", (1 + len(others)) * sum(map(len, read))) as told:
        made = make_report(
            engine, read, reading.seed, sections=sections or None, against=others, prevalence=prevalence,
            declare=declare, show_text=reading.show_text, command=reading.command, title=title, authors=authors,
            progress=told, on_section=say, jobs=jobs,
        )  # fmt: skip
    if bundle is not None:
        from modengine.lab.report.paper.bundle import write_bundle  # noqa: PLC0415
        from modengine.lab.report.paper.figures import can_make_pdf  # noqa: PLC0415

        count = write_bundle(made, bundle)
        more = "" if can_make_pdf() else "; figures as SVG alone: for PDF, pip install 'modengine[paper]'"
        click.echo(f"{count} files in {bundle}{more}", err=True)
    if bundle is None or output.path is not None:
        output.write_report(made)
