"""Corpora: messages with labels, strata and clusters, from files and options or a card."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from hashlib import file_digest, sha256
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from modengine.errors import InputError
from modengine.lab.data.clusters import clusters, fold, half
from modengine.lab.data.linked import MISSING, linked
from modengine.model import Message
from modengine.run.read.files import read_paths

HARMLESS = "none"
"""The label of a row that breaks no category."""
OTHERS = "*"
_JOINT = " · "
MOST_ROWS = 500_000
MOST_HELD = 200_000_000
"""Rows that are held in memory; of more, take a sample."""


@dataclass(frozen=True, slots=True)
class Columns:
    """Which columns mean what; the same for every command."""

    text: str = "text"
    label: str | None = None
    map: Mapping[str, str] = field(default_factory=dict)
    """Value of the label column to category."""
    none: tuple[str, ...] = ()
    """Values that mean harmless; `*` for all that nothing else maps."""
    stratum: str | tuple[str, ...] | None = None
    """A column, or several: figures are given for the values of each."""
    cluster: str | tuple[str, ...] | None = None
    """A column, or several: rows that share a value in any of them are not independent, directly or through others."""
    forbidden: tuple[str, ...] = ()
    """Figures that the corpus cannot give, such as `precision`."""
    invented: bool = False
    """The texts were made up for the project: they may be shown."""
    generated: bool = False
    """The texts, or their dates, were made up by somebody: results are a simulation."""

    @property
    def strata(self) -> tuple[str, ...]:
        """The columns of strata."""
        return _several(self.stratum)

    @property
    def clusters(self) -> tuple[str, ...]:
        """The columns of clusters."""
        return _several(self.cluster)

    def category(self, value: object, categories: Sequence[str]) -> str | None:
        """What a label means; None if nothing maps it."""
        text = shown_value(value)
        if text in self.map:
            return self.map[text]
        if text in self.none or text == HARMLESS:
            return HARMLESS
        if text in categories:
            return text
        return HARMLESS if OTHERS in self.none else None


@dataclass(frozen=True, slots=True)
class About:
    """What is known of where a corpus comes from."""

    title: str = ""
    source: str = ""
    licence: str = ""
    note: str = ""


@dataclass(frozen=True)
class Corpus:
    """The labelled rows of some files."""

    name: str
    digest: str
    """`sha256:` of the content of the files."""
    columns: Columns
    messages: tuple[Message, ...]
    labels: tuple[str, ...]
    """A category or `none`, a row; all `none` without a label column."""
    strata: tuple[str, ...]
    """The stratum of each row; where several columns part the corpus, their values joined."""
    left_out: Mapping[str, int]
    """Values of the label column that nothing maps, with their rows."""
    unreadable: int
    given_clusters: tuple[str, ...] | None
    about: About = About()
    sampled_from: int | None = None
    """Rows of which these are a random sample; None for all."""
    first_unreadable: str = ""
    """Where the first row is that could not be read, and why."""
    values: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """The values of each column of strata and clusters, a row."""
    places: tuple[str, ...] = ()
    """Where each row without an id stands in its file, from which `explain --id` takes it; else empty."""

    def __len__(self) -> int:
        return len(self.messages)

    @property
    def labelled(self) -> bool:
        return self.columns.label is not None

    @property
    def simulation(self) -> bool:
        return self.columns.invented or self.columns.generated

    def row_name(self, i: int) -> str:
        """The id of row i, else its line, with the file where there are several."""
        return self.messages[i].id or (self.places[i] if self.places else f"row {i + 1}")

    def text(self, i: int) -> str:
        """All that row i says, part after part."""
        return self.messages[i].all_text()

    @cached_property
    def _clustered(self) -> tuple[NDArray[np.int64], tuple[str, ...]]:
        if self.given_clusters is None:
            return clusters([self.text(i) for i in range(len(self))])
        names = tuple(dict.fromkeys(self.given_clusters))
        numbers = {name: i for i, name in enumerate(names)}
        return np.array([numbers[name] for name in self.given_clusters], np.int64), names

    @property
    def clusters(self) -> NDArray[np.int64]:
        """The number of each row's cluster, from 0."""
        return self._clustered[0]

    @property
    def cluster_count(self) -> int:
        return len(self._clustered[1])

    @cached_property
    def halves(self) -> NDArray[np.int64]:
        """0 or 1 for each row; the rows of one cluster share a half."""
        codes, names = self._clustered
        return np.array([half(name) for name in names], np.int64)[codes]

    def folds(self, count: int, seed: int) -> NDArray[np.int64]:
        """0 to `count` - 1 for each row; the rows of one cluster share a fold."""
        codes, names = self._clustered
        return np.array([fold(name, count, seed) for name in names], np.int64)[codes]

    def take(self, rows: NDArray[np.bool_]) -> Corpus:
        """The rows with a flag, their clusters kept."""
        codes, names = self._clustered
        kept = np.flatnonzero(rows)
        return replace(
            self,
            messages=tuple(self.messages[i] for i in kept),
            labels=tuple(self.labels[i] for i in kept),
            strata=tuple(self.strata[i] for i in kept),
            left_out={},
            unreadable=0,
            first_unreadable="",
            given_clusters=tuple(names[codes[i]] for i in kept),
            values={name: tuple(column[i] for i in kept) for name, column in self.values.items()},
            places=tuple(self.places[i] for i in kept) if self.places else (),
        )

    def parted(self) -> Iterator[tuple[str, NDArray[np.bool_]]]:
        """Each stratum by name, in order, with the flags of its rows; `COLUMN: VALUE` where several columns part it."""
        columns = self.columns.strata
        for column in columns:
            values = self.values.get(column, self.strata)
            found = np.array(values, dtype=object)
            for value in sorted(set(values)):
                yield f"{column}: {value}" if len(columns) > 1 else value, np.asarray(found == value, np.bool_)


