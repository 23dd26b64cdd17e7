"""Dated snapshots of a list, each the whole list at its moment, to one specimen with a history."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import msgspec

from modengine.errors import InputError
from modengine.lab.specimens.entries import Component, read_entry
from modengine.lab.specimens.read.decoding import decode
from modengine.lab.specimens.read.forms import ListFile, ListRow, read_list
from modengine.lab.specimens.read.importing import EntryKeeper, ImportedList, ImportOptions, kept, notation

DATED = re.compile(
    r"(?<!\d)(?P<year>(?:19|20)\d\d)[-_.]?(?P<month>\d\d)[-_.]?(?P<day>\d\d)"
    r"(?:[-_.T ]?(?P<hour>[01]\d|2[0-3])(?:[-_.:hT]?(?P<minute>[0-5]\d)(?:[-_.:]?[0-5]\d)?)?)?(?!\d)"
)
"""The moment in the name of a snapshot: `2015-02-06-22.plain`, `keyfile_u.2013-06-18.plain`, `20150206_2215.txt`."""


def snapshot_moment(name: str) -> tuple[str, str] | None:
    """The moment in a file name, as ISO 8601, and the rest of the name; None where it has none."""
    found = DATED.search(name)
    if found is None:
        return None
    try:
        day = date(int(found["year"]), int(found["month"]), int(found["day"])).isoformat()
    except ValueError:
        return None
    moment = day if found["hour"] is None else f"{day}T{found['hour']}:{found['minute'] or '00'}"
    after = re.sub(r"\.\w{1,8}$", "", name[found.end() :])
    return moment, f"{name[: found.start()].strip('-_. ')} {after.strip('-_. ')}".strip()


@dataclass(frozen=True, slots=True)
class SnapshotSeries:
    """The snapshots of one list in a folder, by rising moment."""

    name: str
    files: tuple[tuple[str, Path], ...]


def snapshot_series(files: Sequence[Path]) -> tuple[tuple[SnapshotSeries, ...], tuple[Path, ...]]:
    """The dated snapshots among some files, a series for each name around the date, and the files without a date.

    Raises InputError (ME911) for two snapshots of one moment.
    """
    found: dict[str, dict[str, Path]] = {}
    undated = []
    for path in sorted(files):
        dated = snapshot_moment(path.name)
        if dated is None:
            undated.append(path)
            continue
        moment, rest = dated
        series = found.setdefault(rest, {})
        if moment in series:
            raise InputError(
                "ME911", f"`{series[moment].name}` and `{path.name}` are snapshots of the same date, {moment}",
                "leave one out, or give the names an hour",
            )  # fmt: skip
        series[moment] = path
    return tuple(SnapshotSeries(rest, tuple(sorted(each.items()))) for rest, each in found.items()), tuple(undated)


def import_snapshots(series: SnapshotSeries, name: str, options: ImportOptions) -> ImportedList:
    """One specimen of snapshots, each the whole list at its moment.

    A snapshot that is empty or cannot be read is left out and named: it says nothing of what was on the list.
    Raises InputError (ME911) where none is left.
    """
    said: list[str] = []
    texts: list[tuple[str, str, ListFile]] = []
    forms: Counter[str] = Counter()
    bad: list[tuple[str, str]] = []
    for moment, path in series.files:
        try:
            decoded = decode(path, options.encoding)
            found = read_list(decoded.text, path.name, options.layout)
        except InputError as error:
            bad.append((path.name, error.message))
            continue
        if not any(row.written.strip() for row in found.rows):
            bad.append((path.name, "an empty list"))
            continue
        forms[f"{decoded.encoding}; {'; '.join(found.said)}"] += 1
        texts.append((moment, path.name, found))
    said += [f"{count:,} snapshots: {form}" for form, count in forms.most_common(5)]
    if bad:
        said.append(f"{len(bad):,} snapshots left out")
    if not texts:
        why = "; ".join(f"{file}: {reason}" for file, reason in bad[:3])
        raise InputError("ME911", f"`{name}` has no snapshot that is a list", why or "is it the right folder?")
    keeper = EntryKeeper(notation(texts[-1][2].rows, options, said))
    for file, reason in bad:
        keeper.drop(file, ListRow(0, ""), f"a snapshot: {reason.removeprefix(f'`{file}` ')}"[:120])
    runs = _runs(keeper, texts)
    made = kept(keeper, name, options, sum(len(found.rows) for *_, found in texts), said, tuple(m for m, *_ in texts))
    entries = []
    for entry in made.specimen.entries:
        mine = runs.get(frozenset(entry.components), [])
        seen = {"first": texts[mine[0][0]][0], "last": texts[mine[-1][1]][0]} if mine else {}
        entries.append(msgspec.structs.replace(entry, runs=tuple(mine), **seen))
    return replace(made, specimen=replace(made.specimen, entries=tuple(entries)))


def _runs(
    keeper: EntryKeeper, texts: Sequence[tuple[str, str, ListFile]]
) -> dict[frozenset[Component], list[tuple[int, int]]]:
    """For each entry, from which snapshot to which it was on the list.

    A line that is no entry is dropped once, where it is first met.
    """
    known: dict[str, frozenset[Component] | None] = {}
    runs: dict[frozenset[Component], list[tuple[int, int]]] = {}
    for number, (_, file, found) in enumerate(texts):
        here = set()
        for row in found.rows:
            text = row.written
            if text not in known:
                read = read_entry(text, keeper.notation)
                known[text] = None if isinstance(read, str) else frozenset(read)
                if known[text] not in keeper.entries:  # else written otherwise before: `b+a` for `a+b`
                    keeper.add(file, row, found.extenuating)
            if (key := known[text]) is not None:
                here.add(key)
        for key in here:
            mine = runs.setdefault(key, [])
            if mine and mine[-1][1] == number - 1:
                mine[-1] = (mine[-1][0], number)
            else:
                mine.append((number, number))
    return runs
