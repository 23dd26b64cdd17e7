"""A published list to a specimen: every form in which such lists are found, and what is dropped by name."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import msgspec

from modengine.errors import InputError
from modengine.lab.specimens.card import MOST_ENTRIES, Specimen
from modengine.lab.specimens.entries import Component, ListEntry, Notation, has_wildcards, read_entry
from modengine.lab.specimens.read.dates import iso_moment, month_first
from modengine.lab.specimens.read.decoding import decode
from modengine.lab.specimens.read.forms import Layout, ListFile, ListRow, combinations_in, read_list

NAMED = 1_000
"""Drops that are named one by one; all are counted."""


class Drop(msgspec.Struct, frozen=True):
    """A row of a published list that is no entry of the specimen."""

    file: str
    line: int
    reason: str
    text: str
    """As it is written, masked by whoever shows it."""


@dataclass(frozen=True, slots=True)
class ImportOptions:
    """What the importer is told rather than left to detect."""

    encoding: str | None = None
    layout: Layout = field(default_factory=Layout)
    combinations: bool = True
    wildcards: bool | None = None
    """None to look whether the list has any."""
    card: Mapping[str, Any] = field(default_factory=dict)
    """What the card says besides: title, source, licence, date, found, match, case, effect, category, note."""


@dataclass(frozen=True, slots=True)
class ImportedList:
    """A specimen with what was read and dropped on the way."""

    specimen: Specimen
    rows: int
    """Rows that the files have, those that were dropped among them; those of each snapshot."""
    drops: tuple[Drop, ...]
    said: tuple[str, ...]
    """How the files were read."""


class EntryKeeper:
    """Collects the entries of one specimen, each once, and what is dropped.  Local to an import."""

    def __init__(self, notation: Notation) -> None:
        self.notation = notation
        self.entries: dict[frozenset[Component], ListEntry] = {}
        self.reliefs: dict[frozenset[Component], tuple[ListEntry, list[str]]] = {}
        self.drops: list[Drop] = []
        self.counts: Counter[str] = Counter()
        self.month_first = False
        self.undated = 0
        """Dates that are none."""
        self.unlike = 0
        """Rows whose own count of components is another."""

    def drop(self, file: str, row: ListRow, reason: str) -> None:
        self.counts[reason] += 1
        if len(self.drops) < NAMED:
            self.drops.append(Drop(file, row.line, reason, row.written[:200]))

    def add(self, file: str, row: ListRow, extenuating: bool) -> None:
        """Takes a row as an entry, or drops it."""
        found = read_entry(row.written, self.notation)
        if isinstance(found, str):
            self.drop(file, row, found)
            return
        about, stated = row.about, row.about.get("components", "")
        self.unlike += stated.isdigit() and int(stated) != len(found)
        key = frozenset(found)
        named = combinations_in(about.get("extenuated", "")) if extenuating else []
        if extenuating and not named:
            self.drop(file, row, "extenuates nothing")
            return
        if key in (self.reliefs if extenuating else self.entries):
            self.drop(file, row, "a duplicate")
            return
        if len(self.entries) >= MOST_ENTRIES:
            raise InputError("ME906", f"more than {MOST_ENTRIES:,} entries", "part the list into several specimens")
        entry = ListEntry(
            found,
            category=about.get("category", ""),
            theme=about.get("theme", ""),
            language=about.get("language", ""),
            translation=about.get("translation", ""),
            first=self._moment(about.get("first", "")),
            last=self._moment(about.get("last", "")),
        )
        if extenuating:
            self.reliefs[key] = (entry, named)
        else:
            self.entries[key] = entry

    def _moment(self, text: str) -> str:
        found = iso_moment(text, self.month_first)
        self.undated += bool(text) and not found
        return found

    def all_entries(self, file: str, said: list[str]) -> tuple[ListEntry, ...]:
        """The entries, and after them those that extenuate; combinations that only these name are entries too."""
        added = 0
        for _, named in self.reliefs.values():
            for text in named:
                found = read_entry(text, self.notation)
                if isinstance(found, str):
                    self.drop(file, ListRow(0, text), f"extenuated: {found}")
                elif frozenset(found) not in self.entries:
                    self.entries[frozenset(found)] = ListEntry(found)
                    added += 1
        if added:
            said.append(f"entries too, for extenuating ones name them: {added:,}")
        if self.undated:
            said.append(f"dates that cannot be read: {self.undated:,}")
        if self.unlike:
            said.append(f"rows that give another number of components than they have: {self.unlike:,}")
        numbers = {key: number for number, key in enumerate(self.entries, 1)}
        reliefs = []
        for entry, named in self.reliefs.values():
            keys = (frozenset(found) for text in named if not isinstance(found := read_entry(text, self.notation), str))
            if relieved := tuple(dict.fromkeys(numbers[key] for key in keys)):
                reliefs.append(msgspec.structs.replace(entry, relieves=relieved))
        return (*self.entries.values(), *reliefs)


def import_specimen(paths: Sequence[str | Path], name: str, options: ImportOptions = ImportOptions()) -> ImportedList:
    """One specimen of one file, or of several that belong together.

    Raises InputError (ME904, ME905, ME906, ME908) for a file that is no list, (ME911) where nothing is left.
    """
    said: list[str] = []
    files: list[tuple[str, ListFile]] = []
    for path in map(Path, paths):
        decoded = decode(path, options.encoding)
        found = read_list(decoded.text, path.name, options.layout)
        prefix = f"{path.name}: " if len(paths) > 1 else ""
        said.append(f"{prefix}{decoded.encoding}; {'; '.join(found.said)}")
        files.append((path.name, found))
    rows = [row for _, found in files for row in found.rows]
    keeper = EntryKeeper(notation(rows, options, said))
    first = month_first(row.about[key] for row in rows for key in ("first", "last") if key in row.about)
    if first is not None:
        keeper.month_first = first
        said.append(f"dates such as 3/2/2014 are read with the {'month' if first else 'day'} first")
    for file, found in files:
        for row in found.rows:
            keeper.add(file, row, found.extenuating)
    return kept(keeper, name, options, len(rows), said)


def notation(rows: Iterable[ListRow], options: ImportOptions, said: list[str]) -> Notation:
    """What `+` and `*` mean in a list, and that in words."""
    wildcards = options.wildcards
    if wildcards is None:
        wildcards = has_wildcards([row.written for row in rows])
        if wildcards:
            said.append("`*` at an end is a wildcard, detected; --no-wildcards takes it as a character")
    if not options.combinations:
        said.append("`+` is a character, as given")
    return Notation(options.combinations, wildcards)


def kept(
    keeper: EntryKeeper, name: str, options: ImportOptions, rows: int, said: list[str], snapshots: tuple[str, ...] = ()
) -> ImportedList:
    """What a keeper has, as a specimen.  Raises InputError (ME911) where that is nothing."""
    entries = keeper.all_entries(name, said)
    if not entries:
        why = ", ".join(f"{reason} {count:,}" for reason, count in keeper.counts.most_common()) or "it has no row"
        raise InputError("ME911", f"`{name}` is an empty list: {why}", "is it the right file, encoding and column?")
    specimen = Specimen(
        name, entries, snapshots=snapshots, read="; ".join(said), dropped=dict(sorted(keeper.counts.items()))
    )
    return ImportedList(
        replace(specimen, **options.card),
        rows,
        tuple(keeper.drops),
        tuple(said),
    )


def files_in(folder: Path) -> Iterator[Path]:
    """The files of a folder and of the folders in it, hidden ones and cards left out, in order."""
    for path in sorted(folder.rglob("*")):
        hidden = any(part.startswith(".") for part in path.relative_to(folder).parts)
        if (
            path.is_file()
            and not hidden
            and path.suffix.lower() not in (".yaml", ".yml", ".md", ".jsonl", ".snapshots")
        ):
            yield path


def name_of(text: str) -> str:
    """A name for a specimen: letters, digits, `-`, `_` and `.`, beginning with a letter."""
    found = re.sub(r"[^\w.-]+", "-", text).strip("-._")
    return found if found and not found[0].isdigit() else f"list-{found}".strip("-")
