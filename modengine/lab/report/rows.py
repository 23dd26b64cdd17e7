"""Rows that leave the lab: one a message, for R, pandas, polars, Stata.

Tidy: a column a variable, a row a message, whatever was measured of it.  With the decisions stand what they were
made with: revision, digest of the corpus, digest of the text, seed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from modengine.engine.engine import Engine
from modengine.errors import InputError
from modengine.lab.data.clusters import numbered
from modengine.lab.data.corpus import Corpus, shown_value
from modengine.lab.data.linked import MISSING
from modengine.lab.data.outcomes import DecidedCorpus
from modengine.lab.report.columns import LONGEST, named, unlike
from modengine.model import ACTIONS
from modengine.run.read import parquet
from modengine.run.write.codebook import BETWEEN, FieldType, TableCodebook, TableField, beside, datapackage
from modengine.run.write.replace import replacing, write_bytes, write_text
from modengine.run.write.tidy import encode
from modengine.version import __version__

if TYPE_CHECKING:
    import pyarrow

RowForm = Literal["parquet", "csv", "arrow"]
FORMS: Mapping[str, RowForm] = {".parquet": "parquet", ".csv": "csv", ".arrow": "arrow"}
"""The form that the name of a file asks for."""
_Column = tuple[TableField, list[Any]]


@dataclass(frozen=True, slots=True)
class MessageRows:
    """A table with a row a message, and what its columns mean."""

    fields: tuple[TableField, ...]
    columns: tuple[list[Any], ...]
    """For each field the value of every row; None for one that is missing."""
    about: Mapping[str, Any]
    """What it was made from: policy, revision, corpora, seed."""

    def table(self) -> pyarrow.Table:
        """The same for Arrow; each column says what it means.  Raises InputError (ME906) without pyarrow."""
        arrow = parquet.arrow("`pyarrow` is not installed", "pip install 'modengine[lab]', or name a .csv")
        kinds = {
            "string": arrow.string(), "integer": arrow.int64(), "boolean": arrow.bool_(),
            "list": arrow.list_(arrow.string()),
        }  # fmt: skip
        arrays, described = [], []
        for field, values in zip(self.fields, self.columns, strict=True):
            kind = arrow.list_(arrow.int64()) if field.name == "hit_points" else kinds[field.type]
            if kind == arrow.string():
                values = [None if value is None else _storable(value) for value in values]
            arrays.append(arrow.array(values, kind))
            described.append(arrow.field(field.name, kind, metadata={"description": field.says}))
        return arrow.Table.from_arrays(arrays, schema=arrow.schema(described))


def message_rows(
    engine: Engine,
    corpora: Sequence[Corpus],
    outcomes: Sequence[DecidedCorpus],
    seed: int = 1,
    *,
    show_text: bool = False,
) -> MessageRows:
    """A row for each row of the corpora, with what the policy decided of it.  Texts only with `show_text`.

    Clusters are numbered over all corpora together.
    """
    made = list(_columns(engine, corpora, outcomes, seed, show_text))
    names = unlike([field.name for field, _ in made])
    fields = tuple(
        TableField(name, field.type, field.says, field.title) for name, (field, _) in zip(names, made, strict=True)
    )
    about = {
        "version": __version__,
        "policy": engine.policy.id,
        "revision": engine.revision,
        "study": engine.policy.study,
        "seed": seed,
        "corpora": [
            {"name": c.name, "digest": c.digest, "rows": len(c), "sampled_from": c.sampled_from} for c in corpora
        ],
    }
    return MessageRows(fields, tuple(values for _, values in made), about)


def _columns(
    engine: Engine, corpora: Sequence[Corpus], outcomes: Sequence[DecidedCorpus], seed: int, show_text: bool
) -> Iterator[_Column]:
    yield from _given_columns(corpora, show_text)
    yield from _decided_columns(engine, outcomes)

    def same(name: str, kind: FieldType, says: str, value: object) -> _Column:
        return TableField(name, kind, says), [value] * sum(map(len, corpora))

    digests = [corpus.digest.removeprefix("sha256:") for corpus in corpora for _ in range(len(corpus))]
    yield TableField("corpus_sha256", "string", "SHA-256 of the files of the corpus."), digests
    yield same("policy", "string", "The policy, by its id.", engine.policy.id)
    yield same("revision", "string", "The digest of everything that can change a decision.", engine.revision)
    yield same("seed", "integer", "The seed of everything drawn by chance.", seed)
    yield same("version", "string", "The version of modengine.", __version__)


def _given_columns(corpora: Sequence[Corpus], show_text: bool) -> Iterator[_Column]:
    """What the corpora say of each row."""

    def column(
        name: str, kind: FieldType, says: str, make: Callable[[Corpus], Iterable[Any]], title: str = ""
    ) -> _Column:
        return TableField(name, kind, says, title), [value for corpus in corpora for value in make(corpus)]

    where = "The number of the row among those measured of its corpus, from 1."
    yield column("corpus", "string", "The corpus, by its name.", lambda c: [c.name] * len(c))
    yield column("row", "integer", where, lambda c: range(1, len(c) + 1))
    yield column(
        "id", "string", "The message's own `id`; empty where it has none.", lambda c: (m.id for m in c.messages)
    )
    yield column("label", "string", "What the row is: a category, or `none` for a harmless one.", lambda c: c.labels)
    yield column("label_given", "string", "The label as the corpus has it; empty without a label column.", _label)
    for name in dict.fromkeys(name for corpus in corpora for name in corpus.columns.strata):
        says = f"Stratum: the value of the column `{name}` of the corpus."
        yield column(named(f"stratum_{name}"), "string", says, partial(_values, name), name)
    for name in dict.fromkeys(name for corpus in corpora for name in corpus.columns.clusters):
        says = f"Cluster: the value of the column `{name}` of the corpus."
        yield column(named(f"cluster_{name}"), "string", says, partial(_values, name), name)
    alike = (
        "Rows with the same number are not independent: by --cluster, else near-duplicates. Over all corpora, from 1."
    )
    yield TableField("cluster", "integer", alike), (numbered(corpus.clusters for corpus in corpora) + 1).tolist()
    yield column("characters", "integer", "The length of the text, in code points.", lambda c: map(len, _texts(c)))
    if show_text:
        yield column("text", "string", "The text, part after part.", _texts)
    digest = "SHA-256 of the text, part after part, in UTF-8: who guesses a short text can confirm it."
    yield column("text_sha256", "string", digest, lambda c: map(_digest, _texts(c)))


def _decided_columns(engine: Engine, outcomes: Sequence[DecidedCorpus]) -> Iterator[_Column]:
    """What the policy decided of each row."""

    def column(
        name: str, kind: FieldType, says: str, make: Callable[[DecidedCorpus], Iterable[Any]], title: str = ""
    ) -> _Column:
        return TableField(name, kind, says, title), [value for result in outcomes for value in make(result)]

    top = "The highest action that any category asks for; scope and period are taken as met."
    yield column("action", "string", top, lambda d: (ACTIONS[rank] for rank in d.highest()))
    yield column("acted", "boolean", "Whether that is label or more.", lambda d: map(bool, d.highest()))
    for i, category in enumerate(engine.policy.categories):
        name = named(category, LONGEST - len("action_") - len("_9"))
        points = f"Points of the category `{category}`, after caps and relief."
        asked = f"What is asked for in the category `{category}`."
        yield column(f"score_{name}", "integer", points, partial(_scores, i), category)
        yield column(f"action_{name}", "string", asked, partial(_actions, i), category)
    reliefs = frozenset(rule.id for rule in engine.policy.rules if rule.relief is not None)
    counted = "The points of each of these rules that counted, in the same order."
    yield column("hits", "list", "The rules that hit, by their ids.", partial(_rules, reliefs, False, 0))
    yield column("hit_points", "list", counted, partial(_rules, reliefs, False, 1))
    yield column("relief", "list", "The rules that took points away.", partial(_rules, reliefs, True, 0))
    longer = "So many points more than written every step asked for, since the text is long."
    unsure = "Whether something could not be decided: then the action is review at least."
    bare = "Whether it was decided without its fields, which the policy reads as another type."
    yield column("longer", "integer", longer, lambda d: map(int, d.longer))
    yield column("undetermined", "boolean", unsure, lambda d: map(bool, d.undetermined))
    yield column("without_fields", "boolean", bare, lambda d: map(bool, d.refused))


def _scores(category: int, decided: DecidedCorpus) -> Iterable[int]:
    return map(int, decided.scores[:, category])


def _actions(category: int, decided: DecidedCorpus) -> Iterable[str]:
    return (ACTIONS[rank] for rank in decided.ranks[:, category])


def _rules(reliefs: frozenset[str], wanted: bool, which: int, decided: DecidedCorpus) -> Iterator[list[str | int]]:
    """The ids (`which` 0) or points (1) of the rules that hit each row, reliefs or all others."""
    for row in decided.rules:
        yield [hit[which] for hit in row if (hit[0] in reliefs) is wanted]


def _texts(corpus: Corpus) -> Iterator[str]:
    return (corpus.text(i) for i in range(len(corpus)))


def _label(corpus: Corpus) -> Iterator[str | None]:
    label = corpus.columns.label
    for message in corpus.messages:
        value = None if label is None else message.fields.get(label)
        yield None if value is None else shown_value(value)


def _values(column: str, corpus: Corpus) -> Iterable[str | None]:
    """The values of a column of strata or clusters; None where there are none."""
    values = corpus.values.get(column)
    return [None] * len(corpus) if values is None else [None if v == MISSING else v for v in values]


def _digest(text: str) -> str:
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _storable(text: str) -> str:
    """A text that UTF-8 can hold: a lone surrogate is written as an escape."""
    return text.encode("utf-8", "backslashreplace").decode()


def write_rows(rows: MessageRows, path: str | Path) -> None:
    """Writes the rows in the form that the name asks for, and beside them their codebook.

    Raises InputError (ME906) for another name, or without pyarrow; OutputError (ME909).
    """
    path = Path(path)
    form = FORMS.get(path.suffix.lower())
    if form is None:
        raise InputError("ME906", f"`{path}` names no form of rows", f"end it with {', '.join(FORMS)}")
    if form == "csv":
        write_bytes(path, _csv(rows))
    else:
        table = rows.table()
        with replacing(path) as stream:
            _write(form, table, stream)
    book = TableCodebook(named(path.stem), "A row a message", path.name, rows.fields)
    title = f"What {rows.about['policy']} decides, message by message"
    write_text(beside(path), datapackage(named(path.stem), title, [book], rows.about))


def _write(form: RowForm, table: pyarrow.Table, stream: Any) -> None:
    if form == "parquet":
        import pyarrow.parquet  # noqa: PLC0415  (heavy, and only this needs it)

        pyarrow.parquet.write_table(table, stream, compression="zstd")
        return
    with parquet.arrow().ipc.new_file(stream, table.schema) as writer:
        writer.write_table(table)


def _csv(rows: MessageRows) -> bytes:
    header = [field.name for field in rows.fields]
    lines = zip(*rows.columns, strict=True)
    joined = ([BETWEEN.join(map(str, cell)) if isinstance(cell, list) else cell for cell in line] for line in lines)
    return encode(chain([header], joined))
