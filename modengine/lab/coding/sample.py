"""A sample of a corpus to be coded: drawn by what the policy did, with a key and blinded sheets."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import msgspec
import numpy as np
from numpy.typing import NDArray

from modengine.engine.engine import Engine
from modengine.errors import InputError
from modengine.lab.coding.draw import Allocation, allocate, drawn
from modengine.lab.coding.key import FORMAT, By, FrameCell, HitShare, KeyRow, SampleKey, sample_id
from modengine.lab.data.corpus import Corpus
from modengine.lab.data.outcomes import LEVELS, DecidedCorpus, Progress, decide
from modengine.lab.data.stamp import Stamp, stamp
from modengine.lab.stats.design import variance
from modengine.lab.stats.intervals import Ints, by_cluster
from modengine.lab.stats.metrics import ALL, ANY, levels
from modengine.model import ACTIONS, Action

MOST_STRATA = 500
NOTHING_HIT = "allow"
SheetRow = tuple[str, str]
"""Id and text."""


class StratumDrawn(msgspec.Struct, frozen=True):
    """A stratum of the design."""

    stratum: str
    rows: int
    drawn: int
    probability: float
    weight: float
    """How many rows of the corpus one coded row stands for."""


class ActionDrawn(msgspec.Struct, frozen=True):
    """Rows by the strictest action that any category asked for."""

    action: Action
    rows: int
    drawn: int


class Sample(msgspec.Struct, frozen=True):
    """What was drawn."""

    stamp: Stamp
    sample: str
    by: tuple[By, ...]
    rows: int
    drawn: int
    coders: int
    shared: int
    """Rows that every coder gets."""
    actions: tuple[ActionDrawn, ...]
    strata: tuple[StratumDrawn, ...]
    undetermined: int
    """Rows of the corpus that could not be decided and count as review."""


@dataclass(frozen=True, slots=True)
class DrawnSheets:
    """The sample with what is written of it."""

    result: Sample
    key: SampleKey
    sheets: tuple[tuple[SheetRow, ...], ...]
    """For each coder the rows, in an order of its own."""


def sample(
    engine: Engine,
    corpus: Corpus,
    rows: int,
    seed: int = 1,
    *,
    by: Sequence[By] = ("action", "category", "stratum"),
    allocation: Allocation = "root",
    coders: int = 2,
    overlap: float = 1.0,
    command: str = "",
    progress: Progress | None = None,
) -> DrawnSheets:
    """Draws rows of a corpus to be coded.

    `overlap` is the share of the rows that all coders get; the others go to one coder each.  The same arguments
    give the same sample.  Raises InputError (ME911) where there are fewer rows than the strata need.
    """
    outcomes = decide(engine, corpus, progress)
    random = np.random.default_rng(seed)
    names, of_stratum = _strata(corpus, outcomes, by)
    if len(names) > MOST_STRATA:
        raise InputError(
            "ME911", f"the corpus would have {len(names):,} strata, more than {MOST_STRATA:,}",
            "name a stratum column of fewer values, or draw by less: --by action",
        )  # fmt: skip
    sizes = np.bincount(of_stratum, minlength=len(names))
    counts = allocate(tuple(map(int, sizes)), rows, allocation)
    picked = drawn(of_stratum, counts, random)
    cells, of_cell = _cells(corpus, outcomes, names, of_stratum, picked)
    shuffled = random.permutation(picked)
    sheets_of, shared = _dealt(of_stratum[shuffled], coders, overlap, random)
    found = tuple(
        KeyRow(
            f"-{number:0{max(3, len(str(len(picked))))}}", int(i) + 1, corpus.messages[i].id, int(of_cell[i]),
            counts[of_stratum[i]] / int(sizes[of_stratum[i]]), int(corpus.clusters[i]), who,
        )
        for number, (i, who) in enumerate(zip(shuffled, sheets_of, strict=True), 1)
    )  # fmt: skip
    made = stamp("sample", engine, (corpus,), seed, command)
    reach = {name: tuple(given) for name, given in levels(engine.policy).items()}
    key = SampleKey(
        FORMAT, "", made, tuple(by), coders, outcomes.categories, reach, cells, found,
        _shares(corpus, outcomes, reach),
    )  # fmt: skip
    name = sample_id(key)
    key = msgspec.structs.replace(
        key, sample=name, rows=tuple(msgspec.structs.replace(row, id=f"{name}{row.id}") for row in found)
    )
    result = Sample(
        made, name, tuple(by), len(corpus), len(picked), coders, shared, tuple(_actions(outcomes.highest(), picked)),
        tuple(
            StratumDrawn(names[i], int(sizes[i]), count, count / int(sizes[i]), int(sizes[i]) / count)
            for i, count in enumerate(counts)
        ),
        int(outcomes.undetermined.sum()),
    )  # fmt: skip
    return DrawnSheets(result, key, tuple(_sheet(corpus, key, number, random) for number in range(1, coders + 1)))


def _actions(highest: NDArray[np.int8], picked: Ints) -> Iterator[ActionDrawn]:
    for rank, action in enumerate(ACTIONS):
        yield ActionDrawn(action, int((highest == rank).sum()), int((highest[picked] == rank).sum()))


def _strata(corpus: Corpus, outcomes: DecidedCorpus, by: Sequence[By]) -> tuple[tuple[str, ...], Ints]:
    """The names of the strata, and the number of each row's."""
    found = [_name(outcomes, ranks, corpus.strata[i], by) for i, ranks in enumerate(outcomes.ranks)]
    names, numbers = np.unique(np.array(found, dtype=object).astype(str), return_inverse=True)
    return tuple(map(str, names)), numbers.astype(np.int64)


