"""Which characters a step of a regular expression takes, as code points.

Whatever is more than an enumeration of characters without case is asked of the `regex` package
itself, so that its properties, its rules of case and its version of Unicode stay the truth.
"""

from __future__ import annotations

import sys
from array import array
from bisect import bisect_left
from collections.abc import Iterable
from functools import cache, lru_cache
from typing import Any, Literal

import regex

from modengine.engine.match.expression import set_source, usual_tree

Intervals = tuple[tuple[int, int], ...]
"""Code points from the first to the last of each, in order, with room between them."""

Case = Literal["ignored", "heeded", "narrower if ignored"]

MOST_KNOWN = 65536
"""Of so many nodes it is remembered what they take: the expressions of entities ask for the same again and again."""
LAST = 0x10FFFF
ALL: Intervals = ((0, LAST),)
_STRANGER = LAST
"""A character without case or properties that are asked for: a class of two is not taken apart by the parser."""
_IGNORE = int(regex.IGNORECASE)
_FULL = int(regex.FULLCASE)
_MAY_HAVE_CASE = r"[\p{CWCM}\p{CWCF}\p{Cased}]"


def members(node: Any) -> Intervals | None:
    """The characters that a node of one character takes; None where that is not known."""
    kind = type(node).__name__
    if kind == "Any":
        return _asked(".", _every_character(), 0)
    if kind == "AnyAll":
        return ALL
    flags = int(node.case_flags)
    if flags & _FULL or node.zerowidth:
        return None
    if kind == "Property":
        return _property(node, flags)
    if kind == "SetUnion":
        found = _union(node, flags)
    elif kind in ("Character", "Range"):
        found = _plain_items([node if node.positive else node.with_flags(positive=True)], flags)
    else:
        return None
    return found if found is None or node.positive else complement(found)


def case_of(node: Any) -> Case:
    """Whether case is ignored in a node of one character; else whether it would take fewer characters then."""
    kind = type(node).__name__
    if kind in ("Any", "AnyAll"):
        return "heeded"
    if node.case_flags & _IGNORE:
        return "ignored"
    if kind == "Property":
        source = f"[{set_source(node)}{chr(_STRANGER)}]"
        answers = {_asked(source, _cased_characters(), flags) for flags in (0, _IGNORE) if not node.positive}
        return "narrower if ignored" if len(answers) > 1 else "heeded"
    if not node.positive or any(case_of(item) != "heeded" for item in getattr(node, "items", ())):
        return "narrower if ignored"
    return "heeded"


def complement(intervals: Intervals) -> Intervals:
    """Every other character."""
    starts = [0, *(last + 1 for _, last in intervals)]
    ends = [*(first - 1 for first, _ in intervals), LAST]
    return tuple((first, last) for first, last in zip(starts, ends, strict=True) if first <= last)


def joined(intervals: Iterable[tuple[int, int]]) -> Intervals:
    """Intervals in any order, as they should be."""
    out: list[tuple[int, int]] = []
    for first, last in sorted(intervals):
        if out and first <= out[-1][1] + 1:
            out[-1] = out[-1][0], max(out[-1][1], last)
        else:
            out.append((first, last))
    return tuple(out)


def _union(node: Any, flags: int) -> Intervals | None:
    plain, parts = list[Any](), list[tuple[int, int]]()
    pending = list(node.items)
    while pending:
        item = pending.pop()
        kind = type(item).__name__
        if kind == "SetUnion" and item.positive:
            pending.extend(item.items)
        elif kind in ("Character", "Range") and item.positive:
            plain.append(item)
        elif kind == "Property":
            found = _property_in_set(item, flags)
            if found is None:
                return None
            parts.extend(found)
        else:
            return None
    if plain:
        found = _plain_items(plain, flags)
        if found is None:
            return None
        parts.extend(found)
    return joined(parts)


def _plain_items(items: list[Any], flags: int) -> Intervals | None:
    """Characters and ranges, and what they are the other case of."""
    spans = [(n.value, n.value) if type(n).__name__ == "Character" else (n.lower, n.upper) for n in items]
    if flags & _IGNORE:
        cased = _cased_characters()
        asked = [n for n, span in zip(items, spans, strict=True) if _any_between(cased, *span)]
        if asked:
            sources = [set_source(item) for item in asked]
            if None in sources:
                return None
            # Only what may have case can be the other case of something.
            spans.extend(_asked(f"[{''.join(map(str, sources))}]", cased, _IGNORE))
    return joined(spans)