@dataclass(slots=True)
class _Seen:
    """What was met while reading: for counts and errors."""

    columns: set[str] = field(default_factory=set)
    values: set[str] = field(default_factory=set)
    left_out: Counter[str] = field(default_factory=Counter)
    unreadable: int = 0
    first_unreadable: str = ""
    first_hint: str = ""


_Row = tuple[Message, str, str, int]
"""Message, label, source, line."""


def load(
    paths: Sequence[str | Path],
    columns: Columns,
    categories: Sequence[str],
    *,
    name: str = "",
    about: About = About(),
    sample: int | None = None,
    seed: int = 1,
) -> Corpus:
    """Reads a corpus.  Raises InputError (ME911) for a column or label that no row has.

    `categories` are those of the policy: a label that is the name of one means it.  With `sample`,
    only so many rows are kept, drawn without replacement by `seed`, in their order.
    """
    unknown = sorted(set(columns.map.values()) - {*categories, HARMLESS})
    if unknown:
        raise InputError(
            "ME911", f"`--map` names the category `{unknown[0]}`, which the policy does not have",
            f"its categories are {', '.join(categories)}",
        )  # fmt: skip
    for path in paths:
        if Path(path).exists() and not (Path(path).is_file() or Path(path).is_dir()):
            raise InputError("ME905", f"`{path}` is no regular file, and a corpus is read twice", "save it first")
    seen = _Seen()
    rows = _rows(paths, columns, categories, seen)
    kept, total = _all(rows) if sample is None else _sample(rows, sample, seed)
    _check(columns, seen, total)
    values = {
        name: tuple(_field(message.fields, name) for message, *_ in kept)
        for name in (*columns.strata, *columns.clusters)
    }
    return Corpus(
        name or " ".join(Path(path).name for path in paths),
        digest(paths),
        columns,
        tuple(row[0] for row in kept),
        tuple(row[1] for row in kept),
        tuple(_JOINT.join(of) for of in zip(*(values[name] for name in columns.strata), strict=True))
        if columns.strata
        else ("",) * len(kept),
        dict(sorted(seen.left_out.items())),
        seen.unreadable,
        tuple(linked([values[name] for name in columns.clusters])) if columns.clusters else None,
        about,
        total if total > len(kept) else None,
        seen.first_unreadable,
        values,
        _places(kept),
    )


def _places(rows: Sequence[_Row]) -> tuple[str, ...]:
    several = len({source for _, _, source, _ in rows}) > 1
    return tuple(
        "" if message.id else f"{Path(source).name}:{line}" if several else f"line {line}"
        for message, _, source, line in rows
    )


