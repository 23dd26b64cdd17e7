"""Decisions on whole files, and their digest: hashes and ranks, no text."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

import modengine
from bench.quality.measures import OWN, Row
from modengine import Engine, Message, Part
from modengine.lab.data.clusters import clusters, half
from modengine.model import RANK

ROOT = Path(__file__).resolve().parents[2]
DIGEST = ROOT / "bench" / "quality" / "decisions.tsv"
CATEGORIES = ("fraud", "pornography", "rumour", "terrorism", "violence")
_HALF = {"writing": 0, "checking": 1}
_engine: list[Engine] = []


@dataclass(frozen=True)
class Decided:
    """A file of n rows: what they are, their halves, and the rank that each category reached."""

    name: str
    rows: tuple[Row, ...]
    ranks: NDArray[np.int8]
    """(n, categories)."""
    clusters: NDArray[np.int64]
    halves: NDArray[np.int64]
    """0 for writing, 1 for checking: as the rows say, else by lot; a near-duplicate cluster then shares a half."""

    def highest(self, category: str | None) -> NDArray[np.int8]:
        if category is None:
            return np.asarray(self.ranks.max(axis=1, initial=0), np.int8)
        return np.asarray(self.ranks[:, CATEGORIES.index(category)], np.int8)


def path_of(name: str, data: Path | None) -> Path | None:
    """Where a file lies; None where it is absent."""
    folder = ROOT / "samples" if name in OWN else data
    path = None if folder is None else folder / f"{name}.jsonl"
    return path if path is not None and path.is_file() else None


def rows_of(path: Path) -> tuple[Row, ...]:
    return tuple(json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip())


def message(row: Row) -> Message:
    parts = row.get("parts")
    found = tuple(Part(p["kind"], p["text"]) for p in parts) if isinstance(parts, list) else ()
    return Message(str(row.get("text", "")), parts=found)


def text_of(row: Row) -> str:
    return "\n".join(part.text for part in message(row).all_parts())


def key(row: Row) -> str:
    """A digest of the text, long enough to tell the rows of a file apart."""
    return sha256(text_of(row).encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _start() -> None:
    _engine.append(modengine.load(ROOT / "rules" / "campaign-2014.yaml"))


def _ranks(row: Row) -> tuple[int, ...]:
    decision = _engine[0].decide(message(row), ignore_scope=True)
    return tuple(RANK[decision.categories[name].action] for name in CATEGORIES)


def decide_rows(rows: Sequence[Row], processes: int) -> NDArray[np.int8]:
    """(n, categories): the rank that each category reached, scope and period ignored."""
    if processes <= 1:
        if not _engine:
            _start()
        found = [_ranks(row) for row in rows]
    else:
        with ProcessPoolExecutor(processes, initializer=_start) as pool:
            found = list(pool.map(_ranks, rows, chunksize=32))
    return np.array(found, np.int8).reshape(len(rows), len(CATEGORIES))


def decide_file(name: str, path: Path, processes: int = 1) -> Decided:
    rows = rows_of(path)
    codes, names = clusters([text_of(row) for row in rows])
    by_lot = np.array([half(cluster) for cluster in names], np.int64)[codes]
    sides = [_HALF.get(str(row.get("half")), lot) for row, lot in zip(rows, by_lot, strict=True)]
    return Decided(name, rows, decide_rows(rows, processes), codes, np.array(sides, np.int64))


def digest(files: Sequence[Decided]) -> str:
    """A line a row on which something was done: the file, a hash of the text, a rank a category."""
    lines = ["# file\trows\tdigest of the text\trank of " + ", ".join(CATEGORIES)]
    for decided in files:
        lines.append(f"{decided.name}\t{len(decided.rows)}\t-\t-")
        acted = sorted(
            (key(row), "".join(map(str, ranks.tolist())))
            for row, ranks in zip(decided.rows, decided.ranks, strict=True)
            if ranks.any()
        )
        lines += [f"{decided.name}\t\t{name}\t{ranks}" for name, ranks in acted]
    return "\n".join(lines) + "\n"


def read_digest(path: Path = DIGEST) -> dict[str, dict[str, tuple[int, ...]]]:
    """File to hash to ranks; a text that is not listed was left alone."""
    found: dict[str, dict[str, tuple[int, ...]]] = {}
    for line in path.read_text("utf-8").splitlines()[1:]:
        name, rows, name_of_text, ranks = line.split("\t")
        if rows:
            found[name] = {}
        else:
            found[name][name_of_text] = tuple(map(int, ranks))
    return found


def then(decided: Decided, before: dict[str, dict[str, tuple[int, ...]]]) -> NDArray[np.int8]:
    """(n, categories): the committed ranks of the rows."""
    listed = before.get(decided.name, {})
    none = (0,) * len(CATEGORIES)
    return np.array([listed.get(key(row), none) for row in decided.rows], np.int8).reshape(
        len(decided.rows), len(CATEGORIES)
    )


def processors() -> int:
    return min(2, os.cpu_count() or 1)