def _any_between(text: str, first: int, last: int) -> bool:
    at = bisect_left(text, first, key=ord)
    return at < len(text) and ord(text[at]) <= last


def _property(node: Any, flags: int) -> Intervals | None:
    source = set_source(node)
    if source is None or not _means(source, flags, node):
        return None
    return _asked(source, _every_character(), flags)


def _property_in_set(node: Any, flags: int) -> Intervals | None:
    """A property in a set: it may mean another thing there when case is ignored."""
    source = set_source(node)
    if source is None:
        return None
    source = f"[{source}{chr(_STRANGER)}]"
    tree = _only(usual_tree(source, not flags & _IGNORE))
    if type(tree).__name__ != "SetUnion" or tree.items[0] != node:
        return None
    found = _asked(source, _every_character(), flags)
    if regex.match(rf"[{set_source(node)}]", chr(_STRANGER), flags):
        return found
    return joined((first, min(last, _STRANGER - 1)) for first, last in found if first < _STRANGER)


def _means(source: str, flags: int, node: Any) -> bool:
    return bool(_only(usual_tree(source, not flags & _IGNORE)) == node)


def _only(tree: Any) -> Any:
    return tree.items[0] if type(tree).__name__ == "Sequence" and len(tree.items) == 1 else tree


@cache
def _asked(source: str, text: str, flags: int) -> Intervals:
    """The characters of an ordered text that an expression of one character matches."""
    if len(text) > _STRANGER // 2:
        runs = (match.span() for match in regex.finditer(f"(?:{source})+", text, flags))
        return joined(part for first, last in runs for part in _as_codes(first, last - 1))
    return joined((ord(char), ord(char)) for char in regex.findall(source, text, flags))


_SURROGATES = 0xD800, 0xE000


def _as_codes(first: int, last: int) -> Iterable[tuple[int, int]]:
    """Places in the text of every character, which has no surrogates."""
    gap, end = _SURROGATES
    if first < gap:
        yield first, min(last, gap - 1)
    if last >= gap:
        yield max(first, gap) + end - gap, last + end - gap


@cache
def _every_character() -> str:
    gap, end = _SURROGATES
    codes = array("I", range(gap))
    codes.extend(range(end, LAST + 1))
    return codes.tobytes().decode(f"utf-32-{sys.byteorder[0]}e")


@cache
def _cased_characters() -> str:
    """Every character that may have another case, in order, and a few that have none."""
    return "".join(regex.findall(_MAY_HAVE_CASE, _every_character()))


@cache
def word_characters() -> Intervals:
    """What counts as a part of a word at `\\b`."""
    return _asked(r"\w", _every_character(), 0)


@lru_cache(maxsize=MOST_KNOWN)
def _taken(node: Any, _encodings: tuple[Any, ...]) -> tuple[Intervals, Case] | None:
    found = members(node)
    return None if found is None else (found, case_of(node))


def _encodings(node: Any) -> tuple[Any, ...]:
    """By which the classes of a node are meant; nodes that differ in nothing else are equal to the parser."""
    return getattr(node, "encoding", 0), *map(_encodings, getattr(node, "items", ()))


class Charsets:
    """The numbers of the sets that one expression asks for."""

    def __init__(self) -> None:
        self.numbers: dict[Intervals, int] = {}
        self._known: dict[object, tuple[int, Case]] = {}

    def number(self, intervals: Intervals) -> int:
        return self.numbers.setdefault(intervals, len(self.numbers))

    def of(self, node: Any) -> tuple[int, Case] | None:
        """Of what a node of one character takes; None where that is not known.  It must stay as long as this does."""
        is_character = type(node).__name__ == "Character"
        key = (node.value, node.positive, node.case_flags) if is_character else id(node)
        known = self._known.get(key)
        if known is None:
            taken = _taken(node, _encodings(node))
            if taken is None:
                return None
            known = self._known[key] = self.number(taken[0]), taken[1]
        return known
