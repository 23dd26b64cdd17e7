"""The tables of entities, as they stand in `data/`: each file has its source in its first line."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Generic, TypeVar

import regex

from modengine.text.tables import data, digest_of

PACKAGE = "modengine.entities"
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


@cache
def rows(name: str) -> tuple[tuple[str, ...], ...]:
    """The rows of a table, without the line that names its source."""
    lines = data(name, PACKAGE).decode("utf-8").splitlines()
    return tuple(tuple(line.split("\t")) for line in lines if line and not line.startswith("# "))


def words(name: str) -> tuple[str, ...]:
    """The first column of a table."""
    return tuple(row[0] for row in rows(name))


@cache
def digest() -> str:
    """SHA-256 of all tables, hexadecimal: part of every revision."""
    return digest_of(FILES, PACKAGE)


T = TypeVar("T")

_IN_CLASSES = {char: f"\\{char}" for char in r"\]^-[&~|"}


@dataclass(frozen=True, slots=True)
class WordTable(Generic[T]):
    """Words with what each stands for, found at a place by the longest."""

    known: Mapping[str, T]
    longest: int

    @staticmethod
    def of(pairs: Iterable[tuple[str, T]]) -> WordTable[T]:
        known = dict(pairs)
        return WordTable(known, max(map(len, known)))

    def at(self, text: str, place: int) -> tuple[int, T] | None:
        """The length of the longest word that stands at a place, and what it stands for."""
        for length in range(min(self.longest, len(text) - place), 0, -1):
            if (found := self.known.get(text[place : place + length])) is not None:
                return length, found
        return None

    def first(self, text: str) -> T | None:
        """What the first word of a text stands for."""
        found = (self.at(text, place) for place in range(len(text)))
        return next((each[1] for each in found if each is not None), None)


def any_of(texts: Iterable[str]) -> str:
    """An expression for any of some texts, the longest first: a tree, in which what they begin with stands once."""
    tree: _Tree = {}
    for text in texts:
        at = tree
        for char in text:
            at = at.setdefault(char, {})
        at[""] = {}
    return f"(?:{'|'.join(_branches(tree))})"


_Tree = dict[str, "_Tree"]
"""Texts by their first characters; `""` where one ends."""


def _branches(tree: _Tree) -> list[str]:
    """What may follow; characters behind which the same may follow are a class."""
    heads: dict[str, list[str]] = {}
    for char in sorted(filter(None, tree)):
        heads.setdefault(_rest(tree[char]), []).append(char)
    return [_one_of(chars) + rest for rest, chars in heads.items()]


def _rest(tree: _Tree) -> str:
    """What may follow as far as it goes; it may be absent where a text ends."""
    branches = _branches(tree)
    if "" in tree:
        return f"(?:{'|'.join(branches)})?" if branches else ""
    return branches[0] if len(branches) == 1 else f"(?:{'|'.join(branches)})"


def _one_of(chars: list[str]) -> str:
    if len(chars) > 1:
        return f"[{''.join(_IN_CLASSES.get(char, char) for char in chars)}]"
    return regex.escape(chars[0], special_only=True)