def _name(outcomes: DecidedCorpus, ranks: NDArray[np.int8], value: str, by: Sequence[By]) -> str:
    """`fraud review · group`: what each acting category asked for, and the value of the column."""
    acting = [(name, ACTIONS[rank]) for name, rank in zip(outcomes.categories, ranks, strict=True) if rank]
    if not acting:
        done = NOTHING_HIT if {"action", "category"} & set(by) else ""
    elif "category" in by:
        done = " + ".join(f"{name} {action}" if "action" in by else name for name, action in acting)
    else:
        done = ACTIONS[int(ranks.max())] if "action" in by else ""
    return " · ".join(part for part in (done, value if "stratum" in by else "") if part) or "all"


def _cells(
    corpus: Corpus, outcomes: DecidedCorpus, names: Sequence[str], of_stratum: Ints, picked: Ints
) -> tuple[tuple[FrameCell, ...], Ints]:
    """The cells of the frame, and the number of each row's."""
    numbers: dict[tuple[int, str, bytes], int] = {}
    of = [
        numbers.setdefault((int(stratum), value, ranks.tobytes()), len(numbers))
        for stratum, value, ranks in zip(of_stratum, corpus.strata, outcomes.ranks, strict=True)
    ]
    of_cell = np.array(of, np.int64)
    rows, drawn_of = (np.bincount(codes, minlength=len(numbers)) for codes in (of_cell, of_cell[picked]))
    cells = tuple(
        FrameCell(
            names[stratum], value, tuple(ACTIONS[rank] for rank in np.frombuffer(ranks, np.int8)),
            int(rows[number]), int(drawn_of[number]),
        )
        for (stratum, value, ranks), number in numbers.items()
    )  # fmt: skip
    return cells, of_cell


def _dealt(
    strata_of: Ints, coders: int, overlap: float, random: np.random.Generator
) -> tuple[list[tuple[int, ...]], int]:
    """Which coders get each row, and how many rows all get: that share of every stratum."""
    everybody = tuple(range(1, coders + 1))
    who: list[tuple[int, ...]] = [everybody] * len(strata_of)
    turn = shared = 0
    for number in np.unique(strata_of):
        rows = random.permutation(np.flatnonzero(strata_of == number))
        common = min(len(rows), int(np.ceil(overlap * len(rows) - 1e-9)))
        shared += common
        for i in rows[common:]:
            who[i] = (everybody[turn % coders],)
            turn += 1
    return who, shared


def _sheet(corpus: Corpus, key: SampleKey, coder: int, random: np.random.Generator) -> tuple[SheetRow, ...]:
    mine = [row for row in key.rows if coder in row.sheets]
    return tuple((mine[i].id, corpus.text(mine[i].row - 1)) for i in random.permutation(len(mine)))


def _shares(corpus: Corpus, outcomes: DecidedCorpus, reach: Mapping[str, tuple[Action, ...]]) -> tuple[HitShare, ...]:
    """Every share of hit rows that an estimate beyond the corpus needs."""
    found: list[HitShare] = []
    values = np.array(corpus.strata, dtype=object)
    for value in (ALL, *(sorted({*corpus.strata}) if corpus.columns.strata else ())):
        rows = np.asarray((values == value) | (value == ALL), np.bool_)
        for level in LEVELS:
            for name in (ANY, *(name for name, given in reach.items() if level in given)):
                hit = outcomes.hit(None if name == ANY else name, level)
                found.append(HitShare(value, name, level, effective_rows(corpus.clusters[rows], hit[rows])))
    return tuple(found)


def effective_rows(clusters: Ints, hit: NDArray[np.bool_]) -> float:
    """How many independent rows tell as much of the share that is hit (Cochran 1977, section 9.7).

    One cluster tells as much as one row; where all rows are alike, as many as there are clusters.
    """
    codes = np.unique(clusters, return_inverse=True)[1]
    n = np.bincount(codes)
    share, spread = float(hit.mean()), float(variance(by_cluster(codes, hit), n))
    return float(np.clip(share * (1 - share) / spread, 1.0, len(hit))) if len(n) > 1 and spread else float(len(n))
