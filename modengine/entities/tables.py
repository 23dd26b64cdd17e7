"""The tables of entities, as they stand in `data/`: each file has its source in its first line."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from functools import cache
from importlib.resources import files

import regex

FILES = (
    "numerals.tsv",
    "money.tsv",
    "units.tsv",
    "spans.tsv",
    "phrases.tsv",
    "contacts.tsv",
    "senders.tsv",
    "measures.txt",
    "prices.txt",
    "shorteners.txt",
    "suffixes.txt",
)


def _data(name: str) -> bytes:
    return files("modengine.entities").joinpath("data", name).read_bytes()


@cache
def rows(name: str) -> tuple[tuple[str, ...], ...]:
    """The rows of a table, without the line that names its source."""
    lines = _data(name).decode("utf-8").splitlines()
    return tuple(tuple(line.split("\t")) for line in lines if line and not line.startswith("# "))


def words(name: str) -> tuple[str, ...]:
    """The first column of a table."""
    return tuple(row[0] for row in rows(name))


@cache
def digest() -> str:
    """SHA-256 of all tables, hexadecimal: part of the revision of a policy that asks for entities."""
    total = hashlib.sha256()
    for name in FILES:
        total.update(hashlib.sha256(_data(name)).digest())
    return total.hexdigest()


def any_of(texts: Iterable[str]) -> str:
    """An expression for any of some texts, the longest first."""
    escaped = (regex.escape(text, special_only=True) for text in sorted(set(texts), key=lambda t: (-len(t), t)))
    return "(?:" + "|".join(escaped) + ")"
