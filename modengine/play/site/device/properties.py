"""What the parser of `regex` asks of its compiled part, by the table that `play/site/properties.py` writes."""

from __future__ import annotations

import json
from bisect import bisect_right
from functools import cache
from itertools import accumulate
from operator import itemgetter
from pathlib import Path
from typing import Any

LAST = 0x10FFFF
Ranges = tuple[tuple[int, int], ...]
"""Code points from the first to the last of each, in order."""
MAGIC, CODE_SIZE = 20100116, 4
"""What the parser asks for; nothing is compiled with them here."""
FILE = "properties.json"


@cache
def _table() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(Path(__file__).with_name(FILE).read_text("utf-8"))
    return found


@cache
def cases() -> dict[int, list[int]]:
    """Every character that has other cases, with all of them."""
    return {code: codes for codes in _table()["cases"] for code in codes}


def get_code_size() -> int:
    return CODE_SIZE


def get_properties() -> dict[str, tuple[int, dict[str, int]]]:
    return {name: (number, values) for name, (number, values) in _table()["properties"].items()}


def get_all_cases(_flags: int, code: int) -> list[int]:
    return cases().get(code, [code])


def get_expand_on_folding() -> tuple[str, ...]:
    return tuple(_table()["expanding"])


def fold_case(_flags: int, text: str) -> str:
    return text.casefold()


def has_property_value(value: int, code: int) -> bool:
    found = ranges(value) or ()
    at = bisect_right(found, code, key=itemgetter(0))
    return at > 0 and code <= found[at - 1][1]


@cache
def ranges(value: int, ignoring: bool = False) -> Ranges | None:
    """The characters with a value of a property, by the number of both; None where the table has none of it."""
    steps = _table()["ignoring"].get(str(value)) if ignoring else None
    steps = steps or _table()["ranges"].get(str(value))
    if steps is None:
        others = ranges(value + 1, ignoring) if value & 0xFFFF == 0 else None
        return None if others is None else complement(others)
    edges = list(accumulate(steps))
    return tuple((first, after - 1) for first, after in zip(edges[::2], edges[1::2], strict=True))


def complement(ranges: Ranges) -> Ranges:
    """Every other character."""
    starts = [0, *(last + 1 for _, last in ranges)]
    ends = [*(first - 1 for first, _ in ranges), LAST]
    return tuple((first, last) for first, last in zip(starts, ends, strict=True) if first <= last)
