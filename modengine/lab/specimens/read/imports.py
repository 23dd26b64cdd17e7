"""What an import did, as a result: what was made, how it was read, what was dropped."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import msgspec

from modengine.lab.data.stamp import Stamp
from modengine.lab.specimens.card import Specimen
from modengine.lab.specimens.entries import masked
from modengine.lab.specimens.read.importing import Drop, ImportedList
from modengine.lab.specimens.stamped import SpecimenStamp, about, specimen_stamp


class MadeSpecimen(msgspec.Struct, frozen=True):
    """A specimen that was written."""

    name: str
    card: str
    rows: int
    """Rows of its files; of all snapshots."""
    entries: int
    kinds: dict[str, int]
    snapshots: int
    dropped: dict[str, int]
    """Rows by the reason for which they are no entry."""
    said: tuple[str, ...]
    """How the files were read."""
    drops: tuple[Drop, ...]
    """At most a thousand by name."""


class Import(msgspec.Struct, frozen=True):
    """All that `specimen import` made."""

    stamp: Stamp
    specimens: tuple[SpecimenStamp, ...]
    terms_shown: bool
    made: tuple[MadeSpecimen, ...]


def imported(found: Sequence[ImportedList], written: Sequence[Specimen], show_terms: bool, command: str) -> Import:
    """The result of an import, of the specimens as they were `written`; drops are masked unless terms may be shown."""
    made = []
    for one, specimen in zip(found, written, strict=True):
        kinds: Counter[str] = Counter(entry.kind for entry in specimen.entries)
        drops = (d if show_terms else msgspec.structs.replace(d, text=masked(d.text)) for d in one.drops)
        made.append(
            MadeSpecimen(
                specimen.name, specimen.path, one.rows, len(specimen.entries), dict(kinds), len(specimen.snapshots),
                dict(specimen.dropped), one.said, tuple(drops),
            )
        )  # fmt: skip
    return Import(
        specimen_stamp("specimen-import", written, (), 1, command), tuple(map(about, written)), show_terms, tuple(made)
    )
