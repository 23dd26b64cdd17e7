"""The undisguised view: the plain view with what is typed in the place of something else read as what it stands for.

Emoji that stand for a word (➕ for 加), characters taken to pieces (力口 for 加), Cyrillic and Greek letters that look
like Latin ones, and letters that stand for digits in a number (4oo, l38).  No sentence begins or ends here that does
not in the plain view.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from modengine.text.tables import undisguised
from modengine.text.view import View, replaced

_NUMBER = re.compile(r"[0-9oil|]+")
_BESIDE = re.compile(r"[a-z0-9_@]")
DIGITS = str.maketrans("oil|", "0111")


@cache
def lengths() -> dict[str, tuple[int, ...]]:
    """How long what stands for something else may be, by its first character, the longest first."""
    found: dict[str, set[int]] = {}
    for typed in undisguised():
        found.setdefault(typed[0], set()).add(len(typed))
    return {first: tuple(sorted(theirs, reverse=True)) for first, theirs in found.items()}


def begins(char: str) -> bool:
    """Whether a character of the plain view may begin something that stands for something else."""
    return char in "oil|" or char in lengths()


def is_number(run: str) -> bool:
    """Whether a run of digits and of letters that look like them is meant as a number."""
    digits = sum(map(str.isdigit, run))
    return 0 < digits < len(run) and (
        (digits >= 2 and 2 * digits >= len(run)) or (run[0].isdigit() and not run.strip("0123456789o"))
    )


def undisguised_view(plain: str) -> View | None:
    """The undisguised view of a plain view, its spans in places of the plain view; None where they are the same."""
    view = replaced(plain, _disguises(plain))
    return None if view.starts is None else view


def _disguises(plain: str) -> Iterator[tuple[int, int, str]]:
    """`[start, end)` of all that stands for something else, and what that is, from left to right."""
    known, first = undisguised(), lengths()
    at = 0
    while at < len(plain):
        char = plain[at]
        if char in first:
            pieces = (plain[at : at + length] for length in first[char])
            typed = next((piece for piece in pieces if piece in known), None)
            if typed is not None:
                yield at, at + len(typed), known[typed]
                at += len(typed)
                continue
        run = _NUMBER.match(plain, at)
        if run is None:
            at += 1
            continue
        beside = plain[max(at - 1, 0) : at] + plain[run.end() : run.end() + 1]
        if is_number(run[0]) and not _BESIDE.search(beside):
            yield at, run.end(), run[0].translate(DIGITS)
        at = run.end()