def _rows(paths: Sequence[str | Path], columns: Columns, categories: Sequence[str], seen: _Seen) -> Iterator[_Row]:
    for row in read_paths(paths, text=columns.text):
        if row.message is None:
            seen.unreadable += 1
            if row.error is not None and not seen.first_unreadable:
                seen.first_unreadable = f"{row.source}:{row.line}: [{row.error.code}] {row.error.message}"
                seen.first_hint = "" if row.error.code == "ME902" else row.error.hint  # the text is elsewhere
            continue
        fields = row.message.fields
        seen.columns.update(fields)
        label = HARMLESS
        if columns.label is not None:
            value = fields.get(columns.label)
            text = MISSING if value is None else shown_value(value)
            if len(seen.values) < 10_000:
                seen.values.add(text)
            category = None if value is None else columns.category(value, categories)
            if category is None:
                seen.left_out[text if len(seen.left_out) < 1_000 else "(others)"] += 1
                continue
            label = category
        yield row.message, label, row.source, row.line


def _several(columns: str | tuple[str, ...] | None) -> tuple[str, ...]:
    if columns is None:
        return ()
    return (columns,) if isinstance(columns, str) else tuple(dict.fromkeys(columns))


def _field(fields: Mapping[str, object], column: str) -> str:
    value = fields.get(column)
    return MISSING if value is None else shown_value(value)


def shown_value(value: object) -> str:
    """A value of a column as a text: texts as they are, others as JSON has them."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)


def _all(rows: Iterator[_Row]) -> tuple[list[_Row], int]:
    kept: list[_Row] = []
    held = 0
    for row in rows:
        kept.append(row)
        held += _characters(row)
        if len(kept) > MOST_ROWS or held > MOST_HELD:
            raise InputError(
                "ME911",
                f"more than {MOST_ROWS:,} rows or {MOST_HELD:,} characters, which is more than are held in memory",
                "measure a random sample: --sample 10000; in a study, `{card: FILE, sample: 10000}`",
            )
    return kept, len(kept)


def _characters(row: _Row) -> int:
    return sum(len(part.text) for part in row[0].all_parts())


def _sample(rows: Iterator[_Row], size: int, seed: int) -> tuple[list[_Row], int]:
    """Algorithm R (J. Vitter, Random sampling with a reservoir, 1985)."""
    random = np.random.default_rng(seed)
    kept: list[tuple[int, _Row]] = []
    total = held = 0
    for number, row in enumerate(rows):
        total += 1
        if number < size:
            kept.append((number, row))
            held += _characters(row)
        elif (at := int(random.integers(0, number + 1))) < size:
            held += _characters(row) - _characters(kept[at][1])
            kept[at] = (number, row)
        if len(kept) > MOST_ROWS or held > MOST_HELD:
            raise InputError(
                "ME911",
                f"a sample of more than {MOST_ROWS:,} rows or {MOST_HELD:,} characters is more than is held in memory",
                "draw fewer rows with --sample",
            )
    return [row for _, row in sorted(kept, key=lambda numbered: numbered[0])], total


def _check(columns: Columns, seen: _Seen, rows: int) -> None:
    if not rows and not seen.columns and not seen.left_out:
        why, hint = "the files hold no message", "they are empty, or hold a header alone"
        if seen.unreadable:
            why = f"of {seen.unreadable:,} rows none could be read, the first at {seen.first_unreadable}"
            hint = seen.first_hint or f"is the text in `{columns.text}`? if not, name its column with --text"
        raise InputError("ME911", f"the corpus has no row to measure: {why}", hint)
    named = (("label", (columns.label,)), ("stratum", columns.strata), ("cluster", columns.clusters))
    for option, column in ((option, column) for option, of in named for column in of):
        if column is not None and column not in seen.columns:
            raise InputError(
                "ME911", f"no row has the column `{column}` (--{option})",
                f"besides ids and texts the columns are {', '.join(sorted(seen.columns)[:40]) or 'none'}",
            )  # fmt: skip
    for value in (*columns.map, *(v for v in columns.none if v != OTHERS)):
        if columns.label is not None and value not in seen.values:
            raise InputError(
                "ME911", f"no row has the label `{value}`", f"the labels are {', '.join(sorted(seen.values)[:20])}"
            )
    if not rows:
        labels = ", ".join(f"{value} ({count:,})" for value, count in seen.left_out.most_common(20))
        raise InputError(
            "ME911", "the corpus has no row to measure: nothing maps its labels",
            f"say what they mean with --map and --none: {labels}",
        )  # fmt: skip


def digest(paths: Sequence[str | Path]) -> str:
    """`sha256:` over the SHA-256 of each file, in the order given."""
    total = sha256()
    for path in paths:
        with Path(path).open("rb") as file:
            total.update(file_digest(file, "sha256").digest())
    return "sha256:" + total.hexdigest()
