"""`modengine specimen import`: published lists to specimens."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from modengine.cli.lab.options import Destination, command_line, output_options
from modengine.cli.specimen.options import show_terms_option
from modengine.run.write.replace import make_folder

if TYPE_CHECKING:
    from modengine.lab.specimens.read.importing import ImportedList, ImportOptions

_ABOUT = ("title", "source", "licence", "date", "found", "category", "note")


@click.command("import")
@click.argument("sources", metavar="SOURCE...", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--into",
    metavar="FOLDER",
    required=True,
    type=click.Path(path_type=Path, file_okay=False),
    help="Where the cards and entries go; it is made.",
)
@click.option("--name", metavar="NAME", help="The name of the specimen.  [default: of the file or folder]")
@click.option("--join", is_flag=True, help="Make one specimen of all files, rather than one of each.")
@click.option("--replace", is_flag=True, help="Write over cards that are there.")
@click.option("--encoding", metavar="NAME", help="Encoding of the files.  [default: detected, and said]")
@click.option(
    "--skip",
    metavar="N",
    type=click.IntRange(0),
    help="Lines at the top that are no entries.  [default: a path and a blank line, where they are there]",
)
@click.option("--comment", metavar="TEXT", help="What a comment begins with; '' for none.  [default: '# ']")
@click.option(
    "--column",
    "columns",
    metavar="KEY=COLUMN",
    multiple=True,
    help="Column of a table: term, category, theme, language, translation, first, last, components, "
    "extenuating, extenuated. Repeatable.",
)
@click.option("--where", metavar="COLUMN=VALUE", multiple=True, help="Only rows of a table with this. Repeatable.")
@click.option(
    "--combinations/--no-combinations",
    default=True,
    show_default=True,
    help="Whether + parts the components of a combination, or is a character.",
)
@click.option(
    "--wildcards/--no-wildcards",
    default=None,
    help="Whether * at an end is a wildcard, or a character.  [default: detected, and said]",
)
@click.option("--title", metavar="TEXT", help="One line on what it is.")
@click.option("--source", metavar="TEXT", help="Where it was published.")
@click.option("--licence", metavar="TEXT", help="The licence under which it was.")
@click.option("--date", metavar="TEXT", help="Of when it is.")
@click.option("--found", metavar="TEXT", help="How it was found.")
@click.option("--category", metavar="NAME", help="The category of a corpus that it is held against.")
@click.option("--note", metavar="TEXT", help="What a reader of its figures must know.")
@click.option(
    "--match",
    type=click.Choice(("anywhere", "word")),
    default="anywhere",
    show_default=True,
    help="How its owner matched terms.",
)
@click.option(
    "--case",
    type=click.Choice(("ignore", "exact")),
    default="ignore",
    show_default=True,
    help="Whether its owner told large letters from small.",
)
@click.option(
    "--effect",
    type=click.Choice(("block", "log", "unknown")),
    default="unknown",
    show_default=True,
    help="What a match did there.",
)
@show_terms_option
@output_options
def command(
    sources: tuple[Path, ...],
    into: Path,
    name: str | None,
    join: bool,
    replace: bool,
    show_terms: bool,
    output: Destination,
    **given: Any,
) -> None:
    """Make specimens of published lists: a card (.yaml) and its entries (.jsonl) for each.

    A SOURCE is a file with one entry a line, a table (CSV) with a header, or a folder of such files. A folder
    of dated snapshots (2015-02-06-22.plain, keyfile_u.2013-06-18.plain) becomes one specimen with a history.
    `a+b+c` is a combination, `*abc*` has wildcards.  Encoding and columns are detected and said; what is no
    entry is dropped, counted and named by its line.

    \b
    Examples:
      modengine specimen import words.txt --into lists \\
        --source 'where it was published'
      modengine specimen import keywords.csv --where client=abc --name abc \\
        --into lists
      modengine specimen import snapshots/ --into lists --effect log
      modengine specimen import words.dat --encoding utf-16 --skip 2 --into lists
    """  # fmt: skip
    from modengine.lab.report.views.specimens.imported import view  # noqa: PLC0415  (numpy, which --help does not need)
    from modengine.lab.specimens.card import read_specimen, write_specimen  # noqa: PLC0415
    from modengine.lab.specimens.read.imports import imported  # noqa: PLC0415

    made = tuple(_made(sources, name, join, _options(given)))
    names = [one.specimen.name for one in made]
    twice = sorted({one for one in names if names.count(one) > 1})
    if twice:
        raise click.UsageError(f"two lists would be named `{twice[0]}`: import them one by one, with --name")
    there = [name for name in names if (into / f"{name}.yaml").exists()]
    if there and not replace:
        raise click.UsageError(f"`{into / there[0]}.yaml` is there already: --replace writes over it")
    make_folder(into)
    cards = [write_specimen(one.specimen, into) for one in made]
    written = [read_specimen(card) for card in cards]
    output.write(view(imported(made, written, show_terms, command_line())))


def _options(given: dict[str, Any]) -> ImportOptions:
    from modengine.lab.specimens.read.forms import NAMES, Layout  # noqa: PLC0415
    from modengine.lab.specimens.read.importing import ImportOptions  # noqa: PLC0415

    columns = _pairs(given["columns"], "--column")
    unknown = [key for key in columns if key not in NAMES]
    if unknown:
        raise click.BadParameter(f"there is no `{unknown[0]}`; choose from {', '.join(NAMES)}", param_hint="--column")
    layout = Layout(given["skip"], given["comment"], columns, _pairs(given["where"], "--where"))
    card = {key: given[key] for key in (*_ABOUT, "match", "case", "effect") if given[key] is not None}
    return ImportOptions(given["encoding"], layout, given["combinations"], given["wildcards"], card)


def _pairs(given: Sequence[str], option: str) -> dict[str, str]:
    found = {}
    for pair in given:
        key, sign, value = pair.partition("=")
        if not (sign and key and value):
            raise click.BadParameter(f"`{pair}` is not KEY=VALUE", param_hint=option)
        found[key] = value
    return found


def _made(sources: Sequence[Path], name: str | None, join: bool, options: ImportOptions) -> Iterator[ImportedList]:
    from modengine.errors import InputError  # noqa: PLC0415
    from modengine.lab.specimens.read.importing import (  # noqa: PLC0415
        files_in,
        import_specimen,
        name_of,
    )
    from modengine.lab.specimens.snapshots import import_snapshots, snapshot_series  # noqa: PLC0415

    single: list[Path] = []
    for source in sources:
        if not source.is_dir():
            single.append(source)
            continue
        files = list(files_in(source))
        if not files:
            raise InputError("ME905", f"`{source}` is a folder without a file", "name the folder of the lists")
        series, undated = snapshot_series(files)
        if len(files) == 1 or all(len(one.files) == 1 for one in series):
            single += files
            continue
        for one in series:
            its = one.name or source.resolve().name
            yield import_snapshots(one, name_of(name or its if len(series) == 1 else its), options)
        if undated:
            click.echo(
                f"modengine: {len(undated):,} files of `{source}` have no date in their name and were left out, the "
                f"first `{undated[0].name}`", err=True,
            )  # fmt: skip
    if join and single:
        yield import_specimen(single, name_of(name or single[0].parent.resolve().name), options)
        return
    if name is not None and len(single) > 1:
        raise click.UsageError("--name names one specimen: add --join, or leave it out")
    for path in single:
        yield import_specimen([path], name_of(name or path.stem), options)
