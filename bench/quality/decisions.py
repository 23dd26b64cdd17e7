"""Decisions on whole files, and their digest: hashes and ranks, no text."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

import modengine
from bench.quality.measures import OWN, Row
from modengine import Decision, Engine, Message, Part
from modengine.lab.data.clusters import clusters, half
from modengine.model import RANK

ROOT = Path(__file__).resolve().parents[2]
DIGEST = ROOT / "bench" / "quality" / "decisions.tsv"
POLICY = ROOT / "rules" / "campaign-2014.yaml"
CATEGORIES = ("fraud", "pornography", "rumour", "terrorism", "violence")
_HALF = {"writing": 0, "checking": 1}


@dataclass(frozen=True)
class Decided:
    """n rows of one file or several: what they are, their halves, and what each category came to."""

    name: str
    rows: tuple[Row, ...]
    ranks: NDArray[np.int8]
    """(n, categories)."""
    scores: NDArray[np.int32]
    """(n, categories), in points, less what a long text has to have more."""
    clusters: NDArray[np.int64]
    halves: NDArray[np.int64]
    """0 for writing, 1 for checking: as the rows say, else by lot; a near-duplicate cluster then shares a half."""
    hits: tuple[frozenset[str], ...] = ()
    """The rules and reliefs of each row."""

    def highest(self, categories: Sequence[str]) -> NDArray[np.int8]:
        """(n,): the highest rank of some categories; of all where none is named."""
        columns = [CATEGORIES.index(name) for name in categories] or list(range(len(CATEGORIES)))
        return np.asarray(self.ranks[:, columns].max(axis=1, initial=0), np.int8)


def path_of(name: str, data: Path | None) -> Path | None:
    """Where a file lies; None where it is absent."""
    if name in OWN:
        path: Path | None = ROOT / "samples" / OWN[name]
    else:
        path = None if data is None else data / f"{name}.jsonl"
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


@cache
def shipped() -> Engine:
    return modengine.load(POLICY)


def decide_file(name: str, path: Path) -> Decided:
    """Scope and period are ignored."""
    rows = rows_of(path)
    codes, names = clusters([text_of(row) for row in rows])
    by_lot = np.array([half(cluster) for cluster in names], np.int64)[codes]
    sides = [_HALF.get(str(row.get("half")), lot) for row, lot in zip(rows, by_lot, strict=True)]
    decisions = list(shipped().decide_many(map(message, rows), ignore_scope=True))
    shape = (len(rows), len(CATEGORIES))
    return Decided(
        name,
        rows,
        np.array([[RANK[d.categories[c].action] for c in CATEGORIES] for d in decisions], np.int8).reshape(shape),
        np.array([[_net(d, c) for c in CATEGORIES] for d in decisions], np.int32).reshape(shape),
        codes,
        np.array(sides, np.int64),
        tuple(frozenset(hit.rule for hit in (*d.hits, *d.relief)) for d in decisions),
    )


def _net(decision: Decision, category: str) -> int:
    return decision.categories[category].score - (0 if decision.longer is None else decision.longer.points)


def pooled(files: Sequence[Decided]) -> Decided:
    """The rows of several files as those of one; clusters stay apart."""
    if len(files) == 1:
        return files[0]
    starts = np.cumsum([0, *(int(f.clusters.max(initial=-1)) + 1 for f in files)])
    return Decided(
        " ".join(f.name for f in files),
        tuple(row for f in files for row in f.rows),
        np.concatenate([f.ranks for f in files]),
        np.concatenate([f.scores for f in files]),
        np.concatenate([f.clusters + start for f, start in zip(files, starts[:-1], strict=True)]),
        np.concatenate([f.halves for f in files]),
        tuple(found for f in files for found in f.hits),
    )


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


def then(decided: Decided, before: Mapping[str, Mapping[str, tuple[int, ...]]]) -> NDArray[np.int8]:
    """(n, categories): the committed ranks of the rows."""
    listed = before.get(decided.name, {})
    none = (0,) * len(CATEGORIES)
    return np.array([listed.get(key(row), none) for row in decided.rows], np.int8).reshape(
        len(decided.rows), len(CATEGORIES)
    )


def hits_by_rule(decided: Decided, among: NDArray[np.bool_]) -> Counter[str]:
    """How many of some rows each rule hits."""
    return Counter(rule for rule_hits, taken in zip(decided.hits, among, strict=True) if taken for rule in rule_hits)
