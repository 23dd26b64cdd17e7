"""Options that the commands of the lab share: how a corpus is read, and how a result is written."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeVar, cast, get_args

import click

from modengine.cli.options import Jobs, OutputPath, engine_of, known_suffix
from modengine.cli.streams import console, results, watched
from modengine.run.write.replace import make_folder, write_text

if TYPE_CHECKING:
    from modengine.engine.engine import Engine
    from modengine.lab.data.corpus import Columns, Corpus
    from modengine.lab.report.report import Report
    from modengine.lab.report.table import Table
    from modengine.lab.report.view import ResultView

_Command = TypeVar("_Command", bound=Callable[..., Any])
_Thing = TypeVar("_Thing")
Format = Literal["text", "json", "html", "csv", "markdown"]
FORMATS: Mapping[str, Format] = {
    ".txt": "text", ".json": "json", ".html": "html", ".htm": "html", ".csv": "csv", ".md": "markdown",
}  # fmt: skip
"""The form that a file name asks for."""


def command_line() -> str:
    """The command line, for the stamp."""
    return shlex.join(("modengine", *(click.get_current_context().find_root().obj or ())))


@dataclass(frozen=True, slots=True)
class Reading:
    """How the command line says that a corpus is to be read."""

    text: str | None
    label: str | None
    map: tuple[str, ...]
    none: tuple[str, ...]
    stratum: tuple[str, ...]
    cluster: tuple[str, ...]
    card: Path | None
    sample: int | None
    seed: int
    show_text: bool

    @property
    def command(self) -> str:
        """The command line, for the stamp."""
        return command_line()

    def corpus(self, path: str, *engines: Engine) -> Corpus:
        """The corpus of a file or a card; its labels may be categories of any of the engines.

        Raises InputError, PolicyError.
        """
        from modengine.lab.data.card import is_card, load_card, read_card  # noqa: PLC0415  (numpy)
        from modengine.lab.data.corpus import load  # noqa: PLC0415

        categories = tuple(dict.fromkeys(name for engine in engines for name in engine.policy.categories))
        if is_card(path):
            if self.card is not None:
                raise click.UsageError(f"`{path}` is a card already: leave --card out, or name its data")
            card = read_card(path)
            return load_card(card, categories, self._columns(card.columns), self.sample, self.seed)
        if self.card is None:
            return load((path,), self._columns(None), categories, sample=self.sample, seed=self.seed)
        card = replace(read_card(self.card), files=(Path(path),))
        return load_card(card, categories, self._columns(card.columns), self.sample, self.seed)

    def corpora(self, engine: Engine | None, paths: tuple[str, ...]) -> tuple[Corpus, ...]:
        """A corpus for each path; they must not share a name.  Without an engine only harmless rows are read."""
        engines = () if engine is None else (engine,)
        found = tuple(self.corpus(path, *engines) for path in paths)
        names = [corpus.name for corpus in found]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise click.UsageError(f"two corpora are named `{twice[0]}`: give each a card with its own name")
        return found

    def files(self, paths: tuple[str, ...]) -> list[str]:
        """Every file that these corpora are read from, cards among them."""
        from modengine.lab.data.card import is_card, read_card  # noqa: PLC0415  (numpy)

        cards = [path for path in paths if is_card(path)]
        return [*paths, *(str(file) for path in cards for file in read_card(path).files)]

    def _columns(self, card: Columns | None) -> Columns:
        """The columns of the card, each option in place of its key."""
        from modengine.lab.data.corpus import Columns  # noqa: PLC0415

        given: dict[str, Any] = {
            key: value for key in ("text", "label", "stratum", "cluster") if (value := getattr(self, key))
        }
        if self.map:
            given["map"] = {**(card.map if card else {}), **self.mapping()}
        if self.none:
            given["none"] = self.none
        columns = replace(card or Columns(), **given)
        if (columns.map or columns.none) and columns.label is None:
            raise click.UsageError("--map and --none say what labels mean: name their column with --label")
        return columns

    def mapping(self) -> dict[str, str]:
        """`--map VALUE=CATEGORY`; the last `=` parts, so that a value may hold one."""
        found: dict[str, str] = {}
        for pair in self.map:
            value, sign, category = pair.rpartition("=")
            if not (sign and value and category):
                raise click.BadParameter(f"`{pair}` is not VALUE=CATEGORY", param_hint="--map")
            if found.setdefault(value, category) != category:
                raise click.BadParameter(f"`{value}` is mapped twice", param_hint="--map")
        return found


@dataclass(frozen=True, slots=True)
class Destination:
    """Where a result goes and in which form."""

    form: Format
    path: Path | None
    table: str | None

    def write(self, view: ResultView) -> None:
        """Raises OutputError (ME909); UsageError for a table that this result does not have."""
        from modengine.lab.report import render  # noqa: PLC0415

        if self.table is not None:
            view = replace(view, tables=(_chosen(self.table, render.named(view.tables)),), charts=())
        match self.form:
            case "json":
                self._put(render.as_json(view))
            case "html":
                self._put(render.as_html(view))
            case "csv":
                self._csv(render.named(view.tables), view.name, view.title, [view])
            case "markdown":
                self._put(render.as_markdown(view))
            case "text":
                self._put(render.as_text(view, self._width(), whole=self.path is not None))

    def write_report(self, report: Report) -> None:
        """A report; its tables are named after their section."""
        from modengine.lab.report import markdown, render, table  # noqa: PLC0415

        found = {f"{view.name}-{table.name}": table for view in report.views for table in view.tables}
        if self.table is not None:
            found = {self.table: _chosen(self.table, found)}
        match self.form:
            case "json":
                self._put(report.as_json())
            case "html":
                self._put(report.as_html())
            case "csv":
                self._csv(found, "report", report.front.title, report.views)
            case "markdown" if self.table is not None:
                self._put(markdown.to_markdown((report.front.title,), tuple(found.values())))
            case "markdown":
                self._put("\n".join(map(render.as_markdown, report.views)))
            case "text" if self.table is not None:
                self._put(table.to_text(tuple(found.values()), self._width()))
            case "text":
                whole, width = self.path is not None, self._width()
                self._put("\n".join(render.as_text(view, width, whole, f"{view.name}-") for view in report.views))

    def _width(self) -> int:
        return max(60, console(sys.stdout).width) if self.path is None else 120

    def _csv(self, found: Mapping[str, Table], name: str, title: str, views: Sequence[ResultView]) -> None:
        """A table to one file or standard output, several to a folder; beside files their codebook."""
        from modengine.lab.report.tidy_csv import package, to_csv  # noqa: PLC0415
        from modengine.run.write.codebook import PACKAGE, beside  # noqa: PLC0415

        stamps = [view.result.stamp for view in views]
        if len(found) == 1 and (self.path is None or self.path.suffix.lower() == ".csv"):
            (table,) = found.values()
            self._put(to_csv(table))
            if self.path is not None:
                write_text(beside(self.path), package({self.path.name: table}, name, title, stamps))
            return
        assert self.path is not None  # else `_refuse` has refused it
        make_folder(self.path)
        files = {f"{file}.csv": table for file, table in found.items()}
        for file, table in files.items():
            write_text(self.path / file, to_csv(table))
        write_text(self.path / PACKAGE, package(files, name, title, stamps))

    def _put(self, text: str) -> None:
        if self.path is None:
            stream = results()
            stream.write(text.encode("utf-8", "backslashreplace"))
            stream.flush()
        else:
            write_text(self.path, text)


def _chosen(name: str, found: Mapping[str, Table]) -> Table:
    if name not in found:
        raise click.UsageError(f"this result has no table `{name}`; it has {', '.join(found) or 'none'}")
    return found[name]


def subject_of(name: str | None) -> Engine:
    """The engine of POLICY: of a policy with the specimens that it names, or of the card of a specimen alone.

    Without a name it is that of the shipped policy.  Raises PolicyError, InputError.
    """
    from modengine.lab.specimens.card import is_specimen, read_specimen, read_specimens  # noqa: PLC0415  (numpy)
    from modengine.lab.specimens.engine import SpecimenEngine  # noqa: PLC0415

    if name is not None and is_specimen(name):
        return SpecimenEngine((read_specimen(name),))
    engine = engine_of(name)
    named = engine.policy.specimens
    return SpecimenEngine(read_specimens(named), engine) if named else engine


policy_argument = click.argument("policy", metavar="POLICY")
"""POLICY: a file, or the name of a shipped one."""
corpus_argument = click.argument("corpus", metavar="CORPUS")
"""CORPUS: a file of messages, or a card."""
corpora_argument = click.argument("corpora", metavar="CORPUS...", nargs=-1, required=True)
"""CORPUS...: one or more."""


def _prevalence(
    context: click.Context, option: click.Parameter, given: tuple[str, ...]
) -> float | Mapping[str, float] | None:
    share = click.FloatRange(0, 1, min_open=True, max_open=True)
    found: dict[str, float] = {}
    for value in given:
        category, _, number = value.rpartition("=")
        if category in found:
            raise click.BadParameter(f"`{category or value}` is given twice", context, option)
        found[category] = share(number, option, context)
    if "" not in found:
        return found or None
    if len(found) > 1:
        raise click.BadParameter("give one share for all categories, or CATEGORY=SHARE for each", context, option)
    return found[""]


prevalence_option = click.option(
    "--prevalence", metavar="[CATEGORY=]SHARE", multiple=True, callback=_prevalence,
    help="Project precision to traffic in which this share is of the category. Repeatable, by category.",
)  # fmt: skip
"""`--prevalence`, as the argument `prevalence`: a share of every category, or of each that is named."""
declare_option = click.option(
    "--declare", metavar="OUTCOME", multiple=True,
    help="An outcome fixed beforehand, such as fraud.recall@review>=0.5. Repeatable.",
)  # fmt: skip
seed_option = click.option(
    "--seed", metavar="N", type=click.IntRange(0, 2**32 - 1), default=1, show_default=True,
    help="Seed of everything drawn by chance.",
)  # fmt: skip
jobs_option = click.option(
    "-j", "--jobs", type=Jobs(), metavar="N", default=1, show_default=True,
    help="Processes that share the work; `auto` (or 0) for as many as there are cores. The figures are the same.",
)  # fmt: skip
"""`--jobs`, as `scan` has it."""
_CORPUS_OPTIONS = (
    click.option("--text", metavar="COLUMN", help="Column with the text.  [default: text]"),
    click.option("--label", metavar="COLUMN", help="Column with the labels.  [default: no row breaks a rule]"),
    click.option("--map", "map", metavar="VALUE=CATEGORY", multiple=True,
                 help="What a label means; a label that is the name of a category means it by itself. Repeatable."),
    click.option("--none", "none", metavar="VALUE", multiple=True,
                 help="A label of harmless rows; '*' for all that nothing else maps. Repeatable."),
    click.option("--stratum", metavar="COLUMN", multiple=True,
                 help="Column by whose values figures are broken down. Repeatable."),
    click.option("--cluster", metavar="COLUMN", multiple=True,
                 help="Column whose equal values are not independent rows. Repeatable: rows that share a value in any "
                 "are one cluster.  [default: near-duplicates]"),
    click.option("--card", metavar="FILE", type=click.Path(path_type=Path),
                 help="Card that says all this of CORPUS; options go before it. CORPUS may be a card too."),
    click.option("--sample", metavar="N", type=click.IntRange(1), help="Measure N rows, drawn by chance."),
    seed_option,
    click.option("--show-text", is_flag=True, help="Show texts of the corpus, which may be offensive."),
)  # fmt: skip
_OUTPUT_OPTIONS = (
    click.option("--format", "form", type=click.Choice(get_args(Format)),
                 help="Form of the output.  [default: by the name of --output, else text]"),
    click.option("-o", "--output", "path", metavar="PATH", type=OutputPath(),
                 help="A file; for csv of several tables, a folder."),
    click.option("--table", metavar="NAME", help="Only this table."),
)  # fmt: skip
_READING = ("text", "label", "map", "none", "stratum", "cluster", "card", "sample", "seed", "show_text")


def corpus_options(command: _Command) -> _Command:
    """How a corpus is read, as the argument `reading: Reading`."""

    @wraps(command)
    def called(**values: Any) -> Any:
        reading = Reading(**{name: values.pop(name) for name in _READING})
        return command(**values, reading=reading)

    return cast("_Command", _with(called, _CORPUS_OPTIONS))


def output_options(command: _Command, more: Collection[str] = ()) -> _Command:
    """Where the result goes, as the argument `output: Destination`; `more` suffixes are the command's own."""

    @wraps(command)
    def called(**values: Any) -> Any:
        form, path, table = values.pop("form"), values.pop("path"), values.pop("table")
        if form is None:
            known_suffix(path, {*FORMATS, ".text", *more})
            form = FORMATS.get(path.suffix.lower(), "text") if path is not None else "text"
        if table is not None and form == "json":
            raise click.UsageError("--table goes with text, html, csv and markdown; JSON holds the whole result")
        _refuse(click.get_current_context().command_path.split(" ", 1)[1], form, path, table)
        return command(**values, output=Destination(form, path, table))

    return cast("_Command", _with(called, _OUTPUT_OPTIONS))


