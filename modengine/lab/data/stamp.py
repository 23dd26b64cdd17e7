"""What every result says of itself: how it came about and what it may be used for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import msgspec

from modengine.engine.engine import Engine

if TYPE_CHECKING:
    from modengine.lab.data.corpus import Corpus  # needs numpy; a result about one message has no corpus


class CorpusStamp(msgspec.Struct, frozen=True):
    """A corpus as it went into a measurement."""

    name: str
    digest: str
    rows: int
    """Rows measured."""
    clusters: int
    """Sets of rows that are not independent of one another."""
    left_out: dict[str, int]
    """Rows by a label that nothing maps: in no figure."""
    unreadable: int
    """Rows that are no message: in no figure."""
    first_unreadable: str
    """Where the first of them is, and why; empty where there is none."""
    sampled_from: int | None
    """Rows of which these are a random sample; null where they are all."""
    labelled: bool
    """False where no label column was named: then every row is taken for harmless."""
    simulation: bool
    """True where its messages or their dates were made up."""
    forbidden: tuple[str, ...]
    """Figures that the card of the corpus forbids."""
    title: str
    source: str
    licence: str
    note: str


class Stamp(msgspec.Struct, frozen=True):
    """Where a result comes from.  It holds no time: the same call gives the same bytes."""

    measurement: str
    policy: str
    revision: str
    corpora: tuple[CorpusStamp, ...]
    seed: int
    command: str
    simulation: bool = False
    """True where the messages, or the dates, of all corpora were made up, or by the measurement itself.  Where those of
    some were, their stamps say it."""
    study: bool = False
    specimens: tuple[str, ...] = ()
    """Lists that others made and that were measured: a match says that they would match, never what was blocked."""


def stamp(
    measurement: str,
    engine: Engine,
    corpora: Sequence[Corpus],
    seed: int,
    command: str = "",
    simulation: bool = False,
) -> Stamp:
    """`simulation` where the measurement itself makes messages up; a corpus that is made up says so itself."""
    return Stamp(
        measurement,
        engine.policy.id,
        engine.revision,
        tuple(map(corpus_stamp, corpora)),
        seed,
        command,
        simulation or (bool(corpora) and all(corpus.simulation for corpus in corpora)),
        engine.policy.study,
        tuple(ruleset.id for ruleset in engine.policy.rulesets if ruleset.path in engine.policy.specimens),
    )


def corpus_stamp(corpus: Corpus) -> CorpusStamp:
    """What a result says of a corpus."""
    about = corpus.about
    return CorpusStamp(
        corpus.name,
        corpus.digest,
        len(corpus),
        corpus.cluster_count,
        dict(corpus.left_out),
        corpus.unreadable,
        corpus.first_unreadable,
        corpus.sampled_from,
        corpus.labelled,
        corpus.simulation,
        corpus.columns.forbidden,
        about.title,
        about.source,
        about.licence,
        about.note,
    )
