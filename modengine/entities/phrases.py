"""Lists of words that expressions share, by their names in `data/phrases.tsv`."""

from __future__ import annotations

from functools import cache

from modengine.entities.tables import any_of, rows


@cache
def phrases(name: str) -> tuple[str, ...]:
    """The words of a list."""
    return next(tuple(row[1].split(" ")) for row in rows("phrases.tsv") if row[0] == name)


@cache
def any_phrase(*names: str) -> str:
    """An expression for any word of some lists, the longest first."""
    return any_of(word for name in names for word in phrases(name))