def _refuse(command: str, form: Format, path: Path | None, table: str | None) -> None:
    """Raises UsageError for a table that the command never has, and for several in one file of CSV."""
    from modengine.lab.report.names import TABLES, is_table  # noqa: PLC0415

    names = ", ".join(TABLES.get(command, ("SECTION-TABLE, such as eval-caught",)))
    if table is not None and not is_table(command, table):
        raise click.UsageError(f"there is no table `{table}`; choose from {names}")
    if table is None and form == "csv" and (path is None or path.suffix.lower() == ".csv"):
        raise click.UsageError(
            f"csv of several tables needs a folder: name one with --output, or one of {names} with --table"
        )


def _with(command: Callable[..., Any], options: tuple[Callable[[Any], Any], ...]) -> Any:
    for option in reversed(options):
        command = option(command)
    return command


@contextmanager
def progress(what: str, total: int | None = None) -> Iterator[Callable[[int], object]]:
    """A bar on standard error, if that is a terminal; it is told how many rows are done."""
    if not watched():
        yield lambda _: None
        return
    from rich.progress import (  # noqa: PLC0415  (only a terminal needs it)
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    columns = (TextColumn(what), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console(sys.stderr), transient=True) as bar:
        task = bar.add_task(what, total=total)
        yield lambda done: bar.update(task, completed=done)


def counted(things: Iterable[_Thing], told: Callable[[int], object]) -> Iterator[_Thing]:
    """The things, of each hundred of which `told` is told."""
    for number, thing in enumerate(things):
        if number % 100 == 0:
            told(number)
        yield thing


def say(section: str) -> None:
    """What is begun, on standard error, if that is a terminal."""
    if watched():
        click.echo(f"measuring: {section}", err=True)
