"""What a regular expression needs and costs, read from its parse tree.

The tree is that of the `regex` package itself, so that its whole syntax is understood as it is
meant.  The parser is not public; everything taken from it is taken here, and a tree with parts
that are not known here is treated as needing no literal, never guessed at.

The required literals follow R. Cox, "Regular Expression Matching with a Trigram Index" (2012): a
node has a small set of exact strings, or a set of strings one of which must occur in any match.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from typing import Any

import regex
from regex import _regex_core

from modengine.text.rarity import chance_of, shortest

MOST = 256
"""A set of literals larger than this is given up."""
MOST_CHARACTERS = 64
"""A character set larger than this is not written out."""
LONGEST = 64
"""Of several literals that are put together, none grows longer than by what is put behind so many characters."""
MOST_NODES = 20_000
"""An expression that unrolls to more nodes than this is refused: it would take seconds to compile."""
MOST_AT_ONCE = 500
"""A longer expression is read group by group: the long ones are those of entities, which have most of it in common."""
Strings = frozenset[str]

core: Any = _regex_core
_FULLCASE = int(core.FULLCASE)
"""As a number: `&` of two flags takes 10 µs."""
_USUAL_FLAGS = int(regex.IGNORECASE | regex.MULTILINE | regex.DOTALL | regex.VERBOSE | regex.UNICODE | regex.VERSION0)


class CostlyRegex(ValueError):
    """An expression that would take too long to compile."""


@dataclass(frozen=True, slots=True)
class _Needs:
    """`exact`: all the strings the node can match, if few.  `needed`: one of these must occur."""

    exact: Strings | None = None
    needed: Strings | None = None

    def best(self) -> Strings | None:
        usable = [s for s in (self.exact, self.needed) if s and "" not in s]
        return _rarest(usable)


def _rarest(sets: Iterable[Strings]) -> Strings | None:
    return min(map(shortest, sets), key=chance_of, default=None)


def parse(source: str) -> Any:
    """The parse tree of `regex`.  Raises `regex.error`."""
    return _parsed(source, int(regex.IGNORECASE))[0]


def usual_tree(source: str, exact_case: bool) -> Any | None:
    """The parse tree; None under a flag that changes more than case, lines and layout."""
    tree, info = _parsed(source, 0 if exact_case else int(regex.IGNORECASE))
    flags = int(info.flags) | int(info.global_flags)
    return None if flags & ~_USUAL_FLAGS or info.inline_locale else tree


@lru_cache(maxsize=4096)
def _parsed(source: str, flags: int) -> tuple[Any, Any]:
    """The parse tree, which nobody may change, and what the parser tells of the expression."""
    if len(source) > MOST_AT_ONCE and (groups := _groups(source)) is not None:
        with suppress(regex.error):  # of the whole expression it tells the place
            return _by_groups(source, flags, groups)
    return _read(source, flags)


def _read(source: str, flags: int) -> tuple[Any, Any]:
    for _ in range(10):
        text = core.Source(source)
        info = core.Info(flags, text.char_type, {})
        info.guess_encoding = core.UNICODE
        text.ignore_space = bool(info.flags & regex.VERBOSE)
        try:
            tree = core._parse_pattern(text, info)
        except core._UnscopedFlagSet:
            flags = info.global_flags
            continue
        if not text.at_end():
            raise regex.error("unbalanced parenthesis", source, text.pos)
        return tree, info
    raise regex.error("conflicting flags", source, 0)


_GROUP = 0xF0000
"""Stands for the first group of an expression, and what follows for the others."""
_FAR = re.compile(rf"\\[NU]|[{chr(_GROUP)}-\U0010ffff]")
"""What may be such a character by itself."""
_EMPTY = re.compile(r"\(\?:\)")
"""A group of nothing, which the parser leaves out, with what says how often."""
_MARK = re.compile(r"\\.|\[\^?\]?(?:[^\[\]\\]|\\.)*\]|(\(\?(?:[:=!]|<[=!]))|(\))|([(\[])", re.DOTALL)
"""What is escaped, a set, the beginning and the end of a group, and what nobody here knows to be one of these."""


def _groups(source: str) -> list[tuple[int, int]] | None:
    """The outermost groups of an expression whose parentheses mean the same wherever they stand.

    None of another: of one that takes down what it matches or sets a flag.
    """
    if _FAR.search(source) or _EMPTY.search(source):
        return None
    found, depth, first = [], 0, 0
    for mark in _MARK.finditer(source):
        begins, ends, unknown = mark.groups()
        if begins:
            first = first if depth else mark.start()
            depth += 1
        elif ends:
            depth -= 1
            if not depth:
                found.append((first, mark.end()))
        if unknown or depth < 0:
            return None
    return None if depth else found


def _by_groups(source: str, flags: int, groups: list[tuple[int, int]]) -> tuple[Any, Any]:
    """The same tree; groups that are written alike are one node, read once for all expressions."""
    between, at = "", 0
    for number, (first, end) in enumerate(groups):
        between += source[at:first] + chr(_GROUP + number)
        at = end
    tree, info = _read(between + source[at:], flags)
    return _put_back(tree, [_group(source[first:end], flags) for first, end in groups]), info


@lru_cache(maxsize=4096)
def _group(source: str, flags: int) -> Any:
    kind, inside = source[2], source[3:-1]
    behind = kind == "<"
    if behind:
        kind, inside = inside[0], inside[1:]
    tree = _by_groups(inside, flags, _groups(inside) or [])[0]
    return tree if kind == ":" else core.LookAround(behind, kind == "=", tree)


def _put_back(node: Any, groups: list[Any]) -> Any:
    if type(node).__name__ == "Character" and node.value >= _GROUP:
        return groups[node.value - _GROUP]
    for name in ("items", "branches"):
        if isinstance(below := getattr(node, name, None), list):
            setattr(node, name, [_put_back(each, groups) for each in below])
    if hasattr(node, "subpattern"):
        node.subpattern = _put_back(node.subpattern, groups)
    return node


def set_source(node: Any) -> str | None:
    """What stands for an item of a character set between brackets; None where that is not known."""
    kind = type(node).__name__
    if kind == "Character" and node.positive:
        return _written(node.value)
    if kind == "Range" and node.positive:
        return f"{_written(node.lower)}-{_written(node.upper)}"
    if kind == "Property" and node.encoding != core.ASCII_ENCODING:
        name, values = core.PROPERTY_NAMES[node.value >> 16]
        return rf"\{'p' if node.positive else 'P'}{{{name}={values[node.value & 0xFFFF]}}}"
    return None


def _written(code: int) -> str:
    return f"\\U{code:08X}"


@lru_cache(maxsize=4096)
def steps(source: str) -> int:
    """How many nodes an expression unrolls to.  Raises `regex.error`, and CostlyRegex for too many."""
    return nodes(parse(source))


def nodes(tree: Any) -> int:
    """How many nodes the expression unrolls to: counted repeats count their content each time."""
    kind = type(tree).__name__
    total = 1 + sum(map(nodes, children(tree)))
    if kind.endswith("Repeat"):
        most = tree.max_count if tree.max_count is not None else tree.min_count
        total = 1 + (total - 1) * max(1, most)
    if total > MOST_NODES:
        raise CostlyRegex(f"unrolls to more than {MOST_NODES:,} steps")
    return total


def children(tree: Any) -> Iterator[Any]:
    """The nodes directly below one."""
    for name in ("items", "branches", "subpattern", "yes_item", "no_item"):
        value = getattr(tree, name, None)
        if isinstance(value, list | tuple):
            yield from value
        elif isinstance(value, core.RegexBase):
            yield value


@lru_cache(maxsize=2048)
def required_literals(source: str) -> Strings | None:
    """Literals of the plain view one of which any match must hold; None where there are none.

    `source` must be an expression that compiles.
    """
    return _needs(parse(source)).best()


def _needs(tree: Any) -> _Needs:
    kind = type(tree).__name__
    if kind == "Character" and tree.positive and not tree.zerowidth:
        return _Needs(exact=_folded(tree.value, tree.case_flags))
    if kind == "Sequence":
        return _sequence(_needs(item) for item in tree.items)
    if kind == "Branch":
        return _branch([_needs(item) for item in tree.branches])
    if kind in ("Group", "Atomic"):
        return _needs(tree.subpattern)
    if kind == "SetUnion" and tree.positive and not tree.zerowidth:
        found = _few_characters(tree)
        return _Needs(exact=found) if found else _Needs()
    if kind.endswith("Repeat"):
        inner = _needs(tree.subpattern)
        if tree.min_count == tree.max_count == 1:
            return inner
        if tree.min_count == 0:
            # Optional: `x?` is x or nothing; anything longer is open.
            if tree.max_count == 1 and inner.exact is not None and len(inner.exact) < MOST:
                return _Needs(exact=inner.exact | {""})
            return _Needs()
        return _Needs(needed=inner.best())
    if kind in ("LookAround", "Boundary", "StartOfWord", "EndOfWord", "StartOfLine", "EndOfLine",
                "StartOfString", "EndOfString", "EndOfStringLine", "Keep"):  # fmt: skip
        return _Needs(exact=frozenset([""]))
    return _Needs()


def _folded(code: int, case_flags: int) -> Strings | None:
    """What a literal character can be in the plain view; None where that is not one character."""
    folded = chr(code).casefold()
    if len(folded) != 1 or int(case_flags) & _FULLCASE:
        return None
    # `regex` takes I and ı for one letter, where folding does not.
    return frozenset("iı") if chr(code) in "Iı" else frozenset(folded)


def _few_characters(tree: Any) -> Strings | None:
    found: set[str] = set()
    for item in tree.items:
        kind = type(item).__name__
        if kind == "Character" and item.positive:
            codes: Iterable[int] = (item.value,)
        elif kind == "Range" and item.positive and item.upper - item.lower < MOST_CHARACTERS:
            codes = range(item.lower, item.upper + 1)
        else:
            return None
        for code in codes:
            folded = _folded(code, tree.case_flags)
            if folded is None:
                return None
            found |= folded
    return frozenset(found) if 0 < len(found) <= MOST_CHARACTERS else None


def _sequence(items: Iterable[_Needs]) -> _Needs:
    run: Strings = frozenset([""])
    whole, candidates = True, list[Strings]()
    for item in items:
        is_long = len(run) > 1 and len(next(iter(run))) >= LONGEST
        if item.exact is not None and len(run) * len(item.exact) <= MOST and not is_long:
            run = frozenset(a + b for a, b in product(run, item.exact))
            continue
        whole = False
        candidates.append(run)
        run = item.exact if item.exact is not None else frozenset([""])
        if item.needed:
            candidates.append(item.needed)
    if whole:
        return _Needs(exact=run)
    candidates.append(run)
    return _Needs(needed=_rarest(c for c in candidates if c and "" not in c))


def _branch(items: list[_Needs]) -> _Needs:
    exact = [item.exact for item in items]
    if all(e is not None for e in exact):
        union = frozenset[str]().union(*(e for e in exact if e is not None))
        if len(union) <= MOST:
            return _Needs(exact=union)
    best = [item.best() for item in items]
    if any(b is None for b in best):
        return _Needs()
    union = shortest(frozenset[str]().union(*(b for b in best if b is not None)))
    return _Needs(needed=union) if len(union) <= MOST else _Needs()
