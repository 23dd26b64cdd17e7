"""What every result on specimens says of itself."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256

import msgspec

from modengine.lab.data.corpus import Corpus
from modengine.lab.data.stamp import Stamp, corpus_stamp
from modengine.lab.specimens.card import Specimen


class SpecimenStamp(msgspec.Struct, frozen=True):
    """A specimen as it went into a measurement."""

    name: str
    digest: str
    entries: int
    match: str
    """How its owner matched: `anywhere` or `word`."""
    case: str
    effect: str
    """`block`, `log` or `unknown`: what a match did there."""
    title: str
    source: str
    licence: str
    date: str
    found: str
    read: str
    """How the published form was read."""
    dropped: dict[str, int]
    """Rows of the published form that are no entries, by reason."""
    note: str


def about(specimen: Specimen) -> SpecimenStamp:
    return SpecimenStamp(
        specimen.name, specimen.digest, len(specimen.entries), specimen.match, specimen.case, specimen.effect,
        specimen.title, specimen.source, specimen.licence, specimen.date, specimen.found, specimen.read,
        dict(specimen.dropped), specimen.note,
    )  # fmt: skip


def specimen_stamp(
    measurement: str, specimens: Sequence[Specimen], corpora: Sequence[Corpus], seed: int, command: str
) -> Stamp:
    """The stamp of a measurement of specimens alone: their digest stands for a revision."""
    names = [specimen.name for specimen in specimens]
    name = ", ".join(names) if len(names) <= 3 else f"{len(names):,} specimens"
    digests = "\n".join(specimen.digest for specimen in specimens)
    digest = specimens[0].digest if len(specimens) == 1 else "sha256:" + sha256(digests.encode()).hexdigest()
    return Stamp(
        measurement, name, digest, tuple(map(corpus_stamp, corpora)), seed, command,
        any(corpus.simulation for corpus in corpora), True, tuple(names[:1_000]),
    )  # fmt: skip
